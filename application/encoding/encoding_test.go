package encoding_test

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/eligibility"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	document "github.com/punchgate/punchgate/domain/transfer"
)

// wire is a format whose document is the first line's name. It finds what is told it to find.
type wire struct {
	name     string
	findings []port.Finding
	got      *port.Outgoing
}

func (w *wire) Name() string                       { return w.name }
func (w *wire) CheckOptions(json.RawMessage) error { return nil }
func (w *wire) EncodeCart(out io.Writer, o port.Outgoing) (port.Handover, error) {
	w.got = &o
	_, err := io.WriteString(out, o.Cart.Lines[0].Name)
	return port.Handover{
		MediaType: "text/plain", FileName: "cart.txt", Form: document.Form{Action: o.ReturnURL}, Units: map[string]string{"XPK": "PK"},
		Warnings: []document.Warning{{Path: "/lines/0/classifications", Code: "unspsc.missing", Message: "none"}},
	}, err
}

func (w *wire) EncodeCancel(io.Writer, port.Outgoing) (port.Handover, error) {
	return port.Handover{}, errors.ErrUnsupported
}

func (w *wire) Validate(d io.Reader) ([]port.Finding, error) {
	content, err := io.ReadAll(d)
	if len(content) == 0 {
		return nil, errors.New("the document is empty")
	}
	return w.findings, err
}

// renamer is a mapper whose mapping is the new name of each line.
type renamer struct{ seen port.MappingInput }

func (*renamer) Check(json.RawMessage, port.CartEncoder, json.RawMessage) error { return nil }
func (r *renamer) Apply(mapping json.RawMessage, _ port.CartEncoder, v port.MappingInput) (port.Mapped, error) {
	r.seen = v
	var name string
	switch err := json.Unmarshal(mapping, &name); {
	case len(mapping) == 0:
		return port.Mapped{Cart: v.Cart}, nil
	case err != nil:
		return port.Mapped{}, fault.New(fault.Invalid, "mapping.value", "no name")
	}
	mapped := *v.Cart
	mapped.Lines = slices.Clone(v.Cart.Lines)
	for i := range mapped.Lines {
		mapped.Lines[i].Name = name
	}
	return port.Mapped{
		Cart: &mapped, LineFields: []map[string]string{{"FIELD": "x"}}, FormFields: map[string]string{"hidden": "y"},
		Warnings: []document.Warning{{Path: "/lines/0/name", Code: "mapping.cut", Message: "cut"}},
	}, nil
}

// subject is a visit of the customer, by a connection with the profile's changes.
func subject(t *testing.T, format string, change func(*connection.Profile)) encoding.Subject {
	t.Helper()
	settings := tenant.Defaults()
	settings.DecidingField = "punchout"
	shop, err := tenant.New("papper", "Papper", []tenant.Field{{Name: "punchout", Label: "PunchOut", Type: tenant.Checkbox}}, settings, now)
	if err != nil {
		t.Fatal(err)
	}
	who, err := customer.New(shop, "goteborg", customer.Profile{
		Number: "10001", Name: "Göteborgs stad", Active: true, Values: map[string]string{"punchout": "true"},
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	profile := connection.Profile{Customer: "goteborg", Format: format, Active: true}
	change(&profile)
	return encoding.Subject{
		Shop: shop, Customer: who, Connection: connection.Restore(connection.State{Profile: profile}),
		Session: session.State{Visit: session.Visit{ReturnURL: "https://buyer.example.com/", Extrinsics: map[string]string{"CostCenter": "7"}}},
	}
}

func oneLine() *cart.Cart {
	return &cart.Cart{Currency: "SEK", Lines: []cart.Line{{
		SKU: "4711", Name: "Papper", Quantity: money.FromInt(1), Unit: "EA", UnitPrice: money.FromInt(1), Tax: cart.Tax{Category: "Z"},
	}}}
}

func encode(t *testing.T, w *wire, change func(*connection.Profile), c *cart.Cart) (*document.Document, *renamer, error) {
	t.Helper()
	registry, err := formats.New([]port.Format{w})
	if err != nil {
		t.Fatal(err)
	}
	mapper := &renamer{}
	d, err := encoding.NewEncoder(registry, mapper, clock{}, &counter{}).Encode(subject(t, w.name, change), c)
	return d, mapper, err
}

func mapped(name string) func(*connection.Profile) {
	return func(p *connection.Profile) { p.Mapping = json.RawMessage(name) }
}

func nothing(*connection.Profile) {}

func codesOf(warnings []document.Warning) []string {
	var codes []string
	for _, w := range warnings {
		codes = append(codes, w.Code)
	}
	return codes
}

func TestADocumentHasTheMappedCartAndTheWarningsOfEachStep(t *testing.T) {
	w, c := &wire{name: "proceedo-cxml"}, oneLine()
	c.Lines[0].Attachments = []cart.Attachment{{ID: "a1", Name: "a.png", MediaType: "image/png", Content: []byte("png")}}
	d, mapper, err := encode(t, w, mapped(`"Mappat"`), c)
	if err != nil {
		t.Fatal(err)
	}
	if string(d.Body) != "Mappat" || c.Lines[0].Name != "Papper" || d.Mapped == nil || d.Mapped.Lines[0].Name != "Mappat" ||
		d.Units["XPK"] != "PK" || d.MediaType != "text/plain" || d.FileName != "cart.txt" || d.Form.Action != "https://buyer.example.com/" {
		t.Errorf("the document is %+v, of the cart %+v", d, c)
	}
	if w.got.Cart.Lines[0].Name != "Mappat" || w.got.LineFields[0]["FIELD"] != "x" || w.got.FormFields["hidden"] != "y" || w.got.DocumentID == "" {
		t.Errorf("the encoder got %+v", w.got)
	}
	if d.Mapped.Lines[0].Attachments != nil || len(w.got.Cart.Lines[0].Attachments) != 1 {
		t.Errorf("attachments kept twice or not written: kept %v, written %v", d.Mapped.Lines[0].Attachments, w.got.Cart.Lines[0].Attachments)
	}
	if !reflect.DeepEqual(mapper.seen.Customer, map[string]string{"number": "10001", "name": "Göteborgs stad", "punchout": "true"}) ||
		mapper.seen.Visit["CostCenter"] != "7" || mapper.seen.Cart != c || c.ID == "" || c.Lines[0].Key == "" {
		t.Errorf("the mapper got %+v", mapper.seen)
	}
	if got := codesOf(d.Warnings); !slices.Equal(got, []string{"mapping.cut", "unspsc.missing"}) {
		t.Errorf("warnings %q", got)
	}
	if told := d.Warnings[1]; told.Effect != document.Changed || told.Remedy == "" || told.After != "avtalets standardkod i Proceedo" {
		t.Errorf("the buyer's system, which the format is of, says %+v", told)
	}
}

func TestWithoutAMappingTheDocumentIsOfTheCartItself(t *testing.T) {
	w := &wire{name: "cxml-1.2", findings: []port.Finding{{Fatal: true, Rule: "R1"}}} // without a mapping nobody asks
	d, _, err := encode(t, w, nothing, oneLine())
	if err != nil || d.Mapped != nil || string(d.Body) != "Papper" || len(d.Warnings) != 1 || d.Warnings[0].Effect != "" {
		t.Errorf("%+v %v", d, err)
	}
}

func TestTheSystemOfTheConnectionIsAsked(t *testing.T) {
	c := oneLine()
	c.Lines[0].SKU, c.Lines[0].Unit = "4?", "XPK" // which the wire format sends by a code of the buyer's
	for name, want := range map[string][]string{
		"ariba": {"unspsc.missing", "ariba.id_characters"}, "coupa": {"unspsc.missing"}, "": {"unspsc.missing"},
	} {
		d, _, err := encode(t, &wire{name: "cxml-1.2"}, func(p *connection.Profile) { p.BuyerSystem = name }, c)
		if err != nil || !slices.Equal(codesOf(d.Warnings), want) {
			t.Errorf("%q: %+v %v", name, d, err)
		}
	}
	if _, _, err := encode(t, &wire{name: "cxml-1.2"}, func(p *connection.Profile) { p.BuyerSystem = "workday" }, c); err == nil {
		t.Error("a system that there is not")
	}
}

func TestAMappedDocumentThatItsFormatRefusesIsRefused(t *testing.T) {
	findings := []port.Finding{{Rule: "W1", Message: "only a warning"}}
	for i := range 150 {
		findings = append(findings, port.Finding{Fatal: true, Rule: "R" + strconv.Itoa(i), Path: "/x", Message: "wrong"})
	}
	_, _, err := encode(t, &wire{name: "cxml-1.2", findings: findings}, mapped(`"Mappat"`), oneLine())
	f := fault.From(err)
	if !errors.Is(err, encoding.ErrMappedDocument) || f.Code != "mapping.document_invalid" || len(f.Details) != 100 ||
		f.Details[0] != (fault.Detail{Path: "/x", Code: "R0", Message: "wrong"}) {
		t.Errorf("%+v", f)
	}
	if _, _, err := encode(t, &wire{name: "cxml-1.2", findings: findings[:1]}, mapped(`"Mappat"`), oneLine()); err != nil {
		t.Errorf("a warning alone: %v", err)
	}
	if _, _, err := encode(t, &wire{name: "cxml-1.2"}, mapped(`""`), oneLine()); err == nil {
		t.Error("a document that cannot be judged")
	}
}

func TestACartThatCannotBeSentIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		format string
		change func(*connection.Profile)
		cart   *cart.Cart
		want   error
	}{
		"no lines":               {"cxml-1.2", nothing, &cart.Cart{Currency: "SEK"}, cart.ErrInvalid},
		"too many lines":         {"cxml-1.2", nothing, &cart.Cart{Lines: make([]cart.Line, cart.MaxLines+1)}, cart.ErrTooManyLines},
		"an inactive connection": {"cxml-1.2", func(p *connection.Profile) { p.Active = false }, oneLine(), eligibility.ErrSend},
		"an unknown format":      {"cxml-1.2", func(p *connection.Profile) { p.Format = "edi" }, oneLine(), formats.ErrUnknown},
		"no value for a mapping": {"cxml-1.2", mapped(`{}`), oneLine(), fault.New(fault.Invalid, "mapping.value", "")},
	} {
		if d, _, err := encode(t, &wire{name: c.format}, c.change, c.cart); d != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %+v %v", name, d, err)
		}
	}
}
