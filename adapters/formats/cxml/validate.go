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

// rule is one thing that Validate looks for. The identifiers are the gateway's own and stable; cXML publishes none.
type rule struct {
	id    string
	fatal bool
}

// The rules for a PunchOutOrderMessage.
var (
	ruleReadable   = rule{"CXML-POOM-001", true}  // the document is well-formed XML, without entity declarations
	ruleMessage    = rule{"CXML-POOM-002", true}  // the document is cXML with a PunchOutOrderMessage
	ruleMissing    = rule{"CXML-POOM-003", true}  // the elements that the DTD requires are there
	ruleOrder      = rule{"CXML-POOM-004", true}  // there are no elements but those of the DTD, in its order and number
	ruleAttribute  = rule{"CXML-POOM-005", true}  // the attributes that the DTD requires are there, with values that it lists
	ruleNumber     = rule{"CXML-POOM-006", true}  // amounts, quantities and percentages are decimals, days and line numbers are whole
	ruleCurrency   = rule{"CXML-POOM-007", true}  // currencies are codes of ISO 4217
	ruleCurrencies = rule{"CXML-POOM-008", true}  // the cart has one currency
	ruleQuantity   = rule{"CXML-POOM-009", true}  // quantities are above zero
	ruleKey        = rule{"CXML-POOM-010", true}  // no SupplierPartAuxiliaryID stands at two items
	ruleEmpty      = rule{"CXML-POOM-011", true}  // article number, description, unit and amounts are not empty
	ruleHeader     = rule{"CXML-POOM-012", false} // there is a Header, unless the buyer wants none
	ruleUNSPSC     = rule{"CXML-POOM-013", false} // every item has a UNSPSC code of 8 digits
	ruleUnit       = rule{"CXML-POOM-014", false} // units are codes of UN/ECE Recommendation 20
	ruleTimestamp  = rule{"CXML-POOM-015", false} // the timestamp is ISO 8601 with a numeric offset
	ruleSecret     = rule{"CXML-POOM-016", false} // what passes the browser holds no authentication
	ruleNoChange   = rule{"CXML-POOM-017", false} // a message with status 204 has no items
	ruleNegative   = rule{"CXML-POOM-018", false} // prices are not negative
)

// models are the content models of DTD 1.2.071 for the part that a PunchOutOrderMessage needs: names in order, with ? for
// at most one, * for any number and + for one or more. Those of older versions are contained in them. Header is a rule
// apart.
var models = compile(map[string]string{
	"cXML":                       "Header? Message Signature*",
	"Header":                     "From To Sender Path? OriginalDocument?",
	"From":                       "Credential+ Correspondent?",
	"To":                         "Credential+ Correspondent?",
	"Sender":                     "Credential+ UserAgent",
	"Credential":                 "Identity SharedSecret|DigitalSignature|CredentialMac?",
	"Message":                    "Status? PunchOutOrderMessage",
	"PunchOutOrderMessage":       "BuyerCookie PunchOutOrderMessageHeader ItemIn*",
	"PunchOutOrderMessageHeader": "SourcingStatus? Total ShipTo? Shipping? Tax? SupplierOrderInfo?",
	"Total":                      "Money Modifications?",
	"Shipping":                   "Money Description Modifications?",
	"Tax":                        "Money TaxAdjustmentAmount? Description TaxDetail* Distribution* Extrinsic*",
	"TaxDetail": "TaxableAmount? TaxAmount TaxLocation? TaxAdjustmentAmount? Description? " +
		"TriangularTransactionLawReference? TaxRegime? TaxExemption? Extrinsic*",
	"TaxableAmount": "Money",
	"TaxAmount":     "Money",
	"ItemIn": "ItemID Path? ItemDetail SupplierID|SupplierList? ShipTo? Shipping? Tax? SpendDetail? Distribution* " +
		"Contact* Comments? ScheduleLine* BillTo? Batch? Period? DateInfo* Extrinsic*",
	"ItemID": "SupplierPartID SupplierPartAuxiliaryID? BuyerPartID? IdReference*",
	"ItemDetail": "UnitPrice Description+ OverallLimit? ExpectedLimit? UnitOfMeasure PriceBasisQuantity? Classification+ " +
		"ManufacturerPartID? ManufacturerName? URL? LeadTime? Dimension* ItemDetailIndustry? AttachmentReference* " +
		"PlannedAcceptanceDays? Extrinsic*",
	"UnitPrice":          "Money Modifications? PricingConditions?",
	"PriceBasisQuantity": "UnitOfMeasure Description?",
})

// required are the attributes that the DTD requires.
var required = map[string][]string{
	"cXML": {"payloadID", "timestamp"}, "Credential": {"domain"}, "Status": {"code", "text"},
	"PunchOutOrderMessageHeader": {"operationAllowed"}, "SupplierOrderInfo": {"orderID"}, "ItemIn": {"quantity"},
	"Money": {"currency"}, "Description": {"lang"}, "Classification": {"domain"}, "Extrinsic": {"name"},
	"TaxDetail": {"category"}, "PriceBasisQuantity": {"quantity", "conversionFactor"},
}

// listed are the values of attributes for which the DTD has a list.
var listed = map[string][]string{
	"operationAllowed": {opCreate, opInspect, opEdit}, "quoteStatus": {"pending", "final"},
	"deploymentMode": {"production", "test"},
}

// maxFindings bounds what one document can say: after so many nobody reads on.
const maxFindings = 500

// Validate judges a PunchOutOrderMessage, whoever wrote it.
func (f *Format) Validate(document io.Reader) ([]port.Finding, error) {
	root, err := readXML(document)
	v := validator{keys: map[string]string{}}
	switch {
	case errors.Is(err, errNotReadable), errors.Is(err, errTooLarge):
		v.report(ruleReadable, "/", fault.From(err).Message)
		return v.findings, nil
	case err != nil:
		return nil, err
	case root.name != "cXML":
		v.report(ruleMessage, "/"+root.name, "the root element is "+clip(root.name)+", not cXML")
		return v.findings, nil
	case root.child("Message", docOrderMessage) == nil:
		v.report(ruleMessage, "/cXML", "there is no Message with a PunchOutOrderMessage")
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
	findings []port.Finding
	currency string            // the first one
	keys     map[string]string // the path of each auxiliary id
}

func (v *validator) report(r rule, path, message string) {
	if len(v.findings) < maxFindings {
		v.findings = append(v.findings, port.Finding{Fatal: r.fatal, Rule: r.id, Path: path, Message: message})
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
		if c.name == "ItemIn" || seen[c.name] > 1 {
			at += "[" + strconv.Itoa(seen[c.name]) + "]"
		}
		v.element(at, c)
	}
}

func (v *validator) attributes(path string, e *element) {
	for _, name := range required[e.name] {
		if e.attr(name) == "" {
			v.report(ruleAttribute, path+"/@"+name, "the attribute is missing or empty")
		}
	}
	for _, a := range e.attrs {
		if values, ok := listed[a.Name.Local]; ok && !slices.Contains(values, a.Value) {
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
	switch e.name {
	case "cXML":
		if _, err := time.Parse(timestamp, e.attr("timestamp")); err != nil && e.attr("timestamp") != "" {
			v.report(ruleTimestamp, path+"/@timestamp", "must look like 2026-03-01T09:15:00+01:00, without Z")
		}
	case "SharedSecret", "DigitalSignature", "CredentialMac":
		v.report(ruleSecret, path, "must not stand in a document that passes the browser")
	case "ItemIn":
		v.quantity(path, e)
		v.whole(path+"/@lineNumber", e.attr("lineNumber"))
	case "PriceBasisQuantity":
		v.quantity(path, e)
		v.decimal(path+"/@conversionFactor", e.attr("conversionFactor"))
	case "TaxDetail":
		v.decimal(path+"/@percentageRate", e.attr("percentageRate"))
	case "Money":
		v.money(path, e)
	case "LeadTime":
		v.whole(path, e.content())
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
	if v.filled(path, e) {
		v.decimal(path, e.content())
	}
	switch currency := e.attr("currency"); {
	case currency == "":
	case v.currency == "":
		v.currency = currency
		if _, ok := codelist.Currency(currency); !ok {
			v.report(ruleCurrency, path+"/@currency", fmt.Sprintf("%q is not an ISO 4217 currency", clip(currency)))
		}
	case currency != v.currency:
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

// step is one place in a content model.
type step struct {
	names        []string // any of these
	needed, many bool
}

func compile(models map[string]string) map[string][]step {
	compiled := make(map[string][]step, len(models))
	for name, model := range models {
		for part := range strings.FieldsSeq(model) {
			plain := strings.TrimRight(part, "?*+")
			mark := part[len(plain):]
			compiled[name] = append(compiled[name], step{
				names: strings.Split(plain, "|"), needed: mark == "" || mark == "+", many: mark == "*" || mark == "+",
			})
		}
	}
	return compiled
}
