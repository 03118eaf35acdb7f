package desk

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// accountPage is what everybody changes of themselves.
type accountPage struct {
	Page

	Form        Form // of another password
	Language    Form
	HasPassword bool
}

// ownShop shows the page within the user's shop.
func (d *Desk) ownShop(c *gin.Context) {
	of := whoOf(c).User.Tenant()
	if of == tenant.Platform {
		return
	}
	shop, err := d.use.Administration.Tenant(c.Request.Context(), of)
	if err != nil {
		d.refuse(c, err)
		return
	}
	c.Set(shopKey, shop)
}

func (d *Desk) showAccount(c *gin.Context, status int, with func(*accountPage)) {
	p := accountPage{Page: d.page(c, "account")}
	p.path = Root + "/account"
	p.HasPassword = p.User.Snapshot().Verifier != ""
	p.Language = Form{Values: map[string][]string{"/language": {p.User.Profile().Language}}}
	with(&p)
	d.render(c, status, "account", p)
}

func (d *Desk) account(c *gin.Context) { d.showAccount(c, http.StatusOK, func(*accountPage) {}) }

func (d *Desk) saveLanguage(c *gin.Context) {
	who := whoOf(c)
	err := d.act(c, audit.UserChange, string(who.User.ID()), func(ctx context.Context) (string, error) {
		_, err := d.use.Access.SetLanguage(ctx, who, c.PostForm("/language"))
		return "", err
	})
	if err != nil {
		d.showAccount(c, d.statusOf(c, err), func(p *accountPage) { p.Language = typed(c).refused(p.Page, err) })
		return
	}
	d.forgetLanguage(c)
	d.leave(c, Root+"/account", "saved")
}

func (d *Desk) changePassword(c *gin.Context) {
	who := whoOf(c)
	var token secret.Text
	err := d.act(c, audit.UserPassword, string(who.User.ID()), func(ctx context.Context) (string, error) {
		var err error
		token, err = d.use.Access.ChangeOwnPassword(
			ctx, who, c.ClientIP(), secret.New(c.PostForm("/current_password")), secret.New(c.PostForm("/password")))
		return "", err
	})
	if err != nil {
		d.showAccount(c, d.statusOf(c, err), func(p *accountPage) { p.Form = emptied("/current_password", "/password").refused(p.Page, err) })
		return
	}
	d.setCookie(c, token)
	d.leave(c, Root+"/account", "password")
}

func (d *Desk) signOutEverywhere(c *gin.Context) {
	who := whoOf(c)
	err := d.act(c, audit.UserSignOut, string(who.User.ID()), func(ctx context.Context) (string, error) {
		return "", d.use.Access.SignOutEverywhere(ctx, who)
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.setCookie(c, secret.Text{})
	d.leave(c, Root+"/sign-in", "signed_out")
}
