package body

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/spreadsheet"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// errColumns refuses a table of customers; its details name the columns.
var errColumns = fault.New(fault.Invalid, "table.columns", "the first row of the table does not name its columns")

// CustomerTable is a table of customers as it was read.
type CustomerTable struct {
	Rows    []administration.Row // of too many, one more than may be imported
	Ignored []string             // the columns that are of nothing that customers have
}

// ReadCustomers reads a table whose first row names its columns, in Swedish or English and however they are written; a custom field is
// named by its name or its label. What cannot be read of a row stands in the row.
func ReadCustomers(file []byte, shop *tenant.Tenant) (t CustomerTable, err error) {
	const enough = 1 + administration.MaxRows + 1 // with the first one, and one that says that there are too many
	rows, err := spreadsheet.Read(file, enough)
	if err != nil {
		return t, err
	}
	columns, err := t.columns(rows[0].Cells, shop)
	if err != nil {
		return t, err
	}
	for _, row := range rows[1:] {
		r := administration.Row{Line: row.Line, Profile: customer.Profile{Values: map[string]string{}}}
		for _, c := range columns {
			text := ""
			if c.at < len(row.Cells) {
				text = row.Cells[c.at]
			}
			c.read(&r, text)
		}
		if len(row.Cells) > len(rows[0].Cells) {
			r.Wrong = append(r.Wrong, fault.Detail{Code: "too_many_cells", Message: "the row has more cells than the first one"})
		}
		t.Rows = append(t.Rows, r)
	}
	return t, nil
}

// reader reads a cell into its row.
type reader func(r *administration.Row, text string)

// column is one that is not ignored.
type column struct {
	at   int
	read reader
}

// columns returns the columns that are of something that customers have.
func (t *CustomerTable) columns(heads []string, shop *tenant.Tenant) ([]column, error) {
	var columns []column
	var wrong []fault.Detail
	seen := map[string]bool{}
	for i, head := range heads {
		path, read := columnOf(head, shop)
		switch {
		case read == nil:
			t.Ignored = append(t.Ignored, head)
		case seen[path]:
			wrong = append(wrong, fault.Detail{
				Path: "/columns/" + strconv.Itoa(i), Code: "repeated", Message: "the column " + strconv.Quote(head) + " stands twice",
			})
		default:
			columns, seen[path] = append(columns, column{i, read}), true
		}
	}
	if !seen["/id"] && !seen["/number"] {
		wrong = append(wrong, fault.Detail{
			Path: "/columns", Code: "missing",
			Message: "needs a column with the customers' number (Nummer) or identifier (Id), by which they are found again",
		})
	}
	if len(wrong) > 0 {
		return nil, errColumns.With(wrong...)
	}
	return columns, nil
}

func columnOf(head string, shop *tenant.Tenant) (path string, read reader) {
	name := plainName(head)
	for _, f := range shop.Snapshot().Fields {
		if name != "" && (plainName(f.Name) == name || plainName(f.Label) == name) {
			return "/fields/" + f.Name, fieldReader(f)
		}
	}
	path, known := columnNames[name]
	if !known {
		return "", nil
	}
	return path, memberReaders[path]
}

// plainName is what names of columns are compared by: their letters and digits, in lower case.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// columnNames are what columns are called, as plainName has it.
var columnNames = map[string]string{
	"id": "/id", "identifierare": "/id", "customerid": "/id", "kundid": "/id",
	"number": "/number", "nummer": "/number", "customernumber": "/number", "kundnummer": "/number", "kundnr": "/number", "nr": "/number",
	"name": "/name", "namn": "/name", "customername": "/name", "kundnamn": "/name", "customer": "/name", "kund": "/name",
	"active": "/active", "aktiv": "/active",
	"contractfrom": "/contract_from", "avtalfrån": "/contract_from", "avtaletbörjar": "/contract_from",
	"contractuntil": "/contract_until", "avtaltill": "/contract_until", "avtaltillochmed": "/contract_until",
	"avtaletslutar": "/contract_until",
	"buyername":     "/buyer/name", "köparensnamn": "/buyer/name",
	"buyerendpoint": "/buyer/endpoint", "peppolid": "/buyer/endpoint", "elektroniskadress": "/buyer/endpoint",
	"buyeridentifier": "/buyer/identifier", "organisationsnummer": "/buyer/identifier", "orgnr": "/buyer/identifier",
	"organisationnumber": "/buyer/identifier",
	"buyerreference":     "/buyer/reference", "erreferens": "/buyer/reference",
}

// ColumnPaths returns the paths of the members that a table can have, beside those of custom fields.
func ColumnPaths() []string { return slices.Sorted(maps.Keys(memberReaders)) }

var memberReaders = map[string]reader{
	"/id":     func(r *administration.Row, text string) { r.ID = customer.ID(text) },
	"/number": member("/number", func(p *customer.Profile, text string) { p.Number = text }),
	"/name":   member("/name", func(p *customer.Profile, text string) { p.Name = text }),
	"/active": func(r *administration.Row, text string) {
		if text == "" { // nobody is made inactive by a gap
			return
		}
		value, ok := readBox(text)
		if !ok {
			r.Wrong = append(r.Wrong, notBox("/active"))
		}
		r.Members, r.Profile.Active = append(r.Members, "/active"), value == "true"
	},
	"/contract_from": dated("/contract_from", 0, func(p *customer.Profile, t time.Time) { p.ContractFrom = t }),
	// The last day is part of the contract.
	"/contract_until": dated("/contract_until", 1, func(p *customer.Profile, t time.Time) { p.ContractUntil = t }),
	"/buyer/name":     member("/buyer/name", func(p *customer.Profile, text string) { p.Buyer.Name = text }),
	"/buyer/endpoint": identified("/buyer/endpoint", "", func(p *customer.Profile, i cart.Identifier) { p.Buyer.Endpoint = i }),
	"/buyer/identifier": identified("/buyer/identifier", organisationScheme, func(p *customer.Profile, i cart.Identifier) {
		p.Buyer.Identifier = i
	}),
	"/buyer/reference": member("/buyer/reference", func(p *customer.Profile, text string) { p.Buyer.Reference = text }),
}

// organisationScheme is that of Swedish organisation numbers (ISO 6523).
const organisationScheme = "0007"

func member(path string, set func(*customer.Profile, string)) reader {
	return func(r *administration.Row, text string) {
		r.Members = append(r.Members, path)
		set(&r.Profile, text)
	}
}

// dated reads a time, or a day, which begins at midnight where the gateway is.
func dated(path string, later int, set func(*customer.Profile, time.Time)) reader {
	return func(r *administration.Row, text string) {
		r.Members = append(r.Members, path)
		if text == "" {
			return
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t, err = time.ParseInLocation(time.DateOnly, text, time.Local)
			t = t.AddDate(0, 0, later)
		}
		if err != nil {
			r.Wrong = append(r.Wrong, fault.Detail{Path: path, Code: "not_date", Message: "must be a day such as 2026-11-24"})
			return
		}
		set(&r.Profile, t)
	}
}

// identified reads an identifier with its scheme before it, as in 0088:7381030000004; a bare one has the scheme that is given.
func identified(path, scheme string, set func(*customer.Profile, cart.Identifier)) reader {
	return func(r *administration.Row, text string) {
		r.Members = append(r.Members, path)
		before, id, found := strings.Cut(text, ":")
		switch {
		case text == "":
		case found:
			set(&r.Profile, cart.Identifier{Scheme: before, ID: id})
		case scheme != "":
			set(&r.Profile, cart.Identifier{Scheme: scheme, ID: strings.ReplaceAll(text, "-", "")})
		default:
			r.Wrong = append(r.Wrong, fault.Detail{
				Path: path, Code: "no_scheme", Message: "must have its scheme before it, as in 0088:7381030000004",
			})
		}
	}
}

func fieldReader(f tenant.Field) reader {
	path := "/fields/" + f.Name
	return func(r *administration.Row, text string) {
		r.Members = append(r.Members, path)
		switch f.Type {
		case tenant.Checkbox:
			var ok bool
			if text, ok = readBox(text); !ok {
				r.Wrong = append(r.Wrong, notBox(path))
			}
		case tenant.Number: // as spreadsheet programs write it in Sweden
			text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2212", "-", ",", ".").Replace(text)
		}
		r.Profile.Values[f.Name] = text
	}
}

func notBox(path string) fault.Detail {
	return fault.Detail{Path: path, Code: "not_checkbox", Message: "must be yes or no (ja, nej, x, 1, 0, true, false; empty is no)"}
}

// readBox returns true or false, and whether the text says either.
func readBox(text string) (value string, ok bool) {
	switch strings.ToLower(text) {
	case "ja", "j", "yes", "y", "true", "sant", "1", "x", "on":
		return "true", true
	case "nej", "n", "no", "false", "falskt", "0", "-", "off", "":
		return "false", true
	}
	return "", false
}

// Import is what an import made of a table, or would make of it.
type Import struct {
	Preview bool           `json:"preview"`
	Counts  map[string]int `json:"counts"` // by outcome
	Rows    []ImportedRow  `json:"rows"`
	Ignored []string       `json:"ignored_columns"`
}

// ImportedRow is what came of a row.
type ImportedRow struct {
	Line     int            `json:"line"`
	Outcome  string         `json:"outcome"`
	Customer customer.ID    `json:"customer,omitempty"` // absent where there is none yet
	Number   string         `json:"number"`
	Name     string         `json:"name"`
	Changes  []MemberChange `json:"changes,omitempty"`
	Errors   []api.Detail   `json:"errors,omitempty"`
}

// MemberChange is what becomes of a member.
type MemberChange struct {
	Path   string `json:"path"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// OfImport returns the body of what came of a table.
func OfImport(t CustomerTable, all []administration.Imported, preview bool) Import {
	b := Import{Preview: preview, Counts: map[string]int{}, Rows: make([]ImportedRow, len(all)), Ignored: append([]string{}, t.Ignored...)}
	for _, o := range administration.Outcomes() {
		b.Counts[o.String()] = 0
	}
	for i, each := range all {
		b.Counts[each.Outcome.String()]++
		row := ImportedRow{Line: each.Line, Outcome: each.Outcome.String(), Customer: each.Customer, Number: each.Number, Name: each.Name}
		for _, c := range each.Changes {
			row.Changes = append(row.Changes, MemberChange(c))
		}
		row.Errors = OfDetails(each.Wrong)
		b.Rows[i] = row
	}
	return b
}

// Ticking is what came of ticking a box for customers.
type Ticking struct {
	Customers []Ticked `json:"customers"`
}

// Ticked is what came of it for one customer.
type Ticked struct {
	Customer customer.ID  `json:"customer"`
	Outcome  string       `json:"outcome"` // change, unchanged or wrong
	Errors   []api.Detail `json:"errors,omitempty"`
}

// OfTicked returns the body of what came of ticking a box.
func OfTicked(all []administration.Ticked) Ticking {
	b := Ticking{make([]Ticked, len(all))}
	for i, each := range all {
		b.Customers[i] = Ticked{Customer: each.Customer, Outcome: administration.RowUnchanged.String()}
		switch {
		case each.Refusal != nil:
			b.Customers[i].Outcome = administration.RowWrong.String()
			b.Customers[i].Errors = []api.Detail{{Code: each.Refusal.Code, Message: each.Refusal.Message}}
		case each.Changed:
			b.Customers[i].Outcome = administration.RowChanges.String()
		}
	}
	return b
}
