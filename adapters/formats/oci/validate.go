package oci

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/codelist"
)

// rule is one of the gateway's own rules; SAP numbers none.
type rule struct {
	id    string
	fatal bool
}

// The rules. The letters are those of the conditions between fields that SAP Help lists.
var (
	ruleForm        = rule{"OCI-001", true}  // the document is a form as JSON
	ruleAction      = rule{"OCI-002", true}  // the action is an http or https address
	ruleMethod      = rule{"OCI-003", true}  // the method is POST or GET
	ruleQuery       = rule{"OCI-004", true}  // with GET the action has no query, for browsers drop it
	ruleCharset     = rule{"OCI-005", true}  // the charset is UTF-8 or ISO-8859-1
	ruleCharacters  = rule{"OCI-006", true}  // the items are in the charset
	ruleOthers      = rule{"OCI-007", false} // the other fields are, too
	ruleName        = rule{"OCI-008", true}  // a field is named NEW_ITEM-FIELD[n]
	ruleLongText    = rule{"OCI-009", true}  // a long text is named NEW_ITEM-LONGTEXT_n:132[]
	ruleZero        = rule{"OCI-010", true}  // no item has the index 0, which is lost
	ruleGap         = rule{"OCI-011", true}  // the indexes have no gaps
	ruleUnknown     = rule{"OCI-012", false} // the field is one of the version's
	ruleRepeated    = rule{"OCI-013", true}  // a field stands once
	ruleLength      = rule{"OCI-014", true}  // a value is as long as its field at most
	ruleBlank       = rule{"OCI-015", false} // a value has no blanks before it
	ruleNumber      = rule{"OCI-016", true}  // a number has the shape of its field
	ruleComma       = rule{"OCI-017", false} // a number has a decimal point; few buyers take a comma
	ruleCode        = rule{"OCI-018", true}  // a field with a fixed set of values has one of them
	ruleCurrency    = rule{"OCI-019", true}  // a currency is one of ISO 4217
	ruleCurrencies  = rule{"OCI-020", false} // a cart has one currency
	ruleUnit        = rule{"OCI-021", false} // a unit is one of UN/ECE Recommendation 20; the buyer may have codes of its own
	rulePriceUnit   = rule{"OCI-022", false} // with PRICE goes PRICEUNIT, always
	ruleParent      = rule{"OCI-023", true}  // PARENT_ID is the index of a root, and a root has none
	ruleMany        = rule{"OCI-024", false} // receivers in PHP take 1000 fields
	ruleEmpty       = rule{"OCI-025", false} // the form has items
	ruleName1       = rule{"OCI-031", true}  // (a) DESCRIPTION or MATNR, not both
	ruleUnitNeeded  = rule{"OCI-032", true}  // (b) UNIT with DESCRIPTION
	rulePriceNeeds  = rule{"OCI-033", true}  // (c) CURRENCY with PRICE
	ruleSchema      = rule{"OCI-034", true}  // (d) EXT_SCHEMA_TYPE with EXT_CATEGORY or EXT_CATEGORY_ID
	ruleQuote       = rule{"OCI-035", true}  // (e) EXT_QUOTE_ID with EXT_QUOTE_ITEM
	ruleContract    = rule{"OCI-036", true}  // (f) CONTRACT with CONTRACT_ITEM
	ruleQuantity    = rule{"OCI-037", true}  // (g) QUANTITY always
	maxDocument     = int64(64 << 20)
	errTooLargeText = fmt.Sprintf("the document has more than %d bytes", maxDocument)
)

// returned is the form as JSON.
type returned struct {
	Action        string `json:"action"`
	Method        string `json:"method"`
	AcceptCharset string `json:"accept_charset"`
	Target        string `json:"target"`
	Fields        []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
}

// Validate judges a return form that is written as JSON, by the rules of the format's version.
func (f *Format) Validate(document io.Reader) ([]port.Finding, error) {
	text, err := io.ReadAll(io.LimitReader(document, maxDocument+1))
	if err != nil {
		return nil, err
	}
	j := judge{version: f.version, items: map[int]map[column]string{}}
	var form returned
	if int64(len(text)) > maxDocument {
		j.find(ruleForm, "/", errTooLargeText)
	} else if err := json.Unmarshal(text, &form); err != nil {
		j.find(ruleForm, "/", "the document is no form as JSON: {\"action\", \"method\", \"accept_charset\", \"target\", \"fields\"}")
	} else {
		j.form(&form)
	}
	return j.findings, nil
}

type judge struct {
	version  version
	items    map[int]map[column]string
	findings []port.Finding
}

func (j *judge) find(r rule, path, message string) {
	j.findings = append(j.findings, port.Finding{Fatal: r.fatal, Rule: r.id, Path: path, Message: message})
}

func (j *judge) form(form *returned) {
	action, err := url.Parse(form.Action)
	if err != nil || action.Host == "" || action.Scheme != "https" && action.Scheme != "http" {
		j.find(ruleAction, "action", "must be an http or https address")
	} else if strings.EqualFold(form.Method, http.MethodGet) && action.RawQuery != "" {
		j.find(ruleQuery, "action", "has a query, which browsers drop with the method GET")
	}
	if !strings.EqualFold(form.Method, http.MethodGet) && !strings.EqualFold(form.Method, http.MethodPost) {
		j.find(ruleMethod, "method", "must be POST or GET")
	}
	charset := charsets[strings.ToLower(form.AcceptCharset)]
	if charset == "" {
		j.find(ruleCharset, "accept_charset", "must be UTF-8 or ISO-8859-1")
	}
	if len(form.Fields) > manyFields {
		j.find(ruleMany, "fields", fmt.Sprintf("are %d; receivers in PHP take %d, in silence", len(form.Fields), manyFields))
	}
	for _, field := range form.Fields {
		ofItem := strings.HasPrefix(field.Name, "NEW_ITEM")
		if charset == charsetLatin1 && (outsideLatin1(field.Name) || outsideLatin1(field.Value)) {
			r := ruleOthers
			if ofItem {
				r = ruleCharacters
			}
			j.find(r, shown(field.Name), "has characters that ISO-8859-1 lacks")
		}
		if ofItem {
			j.field(field.Name, field.Value)
		}
	}
	j.indexes()
	for _, n := range j.sorted() {
		j.item(n, j.items[n])
	}
	j.currencies()
}

// shown is a field's name in a finding, for the path of a finding is never empty or long.
func shown(name string) string {
	if name == "" {
		return "fields"
	}
	return cut(name, 100)
}

var (
	fieldName    = regexp.MustCompile(`^NEW_ITEM[-_]([A-Za-z0-9_]+)\[([0-9]{1,9})\]$`)
	longTextName = regexp.MustCompile(`^NEW_ITEM-LONGTEXT_([0-9]{1,9}):132\[\]$`)
)

func (j *judge) field(name, value string) {
	path := shown(name)
	if parts := longTextName.FindStringSubmatch(name); parts != nil {
		j.at(parts[1], path)
		return
	}
	if strings.HasPrefix(strings.ToUpper(name), prefix+"LONGTEXT") {
		j.find(ruleLongText, path, "a long text is named NEW_ITEM-LONGTEXT_n:132[], with the item's index for n")
		return
	}
	parts := fieldName.FindStringSubmatch(name)
	if parts == nil {
		j.find(ruleName, path, "must be named NEW_ITEM-FIELD[n], with the item's index for n")
		return
	}
	item := j.at(parts[2], path)
	c, known := columnOf(parts[1], j.version)
	if !known || !strings.HasPrefix(name, prefix) {
		j.find(ruleUnknown, path, "is no field of this version of OCI")
		return
	}
	if _, twice := item[c]; twice {
		j.find(ruleRepeated, path, "stands more than once")
		return
	}
	item[c] = value
	if value != "" {
		j.value(c, path, value)
	}
}

// at returns the item of an index.
func (j *judge) at(index, path string) map[column]string {
	n, err := strconv.Atoi(index)
	if err != nil || n == 0 {
		j.find(ruleZero, path, "has the index 0, which is lost; items are counted from 1")
	}
	if j.items[n] == nil {
		j.items[n] = map[column]string{}
	}
	return j.items[n]
}

func (j *judge) sorted() []int {
	numbers := make([]int, 0, len(j.items))
	for n := range j.items {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

func (j *judge) indexes() {
	if len(j.items) == 0 {
		j.find(ruleEmpty, "fields", "have no item: the form is an empty return")
	}
	next := 1
	for _, n := range j.sorted() {
		if n > next {
			j.find(ruleGap, "fields", fmt.Sprintf("have no item %d, but an item %d", next, n))
		}
		next = n + 1
	}
}

// shapes are those of numbers, with a point; a comma in its place is told apart.
var shapes = map[column]struct {
	shape *regexp.Regexp
	what  string
}{
	quantity:  {decimalShape, "must be a number above 0 with at most 11 digits, a point and 3 decimals"},
	price:     {decimalShape, "must be a number with at most 11 digits, a point and 3 decimals"},
	priceUnit: {wholeShape, "must be a whole number above 0"},
	leadTime:  {wholeShape, "must be a whole number of days"},
	parentID:  {wholeShape, "must be the index of an item"},
}

var (
	decimalShape = regexp.MustCompile(`^[0-9]{1,11}(\.[0-9]{1,3})?$`)
	wholeShape   = regexp.MustCompile(`^[0-9]+$`)
)

// sets are the fields with a fixed set of values.
var sets = map[column]string{service: "X", attachmentPurpose: "C", itemType: "RO"}

func (j *judge) value(c column, path, value string) {
	if limit := c.length(j.version); utf8.RuneCountInString(value) > limit {
		j.find(ruleLength, path, fmt.Sprintf("has %d characters, %s holds %d", utf8.RuneCountInString(value), c, limit))
	}
	if value != strings.TrimLeft(value, " \t\r\n") {
		j.find(ruleBlank, path, "has blanks before its value")
	}
	if number, isNumber := shapes[c]; isNumber {
		if point := strings.Replace(value, ",", ".", 1); value != point && number.shape.MatchString(point) {
			j.find(ruleComma, path, "has a decimal comma")
			value = point
		}
		nought := (c == quantity || c == priceUnit) && strings.Trim(value, "0.") == ""
		if !number.shape.MatchString(value) || nought {
			j.find(ruleNumber, path, number.what)
		}
	}
	if set, isSet := sets[c]; isSet && !strings.Contains(set, value) {
		j.find(ruleCode, path, "must be one of "+strings.Join(strings.Split(set, ""), ", ")+", or empty")
	}
	if _, known := codelist.Currency(value); c == currency && !known {
		j.find(ruleCurrency, path, "must be a currency of ISO 4217")
	}
	if c == unit && !codelist.Unit(value) {
		j.find(ruleUnit, path, "is no unit of UN/ECE Recommendation 20")
	}
}

// conditions (b) to (f): one field needs another.
var conditions = []struct {
	rule   rule
	of     []column
	needed column
}{
	{ruleUnitNeeded, []column{description}, unit},
	{rulePriceNeeds, []column{price}, currency},
	{rulePriceUnit, []column{price}, priceUnit},
	{ruleSchema, []column{category, categoryID}, schemaType},
	{ruleQuote, []column{quoteItem}, quoteID},
	{ruleContract, []column{contractItem}, contract},
}

func (j *judge) item(n int, item map[column]string) {
	place := func(c column) string { return fmt.Sprintf("%s%s[%d]", prefix, c, n) }
	switch named, numbered := item[description] != "", item[matnr] != ""; {
	case named && numbered:
		j.find(ruleName1, place(matnr), "stands beside DESCRIPTION; an item has one of the two")
	case !named && !numbered:
		j.find(ruleName1, place(description), "is missing, and so is MATNR; an item has one of the two")
	}
	if item[quantity] == "" {
		j.find(ruleQuantity, place(quantity), "is missing")
	}
	for _, c := range conditions {
		for _, of := range c.of {
			if item[of] != "" && item[c.needed] == "" {
				j.find(c.rule, place(c.needed), "is missing, but needed with "+of.String())
				break
			}
		}
	}
	j.parent(n, item)
}

func (j *judge) parent(n int, item map[column]string) {
	path, parent := fmt.Sprintf("%s%s[%d]", prefix, parentID, n), item[parentID]
	switch item[itemType] {
	case "R":
		if parent != "" {
			j.find(ruleParent, path, "must be empty on a root")
		}
	case "O":
		root, err := strconv.Atoi(parent)
		if err != nil || j.items[root][itemType] != "R" {
			j.find(ruleParent, path, "must be the index of an item with ITEM_TYPE R")
		}
	default:
		if parent != "" {
			j.find(ruleParent, path, "stands without the ITEM_TYPE O")
		}
	}
}

func (j *judge) currencies() {
	first := ""
	for _, n := range j.sorted() {
		c := j.items[n][currency]
		if first == "" {
			first = c
		}
		if c != "" && c != first {
			j.find(ruleCurrencies, fmt.Sprintf("%s%s[%d]", prefix, currency, n), "is "+quote(c)+", the items before it have "+quote(first))
			return
		}
	}
}
