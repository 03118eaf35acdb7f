package desk

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
)

// settingsPage shows what a shop chooses.
type settingsPage struct {
	Page

	Form    Form
	Formats []Option // that can start a PunchOut
	Secret  string   // that signs questions about articles, just made
}

func (d *Desk) settings(c *gin.Context) {
	d.render(c, http.StatusOK, "settings", d.settingsPage(c))
}

func (d *Desk) settingsPage(c *gin.Context) settingsPage {
	p := settingsPage{Page: d.page(c, "settings"), Form: shown(body.OfTenant(shopOf(c)))}
	for _, name := range d.use.Formats.Names() {
		_, err := formats.As[port.CartEncoder](d.use.Formats, name, formats.Cart)
		if err == nil || slices.Contains(shopOf(c).Settings().AllowedFormats, name) {
			p.Formats = append(p.Formats, Option{name, d.formatLabel(name) + " (" + name + ")"})
		}
	}
	return p
}

func (d *Desk) saveSettings(c *gin.Context) {
	f, b := typed(c), body.OfTenant(shopOf(c))
	err := d.submit(c, f, &b, audit.TenantChange, "", func(ctx context.Context) (string, error) {
		fields, settings, err := b.Read()
		if err != nil {
			return "", err
		}
		_, err = d.use.Administration.ChangeTenant(ctx, shopOf(c).ID(), b.Name, fields, settings, body.Unchanged(f.Tag, body.OfTenant))
		return "", err
	})
	p := d.settingsPage(c)
	p.Form = f.refusedOver(p.Page, err, p.Form)
	switch {
	case d.answerCheck(c, p.Form):
	case err != nil:
		d.render(c, d.statusOf(c, err), "settings", p)
	default:
		d.leave(c, p.In("/settings"), "saved")
	}
}

// replaceCatalogueSecret makes the secret that signs questions about articles, and shows it this once.
func (d *Desk) replaceCatalogueSecret(c *gin.Context) {
	p := d.settingsPage(c)
	p.path = p.In("/settings")
	err := d.act(c, audit.TenantCatalogue, "", func(ctx context.Context) (string, error) {
		plain, err := d.use.Administration.ReplaceCatalogueSecret(ctx, shopOf(c).ID())
		p.Secret = plain.Reveal()
		return "", err
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "settings", p)
}

// Deciding returns the fields that can decide who buys by PunchOut.
func (p settingsPage) Deciding() []Option {
	options := []Option{{"", p.T("Ingen: inget PunchOut", "None: no PunchOut")}}
	fields := p.Shop.Snapshot().Fields
	for _, f := range slices.DeleteFunc(fields, func(f tenant.Field) bool { return f.Type != tenant.Checkbox }) {
		options = append(options, Option{f.Name, f.Label + " (" + f.Name + ")"})
	}
	return options
}

// Party returns the inputs of a party.
func (p settingsPage) Party(pointer string) []Field { return partyFields(p.Page, p.Form, pointer) }
