package desk

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/signin"
)

// signInPage asks who is there.
type signInPage struct {
	Page

	Form Form
	To   string // where to go afterwards
}

func (d *Desk) signInPage(c *gin.Context) {
	p := signInPage{Page: d.page(c, ""), To: safePath(c.Query("to"))}
	d.render(c, http.StatusOK, "sign-in", p)
}

// signIn lets a user in. Another site cannot sign a browser in as somebody else: browsers say where a form comes from (Fetch Metadata,
// section 2.3; RFC 6454, section 7).
func (d *Desk) signIn(c *gin.Context) {
	p := signInPage{Page: d.page(c, ""), Form: Form{}, To: safePath(c.PostForm("to"))}
	email := c.PostForm("/email")
	err := d.fromHere(c)
	if err == nil {
		var token secret.Text
		token, _, err = d.use.Access.SignIn(c.Request.Context(), c.ClientIP(), email, secret.New(c.PostForm("/password")))
		if err == nil {
			d.setCookie(c, token)
			d.leave(c, p.To, "")
			return
		}
	}
	p.Form = Form{Values: map[string][]string{"/email": {email}}}.refused(p.Page, err)
	d.render(c, d.statusOf(c, err), "sign-in", p)
}

var errForeign = fault.New(fault.Forbidden, "sign_in.foreign", "the form came from another site; load the page again")

// fromHere refuses a form of another site, of which browsers tell.
func (d *Desk) fromHere(c *gin.Context) error {
	site, origin := c.GetHeader("Sec-Fetch-Site"), c.GetHeader("Origin")
	if site == "cross-site" || site == "same-site" || origin != "" && origin != d.edge.PublicURL() && site == "" {
		return errForeign
	}
	return nil
}

func (d *Desk) signOut(c *gin.Context) {
	if err := d.use.Access.SignOut(c.Request.Context(), presented(c)); err != nil {
		d.refuse(c, err)
		return
	}
	d.setCookie(c, secret.Text{})
	d.leave(c, Root+"/sign-in", "")
}

// setCookie lets the browser keep the token of a sign-in, or with an empty one forget it. SameSite is Lax and not Strict: whoever comes
// from a link in a mail is signed in, and what changes something carries a code of its own.
func (d *Desk) setCookie(c *gin.Context, token secret.Text) {
	cookie := &http.Cookie{
		Name: cookieHTTP, Value: token.Reveal(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(signin.Longest.Seconds()),
	}
	if strings.HasPrefix(d.edge.PublicURL(), "https://") {
		cookie.Name, cookie.Secure = cookieHTTPS, true
	}
	if token.Empty() {
		cookie.MaxAge = -1
	}
	http.SetCookie(c.Writer, cookie)
}
