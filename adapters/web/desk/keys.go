package desk

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// keysPage lists API keys, those of a shop or of whoever runs the gateway, and makes them.
type keysPage struct {
	Page

	Form Form
	Keys []keyRow
	Text string // of the key that was just made, shown this once
}

type keyRow struct {
	apikey.State

	Good bool
}

// tenantOf returns whose things a page is about: the shop's, or on pages of no shop tenant.Platform's.
func tenantOf(c *gin.Context) tenant.ID {
	if shop := shopOf(c); shop != nil {
		return shop.ID()
	}
	return tenant.Platform
}

// keysPage returns the page with a form for another key.
func (d *Desk) keysPage(c *gin.Context, f Form) (keysPage, error) {
	found, err := d.use.Administration.Keys(c.Request.Context(), tenantOf(c))
	p := keysPage{Page: d.page(c, "keys"), Form: f}
	for _, k := range found {
		state := k.Snapshot()
		p.Keys = append(p.Keys, keyRow{state, state.RevokedAt.IsZero()})
	}
	return p, err
}

func (d *Desk) keys(c *gin.Context) {
	b := body.NewKey{Scopes: []string{apikey.Storefront.String()}}
	p, err := d.keysPage(c, shown(b))
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "keys", p)
}

func (d *Desk) createKey(c *gin.Context) {
	var b body.NewKey
	if shopOf(c) == nil {
		b.Scopes = []string{apikey.Platform.String()}
	}
	var text secret.Text
	f := typed(c)
	wrong := d.submit(c, f, &b, audit.KeyCreate, "", func(ctx context.Context) (string, error) {
		scopes, err := b.Read()
		if err != nil {
			return "", err
		}
		made, plain, err := d.use.Administration.CreateKey(ctx, tenantOf(c), b.Label, scopes, b.Origins...)
		if err != nil {
			return "", err
		}
		text = plain
		return string(made.Snapshot().ID), nil
	})
	p, err := d.keysPage(c, f)
	if err != nil {
		d.refuse(c, err)
		return
	}
	p.Form = f.refused(p.Page, wrong)
	if wrong == nil {
		p.Text, p.Form = text.Reveal(), shown(body.NewKey{})
	}
	d.render(c, d.statusOf(c, wrong), "keys", p)
}

func (d *Desk) revokeKey(c *gin.Context) {
	id := c.Param("id")
	err := d.act(c, audit.KeyRevoke, id, func(ctx context.Context) (string, error) {
		_, err := d.use.Administration.RevokeKey(ctx, tenantOf(c), apikey.ID(id))
		return "", err
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.leave(c, d.page(c, "").In("/keys"), "revoked")
}

// Scopes returns what a key of a shop can be for.
func (p keysPage) Scopes() []Option {
	return []Option{
		{apikey.Storefront.String(), p.T("Butiken (storefront)", "The shop (storefront)")},
		{apikey.ERP.String(), p.T("Affärssystemet (erp)", "The ERP (erp)")},
		{apikey.Admin.String(), p.T("Administration (admin)", "Administration (admin)")},
		{apikey.Policy.String(), p.T("Webbläsaren (policy): får synas i sidor, och kan bara fråga om kassan",
			"Browsers (policy): may be seen in pages, and can only ask about the checkout")},
	}
}

// Create returns where the form for another key leads.
func (p keysPage) Create() string { return p.In("/keys") }
