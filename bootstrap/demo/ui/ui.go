// Package ui holds what the demo's two web applications, the shop and the virtual buyer, have in common: the frame of a page
// and its stylesheet, the choice of language, numbers as people write them, and a memory that cannot grow without end.
//
// The pages need neither script nor cookie. The language is that of the browser (Accept-Language, RFC 9110 section 12.5.4)
// until someone chooses one; then it goes along in the query of every link.
package ui

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"

	"golang.org/x/text/language"
)

//go:embed layout.html ui.css icon.svg
var own embed.FS

// Handler serves an application's routes, the stylesheet and the icon, with the headers that all its pages share.
//
// The content security policy lets pages load nothing from elsewhere. It leaves out form-action on purpose: browsers hold it
// against every redirect that follows a post, too, and the buyer's login form leads through the gateway to the shop as the
// shop's "send order" leads through the gateway to the buyer. It leaves out frame-ancestors, and there is no
// X-Frame-Options, since procurement systems open shops in frames. Paths hold session identifiers, so no referrer is sent.
func Handler(routes *http.ServeMux) http.Handler {
	for _, name := range []string{"ui.css", "icon.svg"} {
		routes.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { ServeFile(w, r, own, name) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		routes.ServeHTTP(w, r)
	})
}

// ServeFile serves a file that is part of the program and may be kept by the browser for a while.
func ServeFile(w http.ResponseWriter, r *http.Request, files fs.FS, name string) {
	w.Header().Set("Cache-Control", "max-age=600")
	http.ServeFileFS(w, r, files, name)
}

// Page is what every page knows of its request. The data of a template embeds it.
type Page struct {
	Lang    string // sv or en
	address *url.URL
}

var matcher = language.NewMatcher([]language.Tag{language.Swedish, language.English})

// NewPage chooses the language: the one in the query, else the browser's, else Swedish.
func NewPage(r *http.Request) Page {
	p := Page{Lang: r.URL.Query().Get("lang"), address: r.URL}
	if p.Lang != "sv" && p.Lang != "en" {
		tag, _ := language.MatchStrings(matcher, r.Header.Get("Accept-Language"))
		base, _ := tag.Base()
		p.Lang = base.String()
	}
	return p
}

// T returns the text in the page's language.
func (p Page) T(swedish, english string) string {
	if p.Lang == "en" {
		return english
	}
	return swedish
}

// Chosen returns the language that someone chose, or "" where it is the browser's. A form that is sent by GET carries it on.
func (p Page) Chosen() string {
	if p.address.Query().Get("lang") == p.Lang {
		return p.Lang
	}
	return ""
}

// Href returns the path with the language that was chosen, if one was.
func (p Page) Href(path string) string {
	if p.Chosen() == "" {
		return path
	}
	if strings.Contains(path, "?") {
		return path + "&lang=" + p.Lang
	}
	return path + "?lang=" + p.Lang
}

// Redirect leads the browser to a path of the application by GET (303).
func (p Page) Redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, p.Href(path), http.StatusSeeOther)
}

// In returns this page in another language.
func (p Page) In(lang string) string {
	query := p.address.Query()
	query.Set("lang", lang)
	return p.address.EscapedPath() + "?" + query.Encode()
}

// Views are an application's pages by the name of their file, such as "cart".
type Views map[string]*template.Template

// Parse reads pages/*.html. Each page defines "title" and "main"; pages/frame.html defines "header" for all of them, "theme", the
// name of the colours, and perhaps "styles", further stylesheets, and "about", which stands above the foot of the page.
func Parse(files fs.FS) Views {
	frame := template.Must(template.ParseFS(own, "layout.html"))
	template.Must(frame.ParseFS(files, "pages/frame.html"))
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	views := Views{}
	for _, name := range names {
		if name == "pages/frame.html" {
			continue
		}
		page := template.Must(template.Must(frame.Clone()).ParseFS(files, name))
		views[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return views
}

// Show writes a page.
func (v Views) Show(w http.ResponseWriter, status int, name string, data any) {
	var body bytes.Buffer
	if err := v[name].ExecuteTemplate(&body, "layout.html", data); err != nil {
		slog.Error("a page of the demo cannot be shown", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the browser may be gone
}
