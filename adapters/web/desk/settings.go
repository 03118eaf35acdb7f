package desk

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
)

// settingsPage shows what a shop chooses.
type settingsPage struct {
	Page

	Form    Form
	Formats []string
	Secret  string // that signs questions about articles, just made
}

func (d *Desk) settings(c *gin.Context) {
	d.render(c, http.StatusOK, "settings", d.settingsPage(c))
}

func (d *Desk) settingsPage(c *gin.Context) settingsPage {
	return settingsPage{Page: d.page(c, "settings"), Form: shown(body.OfTenant(shopOf(c))), Formats: d.use.Formats.Names()}
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

// FormatOptions returns the formats of this build.
func (p settingsPage) FormatOptions() []Option {
	options := make([]Option, len(p.Formats))
	for i, name := range p.Formats {
		options[i] = Option{name, name}
	}
	return options
}

// Party returns the inputs of a party.
func (p settingsPage) Party(pointer string) []Field { return partyFields(p.Page, p.Form, pointer) }
