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
}

func (d *Desk) settings(c *gin.Context) {
	d.render(c, http.StatusOK, "settings", settingsPage{d.page(c, "settings"), shown(body.OfTenant(shopOf(c))), d.use.Formats.Names()})
}

func (d *Desk) saveSettings(c *gin.Context) {
	f, b := typed(c), body.OfTenant(shopOf(c))
	err := d.submit(c, f, &b, audit.TenantChange, "", func(ctx context.Context) (string, error) {
		fields, settings, err := b.Read()
		if err != nil {
			return "", err
		}
		_, err = d.use.Administration.ChangeTenant(ctx, shopOf(c).ID(), b.Name, fields, settings, nil)
		return "", err
	})
	p := settingsPage{Page: d.page(c, "settings"), Formats: d.use.Formats.Names()}
	p.Form = f.refused(p.Page, err)
	switch {
	case d.answerCheck(c, p.Form):
	case err != nil:
		d.render(c, d.statusOf(c, err), "settings", p)
	default:
		d.leave(c, p.In("/settings"), "saved")
	}
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
