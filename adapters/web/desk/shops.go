package desk

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// shopsPage lists the shops of the gateway, and creates them.
type shopsPage struct {
	Page

	Form  Form
	Shops []*tenant.Tenant
	Next  tenant.ID // empty on the last page
}

// pageLength is how many things a page lists.
const pageLength = 50

func (d *Desk) shops(c *gin.Context) {
	if who := whoOf(c).User; who.Role() != user.Platform {
		c.Redirect(http.StatusSeeOther, shopPath(who.Tenant(), ""))
		return
	}
	p, err := d.shopsPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "shops", p)
}

func (d *Desk) shopsPage(c *gin.Context) (shopsPage, error) {
	p := shopsPage{Page: d.page(c, "shops"), Form: shown(body.NewTenant())}
	found, err := d.use.Administration.Tenants(c.Request.Context(), tenant.ID(c.Query("after")), pageLength+1)
	p.Shops = found
	if len(found) > pageLength {
		p.Shops, p.Next = found[:pageLength], found[pageLength-1].ID()
	}
	return p, err
}

// newShopField is the custom field that a shop begins with, so that it can decide who buys by PunchOut at once.
var newShopField = body.Field{Name: "punchout", Label: "Handlar via PunchOut", Type: tenant.Checkbox.String()}

func (d *Desk) createShop(c *gin.Context) {
	f, b := typed(c), body.NewTenant()
	b.Fields, b.Settings.DecidingField = []body.Field{newShopField}, newShopField.Name
	wrong := d.submit(c, f, &b, audit.TenantCreate, "", func(ctx context.Context) (string, error) {
		fields, settings, err := b.Read()
		if err != nil {
			return "", err
		}
		made, err := d.use.Administration.CreateTenant(ctx, b.ID, b.Name, fields, settings)
		if err != nil {
			return "", err
		}
		b.ID = made.ID()
		return string(made.ID()), nil
	})
	if wrong == nil && !checking(c) {
		d.leave(c, shopPath(b.ID, "/settings"), "created")
		return
	}
	p, err := d.shopsPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	p.Form = f.refused(p.Page, wrong)
	if !d.answerCheck(c, p.Form) {
		d.render(c, d.statusOf(c, wrong), "shops", p)
	}
}
