package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

const (
	whoKey  = "desk.who"
	shopKey = "desk.shop"
)

// secure sets what keeps the pages to themselves: nothing is loaded from elsewhere, no other page may frame them, and no form of
// theirs leads elsewhere.
func (d *Desk) secure(c *gin.Context) {
	c.Header("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	c.Header("Cross-Origin-Opener-Policy", "same-origin")
	c.Header("Referrer-Policy", "same-origin")
}

// signedIn lets through who is signed in, and leads others to the page that signs in, and back afterwards. What changes something
// must come from one of the pages: it carries the code of the sign-in.
func (d *Desk) signedIn(c *gin.Context) {
	authenticate := d.use.Access.Authenticate
	if following(c) {
		authenticate = d.use.Access.AuthenticateUnused
	}
	who, err := authenticate(c.Request.Context(), d.presented(c))
	if fault.KindOf(err) == fault.Unauthenticated {
		if c.Request.Method != http.MethodGet || checking(c) {
			d.refuse(c, err)
			return
		}
		c.Redirect(http.StatusSeeOther, Root+"/sign-in?to="+url.QueryEscape(c.Request.URL.RequestURI()))
		c.Abort()
		return
	}
	if err == nil && c.Request.Method != http.MethodGet {
		err = d.fromPage(c, who)
	}
	if err != nil {
		d.refuse(c, err)
		return
	}
	c.Set(whoKey, who)
}

func whoOf(c *gin.Context) access.Who {
	who, _ := c.Get(whoKey)
	found, _ := who.(access.Who)
	return found
}

var errUnreadable = fault.New(fault.Malformed, "form.malformed", "the form is not readable")

// fromPage refuses a form that none of the user's own pages sent.
func (d *Desk) fromPage(c *gin.Context, who access.Who) error {
	err := c.Request.ParseForm() // which tells of what the other one does not
	if err == nil {
		err = c.Request.ParseMultipartForm(body.Max) // in memory, so that the gateway needs no place on a disk
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return body.ErrTooLarge
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return errUnreadable.Because(err)
	}
	if len(c.Request.PostForm) > maxInputs {
		return errUnreadable
	}
	for name, values := range c.Request.PostForm {
		if !utf8.ValidString(name) || slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) }) {
			return errUnreadable
		}
	}
	return d.use.Access.CheckCSRF(who, c.Request.PostFormValue("csrf"))
}

// maxInputs bounds the inputs of a form, by their names: reading them costs the square of their number, and no page has as many.
const maxInputs = 2000

// ofShop finds the shop of the address among those that the user may see.
func (d *Desk) ofShop(c *gin.Context) {
	id := tenant.ID(c.Param("shop"))
	if !tenant.Identifier(string(id)) || !whoOf(c).User.May(id) {
		d.refuse(c, port.ErrTenantNotFound)
		return
	}
	shop, err := d.use.Administration.Tenant(c.Request.Context(), id)
	if err != nil {
		d.refuse(c, err)
		return
	}
	c.Set(shopKey, shop)
}

// ofPlatform lets through who runs the gateway.
func (d *Desk) ofPlatform(c *gin.Context) {
	if !whoOf(c).User.May(tenant.Platform) {
		d.refuse(c, errNoPage)
	}
}

var errNoPage = fault.New(fault.NotFound, "route.not_found", "there is nothing at this address")

func shopOf(c *gin.Context) *tenant.Tenant {
	shop, _ := c.Get(shopKey)
	found, _ := shop.(*tenant.Tenant)
	return found
}

// shopPath returns the address of a page of a shop.
func shopPath(of tenant.ID, path string) string { return Root + "/shops/" + string(of) + path }

// errReader refuses changes by who may only read.
var errReader = fault.New(fault.Forbidden, "user.role", "your role lets you see this and change nothing")

// mayChange lets through who may change things of the shop.
func (d *Desk) mayChange(c *gin.Context) {
	if !whoOf(c).User.MayChange(shopOf(c).ID()) {
		d.refuse(c, errReader)
	}
}

// checking reports whether a form is sent while somebody is typing, to learn what would be wrong.
func checking(c *gin.Context) bool { return c.GetHeader("Punchgate-Check") != "" }

// following reports whether a page asks by itself what happened since, as it does every few seconds while it is open.
func following(c *gin.Context) bool { return c.GetHeader("Punchgate-Follow") != "" }

// safePath returns a path of the pages that may be led to after signing in, else the first page: another host's address in a link
// must not catch who has just typed a password.
func safePath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(to, Root+"/") || strings.ContainsAny(to, "\\\t\r\n") {
		return Root
	}
	return to
}
