package desk

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/signin"
)

// signInPage asks who is there.
type signInPage struct {
	Page

	Form     Form
	To       string // where to go afterwards
	Provider string // what people call the identity provider; empty where there is none
}

func (d *Desk) signInForm(c *gin.Context, f Form, to string) signInPage {
	p := signInPage{d.page(c, ""), f, safePath(to), d.use.Access.Provider()}
	p.path, p.query = Root+"/sign-in", url.Values{"to": {p.To}} // also for who comes back from the identity provider with another query
	return p
}

func (d *Desk) signInPage(c *gin.Context) {
	p := d.signInForm(c, Form{}, c.Query("to"))
	if _, err := d.use.Access.Authenticate(c.Request.Context(), d.presented(c)); err == nil {
		d.leave(c, p.To, "")
		return
	}
	d.render(c, http.StatusOK, "sign-in", p)
}

// signIn lets a user in. Another site cannot sign a browser in as somebody else: browsers say where a form comes from (Fetch Metadata,
// section 2.3; RFC 6454, section 7).
func (d *Desk) signIn(c *gin.Context) {
	email, to := c.PostForm("/email"), c.PostForm("to")
	err := d.fromHere(c)
	if err == nil {
		var token secret.Text
		token, _, err = d.use.Access.SignIn(c.Request.Context(), c.ClientIP(), email, secret.New(c.PostForm("/password")))
		if err == nil {
			err = d.admit(c, token, to)
		}
	}
	if err != nil {
		d.refuseSignIn(c, Form{Values: map[string][]string{"/email": {email}}}, to, err)
	}
}

// admit lets the browser keep a new sign-in and leads it on. One that it had before ends: no token that somebody brought outlives a
// sign-in.
func (d *Desk) admit(c *gin.Context, token secret.Text, to string) error {
	if err := d.use.Access.SignOut(c.Request.Context(), d.presented(c)); err != nil {
		return err
	}
	d.setCookie(c, token)
	d.leave(c, safePath(to), "")
	return nil
}

// refuseSignIn shows the page again with the reason.
func (d *Desk) refuseSignIn(c *gin.Context, f Form, to string, err error) {
	p := d.signInForm(c, f, to)
	p.Form = f.refused(p.Page, err)
	d.render(c, d.statusOf(c, err), "sign-in", p)
}

// The addresses at which a browser leaves for the identity provider and comes back.
const (
	oidcPath     = Root + "/oidc"
	callbackPath = oidcPath + "/callback"
)

func (d *Desk) returnURL() string { return d.edge.PublicURL() + callbackPath }

// toProvider leads the browser to the identity provider. It is a link and no form, whose policy would not let it leave the gateway.
func (d *Desk) toProvider(c *gin.Context) {
	to := safePath(c.Query("to"))
	address, kept, err := d.use.Access.BeginOIDC(c.Request.Context(), d.returnURL(), to)
	if err != nil {
		d.refuseSignIn(c, Form{}, to, err)
		return
	}
	d.keep(c, pendingCookie, kept, access.PendingFor)
	c.Redirect(http.StatusSeeOther, address)
}

// fromProvider lets in who comes back from the identity provider. Its query names each parameter once; all else is no answer.
func (d *Desk) fromProvider(c *gin.Context) {
	token, to, err := d.use.Access.FinishOIDC(c.Request.Context(), access.Return{
		Client: c.ClientIP(), ReturnURL: d.returnURL(), Kept: d.kept(c, pendingCookie), State: c.Query("state"),
		Answer: port.IdentityAnswer{Code: c.Query("code"), Issuer: c.Query("iss")},
	})
	d.keep(c, pendingCookie, secret.Text{}, 0)
	if err == nil {
		err = d.admit(c, token, to)
	}
	if err != nil {
		d.refuseSignIn(c, Form{}, to, err)
	}
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
	if err := d.use.Access.SignOut(c.Request.Context(), d.presented(c)); err != nil {
		d.refuse(c, err)
		return
	}
	d.setCookie(c, secret.Text{})
	d.leave(c, Root+"/sign-in", "signed_out")
}

// The cookies: of a sign-in, and of a browser that is at the identity provider.
const (
	signInCookie  = "punchgate"
	pendingCookie = "punchgate-oidc"
)

// cookieName is the name that a cookie has in the browser. One that begins with __Host- can be set over https by this very host alone
// (RFC 6265bis, section 4.1.3.2), and not by another one of the same domain, so that over https no other name is looked at. Over plain
// http, where the gateway runs on one's own machine, browsers refuse it.
func (d *Desk) cookieName(name string) string {
	if d.https() {
		return "__Host-" + name
	}
	return name
}

func (d *Desk) https() bool { return strings.HasPrefix(d.edge.PublicURL(), "https://") }

// keep lets the browser keep a cookie, or forget it where it is empty. SameSite is Lax and not Strict: whoever follows a link in a mail,
// or comes back from the identity provider, is led here by another site and has to bring the cookie. Forms of other sites do not bring
// it, and what changes something carries a code of its own besides.
func (d *Desk) keep(c *gin.Context, name string, value secret.Text, lasting time.Duration) {
	cookie := &http.Cookie{ //nolint:gosec // over plain http no browser would keep a Secure one
		Name: d.cookieName(name), Value: value.Reveal(), Path: "/", HttpOnly: true, Secure: d.https(), SameSite: http.SameSiteLaxMode,
		MaxAge: int(lasting.Seconds()),
	}
	if value.Empty() {
		cookie.MaxAge = -1
	}
	http.SetCookie(c.Writer, cookie)
}

// kept returns what the browser kept.
func (d *Desk) kept(c *gin.Context, name string) secret.Text {
	cookie, err := c.Request.Cookie(d.cookieName(name))
	if err != nil {
		return secret.Text{}
	}
	return secret.New(cookie.Value)
}

func (d *Desk) setCookie(c *gin.Context, token secret.Text) {
	d.keep(c, signInCookie, token, signin.Longest)
}

// presented returns the token of a sign-in that the browser kept.
func (d *Desk) presented(c *gin.Context) secret.Text { return d.kept(c, signInCookie) }
