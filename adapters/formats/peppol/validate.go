package peppol

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/port"
)

// maxFindings bounds the list: nobody reads more, and a document can be made of nothing else.
const maxFindings = 1000

// Validate judges a cart document of anybody's making by the schema of UBL 2.1 as far as the model uses it, the model,
// the published rules and the gateway's own. Each finding names the element by its XPath and the line where it begins. Of
// more than a thousand findings it returns the first thousand and one that says so.
func (f *Format) Validate(document io.Reader) ([]port.Finding, error) {
	root, err := read(document)
	if bad, ok := errors.AsType[*unreadable](err); ok {
		return []port.Finding{{Fatal: true, Rule: bad.rule, Path: "-", Message: bad.Error()}}, nil
	}
	if err != nil {
		return nil, err
	}
	v := validator{release: f.release}
	model := f.release.catalogue
	if root.name != model.name {
		v.report(true, ruleTransaction, root, "the root element is no Catalogue of UBL 2.1")
		return v.findings, nil
	}
	v.checkModel(model, root)
	v.checkRules(root)
	v.checkLines(root)
	if v.more > 0 {
		v.findings = append(v.findings, port.Finding{Fatal: v.moreFatal, Rule: ruleMore, Path: "-", Message: "there are more findings"})
	}
	return v.findings, nil
}

// validator collects findings.
type validator struct {
	release   *release
	findings  []port.Finding
	more      int
	moreFatal bool
}

func (v *validator) report(fatal bool, rule string, at *node, message string) {
	if len(v.findings) == maxFindings {
		v.more++
		v.moreFatal = v.moreFatal || fatal
		return
	}
	v.findings = append(v.findings, port.Finding{Fatal: fatal, Rule: rule, Path: at.path(),
		Message: fmt.Sprintf("line %d: %s", at.line, message)})
}

// checkModel compares an element with the model of its name.
func (v *validator) checkModel(m *element, n *node) {
	v.checkAttributes(m, n)
	if m.kind == "" {
		if !blank(n.text) {
			v.report(true, ruleSchema, n, "holds text, but may hold elements only")
		}
	} else {
		v.checkValue(m, n)
	}
	counts := make([]int, len(m.children))
	latest, ordered := 0, true
	for _, c := range n.children {
		i, child := m.child(c.name)
		if child == nil {
			v.report(true, m.unknownRule, c, "is not part of the data model")
			continue
		}
		if counts[i]++; counts[i] > 1 && !child.many {
			v.report(true, ruleTooMany, c, "stands more than once")
		}
		if i < latest && ordered {
			v.report(true, ruleSchema, c, "stands too late: its place is before "+m.children[latest].name)
			ordered = false // what follows is out of order for the same reason
		}
		latest = max(latest, i)
		v.checkModel(child, c)
	}
	for i, child := range m.children {
		if child.mandatory && counts[i] == 0 {
			v.report(true, child.missingRule, n, "lacks the element "+child.name)
		}
	}
}

func (v *validator) checkValue(m *element, n *node) {
	if m.fixed != "" && normalizeSpace(n.text) != m.fixed {
		v.report(true, m.valueRule, n, "must be "+m.fixed)
	}
	if m.list != nil && !m.list(normalizeSpace(n.text)) {
		v.report(true, m.valueRule, n, "is no code of the list "+m.listName+": "+clip(n.text))
	}
	k := kinds[m.kind]
	if k.valid != nil && !k.valid(n.text) {
		v.report(true, k.rule, n, "is no "+k.called)
	}
}

func (v *validator) checkAttributes(m *element, n *node) {
	allowed := kinds[m.kind].attrs
	for _, a := range n.attrs {
		switch name := a.Name.Local; {
		case a.Name.Space == nsInstance && (name == "schemaLocation" || name == "noNamespaceSchemaLocation" || name == "type"):
			if m == v.release.catalogue && name == "schemaLocation" {
				v.report(true, v.release.schemaLocationRule, n, "must not have a schemaLocation")
				continue
			}
		case a.Name.Space != "" || allowed[name] == nil:
			v.report(true, ruleSchema, n, "has the attribute "+clip(name)+", which the schema does not have there")
		case !allowed[name](a.Value):
			v.report(true, ruleSchema, n, "has a wrong value in the attribute "+name)
		}
		if a.Name.Space != "" || m.attribute(a.Name.Local) == nil {
			v.report(false, ruleAttribute, n, "has the attribute "+clip(a.Name.Local)+", which is not part of the data model")
		}
	}
	for _, a := range m.attrs {
		value, present := n.attr(a.name)
		switch {
		case !present && a.mandatory:
			v.report(true, a.missingRule, n, "lacks the attribute "+a.name)
		case present && a.list != nil && !a.list(value):
			v.report(true, a.listRule, n, "has in "+a.name+" no code of the list "+a.listName+": "+clip(value))
		}
	}
}

// kind is a data type of the UBL 2.1 schema modules: what its text must be, and its attributes.
type kind struct {
	called string
	rule   string
	valid  func(text string) bool // nil: any text
	attrs  map[string]func(value string) bool
}

var kinds = map[string]kind{
	"id": {attrs: attributes("schemeID schemeName schemeAgencyID schemeAgencyName schemeVersionID", "schemeDataURI schemeURI", "")},
	"code": {attrs: attributes("listID listAgencyID listAgencyName listName listVersionID name", "listURI listSchemeURI",
		"languageID")},
	"text":   {attrs: attributes("languageLocaleID", "", "languageID")},
	"date":   {"date", ruleSchema, isSchemaDate, nil},
	"time":   {"time", ruleSchema, isSchemaTime, nil},
	"amount": {"decimal", ruleSchema, isSchemaDecimal, attributes("currencyID currencyCodeListVersionID", "", "")},
	"quantity": {"decimal", ruleSchema, isSchemaDecimal, attributes("unitCode unitCodeListID unitCodeListAgencyID "+
		"unitCodeListAgencyName", "", "")},
	"measure": {"decimal", ruleSchema, isSchemaDecimal, attributes("unitCode unitCodeListVersionID", "", "")},
	"percent": {"decimal", ruleSchema, isSchemaDecimal, attributes("format", "", "")},
	"binary":  {"Base64", ruleBase64, isBase64, attributes("format mimeCode encodingCode characterSetCode filename", "uri", "")},
}

var languageCode = regexp.MustCompile(`^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$`)

// attributes lists the names of attributes with any text, with addresses and with languages.
func attributes(texts, addresses, languages string) map[string]func(string) bool {
	all := map[string]func(string) bool{}
	for name := range strings.FieldsSeq(texts) {
		all[name] = func(string) bool { return true }
	}
	for name := range strings.FieldsSeq(addresses) {
		all[name] = func(value string) bool { _, err := url.Parse(value); return err == nil }
	}
	for name := range strings.FieldsSeq(languages) {
		all[name] = languageCode.MatchString
	}
	return all
}

// isSchemaDecimal follows XML Schema part 2, section 3.2.3, with the bound of 24 digits that libxml2 sets.
func isSchemaDecimal(text string) bool {
	text = normalizeSpace(text)
	if text != "" && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	integer, fraction, _ := strings.Cut(text, ".")
	return digitsOnly(integer+fraction, 0) && len(strings.TrimLeft(integer, "0"))+len(fraction) <= 24
}

// A date and a time of XML Schema may name a zone, which PEPPOL-COMMON-R030 forbids the dates.
var (
	schemaDate = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})` + zone)
	schemaTime = regexp.MustCompile(`^(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)` + zone)
)

const zone = `(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?$`

func isSchemaDate(text string) bool {
	match := schemaDate.FindStringSubmatch(text)
	if match == nil {
		return false
	}
	date, err := time.Parse(time.DateOnly, match[1])
	return err == nil && date.Year() > 0
}

func isSchemaTime(text string) bool { return schemaTime.MatchString(text) }

// isBase64 accepts white space anywhere, and no bits that the padding leaves over.
func isBase64(text string) bool {
	decoder := base64.NewDecoder(base64.StdEncoding.Strict(), strings.NewReader(strings.NewReplacer(" ", "", "\t", "").Replace(text)))
	_, err := io.Copy(io.Discard, decoder)
	return err == nil
}
