package cxml

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// kind is a kind of document that is judged, with what its findings begin with.
type kind struct{ document, prefix string }

// kinds are judged; the first is what a document counts as that is not even readable.
var kinds = []kind{
	{docOrderMessage, "CXML-POOM-"}, {docSetup, "CXML-SETUP-"}, {docOrder, "CXML-ORDER-"}, {docConfirmation, "CXML-CONFIRM-"},
}

// rule is one thing that Validate looks for. After the prefix of the document's kind, the identifiers are the gateway's own
// and stable; cXML publishes none.
type rule struct {
	id    string
	fatal bool
}

// The rules for documents of every kind.
var (
	ruleReadable  = rule{"001", true}  // the document is well-formed XML, without entity declarations
	ruleDocument  = rule{"002", true}  // the document is cXML of a kind that is judged
	ruleMissing   = rule{"003", true}  // the elements that the DTD requires are there
	ruleOrder     = rule{"004", true}  // there are no elements but those of the DTD, in its order and number
	ruleAttribute = rule{"005", true}  // the attributes that the DTD requires are there, with values that it lists
	ruleNumber    = rule{"006", true}  // amounts, quantities and percentages are decimals, days and line numbers are whole
	ruleCurrency  = rule{"007", true}  // currencies are codes of ISO 4217
	ruleQuantity  = rule{"009", true}  // quantities of lines are above zero
	ruleTimestamp = rule{"015", false} // the timestamp is ISO 8601 with a numeric offset
)

// The rules for a PunchOutOrderMessage alone.
var (
	ruleCurrencies = rule{"008", true}  // the cart has one currency
	ruleKey        = rule{"010", true}  // no SupplierPartAuxiliaryID stands at two items
	ruleEmpty      = rule{"011", true}  // article number, description, unit and amounts are not empty
	ruleHeader     = rule{"012", false} // there is a Header, unless the buyer wants none; of a request the DTD requires it
	ruleUNSPSC     = rule{"013", false} // every item has a UNSPSC code of 8 digits
	ruleUnit       = rule{"014", false} // units are codes of UN/ECE Recommendation 20
	ruleSecret     = rule{"016", false} // what passes the browser holds no authentication
	ruleNoChange   = rule{"017", false} // a message with status 204 has no items
	ruleNegative   = rule{"018", false} // prices are not negative
)

// The rules for a ConfirmationRequest alone, from what Fulfill.dtd says of its elements.
var (
	ruleSum      = rule{"019", true} // the parts of a line add up to what was ordered of it
	ruleRejected = rule{"020", true} // the rejection of an order has no lines
)

// maxFindings bounds what one document can say: after so many nobody reads on.
const maxFindings = 500

// Validate judges a PunchOutOrderMessage, PunchOutSetupRequest, OrderRequest or ConfirmationRequest, whoever wrote it. That
// a document is of another kind is a finding.
func (f *Format) Validate(document io.Reader) ([]port.Finding, error) {
	root, _, err := readXML(document)
	v := validator{kind: kinds[0], keys: map[string]string{}}
	switch {
	case errors.Is(err, errNotReadable), errors.Is(err, errTooLarge):
		v.report(ruleReadable, "/", fault.From(err).Message)
		return v.findings, nil
	case err != nil:
		return nil, err
	case root.name != "cXML":
		v.report(ruleDocument, "/"+root.name, "the root element is "+clip(root.name)+", not cXML")
		return v.findings, nil
	}
	_, payload := body(root)
	switch k := slices.IndexFunc(kinds, func(k kind) bool { return payload != nil && payload.name == k.document }); {
	case payload == nil:
		v.report(ruleDocument, "/cXML", "there is no message or request")
		return v.findings, nil
	case k < 0:
		v.report(ruleDocument, "/cXML", "a "+clip(payload.name)+" is not judged")
		return v.findings, nil
	default:
		v.kind = kinds[k]
	}
	if v.kind.document != docOrderMessage {
		if root.child("Header") == nil {
			v.report(ruleMissing, "/cXML/Header", "the element is missing")
		}
		v.element("/cXML", root)
		return v.findings, nil
	}
	if root.child("Header") == nil {
		v.report(ruleHeader, "/cXML", "there is no Header")
	}
	message := root.child("Message")
	if message.child("Status").attr("code") == "204" && message.child(docOrderMessage, "ItemIn") != nil {
		v.report(ruleNoChange, "/cXML/Message", "the status says that nothing changes, but there are items")
	}
	v.element("/cXML", root)
	return v.findings, nil
}

// validator walks the document and collects findings.
type validator struct {
	kind     kind
	findings []port.Finding
	currency string            // the first one
	keys     map[string]string // the path of each auxiliary id
}

func (v *validator) report(r rule, path, message string) {
	if len(v.findings) < maxFindings {
		v.findings = append(v.findings, port.Finding{Fatal: r.fatal, Rule: v.kind.prefix + r.id, Path: path, Message: message})
	}
}

func (v *validator) element(path string, e *element) {
	v.attributes(path, e)
	v.content(path, e)
	model, known := models[e.name]
	if !known {
		return // of any content, of text, or beyond what a cart needs
	}
	v.children(path, e, model)
	seen := map[string]int{}
	for _, c := range e.children {
		seen[c.name]++
		at := path + "/" + c.name
		if slices.Contains(lines, c.name) || seen[c.name] > 1 {
			at += "[" + strconv.Itoa(seen[c.name]) + "]"
		}
		v.element(at, c)
	}
}

// lines are the elements that paths number from the first on.
var lines = []string{"ItemIn", "ItemOut", "ConfirmationItem"}

func (v *validator) attributes(path string, e *element) {
	for _, name := range required[e.name] {
		if e.attr(name) == "" {
			v.report(ruleAttribute, path+"/@"+name, "the attribute is missing or empty")
		}
	}
	for _, a := range e.attrs {
		if values, ok := listed[e.name+"/"+a.Name.Local]; ok && !slices.Contains(values, a.Value) {
			v.report(ruleAttribute, path+"/@"+a.Name.Local, "must be one of "+strings.Join(values, ", "))
		}
	}
}

// children compares the children with the content model, each step of which takes as many as it can.
func (v *validator) children(path string, e *element, model []step) {
	if strings.TrimSpace(e.own()) != "" {
		v.report(ruleOrder, path, "the element has text between its elements")
	}
	rest := e.children
	for _, s := range model {
		n := 0
		for n < len(rest) && slices.Contains(s.names, rest[n].name) && (s.many || n == 0) {
			n++
		}
		rest = rest[n:]
		switch {
		case n > 0 || !s.needed:
		case slices.ContainsFunc(rest, func(c *element) bool { return slices.Contains(s.names, c.name) }):
			// it stands further down: said below, once
		default:
			v.report(ruleMissing, path+"/"+s.names[0], "the element is missing")
		}
	}
	if len(rest) > 0 {
		v.report(ruleOrder, path+"/"+rest[0].name, "the element is out of place, or stands too often")
	}
}

// content checks values.
func (v *validator) content(path string, e *element) {
	v.values(path, e)
	switch v.kind.document {
	case docOrderMessage:
		v.cart(path, e)
	case docConfirmation:
		v.confirmation(path, e)
	}
}

// values checks what holds in every kind of document.
func (v *validator) values(path string, e *element) {
	switch e.name {
	case "cXML":
		if _, err := time.Parse(timestamp, e.attr("timestamp")); err != nil && e.attr("timestamp") != "" {
			v.report(ruleTimestamp, path+"/@timestamp", "must look like 2026-03-01T09:15:00+01:00, without Z")
		}
	case "ItemIn", "ItemOut", "ConfirmationItem":
		v.quantity(path, e)
		v.whole(path+"/@lineNumber", e.attr("lineNumber"))
	case "PriceBasisQuantity":
		v.quantity(path, e)
		v.decimal(path+"/@conversionFactor", e.attr("conversionFactor"))
	case "TaxDetail":
		v.decimal(path+"/@percentageRate", e.attr("percentageRate"))
	case "ConfirmationStatus":
		v.decimal(path+"/@quantity", e.attr("quantity"))
	case "Money":
		v.money(path, e)
	case "LeadTime":
		v.whole(path, e.content())
	}
}

// cart checks what holds in carts.
func (v *validator) cart(path string, e *element) {
	switch e.name {
	case "SharedSecret", "DigitalSignature", "CredentialMac":
		v.report(ruleSecret, path, "must not stand in a document that passes the browser")
	case "Money":
		v.filled(path, e)
	case "SupplierPartID", "Description":
		v.filled(path, e)
	case "UnitOfMeasure":
		if v.filled(path, e) && !codelist.Unit(e.content()) {
			v.report(ruleUnit, path, fmt.Sprintf("%q is not a unit of UN/ECE Recommendation 20", clip(e.content())))
		}
	case "SupplierPartAuxiliaryID":
		if first, taken := v.keys[e.text]; taken && e.text != "" {
			v.report(ruleKey, path, "stands at "+first+", too")
		} else {
			v.keys[e.text] = path
		}
	case "UnitPrice":
		if d, err := money.Parse(e.content("Money")); err == nil && d.Sign() < 0 {
			v.report(ruleNegative, path, "the price is negative")
		}
	case "ItemDetail":
		v.unspsc(path, e)
	}
}

// confirmation checks what holds in confirmations.
func (v *validator) confirmation(path string, e *element) {
	switch e.name {
	case docConfirmation:
		if e.child("ConfirmationHeader").attr("type") == typeReject && e.child("ConfirmationItem") != nil {
			v.report(ruleRejected, path+"/ConfirmationItem[1]", "the order is rejected as a whole")
		}
	case "ConfirmationItem":
		var sum money.Decimal
		for part := range e.all("ConfirmationStatus") {
			d, err := money.Parse(part.attr("quantity"))
			if err != nil {
				return // said of the part itself
			}
			sum = sum.Add(d)
		}
		if ordered, err := money.Parse(e.attr("quantity")); err == nil && !sum.IsZero() && sum.Cmp(ordered) != 0 {
			v.report(ruleSum, path, "the parts add up to "+sum.String()+", not "+ordered.String())
		}
	}
}

func (v *validator) filled(path string, e *element) bool {
	if e.content() == "" {
		v.report(ruleEmpty, path, "the element is empty")
		return false
	}
	return true
}

func (v *validator) quantity(path string, e *element) {
	if d, ok := v.decimal(path+"/@quantity", e.attr("quantity")); ok && d.Sign() <= 0 {
		v.report(ruleQuantity, path+"/@quantity", "the quantity is not above zero")
	}
}

// decimal checks a number that may be absent.
func (v *validator) decimal(path, text string) (money.Decimal, bool) {
	d, err := money.Parse(text)
	if errors.Is(err, money.ErrNotDecimal) {
		v.report(ruleNumber, path, fmt.Sprintf("%q is not a decimal", clip(text)))
	}
	return d, err == nil && text != ""
}

func (v *validator) whole(path, text string) {
	if strings.Trim(text, "0123456789") != "" {
		v.report(ruleNumber, path, fmt.Sprintf("%q is not a whole number", clip(text)))
	}
}

func (v *validator) money(path string, e *element) {
	v.decimal(path, e.content())
	switch currency := e.attr("currency"); {
	case currency == "" || currency == v.currency:
	case v.currency == "" || v.kind.document != docOrderMessage:
		v.currency = currency
		if _, ok := codelist.Currency(currency); !ok {
			v.report(ruleCurrency, path+"/@currency", fmt.Sprintf("%q is not an ISO 4217 currency", clip(currency)))
		}
	default:
		v.report(ruleCurrencies, path+"/@currency", fmt.Sprintf("%q after %q", clip(currency), clip(v.currency)))
	}
}

func (v *validator) unspsc(path string, e *element) {
	found := false
	for c := range e.all("Classification") {
		if !strings.EqualFold(c.attr("domain"), cart.UNSPSC) {
			continue
		}
		found = true
		if !cart.Unspsc8(c.content()) {
			v.report(ruleUNSPSC, path+"/Classification", fmt.Sprintf("%q is not a UNSPSC code of 8 digits", clip(c.content())))
		}
	}
	if !found && e.child("Classification") != nil {
		v.report(ruleUNSPSC, path, "there is no classification of the domain UNSPSC")
	}
}
