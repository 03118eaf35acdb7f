package peppol

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/codelist"
)

// rule judges the elements of a name, wherever they stand; what it finds is fatal.
type rule struct {
	id      string
	message string
	ok      func(*node) bool
}

// Identifiers of what is no published rule: whether the text can be read at all, the UBL 2.1 schema, what the model's
// own files leave unchecked, and the gateway's own rules.
const (
	ruleRead        = "XML-READ"
	ruleTransaction = "TRANSACTION"
	ruleSchema      = "XSD-VALID"
	ruleBase64      = "XSD-BASE64"
	ruleTooMany     = "MODEL-MAX"
	ruleAttribute   = "MODEL-ATTRIBUTE"
	ruleDepth       = "PUNCHGATE-T77-DEPTH"
	ruleMore        = "PUNCHGATE-T77-MORE"
	ruleLineID      = "PUNCHGATE-T77-LINE-ID"
	ruleCurrency    = "PUNCHGATE-T77-CURRENCY"
	ruleQuantity    = "PUNCHGATE-T77-QUANTITY"
	ruleTax         = "PUNCHGATE-T77-TAX"
)

const customization = "urn:fdc:peppol.eu:poacc:trns:punch_out:3"

// rules are the published rules of the transaction and those common to all transactions, with the gateway's own, by the
// element that they judge. They follow XPath 2.0: = holds where any of several elements makes it hold, and what wants
// one element, or a number, fails with several, or with another text.
var rules = map[string][]rule{
	"cbc:CustomizationID": {
		{"PEPPOL-T77-R010", "must begin with " + customization, func(n *node) bool {
			return strings.HasPrefix(normalizeSpace(n.content()), customization)
		}},
	},
	"cac:ValidityPeriod": {{"PEPPOL-T77-R001", "must not end before the issue date", validityEndsLater}},
	"cac:Price": {
		{"PEPPOL-T77-R003", "must not be negative", func(n *node) bool {
			return n.parent.name != "cac:RequiredItemLocationQuantity" || number(n.nodes("cbc:PriceAmount")) >= 0
		}},
	},
	"cac:Item": {
		{"PEPPOL-T77-R004", "needs a seller's or a standard item number", func(n *node) bool {
			return len(n.nodes("cac:StandardItemIdentification", "cbc:ID"))+len(n.nodes("cac:SellersItemIdentification", "cbc:ID")) > 0
		}},
		{"PEPPOL-T77-R005", "may have only one main image", func(n *node) bool {
			images := 0
			for _, reference := range n.nodes("cac:ItemSpecificationDocumentReference") {
				if anyIs(reference.nodes("cbc:DocumentTypeCode"), productImage) {
					images++
				}
			}
			return images <= 1
		}},
	},
	"cac:RequiredItemLocationQuantity": {
		{"PEPPOL-T77-R006", "needs the same unit in quantity and base quantity", ofLine(sameUnit)},
		{"PEPPOL-T77-R002", "needs a quantity and a base quantity above zero", ofLine(func(quantity, base []*node) bool {
			return len(quantity) == 0 || len(base) == 0 || number(quantity) > 0 && number(base) > 0
		})},
		{ruleQuantity, "needs a quantity above zero", ofLine(func(quantity, base []*node) bool {
			return len(quantity) == 0 || len(base) > 0 || number(quantity) > 0
		})},
	},
	"cac:AdditionalItemProperty": {
		{"PEPPOL-T77-R007", "must be true or false as " + serviceIndicator, func(n *node) bool {
			values := n.nodes("cbc:Value")
			return n.parent.name != "cac:Item" || !anyIs(n.nodes("cbc:Name"), serviceIndicator) ||
				anyIs(values, "true") || anyIs(values, "false")
		}},
	},
	"cac:ClassifiedTaxCategory": {
		{"PEPPOL-T77-R008", "needs a percentage", func(n *node) bool {
			category, one := single(n.nodes("cbc:ID"))
			return len(n.nodes("cbc:Percent")) > 0 || one && category == "O"
		}},
		{"PEPPOL-T77-R009", "needs more than 0 percent in category S", func(n *node) bool {
			category, one := single(n.nodes("cbc:ID"))
			return one && category != "S" || one && slices.ContainsFunc(n.nodes("cbc:Percent"), func(percent *node) bool {
				return number([]*node{percent}) > 0
			})
		}},
		{ruleTax, "has a category that is none of UNCL5305", func(n *node) bool {
			category, _ := single(n.nodes("cbc:ID"))
			return category == "" || codelist.TaxCategory(category)
		}},
	},
	"cbc:IssueDate":          dates,
	"cbc:DueDate":            dates,
	"cbc:TaxPointDate":       dates,
	"cbc:StartDate":          dates,
	"cbc:EndDate":            dates,
	"cbc:ActualDeliveryDate": dates,
}

var dates = []rule{{"PEPPOL-COMMON-R030", "must have the form YYYY-MM-DD", func(n *node) bool {
	_, err := time.Parse(time.DateOnly, n.content())
	return err == nil
}}}

// validityEndsLater compares dates as numbers, without their hyphens.
func validityEndsLater(n *node) bool {
	if n.parent == nil || n.parent.name != catalogue.name {
		return true
	}
	day := func(date *node) float64 {
		if dates := date.parent.nodes(date.name); len(dates) > 1 {
			return math.NaN()
		}
		return parse(strings.ReplaceAll(date.content(), "-", ""))
	}
	ends, issues := n.nodes("cbc:EndDate"), n.parent.nodes("cbc:IssueDate")
	return len(ends) > 0 && len(issues) > 0 && day(ends[0]) >= day(issues[0])
}

// ofLine applies a rule to the quantities of a line, and the base quantities of its price.
func ofLine(ok func(quantity, base []*node) bool) func(*node) bool {
	return func(n *node) bool {
		return n.parent == nil || n.parent.name != "cac:CatalogueLine" ||
			ok(n.nodes("cac:DeliveryUnit", "cbc:BatchQuantity"), n.nodes("cac:Price", "cbc:BaseQuantity"))
	}
}

func sameUnit(quantity, base []*node) bool {
	return len(quantity) == 0 || len(base) == 0 || slices.ContainsFunc(quantity, func(q *node) bool {
		unit, given := q.attr("unitCode")
		return given && slices.ContainsFunc(base, func(b *node) bool {
			other, given := b.attr("unitCode")
			return given && other == unit
		})
	})
}

// anyIs reports whether one of the elements has exactly this text.
func anyIs(nodes []*node, text string) bool {
	return slices.ContainsFunc(nodes, func(n *node) bool { return n.content() == text })
}

// single returns the text of the only element, without white space around it; "" for none, false for several.
func single(nodes []*node) (string, bool) {
	switch len(nodes) {
	case 0:
		return "", true
	case 1:
		return normalizeSpace(nodes[0].content()), true
	}
	return "", false
}

// number is the XPath function: not a number unless there is one element with one. It is a binary float, as the
// published rules have it, and only ever compared.
func number(nodes []*node) float64 {
	text, one := single(nodes)
	if !one {
		return math.NaN()
	}
	return parse(text)
}

// parse reads a double of XML Schema without its names for infinity.
func parse(text string) float64 {
	if text = normalizeSpace(text); strings.Trim(text, "0123456789.eE+-") != "" {
		return math.NaN()
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return f
	}
	return math.NaN()
}

// checkRules judges an element and everything below it.
func (v *validator) checkRules(n *node) {
	if len(n.children) == 0 && blank(n.text) {
		v.report(true, "PEPPOL-COMMON-R001", n, "is empty")
	}
	if n.parent == nil {
		for _, a := range n.attrs {
			if a.Name.Local == "schemaLocation" {
				v.report(false, "PEPPOL-COMMON-R003", n, "should not have a schemaLocation")
			}
		}
	}
	for _, r := range rules[n.name] {
		if !r.ok(n) {
			v.report(true, r.id, n, r.message)
		}
	}
	endpoint := n.name == "cbc:EndpointID"
	if endpoint || n.name == "cbc:CompanyID" || n.name == "cbc:ID" && n.parent != nil && n.parent.name == "cac:PartyIdentification" {
		scheme, _ := n.attr("schemeID")
		if r := brokenPartyRule(scheme, n.content(), endpoint); r != nil {
			v.report(r.fatal, r.id, n, r.message)
		}
	}
	for _, c := range n.children {
		v.checkRules(c)
	}
}

// checkLines finds what no rule of a single line can: identifiers that stand twice, and several currencies.
func (v *validator) checkLines(root *node) {
	ids, currency := map[string]bool{}, ""
	for _, id := range root.nodes("cac:CatalogueLine", "cbc:ID") {
		text := normalizeSpace(id.text)
		if ids[text] {
			v.report(true, ruleLineID, id, "stands in another line, too")
		}
		ids[text] = true
	}
	for _, amount := range root.nodes("cac:CatalogueLine", "cac:RequiredItemLocationQuantity", "cac:Price", "cbc:PriceAmount") {
		its, _ := amount.attr("currencyID")
		if currency == "" {
			currency = its
		}
		if its != "" && its != currency {
			v.report(true, ruleCurrency, amount, "is in another currency than the lines before, "+clip(currency))
		}
	}
}
