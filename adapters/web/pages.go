package web

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/language"

	"github.com/punchgate/punchgate/application/login"
	"github.com/punchgate/punchgate/application/transfer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
)

//go:embed pages
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// page is what every page shows.
type page struct {
	Language string // sv or en
	Charset  string // empty for UTF-8
	Nonce    string
	Frames   []string          // the origins that may frame it; none for all
	Text     map[string]string // the page's texts by key
	Data     any
}

// transferPage serves the page that posts itself to the procurement system.
func (s *Server) transferPage(c *gin.Context) {
	served, err := s.use.Transfer.Page(c.Request.Context(), c.Param("token"))
	if err != nil {
		s.refusePage(c, err, served.FrameAncestors...)
		return
	}
	s.showForm(c, "transfer.html", served.FormAction, page{
		Language: choose(c, served.Language), Charset: served.Form.AcceptCharset, Frames: served.FrameAncestors, Data: served,
	}, transferText(served))
}

// answerPage answers a function of the start call that asks the shop for data.
func (s *Server) answerPage(c *gin.Context, answer *login.Answer, frames []string) {
	text := "answer"
	if answer.Gone {
		text = "gone"
	}
	s.showForm(c, "answer.html", answer.FormAction, page{
		Language: choose(c, answer.Language), Charset: answer.Form.AcceptCharset, Frames: frames, Data: answer,
	}, text)
}

// showForm writes a page with the form that goes to the procurement system. Its content security policy lets the form go
// there and nowhere else. The referrer policy is strict-origin: with no-referrer the browser would post "Origin: null",
// which some procurement systems refuse.
func (s *Server) showForm(c *gin.Context, name string, formAction []string, p page, text string) {
	c.Header("Referrer-Policy", "strict-origin")
	s.show(c, http.StatusOK, name, formAction, p, text)
}

// transferText chooses the page's texts by what the page does.
func transferText(p transfer.Page) string {
	switch {
	case p.Cancelled:
		return "cancelled"
	case p.Pushed && p.Arrived:
		return "pushed"
	case p.Pushed:
		return "pushing"
	default:
		return "transfer"
	}
}

// refusePage answers a person with a page, or a program that asks for JSON with a problem. frames are the origins that may show
// it in a frame, where the connection is known.
func (s *Server) refusePage(c *gin.Context, err error, frames ...string) {
	if wantsJSON(c) {
		s.refuse(c, err)
		return
	}
	f := s.classify(c, err)
	kind := f.Kind.String()
	lang := choose(c, "")
	var reasons []string
	for _, d := range f.Details {
		reasons = append(reasons, reasonText(lang, d))
	}
	if reasons == nil && (f.Kind == fault.Malformed || f.Kind == fault.Conflict || f.Kind == fault.Unsupported) {
		reasons = []string{reasonText(lang, fault.Detail{Code: f.Code, Message: f.Message})}
	}
	s.show(c, statuses[f.Kind], "refusal.html", nil, page{
		Language: lang, Frames: frames, Data: gin.H{"Status": statuses[f.Kind], "Code": f.Code, "Reasons": reasons, "Request": requestID(c)},
	}, "refusal."+kind)
	c.Abort()
}

// refuseAny answers where nobody knows whether a person or a program called: with a page where the caller asks for one.
func (s *Server) refuseAny(c *gin.Context, err error) {
	if strings.Contains(c.GetHeader("Accept"), "text/html") {
		s.refusePage(c, err)
		return
	}
	s.refuse(c, err)
}

// show writes a page. formAction are the origins that a form of the page may go to.
func (s *Server) show(c *gin.Context, status int, name string, formAction []string, p page, text string) {
	nonce := make([]byte, 16)
	rand.Read(nonce) // it never fails
	p.Nonce, p.Charset = base64.RawURLEncoding.EncodeToString(nonce), strings.ToLower(cmp.Or(p.Charset, "utf-8"))
	p.Text = texts[p.Language][text]
	allowed := "'none'"
	if len(formAction) > 0 {
		allowed = strings.Join(formAction, " ")
	}
	// A system that isolates itself from what it shows (COEP) still shows the page.
	c.Header("Cross-Origin-Resource-Policy", "cross-origin")
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+p.Nonce+"'; script-src 'nonce-"+p.Nonce+
		"'; base-uri 'none'"+frameAncestors(p.Frames)+"; form-action "+allowed)
	var written bytes.Buffer
	err := pages.ExecuteTemplate(&written, name, p)
	encoded := written.Bytes()
	if err == nil {
		encoded, err = inCharset(encoded, p.Charset)
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	c.Data(status, "text/html; charset="+p.Charset, encoded)
}

// frameAncestors returns the directive of the content security policy; empty where every page may frame this one.
func frameAncestors(origins []string) string {
	switch {
	case len(origins) == 0:
		return ""
	case origins[0] == connection.NoFrames:
		return "; frame-ancestors 'none'"
	}
	return "; frame-ancestors " + strings.Join(origins, " ")
}

// inCharset returns a page in the charset of its form, in which procurement systems that read it by themselves expect it.
// What the charset lacks becomes a character reference (HTML, section 13.1.4).
func inCharset(page []byte, charset string) ([]byte, error) {
	known, err := ianaindex.MIME.Encoding(charset)
	if err != nil || known == nil {
		return nil, fmt.Errorf("a page in the charset %q cannot be written: %w", charset, err)
	}
	return encoding.HTMLEscapeUnsupported(known.NewEncoder()).Bytes(page)
}

var languages = language.NewMatcher([]language.Tag{language.English, language.Swedish})

// choose returns sv or en: what the browser asks for, else the shop's language.
func choose(c *gin.Context, shop string) string {
	wanted := []string{c.GetHeader("Accept-Language"), shop}
	tag, _ := language.MatchStrings(languages, wanted...)
	if base, _ := tag.Base(); base.String() == "sv" {
		return "sv"
	}
	return "en"
}
