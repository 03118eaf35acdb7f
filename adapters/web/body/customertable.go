package body

import (
	"io"
	"time"

	"github.com/punchgate/punchgate/adapters/web/spreadsheet"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

// customerColumns are the columns of a table of customers as it is written, without custom fields. ReadCustomers reads them again.
var customerColumns = []struct {
	path, english, swedish string
	text                   func(lang string, s *customer.State) string
}{
	{"/id", "Id", "Id", func(_ string, s *customer.State) string { return string(s.ID) }},
	{"/number", "Number", "Nummer", func(_ string, s *customer.State) string { return s.Profile.Number }},
	{"/name", "Name", "Namn", func(_ string, s *customer.State) string { return s.Profile.Name }},
	{"/active", "Active", "Aktiv", func(lang string, s *customer.State) string { return writeBox(lang, s.Profile.Active) }},
	{"/contract_from", "Contract from", "Avtal från", func(_ string, s *customer.State) string {
		return writeDay(s.Profile.ContractFrom, 0)
	}},
	{"/contract_until", "Contract until", "Avtal till", func(_ string, s *customer.State) string {
		return writeDay(s.Profile.ContractUntil, 1)
	}},
	{"/buyer/name", "Buyer name", "Köparens namn", func(_ string, s *customer.State) string { return s.Profile.Buyer.Name }},
	{"/buyer/endpoint", "Buyer endpoint", "Peppol-id", func(_ string, s *customer.State) string {
		return writeIdentifier(s.Profile.Buyer.Endpoint)
	}},
	{"/buyer/identifier", "Buyer identifier", "Organisationsnummer", func(_ string, s *customer.State) string {
		return writeIdentifier(s.Profile.Buyer.Identifier)
	}},
	{"/buyer/reference", "Buyer reference", "Er referens", func(_ string, s *customer.State) string { return s.Profile.Buyer.Reference }},
}

// CustomerColumns returns the first row of a table of the shop's customers, in English or Swedish. Custom fields are named by their
// labels. What would be read as something else has its name in the other language, or the field's identifier.
func CustomerColumns(shop *tenant.Tenant, lang string) (names []string) {
	for _, column := range customerColumns {
		name, other := column.english, column.swedish
		if lang == "sv" {
			name, other = other, name
		}
		if path, _ := columnOf(name, shop); path != column.path {
			name = other
		}
		names = append(names, name)
	}
	for _, f := range shop.Snapshot().Fields {
		name := f.Label
		if plain := plainName(name); plain == "" || columnNames[plain] != "" || named(shop, plain) > 1 {
			name = f.Name
		}
		names = append(names, name)
	}
	return names
}

// CustomerColumn returns the name of the column of a member, in English or Swedish; empty for a member that has none.
func CustomerColumn(path, lang string) string {
	for _, column := range customerColumns {
		if column.path == path && lang == "sv" {
			return column.swedish
		} else if column.path == path {
			return column.english
		}
	}
	return ""
}

// named returns how many custom fields have a name, as plainName has it, or a label.
func named(shop *tenant.Tenant, plain string) (n int) {
	for _, f := range shop.Snapshot().Fields {
		if plainName(f.Name) == plain || plainName(f.Label) == plain {
			n++
		}
	}
	return n
}

// WriteCustomers writes a table of the shop's customers: what it returns takes them a page at a time, the first page also where it has
// none.
func WriteCustomers(out io.Writer, shop *tenant.Tenant, lang string) func(page []*customer.Customer) error {
	w, begun := spreadsheet.NewWriter(out), false
	return func(page []*customer.Customer) error {
		rows := make([][]string, 0, len(page)+1)
		if !begun {
			begun, rows = true, append(rows, CustomerColumns(shop, lang))
		}
		for _, c := range page {
			rows = append(rows, customerCells(shop, lang, c))
		}
		for _, row := range rows {
			if err := w.Row(row...); err != nil {
				return err
			}
		}
		return w.Flush()
	}
}

// customerCells returns the row of a customer.
func customerCells(shop *tenant.Tenant, lang string, c *customer.Customer) (cells []string) {
	s := c.Snapshot()
	for _, column := range customerColumns {
		cells = append(cells, column.text(lang, &s))
	}
	for _, f := range shop.Snapshot().Fields {
		value, has := s.Profile.Values[f.Name]
		if f.Type == tenant.Checkbox && has {
			value = writeBox(lang, value == "true")
		}
		cells = append(cells, value)
	}
	return cells
}

func writeBox(lang string, ticked bool) string {
	switch {
	case lang == "sv" && ticked:
		return "ja"
	case lang == "sv":
		return "nej"
	case ticked:
		return "yes"
	default:
		return "no"
	}
}

// writeDay is what dated reads.
func writeDay(t time.Time, later int) string {
	day := t.Local()
	switch {
	case t.IsZero():
		return ""
	case day.Equal(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.Local)):
		return day.AddDate(0, 0, -later).Format(time.DateOnly)
	default:
		return t.Format(time.RFC3339Nano)
	}
}

// writeIdentifier is what identified reads.
func writeIdentifier(i cart.Identifier) string {
	if i == (cart.Identifier{}) {
		return ""
	}
	return i.Scheme + ":" + i.ID
}
