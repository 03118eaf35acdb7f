package desk

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
	"github.com/punchgate/punchgate/domain/user"
)

// Page is what every page knows; the data of a template embeds it.
type Page struct {
	Lang   string         // sv or en
	User   *user.User     // nil before signing in
	Shop   *tenant.Tenant // nil on pages of no shop
	CSRF   string
	Active string // the entry of the navigation that the page belongs to
	Done   string // what was just done, in words; empty for nothing
	path   string // under which the page is opened
	query  url.Values
}

// page returns what every page knows. active is the entry of the navigation.
func (d *Desk) page(c *gin.Context, active string) Page {
	who := whoOf(c)
	p := Page{
		Lang: langOf(c), User: who.User, Shop: shopOf(c), CSRF: who.CSRF, Active: active,
		path: c.Request.URL.Path, query: c.Request.URL.Query(),
	}
	p.Done = p.done(c.Query("done"))
	return p
}

// T returns the text in the page's language.
func (p Page) T(swedish, english string) string {
	if p.Lang == "en" {
		return english
	}
	return swedish
}

// Said says a text of the gateway that has no code, such as why an attempt failed.
func (p Page) Said(message string) string { return words.Message(p.Lang, message) }

// Remarks returns what is told of a document, in words of the page's language.
func (p Page) Remarks(all []transfer.Warning) []transfer.Warning {
	said := slices.Clone(all)
	for i, w := range all {
		said[i].Message, said[i].Remedy = words.Detail(p.Lang, fault.Detail{Code: w.Code, Message: w.Message}), p.Said(w.Remedy)
	}
	return said
}

// Number writes a decimal number as the page's language does.
func (p Page) Number(of fmt.Stringer) string {
	if p.Lang == "en" {
		return of.String()
	}
	return strings.Replace(of.String(), ".", ",", 1)
}

// MayChange reports whether the user may change what the page shows.
func (p Page) MayChange() bool {
	if p.Shop == nil {
		return p.User != nil && p.User.MayChange(tenant.Platform)
	}
	return p.User.MayChange(p.Shop.ID())
}

// Platform reports whether the user may act in every shop.
func (p Page) Platform() bool { return p.User != nil && p.User.Role() == user.Platform }

// In returns the address of a page of the shop, or where there is none of whoever runs the gateway.
func (p Page) In(path string) string {
	if p.Shop == nil {
		return Root + path
	}
	return shopPath(p.Shop.ID(), path)
}

// Here returns the address of this page in another language.
func (p Page) Here(lang string) string {
	q := url.Values{"lang": {lang}}
	for name, values := range p.query {
		if name != "lang" && name != "done" {
			q[name] = values
		}
	}
	return p.path + "?" + q.Encode()
}

// Time writes a time in the zone of the gateway, to the minute.
func (p Page) Time(t time.Time) template.HTML { return written(t, "2006-01-02 15:04") }

// Moment writes a time in the zone of the gateway, to the second.
func (p Page) Moment(t time.Time) template.HTML { return written(t, "2006-01-02 15:04:05") }

func written(t time.Time, layout string) template.HTML {
	if t.IsZero() {
		return template.HTML(`<span class="soft">–</span>`)
	}
	//nolint:gosec // digits and the letters of a zone
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `" title="` + t.Local().Format("2006-01-02 15:04:05 MST") +
		`">` + t.Local().Format(layout) + `</time>`)
}

// once is a text that is shown this once, such as a secret.
type once struct {
	Page

	Title, Text string
}

// Once returns what the template "once" shows, which is nothing where the text is empty.
func (p Page) Once(title, text string) any { return once{p, title, text} }

// Asset returns the address of a file of the pages, which changes with its content.
func (p Page) Asset(name string) string { return Root + "/assets/" + name + "?v=" + versions[name] }

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// versions tell the contents of the assets.
var versions = func() map[string]string {
	all := map[string]string{}
	entries, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		panic(err) // it is embedded
	}
	for _, entry := range entries {
		content, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(content)
		all[entry.Name()] = base64.RawURLEncoding.EncodeToString(sum[:6])
	}
	return all
}()

func (d *Desk) asset(c *gin.Context) {
	if c.Query("v") == versions[c.Param("name")] {
		c.Header("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(c.Writer, c.Request, assetFiles, "assets/"+path.Base(c.Param("name")))
}

// templates are the pages by the name of their file, each with the frame and the parts that several use: files that begin with _.
var templates = func() map[string]*template.Template {
	shared := template.Must(template.ParseFS(pageFiles, "pages/_*.html"))
	names, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	all := map[string]*template.Template{}
	for _, name := range names {
		if short := strings.TrimSuffix(path.Base(name), ".html"); !strings.HasPrefix(short, "_") {
			all[short] = template.Must(template.Must(shared.Clone()).ParseFS(pageFiles, name))
		}
	}
	return all
}()

// render answers with a page. data embeds Page.
func (d *Desk) render(c *gin.Context, status int, name string, data any) {
	d.write(c, status, templates[name], "frame", data)
}

// write answers with a template.
func (d *Desk) write(c *gin.Context, status int, t *template.Template, name string, data any) {
	var written bytes.Buffer
	if err := t.ExecuteTemplate(&written, name, data); err != nil {
		_, status := d.edge.Classify(c, err)
		c.AbortWithStatus(status)
		return
	}
	c.Data(status, "text/html; charset=utf-8", written.Bytes())
	c.Abort()
}

// refusalPage is what a page shows that cannot be.
type refusalPage struct {
	Page

	Status  int
	Reason  string
	Details []string
	Request string
}

// refuse answers with a page that says why not.
func (d *Desk) refuse(c *gin.Context, err error) {
	refusal, status := d.edge.Classify(c, err)
	p := refusalPage{Page: d.page(c, ""), Status: status, Request: d.edge.RequestID(c)}
	p.Reason = words.Refusal(p.Lang, refusal)
	for _, detail := range refusal.Details {
		p.Details = append(p.Details, words.Detail(p.Lang, detail))
	}
	if checking(c) {
		c.AbortWithStatus(status)
		return
	}
	d.render(c, status, "refusal", p)
}

// RefuseRoute answers at an address of the pages at which there is nothing.
func (d *Desk) RefuseRoute(c *gin.Context) {
	d.secure(c)
	d.chooseLanguage(c)
	d.refuse(c, errNoPage)
}

// RefuseMethod answers with a page at an address of the pages that takes forms alone and was opened, such as by who goes back to it.
func (d *Desk) RefuseMethod(c *gin.Context) {
	d.secure(c)
	d.chooseLanguage(c)
	p := refusalPage{Page: d.page(c, ""), Status: http.StatusMethodNotAllowed, Request: d.edge.RequestID(c)}
	p.Reason = p.T("Adressen är till för ett formulär och har ingen egen sida.", "The address is for a form and has no page of its own.")
	d.render(c, p.Status, "refusal", p)
}

// done returns in words what an address says that was done.
func (p Page) done(code string) string {
	switch code {
	case "saved":
		return p.T("Sparat.", "Saved.")
	case "created":
		return p.T("Skapat.", "Created.")
	case "removed":
		return p.T("Borttaget.", "Removed.")
	case "revoked":
		return p.T("Återkallat.", "Revoked.")
	case "signed_out":
		return p.T("Du är utloggad.", "You are signed out.")
	case "password":
		return p.T("Lösenordet är bytt. Du är utloggad överallt utom här.", "The password is changed. You are signed out everywhere but here.")
	case "ticked":
		return p.T("Handlar nu via PunchOut.", "Buys by PunchOut now.")
	case "unticked":
		return p.T("Handlar inte längre via PunchOut.", "Buys by PunchOut no longer.")
	case "tied":
		return p.T("Inköpsordern är knuten till ordern.", "The purchase order is tied to the order.")
	case "sent":
		return p.T("Skickas igen.", "Being sent again.")
	default:
		return ""
	}
}

// leave leads on to another page after something was done.
func (d *Desk) leave(c *gin.Context, to, done string) {
	if done != "" {
		before, query, _ := strings.Cut(to, "?")
		to = before + "?" + strings.TrimPrefix(query+"&done="+url.QueryEscape(done), "&")
	}
	c.Redirect(http.StatusSeeOther, to)
	c.Abort()
}

const (
	langKey    = "desk.lang"
	langCookie = "punchgate_language"
)

var languages = language.NewMatcher([]language.Tag{language.Swedish, language.English})

// chooseLanguage takes the language that was chosen with ?lang= and remembers it, else that of the user, else the browser's.
func (d *Desk) chooseLanguage(c *gin.Context) {
	if chosen := c.Query("lang"); chosen == "sv" || chosen == "en" {
		//nolint:gosec // it holds a language and nothing else
		http.SetCookie(c.Writer, &http.Cookie{
			Name: langCookie, Value: chosen, Path: Root, SameSite: http.SameSiteLaxMode, MaxAge: 365 * 24 * 3600,
		})
		c.Set(langKey, chosen)
		return
	}
	if cookie, err := c.Request.Cookie(langCookie); err == nil && (cookie.Value == "sv" || cookie.Value == "en") {
		c.Set(langKey, cookie.Value)
	}
}

// forgetLanguage lets the user's own language hold again.
func (d *Desk) forgetLanguage(c *gin.Context) {
	//nolint:gosec // it holds a language and nothing else
	http.SetCookie(c.Writer, &http.Cookie{Name: langCookie, Path: Root, SameSite: http.SameSiteLaxMode, MaxAge: -1})
}

func langOf(c *gin.Context) string {
	if chosen := c.GetString(langKey); chosen != "" {
		return chosen
	}
	if who := whoOf(c).User; who != nil && who.Profile().Language != "" {
		return who.Profile().Language
	}
	tag, _ := language.MatchStrings(languages, c.GetHeader("Accept-Language"))
	base, _ := tag.Base()
	return base.String()
}

// statusOf returns the status of a page that shows a form again.
func (d *Desk) statusOf(c *gin.Context, err error) int {
	if err == nil {
		return http.StatusOK
	}
	_, status := d.edge.Classify(c, fault.From(err))
	return status
}
