package peppol

import (
	"encoding/xml"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is a rule of the release, or of the gateway, about single elements.
type rule struct {
	id       string
	fatal    bool
	elements string // as in rules.txt: their names, alone or with that of the parent, * for any, /* for the root
	scheme   string // that the element must be in; empty: in any, or none
	message  string
	ok       func(*node) bool
}

// placed is a rule under the name of an element that it judges.
type placed struct {
	parent string // its name; empty: any
	*rule
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

// checks are what the published rules hold. They follow XPath 2.0: = holds where any of several elements makes it hold, and
// what wants one element, or a number, fails with several, or with another text.
var checks = map[string]func(*node) bool{
	"PEPPOL-COMMON-R001": func(n *node) bool { return len(n.children) > 0 || !blank(n.text) },
	"PEPPOL-COMMON-R003": func(n *node) bool {
		return !slices.ContainsFunc(n.attrs, func(a xml.Attr) bool { return a.Name.Local == "schemaLocation" })
	},
	"PEPPOL-COMMON-R030": func(n *node) bool {
		_, err := time.Parse(time.DateOnly, n.content())
		return err == nil
	},
	"PEPPOL-COMMON-R040": identifies(gln),
	"PEPPOL-COMMON-R041": identifies(norwegian),
	"PEPPOL-COMMON-R043": identifies(belgian),
	"PEPPOL-COMMON-R044": identifies(ipa.MatchString),
	"PEPPOL-COMMON-R045": identifies(codiceFiscale.MatchString),
	"PEPPOL-COMMON-R046": identifies(codiceFiscale.MatchString),
	"PEPPOL-COMMON-R047": identifies(partitaIVA),
	"PEPPOL-COMMON-R048": identifies(partitaIVA),
	"PEPPOL-COMMON-R049": identifies(swedish),
	"PEPPOL-COMMON-R050": identifies(australian),
	"PEPPOL-T77-R001":    validityEndsLater,
	"PEPPOL-T77-R002": ofLine(func(quantity, base []*node) bool {
		return len(quantity) == 0 || len(base) == 0 || number(quantity) > 0 && number(base) > 0
	}),
	"PEPPOL-T77-R003": func(n *node) bool { return number(n.nodes("cbc:PriceAmount")) >= 0 },
	"PEPPOL-T77-R004": func(n *node) bool {
		return len(n.nodes("cac:StandardItemIdentification", "cbc:ID"))+len(n.nodes("cac:SellersItemIdentification", "cbc:ID")) > 0
	},
	"PEPPOL-T77-R005": func(n *node) bool {
		images := 0
		for _, reference := range n.nodes("cac:ItemSpecificationDocumentReference") {
			if anyIs(reference.nodes("cbc:DocumentTypeCode"), productImage) {
				images++
			}
		}
		return images <= 1
	},
	"PEPPOL-T77-R006": ofLine(sameUnit),
	"PEPPOL-T77-R007": func(n *node) bool {
		values := n.nodes("cbc:Value")
		return !anyIs(n.nodes("cbc:Name"), serviceIndicator) || anyIs(values, "true") || anyIs(values, "false")
	},
	"PEPPOL-T77-R008": func(n *node) bool {
		category, one := single(n.nodes("cbc:ID"))
		return len(n.nodes("cbc:Percent")) > 0 || one && category == "O"
	},
	"PEPPOL-T77-R009": func(n *node) bool {
		category, one := single(n.nodes("cbc:ID"))
		return one && category != "S" || one && slices.ContainsFunc(n.nodes("cbc:Percent"), func(percent *node) bool {
			return number([]*node{percent}) > 0
		})
	},
	"PEPPOL-T77-R010": func(n *node) bool { return strings.HasPrefix(normalizeSpace(n.content()), customization) },
}

// own are the gateway's rules for what no published rule catches.
func (r *release) own() []rule {
	return []rule{
		{ruleQuantity, true, "cac:CatalogueLine/cac:RequiredItemLocationQuantity", "", "needs a quantity above zero",
			ofLine(func(quantity, base []*node) bool {
				return len(quantity) == 0 || len(base) > 0 || number(quantity) > 0
			})},
		{ruleTax, true, "cac:ClassifiedTaxCategory", "", "has a category that is none of UNCL5305", func(n *node) bool {
			category, _ := single(n.nodes("cbc:ID"))
			return category == "" || r.taxes(category)
		}},
	}
}

// readRules reads the lines of rules.txt, whose comment says how, and adds the gateway's own.
func (r *release) readRules(lines []string) error {
	var rules []rule
	for _, line := range lines {
		words := strings.SplitN(line, " ", 4)
		if len(words) < 4 || words[1] != "fatal" && words[1] != "warning" {
			return fmt.Errorf("is not four words, of which the second is fatal or warning: %s", line)
		}
		elements, scheme, _ := strings.Cut(words[2], "@")
		check := checks[words[0]]
		if check == nil {
			return fmt.Errorf("nothing in rules.go holds the rule %s", words[0])
		}
		rules = append(rules, rule{words[0], words[1] == "fatal", elements, scheme, words[3], check})
	}
	r.rules = map[string][]placed{}
	for _, each := range append(rules, r.own()...) {
		for element := range strings.SplitSeq(each.elements, ",") {
			parent, name, found := strings.Cut(element, "/")
			if !found || parent == "" { // cac:Item, or /*
				parent, name = "", element
			}
			r.rules[name] = append(r.rules[name], placed{parent, &each})
		}
	}
	return nil
}

// broken yields the rules that an element breaks, of those under the name.
func (r *release) broken(name string, n *node) iter.Seq[*rule] {
	return func(yield func(*rule) bool) {
		for _, p := range r.rules[name] {
			if p.parent != "" && (n.parent == nil || n.parent.name != p.parent) {
				continue
			}
			if scheme, _ := n.attr("schemeID"); p.scheme != "" && p.scheme != scheme {
				continue
			}
			if !p.ok(n) && !yield(p.rule) {
				return
			}
		}
	}
}

// identifies is a check of the text of an identifier, with white space around it gone and white space inside it single.
func identifies(ok func(id string) bool) func(*node) bool {
	return func(n *node) bool { return ok(normalizeSpace(n.content())) }
}

// validityEndsLater compares dates as numbers, without their hyphens.
func validityEndsLater(n *node) bool {
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
		return ok(n.nodes("cac:DeliveryUnit", "cbc:BatchQuantity"), n.nodes("cac:Price", "cbc:BaseQuantity"))
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
	names := []string{"*", n.name, "/*"}
	if n.parent != nil {
		names = names[:2]
	}
	for _, name := range names {
		for broken := range v.release.broken(name, n) {
			v.report(broken.fatal, broken.id, n, broken.message)
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
