package oci_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/transfer"
)

func TestAMappingCanNameEveryFieldOfTheVersion(t *testing.T) {
	for _, f := range []*oci.Format{oci.New3(), oci.New4(), oci.New5()} {
		named := map[string]string{}
		for _, field := range f.Fields() {
			if _, twice := named[field.Name]; twice {
				t.Errorf("%s: %s stands twice", f.Name(), field.Name)
			}
			named[field.Name] = field.Member
			if cartOnly := field.Name == "NEW_ITEM-CURRENCY" || field.Name == "NEW_ITEM-EXT_QUOTE_ID"; field.Line == cartOnly {
				t.Errorf("%s: %+v", f.Name(), field)
			}
		}
		want := slices.Collect(maps.Keys(limits))
		if f.Name() == "oci-5" {
			want = append(want, "ITEM_TYPE", "PARENT_ID")
		}
		for _, name := range append(want, "LONGTEXT", "*") {
			if _, known := named["NEW_ITEM-"+name]; !known {
				t.Errorf("%s lacks %s", f.Name(), name)
			}
		}
		if extra := len(named) - len(want) - 2; extra != 0 {
			t.Errorf("%s has %d fields too many", f.Name(), extra)
		}
		if named["NEW_ITEM-VENDORMAT"] != "sku" || named["NEW_ITEM-MATGROUP"] != "" || named["NEW_ITEM-LONGTEXT"] != "description" {
			t.Errorf("%s: %v", f.Name(), named)
		}
	}
}

// Each member that a field names is one that the format writes there.
func TestTheMemberOfAFieldIsWhatTheFieldHolds(t *testing.T) {
	text, err := json.Marshal(readCart(t, "testdata/encode/full.cart.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range oci.New5().Fields() {
		if field.Member == "" {
			continue
		}
		var object map[string]any
		if err := json.Unmarshal(text, &object); err != nil {
			t.Fatal(err)
		}
		if field.Line {
			object = object["lines"].([]any)[0].(map[string]any)
		}
		if _, known := object[field.Member]; !known && field.Member != "part_of" {
			t.Errorf("%s: the cart has no member %s", field.Name, field.Member)
		}
	}
}

func TestTheFieldsOfAMappingAreWrittenInTheirPlaces(t *testing.T) {
	const everything = `{"vendor":"1","matgroup":true,"default_unspsc":"14111507","cust_fields":{"CUST_FIELD1":{"value":"option"},"CUST_FIELD2":{"value":"option"}},
		"extra_fields":{"PURCHORG":"1000","TAXCODE":"A"},"manufacturers":{"Pappersbruket":"77"}}`
	for sentence, c := range map[string]struct {
		fields  map[string]string
		want    map[string]string // "" for a field that is not written
		warning string
	}{
		"a mapping of nothing leaves the options": {
			nil, map[string]string{"VENDOR": "1", "MATGROUP": "14111507", "CUST_FIELD1": "option", "PURCHORG": "1000", "MANUFACTCODE": "77"}, "",
		},
		"a mapped field wins over its option": {
			map[string]string{"NEW_ITEM-VENDOR": "2", "NEW_ITEM-MATGROUP": "24", "NEW_ITEM-CUST_FIELD1": "mapped", "NEW_ITEM-PURCHORG": "2000", "NEW_ITEM-MANUFACTCODE": "78", "NEW_ITEM-EXT_PRODUCT_ID": "K1"},
			map[string]string{"VENDOR": "2", "MATGROUP": "24", "CUST_FIELD1": "mapped", "CUST_FIELD2": "option", "PURCHORG": "2000", "TAXCODE": "A", "MANUFACTCODE": "78", "EXT_PRODUCT_ID": "K1"}, "",
		},
		"a mapped nothing leaves the field out": {map[string]string{"NEW_ITEM-VENDOR": "", "NEW_ITEM-TAXCODE": ""}, map[string]string{"VENDOR": "", "TAXCODE": ""}, ""},
		"fields of the buyer's own":             {map[string]string{"NEW_ITEM-COST_CENTRE": "4711", "NEW_ITEM-SLD_SYS_NAME": "SRM"}, map[string]string{"COST_CENTRE": "4711", "SLD_SYS_NAME": "SRM"}, ""},
		"a text that is too long is cut":        {map[string]string{"NEW_ITEM-CUST_FIELD1": "12345678901"}, map[string]string{"CUST_FIELD1": "1234567890"}, "text.cut"},
		"a code that is too long is left out":   {map[string]string{"NEW_ITEM-MATGROUP": "12345678901"}, map[string]string{"MATGROUP": ""}, "code.left_out"},
		"a text outside the charset":            {map[string]string{"NEW_ITEM-CUST_FIELD4": "A – B"}, map[string]string{"CUST_FIELD4": "A - B"}, "characters.replaced"},
		"an own field outside the charset":      {map[string]string{"NEW_ITEM-NOTE": "名"}, map[string]string{"NOTE": ""}, "code.left_out"},
		"an own field of two lines":             {map[string]string{"NEW_ITEM-NOTE": "a\nb"}, map[string]string{"NOTE": ""}, "code.left_out"},
		"another scheme of classes": {
			map[string]string{"NEW_ITEM-EXT_SCHEMA_TYPE": "ECLASS", "NEW_ITEM-EXT_CATEGORY": "24-26"},
			map[string]string{"EXT_SCHEMA_TYPE": "ECLASS", "EXT_CATEGORY": "24-26", "EXT_CATEGORY_ID": "", "MATGROUP": "14111507"}, "",
		},
		"(d) a class without its scheme":        {map[string]string{"NEW_ITEM-EXT_CATEGORY": "24-26"}, map[string]string{"EXT_CATEGORY": "", "EXT_CATEGORY_ID": "", "EXT_SCHEMA_TYPE": ""}, "field.left_out"},
		"(d) a scheme without a class":          {map[string]string{"NEW_ITEM-EXT_SCHEMA_TYPE": "ECLASS"}, map[string]string{"EXT_CATEGORY_ID": "", "EXT_SCHEMA_TYPE": ""}, ""},
		"(f) a line of no contract":             {map[string]string{"NEW_ITEM-CONTRACT_ITEM": "10"}, map[string]string{"CONTRACT_ITEM": ""}, "code.left_out"},
		"an attachment and its title":           {map[string]string{"NEW_ITEM-ATTACHMENT": "https://a.example.com/", "NEW_ITEM-ATTACHMENT_TITLE": "Ritning", "NEW_ITEM-ATTACHMENT_PURPOSE": "C"}, map[string]string{"ATTACHMENT": "https://a.example.com/", "ATTACHMENT_TITLE": "Ritning", "ATTACHMENT_PURPOSE": "C"}, ""},
		"a purpose of no meaning":               {map[string]string{"NEW_ITEM-ATTACHMENT_PURPOSE": "X"}, map[string]string{"ATTACHMENT_PURPOSE": ""}, "code.left_out"},
		"a field that the format writes":        {map[string]string{"NEW_ITEM-PRICE": "1"}, map[string]string{"PRICE": "0.000"}, "field.left_out"},
		"what leads back to the cart":           {map[string]string{"NEW_ITEM-EXT_QUOTE_ITEM": "9"}, map[string]string{"EXT_QUOTE_ITEM": "1"}, "field.left_out"},
		"a long text under a name of its own":   {map[string]string{"NEW_ITEM-LONGTEXT_2:132[]": "x"}, map[string]string{}, "field.left_out"},
		"a name that is none of a line":         {map[string]string{"MATGROUP": "1"}, map[string]string{"MATGROUP": "14111507"}, "field.left_out"},
		"a field that only OCI 5 has, in OCI 4": {map[string]string{"NEW_ITEM-ITEM_TYPE": "R"}, map[string]string{"ITEM_TYPE": "R"}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := outgoing(changed(t, func(c *cart.Cart) {
				c.Lines[0].Classifications, c.Lines[0].Manufacturer, c.Lines[0].ContractID = nil, "Pappersbruket", ""
			}), everything)
			o.LineFields = []map[string]string{c.fields}
			document, h := encode(t, oci.New4(), o)
			item := browse(t, h.Form).items[1]
			for name, want := range c.want {
				if item[name] != want {
					t.Errorf("%s is %q, want %q", name, item[name], want)
				}
			}
			findings, err := oci.New4().Validate(bytes.NewReader(document))
			if err != nil {
				t.Fatal(err)
			}
			noFatal(t, findings)
			var codes []string
			for _, w := range h.Warnings {
				if w.Code != "member.left_out" {
					codes = append(codes, w.Code)
				}
			}
			if strings.Join(codes, " ") != c.warning {
				t.Errorf("warnings: %+v", h.Warnings)
			}
		})
	}
}

func TestAMappingBelongsToItsLine(t *testing.T) {
	c := readCart(t, "testdata/encode/contract.cart.json")
	c.Shipping.Amount = c.Lines[0].UnitPrice
	c.ContractID = "RAM-1"
	line := c.Lines[0]
	line.ID, line.Key = "2", "k2"
	c.Lines = []cart.Line{c.Lines[0], line}
	o := outgoing(c, `{"extra_fields":{"TAXCODE":"A"}}`)
	o.LineFields = []map[string]string{nil, {"NEW_ITEM-TAXCODE": "B", "NEW_ITEM-CONTRACT_ITEM": "20"}}
	_, h := encode(t, oci.New4(), o)
	items := browse(t, h.Form).items
	for n, want := range []string{"A ", "B 20", "A "} {
		if got := items[n+1]["TAXCODE"] + " " + items[n+1]["CONTRACT_ITEM"]; got != want {
			t.Errorf("item %d: %q, want %q", n+1, got, want)
		}
	}
}

func TestTheDocumentIsJSONWhateverTheHiddenFieldsHold(t *testing.T) {
	o := outgoing(readCart(t, "testdata/encode/minimal.cart.json"), "")
	o.FormFields = map[string]string{"a\"\\b": "\u2028\xff<"}
	document, _ := encode(t, oci.New4(), o)
	if !json.Valid(document) || !utf8.Valid(document) || !bytes.Contains(document, []byte(`{"name":"a\"\\b","value":"`+"\u2028\ufffd<"+`"}`)) {
		t.Errorf("%q", document)
	}
}

func TestFormFieldsOfAMappingWinOverTheOptionsAndNotOverTheCall(t *testing.T) {
	o := outgoing(changed(t, func(*cart.Cart) {}), `{"hidden_fields":{"a":"option","b":"option"}}`)
	o.FormFields = map[string]string{"A": "mapped", "~CALLER": "mapped", "new_item-price[1]": "0"}
	p, h := sent(t, oci.New4(), o)
	got := p.pairs[:6]
	want := [][2]string{{"~OkCode", "ADDI"}, {"~TARGET", "_top"}, {"~CALLER", "CTLG"}, {"SESSION", "77"}, {"A", "mapped"}, {"b", "option"}}
	if !slices.Equal(got, want) || !warned(h, "", "field.left_out") {
		t.Errorf("%q %+v", got, h.Warnings)
	}
}

func TestTheCodesOfUnitsAreHandedOver(t *testing.T) {
	_, h := encode(t, oci.New4(), outgoing(changed(t, func(*cart.Cart) {}), `{"units":{"EA":"ST"}}`))
	if !maps.Equal(h.Units, map[string]string{"EA": "ST"}) {
		t.Errorf("%v", h.Units)
	}
}

// No order comes of an answer, so nothing in it leads to one.
func TestTheAnswerToAFunctionHasTheFormOfACartWithoutItsIdentifiers(t *testing.T) {
	for _, query := range []string{"FUNCTION=VALIDATE&PRODUCTID=1&~CALLER=CTLG", "FUNCTION=BACKGROUND_SEARCH&SEARCHSTRING=a&~CALLER=CTLG"} {
		call, err := oci.New5().DecodeLogin(start(query))
		if err != nil {
			t.Fatal(err)
		}
		o := outgoing(changed(t, func(c *cart.Cart) { c.ID, c.Lines[0].ID = "", "an identifier that is too long" }), "")
		o.Keep = call.Keep
		p, h := sent(t, oci.New5(), o)
		item := p.items[1]
		if item["EXT_QUOTE_ID"]+item["EXT_QUOTE_ITEM"] != "" || item["PRICEUNIT"] == "" || item["EXT_PRODUCT_ID"] == "" {
			t.Errorf("%s: %v", query, item)
		}
		if slices.ContainsFunc(p.pairs, func(f [2]string) bool { return f[0] == "FUNCTION" }) || p.pairs[0] != [2]string{"~CALLER", "CTLG"} {
			t.Errorf("%s: %q", query, p.pairs)
		}
		if warned(h, "/lines/0/id", "id.replaced") {
			t.Errorf("%s: %+v", query, h.Warnings)
		}
		cancel, err := oci.New5().EncodeCancel(io.Discard, o)
		if err != nil || len(browse(t, cancel.Form).items) != 0 {
			t.Errorf("no hits: %+v, %v", cancel, err)
		}
	}
}

func TestACutTellsWhatTheFormHas(t *testing.T) {
	name := strings.Repeat("–", 41)
	_, h := encode(t, oci.New4(), outgoing(changed(t, func(c *cart.Cart) { c.Lines[0].Name = name }), ""))
	i := slices.IndexFunc(h.Warnings, func(w transfer.Warning) bool { return w.Code == "text.cut" })
	if i < 0 || h.Warnings[i].Effect != transfer.Cut || h.Warnings[i].Before != name || h.Warnings[i].After != strings.Repeat("-", 40) {
		t.Errorf("%+v", h.Warnings)
	}
}

func TestNamesThatTheFormCannotHaveAreRefused(t *testing.T) {
	var own port.Field
	for _, f := range oci.New4().Fields() {
		if f.Name == "NEW_ITEM-*" {
			own = f
		}
	}
	for name, refused := range map[string]bool{
		"COST_CENTRE": false, "FO O[1]": true, "lower": true, "1A": true, "LONGTEXT_2": true, "": true,
	} {
		if err := own.Check(name); (err != nil) != refused {
			t.Errorf("NEW_ITEM-%s: %v", name, err)
		}
	}
	for name, refused := range map[string]bool{
		"dept": false, "~OkCode": false, "NEW_ITEM-QUANTITY[1]": true, "new_item-x[1]": true, "a b": true, "": true,
	} {
		if err := oci.New5().CheckFormField(name, nil); (err != nil) != refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}
