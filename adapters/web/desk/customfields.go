package desk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// customFieldsPage lists the custom fields of the shop's customers, and makes them.
type customFieldsPage struct {
	Page

	Form Form // of those that there are: /fields/0/label and so on
	New  Form // of another one, a newField
	Rows []customFieldRow
}

type customFieldRow struct {
	tenant.Field

	Position int
	Deciding bool
}

// newField is the form of another custom field.
type newField struct {
	Label    string `json:"label"`
	Name     string `json:"name"` // empty for one that follows from the label
	Type     string `json:"type"`
	Deciding bool   `json:"deciding"` // it decides from now on who buys by PunchOut
}

func (d *Desk) customFieldsPage(c *gin.Context) customFieldsPage {
	deciding := shopOf(c).Settings().DecidingField
	p := customFieldsPage{Page: d.page(c, "fields"), Form: shown(body.OfTenant(shopOf(c))), New: shown(newField{Type: tenant.Text.String()})}
	p.path = p.In("/fields")
	if deciding == "" {
		p.New = shown(newField{Type: tenant.Checkbox.String(), Deciding: true})
	}
	for i, f := range shopOf(c).Snapshot().Fields {
		p.Rows = append(p.Rows, customFieldRow{f, i, f.Name == deciding})
	}
	return p
}

func (d *Desk) customFields(c *gin.Context) {
	d.render(c, http.StatusOK, "fields", d.customFieldsPage(c))
}

// saveFields changes the labels.
func (d *Desk) saveFields(c *gin.Context) {
	var b struct {
		Fields []body.Field `json:"fields"`
	}
	f, p := typed(c), d.customFieldsPage(c)
	err := d.submit(c, f, &b, audit.TenantChange, "", func(ctx context.Context) (string, error) {
		return "", d.changeFields(ctx, c, f.Tag, func(of *body.Tenant) {
			for _, field := range b.Fields {
				if i := indexOf(of, field.Name); i >= 0 {
					of.Fields[i].Label = field.Label
				}
			}
		})
	})
	p.Form = f.refusedOver(p.Page, err, p.Form)
	d.answerFields(c, p, err, "saved")
}

// raiseField lets a field stand before the one above it.
func (d *Desk) raiseField(c *gin.Context) {
	d.changeField(c, "saved", func(of *body.Tenant, position int) {
		above := max(position-1, 0)
		of.Fields[above], of.Fields[position] = of.Fields[position], of.Fields[above]
	})
}

// removeField ends a field. What customers have in it is seen no more and goes as they are changed.
func (d *Desk) removeField(c *gin.Context) {
	d.changeField(c, "removed", func(of *body.Tenant, position int) {
		of.Fields = slices.Delete(of.Fields, position, position+1)
	})
}

var errNoField = fault.New(fault.NotFound, "field.not_found", "there is no such custom field")

// changeField does something with the field of the address.
func (d *Desk) changeField(c *gin.Context, done string, change func(of *body.Tenant, position int)) {
	p := d.customFieldsPage(c)
	err := d.act(c, audit.TenantChange, "", func(ctx context.Context) (string, error) {
		of := body.OfTenant(p.Shop)
		if indexOf(&of, c.Param("name")) < 0 {
			return "", errNoField
		}
		return "", d.changeFields(ctx, c, p.Form.Tag, func(of *body.Tenant) { change(of, indexOf(of, c.Param("name"))) })
	})
	p.Form = p.Form.refused(p.Page, err)
	d.answerFields(c, p, err, done)
}

func (d *Desk) createField(c *gin.Context) {
	f, p := typed(c), d.customFieldsPage(c)
	var fresh newField
	err := d.submit(c, f, &fresh, audit.TenantChange, "", func(ctx context.Context) (string, error) {
		if fresh.Label == "" {
			return "", tenant.ErrInvalid.With(fault.Detail{Path: "/label", Code: "missing", Message: "is required"})
		}
		err := d.changeFields(ctx, c, p.Form.Tag, func(of *body.Tenant) {
			name := cmp.Or(fresh.Name, identifier(fresh.Label))
			of.Fields = append(of.Fields, body.Field{Name: name, Label: fresh.Label, Type: fresh.Type})
			if fresh.Deciding {
				of.Settings.DecidingField = name
			}
		})
		return "", moved(moved(err, "/fields/"+strconv.Itoa(len(p.Rows)), ""), "/settings/deciding_field", "/deciding")
	})
	p.New = f.refused(p.Page, err)
	d.answerFields(c, p, err, "created")
}

// changeFields changes the shop's custom fields, where the shop is as the tag says.
func (d *Desk) changeFields(ctx context.Context, c *gin.Context, tag string, change func(*body.Tenant)) error {
	b := body.OfTenant(shopOf(c))
	change(&b)
	fields, settings, err := b.Read()
	if err != nil {
		return err
	}
	_, err = d.use.Administration.ChangeTenant(ctx, shopOf(c).ID(), b.Name, fields, settings, body.Unchanged(tag, body.OfTenant))
	return err
}

// answerFields leads back to the page, or shows it with what is wrong.
func (d *Desk) answerFields(c *gin.Context, p customFieldsPage, err error, done string) {
	if err != nil {
		d.render(c, d.statusOf(c, err), "fields", p)
		return
	}
	d.leave(c, p.In("/fields"), done)
}

func indexOf(b *body.Tenant, field string) int {
	return slices.IndexFunc(b.Fields, func(f body.Field) bool { return f.Name == field })
}

// identifier makes an identifier out of a label: "Kostnadsställe 2" becomes kostnadsstalle-2.
func identifier(label string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), strings.ToLower(label))
	if err != nil {
		return "" // which no field is named
	}
	words := strings.FieldsFunc(plain, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	joined := strings.Join(words, "-")
	return strings.TrimRight(joined[:min(len(joined), 64)], "-")
}

// Label returns what people call a custom field.
func (Page) Label(f tenant.Field) string { return cmp.Or(f.Label, f.Name) }

// FieldTypes returns the types of custom fields.
func (p Page) FieldTypes() []Option {
	return []Option{
		{tenant.Checkbox.String(), p.FieldType(tenant.Checkbox)}, {tenant.Text.String(), p.FieldType(tenant.Text)},
		{tenant.Number.String(), p.FieldType(tenant.Number)},
	}
}

// FieldType returns what people call a type of custom fields.
func (p Page) FieldType(t tenant.FieldType) string {
	switch t {
	case tenant.Checkbox:
		return p.T("Kryssruta", "Checkbox")
	case tenant.Number:
		return p.T("Tal", "Number")
	default:
		return p.T("Text", "Text")
	}
}
