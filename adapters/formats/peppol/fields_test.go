package peppol

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/cart"
)

// Each field is written from its member and from no other: with another value there, the element holds that value.
func TestFieldsAreWrittenFromTheirMembers(t *testing.T) {
	values := map[string][2]string{ // as the member's JSON has it, and as the document does where that is not the same
		"complete_only": {`true`, "true"}, "contracted": {`true`, "CT"}, "service": {`true`, "true"}, "lead_time_days": {`17`, "17"},
		"valid_until": {`"2027-01-02T10:00:00+01:00"`, "2027-01-02"}, "available_from": {`"2027-01-03"`, "2027-01-03"},
		"available_until": {`"2027-02-03"`, "2027-02-03"}, "currency": {`"NOK"`, "NOK"}, "unit": {`"C62"`, "C62"},
		"ship_to.country": {`"NO"`, "NO"}, "origin_country": {`"NO"`, "NO"}, "tax.category": {`"E"`, "E"}, "tax.percent": {`"12.5"`, "12.5"},
		"unit_price": {`"17.25"`, "17.25"}, "price_basis_quantity": {`"3"`, "3"}, "quantity": {`"7"`, "7"},
		"seller.endpoint.id": {`"7381030000011"`, "7381030000011"}, "buyer.endpoint.id": {`"7381030000011"`, "7381030000011"},
		"seller.identifier.id": {`"7381030000011"`, "7381030000011"}, "buyer.identifier.id": {`"7381030000011"`, "7381030000011"},
		"seller.endpoint.scheme": {`"0002"`, "0002"}, "buyer.endpoint.scheme": {`"0002"`, "0002"},
		"seller.identifier.scheme": {`"0002"`, "0002"}, "buyer.identifier.scheme": {`"0002"`, "0002"},
		"standard_id.scheme": {`"0002"`, "0002"}, "url": {`"https://example.com/x"`, "https://example.com/x"},
		"part_of": {`"SET-1"`, "SET-1"}, "sku": {`"4712"`, "4712"},
	}
	for _, f := range New().Fields() {
		t.Run(f.Name, func(t *testing.T) {
			name := strings.Replace(f.Name, "*", "SRV", 1) // a property, and a code of UNCL7143
			member := strings.Replace(f.Member, "*", "SRV", 1)
			value, known := values[f.Member]
			if !known {
				value = [2]string{`"Zebra"`, "Zebra"}
			}
			document := changed(t, f.Line, member, value[0])
			if f.Line {
				name = "cac:CatalogueLine/" + name
			}
			if got := holding(t, document, name); !slices.Contains(got, value[1]) {
				t.Errorf("%s holds %q, not %q", name, got, value[1])
			}
		})
	}
}

// changed encodes the contract's cart, with a configured product, after the member of the cart or of its first line has
// become the value.
func changed(t *testing.T, line bool, member, value string) []byte {
	t.Helper()
	c := readCart(t, "contract")
	c.Lines[0].Contracted = false
	c.Lines[0].Classifications, c.Lines[0].Properties, c.Lines[0].Attachments = nil, nil, nil
	set := c.Lines[0]
	set.ID, set.Key, set.SKU, set.GTIN, set.StandardID = "set", "set", "SET-1", "", cart.Identifier{}
	c.Lines = append(c.Lines, set)
	var to any = c
	if line {
		to = &c.Lines[0]
	}
	family, name, _ := strings.Cut(member, ".")
	text := `{"` + strings.ReplaceAll(member, ".", `":{"`) + `":` + value + strings.Repeat("}", strings.Count(member, ".")+1)
	switch family {
	case "classifications":
		text = `{"classifications":[{"scheme":"` + name + `","code":` + value + `}]}`
	case "properties":
		text = `{"properties":[{"name":"` + name + `","value":` + value + `}]}`
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	document, _ := encode(t, outgoing(c))
	return document
}

// holding returns what the elements or attributes of that name hold. Properties and classes bear their own names.
func holding(t *testing.T, document []byte, name string) (texts []string) {
	t.Helper()
	root, err := read(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	name, attribute, _ := strings.Cut(name, "/@")
	steps := strings.Split(name, "/")
	last := len(steps) - 1
	for _, n := range root.nodes(steps[:last]...) {
		switch n.name {
		case "cac:AdditionalItemProperty":
			if n.nodes("cbc:Name")[0].text == steps[last] {
				texts = append(texts, n.nodes("cbc:Value")[0].text)
			}
		case "cac:CommodityClassification":
			code := n.nodes("cbc:ItemClassificationCode")[0]
			if list, _ := code.attr("listID"); list == steps[last] {
				texts = append(texts, code.text)
			}
		default:
			for _, c := range n.nodes(steps[last]) {
				value, _ := c.attr(attribute)
				texts = append(texts, cmp.Or(value, c.text))
			}
		}
	}
	return texts
}

func TestNoOtherFieldHasTheNameOfTheDocuments(t *testing.T) {
	for _, c := range []struct {
		name, options string
		refused       bool
	}{
		{"xml", "", true},
		{"XML", "", true},
		{"xml", `{"field":"doc"}`, false},
		{"doc", `{"field":"doc"}`, true},
		{"dept", "", false},
	} {
		if err := New().CheckFormField(c.name, json.RawMessage(c.options)); (err != nil) != c.refused {
			t.Errorf("%s with %s: %v", c.name, c.options, err)
		}
	}
}
