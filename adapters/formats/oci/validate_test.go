package oci_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/application/port"
)

type field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// document is a form as JSON with the fields, each name=value.
func document(action, method, charset string, fields ...string) string {
	all := []field{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		all = append(all, field{name, value})
	}
	text, err := json.Marshal(map[string]any{"action": action, "method": method, "accept_charset": charset, "target": "_top", "fields": all})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// good are the fields of an item that breaks no rule.
var good = []string{
	"NEW_ITEM-DESCRIPTION[1]=Papper", "NEW_ITEM-QUANTITY[1]=2.000", "NEW_ITEM-UNIT[1]=EA", "NEW_ITEM-PRICE[1]=125.000",
	"NEW_ITEM-PRICEUNIT[1]=1", "NEW_ITEM-CURRENCY[1]=SEK", "NEW_ITEM-LONGTEXT_1:132[]=Papper",
}

func validate(t *testing.T, f *oci.Format, text string) []string {
	t.Helper()
	findings, err := f.Validate(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, finding := range findings {
		if finding.Message == "" {
			t.Errorf("%+v says nothing", finding)
		}
		rules = append(rules, fmt.Sprintf("%s %t %s", finding.Rule, finding.Fatal, finding.Path))
	}
	return rules
}

func TestEachRuleFindsWhatBreaksIt(t *testing.T) {
	const action = "https://buyer.example.com/return"
	with := func(fields ...string) string {
		return document(action, "POST", "UTF-8", append(slices.Clone(good), fields...)...)
	}
	without := func(name string) string {
		return document(action, "POST", "UTF-8", slices.DeleteFunc(slices.Clone(good), func(f string) bool { return strings.HasPrefix(f, "NEW_ITEM-"+name+"[") })...)
	}
	instead := func(name, value string) string {
		return strings.Replace(without(name), `"fields":[`, `"fields":[{"name":"NEW_ITEM-`+name+`[1]","value":"`+value+`"},`, 1)
	}
	root := []string{"NEW_ITEM-ITEM_TYPE[1]=R", "NEW_ITEM-DESCRIPTION[2]=Del", "NEW_ITEM-UNIT[2]=EA", "NEW_ITEM-QUANTITY[2]=1"}
	many := []string{}
	for range 1000 {
		many = append(many, "x=1")
	}
	seen := map[string]bool{}
	for sentence, c := range map[string]struct {
		text string
		want []string
	}{
		"a good form":                         {with(), nil},
		"no JSON":                             {"<form/>", []string{"OCI-001 true /"}},
		"a doubled member":                    {`{"action":"a","action":"b"}`, []string{"OCI-001 true /"}},
		"an action that is a script":          {document("javascript:alert(1)", "POST", "UTF-8", good...), []string{"OCI-002 true action"}},
		"another method":                      {document(action, "PUT", "UTF-8", good...), []string{"OCI-003 true method"}},
		"a query that GET drops":              {document(action+"?a=1", "get", "UTF-8", good...), []string{"OCI-004 true action"}},
		"a query with POST is kept":           {document(action+"?a=1", "post", "utf-8", good...), nil},
		"a charset that is none":              {document(action, "POST", "", good...), []string{"OCI-005 true accept_charset"}},
		"an item outside the charset":         {document(action, "POST", "ISO-8859-1", append(slices.Clone(good), "NEW_ITEM-VENDORMAT[1]=€")...), []string{"OCI-006 true NEW_ITEM-VENDORMAT[1]"}},
		"another field outside the charset":   {document(action, "POST", "ISO-8859-1", append(slices.Clone(good), "x=€")...), []string{"OCI-007 false x"}},
		"a field without an index":            {with("NEW_ITEM-TAXCODE=1"), []string{"OCI-008 true NEW_ITEM-TAXCODE"}},
		"a long text with an index behind":    {with("NEW_ITEM-LONGTEXT[1]=a"), []string{"OCI-009 true NEW_ITEM-LONGTEXT[1]"}},
		"a long text with another number":     {with("NEW_ITEM-LONGTEXT_1:40[]=a"), []string{"OCI-009 true NEW_ITEM-LONGTEXT_1:40[]"}},
		"an item 0":                           {with("NEW_ITEM-MATNR[0]=a", "NEW_ITEM-QUANTITY[0]=1"), []string{"OCI-010 true NEW_ITEM-MATNR[0]", "OCI-010 true NEW_ITEM-QUANTITY[0]"}},
		"a gap":                               {with("NEW_ITEM-MATNR[3]=a", "NEW_ITEM-QUANTITY[3]=1"), []string{"OCI-011 true fields"}},
		"a field of no standard":              {with("NEW_ITEM-PURCHORG[1]=1"), []string{"OCI-012 false NEW_ITEM-PURCHORG[1]"}},
		"an underscore for the hyphen":        {with("NEW_ITEM_CERT[1]=1"), []string{"OCI-012 false NEW_ITEM_CERT[1]"}},
		"a field twice":                       {with("NEW_ITEM-UNIT[1]=EA"), []string{"OCI-013 true NEW_ITEM-UNIT[1]"}},
		"a text of 41 characters":             {instead("DESCRIPTION", strings.Repeat("å", 41)), []string{"OCI-014 true NEW_ITEM-DESCRIPTION[1]"}},
		"a text of 40 characters":             {instead("DESCRIPTION", strings.Repeat("å", 40)), nil},
		"a leading blank":                     {instead("DESCRIPTION", " a"), []string{"OCI-015 false NEW_ITEM-DESCRIPTION[1]"}},
		"a quantity of four decimals":         {instead("QUANTITY", "1.0000"), []string{"OCI-016 true NEW_ITEM-QUANTITY[1]"}},
		"a quantity of nought":                {instead("QUANTITY", "0.000"), []string{"OCI-016 true NEW_ITEM-QUANTITY[1]"}},
		"a price with thousands":              {instead("PRICE", "1,125.00"), []string{"OCI-016 true NEW_ITEM-PRICE[1]"}},
		"a price of twelve digits":            {instead("PRICE", "123456789012"), []string{"OCI-016 true NEW_ITEM-PRICE[1]"}},
		"a price for a fraction":              {instead("PRICEUNIT", "0.5"), []string{"OCI-016 true NEW_ITEM-PRICEUNIT[1]"}},
		"a price with a comma":                {instead("PRICE", "125,00"), []string{"OCI-017 false NEW_ITEM-PRICE[1]"}},
		"a service that says no":              {with("NEW_ITEM-SERVICE[1]=N"), []string{"OCI-018 true NEW_ITEM-SERVICE[1]"}},
		"a service that is none":              {with("NEW_ITEM-SERVICE[1]="), nil},
		"a currency that is none":             {instead("CURRENCY", "kr"), []string{"OCI-019 true NEW_ITEM-CURRENCY[1]"}},
		"two currencies":                      {with("NEW_ITEM-MATNR[2]=a", "NEW_ITEM-QUANTITY[2]=1", "NEW_ITEM-CURRENCY[2]=EUR"), []string{"OCI-020 false NEW_ITEM-CURRENCY[2]"}},
		"a unit of another list":              {instead("UNIT", "PCE"), []string{"OCI-021 false NEW_ITEM-UNIT[1]"}},
		"a price without a price unit":        {without("PRICEUNIT"), []string{"OCI-022 false NEW_ITEM-PRICEUNIT[1]"}},
		"a part of a root":                    {with(append(slices.Clone(root), "NEW_ITEM-ITEM_TYPE[2]=O", "NEW_ITEM-PARENT_ID[2]=1")...), nil},
		"a part of what is no root":           {with(append(slices.Clone(root), "NEW_ITEM-ITEM_TYPE[2]=O", "NEW_ITEM-PARENT_ID[2]=2")...), []string{"OCI-023 true NEW_ITEM-PARENT_ID[2]"}},
		"a root with a parent":                {with(append(slices.Clone(root), "NEW_ITEM-PARENT_ID[1]=2")...), []string{"OCI-023 true NEW_ITEM-PARENT_ID[1]"}},
		"a parent of no type":                 {with(append(slices.Clone(root), "NEW_ITEM-PARENT_ID[2]=1")...), []string{"OCI-023 true NEW_ITEM-PARENT_ID[2]"}},
		"more fields than PHP takes":          {with(many...), []string{"OCI-024 false fields"}},
		"no items":                            {document(action, "POST", "UTF-8", "~OkCode=ADDI"), []string{"OCI-025 false fields"}},
		"(a) neither DESCRIPTION nor MATNR":   {without("DESCRIPTION"), []string{"OCI-031 true NEW_ITEM-DESCRIPTION[1]"}},
		"(a) both DESCRIPTION and MATNR":      {with("NEW_ITEM-MATNR[1]=1"), []string{"OCI-031 true NEW_ITEM-MATNR[1]"}},
		"(b) a DESCRIPTION without UNIT":      {without("UNIT"), []string{"OCI-032 true NEW_ITEM-UNIT[1]"}},
		"(c) a PRICE without CURRENCY":        {without("CURRENCY"), []string{"OCI-033 true NEW_ITEM-CURRENCY[1]"}},
		"(d) a category without schema":       {with("NEW_ITEM-EXT_CATEGORY_ID[1]=1", "NEW_ITEM-EXT_CATEGORY[1]=1"), []string{"OCI-034 true NEW_ITEM-EXT_SCHEMA_TYPE[1]"}},
		"(e) a line of no quotation":          {with("NEW_ITEM-EXT_QUOTE_ITEM[1]=1"), []string{"OCI-035 true NEW_ITEM-EXT_QUOTE_ID[1]"}},
		"(f) a line of no contract":           {with("NEW_ITEM-CONTRACT_ITEM[1]=1"), []string{"OCI-036 true NEW_ITEM-CONTRACT[1]"}},
		"(g) no QUANTITY":                     {without("QUANTITY"), []string{"OCI-037 true NEW_ITEM-QUANTITY[1]"}},
		"a member of another system is taken": {strings.Replace(with(), "{", `{"system":"x",`, 1), nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := validate(t, oci.New5(), c.text); !slices.Equal(got, c.want) {
				t.Errorf("found %q", got)
			}
		})
		for _, want := range c.want {
			seen[want[:len("OCI-001")]] = true
		}
	}
	for n := 1; n <= 37; n++ {
		if id := fmt.Sprintf("OCI-%03d", n); !seen[id] && (n <= 25 || n >= 31) {
			t.Errorf("no case breaks %s", id)
		}
	}
}

func TestTheVersionsDifferInLengthsAndFields(t *testing.T) {
	item := func(fields ...string) string {
		return document("https://b.example.com/", "POST", "UTF-8", append(fields, "NEW_ITEM-QUANTITY[1]=1")...)
	}
	long := item("NEW_ITEM-MATNR[1]="+strings.Repeat("1", 19), "NEW_ITEM-PRICE[1]=1", "NEW_ITEM-CURRENCY[1]=SEK", "NEW_ITEM-PRICEUNIT[1]=1000000")
	root := item("NEW_ITEM-MATNR[1]=1", "NEW_ITEM-ITEM_TYPE[1]=R")
	for f, want := range map[*oci.Format][2]string{
		oci.New3(): {"OCI-014 true NEW_ITEM-MATNR[1]", "OCI-012 false NEW_ITEM-ITEM_TYPE[1]"},
		oci.New4(): {"OCI-014 true NEW_ITEM-PRICEUNIT[1]", "OCI-012 false NEW_ITEM-ITEM_TYPE[1]"},
		oci.New5(): {"OCI-014 true NEW_ITEM-PRICEUNIT[1]", ""},
	} {
		if got := strings.Join(validate(t, f, long), ", "); got != want[0] {
			t.Errorf("%s: %s", f.Name(), got)
		}
		if got := strings.Join(validate(t, f, root), ", "); got != want[1] {
			t.Errorf("%s: %s", f.Name(), got)
		}
	}
}

func FuzzLogin(f *testing.F) {
	for _, query := range []string{
		start("~OkCode=ADDI&~TARGET=_top&~CALLER=CTLG&FUNCTION=DETAIL&PRODUCTID=1").Query, "HOOK_URL=SAPEVENT:POST&USERNAME=a&PASSWORD=b",
		start("FUNCTION=VALIDATE&PRODUCTID=1&QUANTITY=2.500").Query, start("FUNCTION=BACKGROUND_SEARCH&SEARCHSTRING=a").Query, "FUNCTION=VALIDATE", "%", "a=1&A=2", strings.Repeat("a=1&", 300),
	} {
		f.Add(query, true)
		f.Add(query, false)
	}
	f.Fuzz(func(t *testing.T, text string, inBody bool) {
		r := port.StartRequest{Method: "GET", Query: text}
		if inBody {
			r = port.StartRequest{Method: "POST", ContentType: formType, Body: []byte(text)}
		}
		call, err := oci.New4().DecodeLogin(r)
		refused(t, err)
		asks := map[string]bool{"": true, "SOURCING": true, "DETAIL": call.SelectedItem != "", "BACKGROUND_SEARCH": call.Search != ""}
		asks["VALIDATE"] = call.SelectedItem != "" && call.Quantity.Sign() > 0
		if err == nil && (call.Operation != "create" || !asks[call.Function]) {
			t.Fatalf("accepted %+v", call)
		}
	})
}

func FuzzValidate(f *testing.F) {
	paths, err := filepath.Glob("testdata/encode/minimal.oci-*.json") // short, for the fuzzer shortens what it finds byte by byte
	if err != nil || len(paths) == 0 {
		f.Fatalf("no forms (%v)", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(document("https://b.example.com/", "POST", "UTF-8", good...))
	f.Add(`{"fields":` + strings.Repeat("[", 500))
	f.Add(document("https://b.example.com/", "GET", "iso-8859-1", "NEW_ITEM-QUANTITY[999999999]=1", "NEW_ITEM-LONGTEXT_0:132[]=", "NEW_ITEM"))
	f.Fuzz(func(t *testing.T, text string) {
		findings, err := oci.New5().Validate(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range findings {
			if finding.Rule == "" || finding.Path == "" || finding.Message == "" {
				t.Fatalf("a finding that says nothing: %+v", finding)
			}
		}
	})
}
