package oci_test

import (
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/transfer"
)

// This file is a buyer's system of its own: it shares no code, table or name with the format. It takes the page as a
// browser does, posts the form in the form's charset, decodes what arrived and holds the rules of OCI against it.

var formPage = template.Must(template.New("").Parse(`<!DOCTYPE html><meta charset="utf-8"><form method="{{.Method}}" action="{{.Action}}"
accept-charset="{{.AcceptCharset}}" target="{{.Target}}">{{range .Fields}}<input type="hidden" name="{{.Name}}" value="{{.Value}}">{{end}}</form>`))

// posted is what arrived at the buyer's system.
type posted struct {
	address string // with its query
	pairs   [][2]string
	items   map[int]map[string]string
	long    map[int][]string
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// browse brings the form to the buyer's system by a browser's rules (WHATWG HTML, form submission; WHATWG URL,
// urlencoded serializing; WHATWG Encoding, html error mode).
func browse(t failer, form transfer.Form) posted {
	t.Helper()
	var page strings.Builder
	if err := formPage.Execute(&page, form); err != nil {
		t.Fatalf("%v", err)
	}
	root, err := html.Parse(strings.NewReader(page.String()))
	if err != nil {
		t.Fatalf("%v", err)
	}
	attributes := func(n *html.Node) map[string]string {
		all := map[string]string{}
		for _, a := range n.Attr {
			all[a.Key] = a.Val
		}
		return all
	}
	var target map[string]string
	var wire []string
	var charset encoding.Encoding
	ends := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "form":
			target = attributes(n)
			if charset, err = htmlindex.Get(target["accept-charset"]); err != nil {
				t.Fatalf("no browser knows the charset %q", target["accept-charset"])
			}
		case n.Data == "input":
			a := attributes(n)
			escape := func(s string) string {
				bytes, err := encoding.HTMLEscapeUnsupported(charset.NewEncoder()).String(ends.Replace(s))
				if err != nil {
					t.Fatalf("%v", err)
				}
				return url.QueryEscape(bytes)
			}
			wire = append(wire, escape(a["name"])+"="+escape(a["value"]))
		}
	}
	address := target["action"]
	if target["method"] == "GET" {
		address, _, _ = strings.Cut(address, "?") // the browser puts the fields in its place
	}
	return receive(t, address, strings.Join(wire, "&"), charset)
}

var (
	itemField = regexp.MustCompile(`^NEW_ITEM-([A-Z0-9_]+)\[([0-9]+)\]$`)
	longField = regexp.MustCompile(`^NEW_ITEM-LONGTEXT_([0-9]+):132\[\]$`)
)

func receive(t failer, address, body string, charset encoding.Encoding) posted {
	t.Helper()
	p := posted{address: address, items: map[int]map[string]string{}, long: map[int][]string{}}
	for pair := range strings.SplitSeq(body, "&") {
		if pair == "" {
			continue
		}
		var decoded [2]string
		for i, part := range strings.SplitN(pair, "=", 2) {
			bytes, err := url.QueryUnescape(part)
			if err != nil {
				t.Fatalf("%v", err)
			}
			if decoded[i], err = charset.NewDecoder().String(bytes); err != nil {
				t.Fatalf("%v", err)
			}
		}
		p.pairs = append(p.pairs, decoded)
		if parts := longField.FindStringSubmatch(decoded[0]); parts != nil {
			n, _ := strconv.Atoi(parts[1])
			p.long[n] = append(p.long[n], decoded[1])
			continue
		}
		parts := itemField.FindStringSubmatch(decoded[0])
		if parts == nil {
			if strings.HasPrefix(decoded[0], "NEW_ITEM") {
				t.Fatalf("a field is named %q", decoded[0])
			}
			continue
		}
		n, _ := strconv.Atoi(parts[2])
		if p.items[n] == nil {
			p.items[n] = map[string]string{}
		}
		if _, twice := p.items[n][parts[1]]; twice {
			t.Fatalf("%s stands twice", decoded[0])
		}
		p.items[n][parts[1]] = decoded[1]
	}
	return p
}

// limits are those of OCI 4, from the reference's table of fields.
var limits = map[string]int{
	"DESCRIPTION": 40, "MATNR": 40, "QUANTITY": 15, "UNIT": 3, "PRICE": 15, "CURRENCY": 5, "PRICEUNIT": 5, "LEADTIME": 5, "VENDOR": 10,
	"VENDORMAT": 40, "MANUFACTCODE": 10, "MANUFACTMAT": 40, "MATGROUP": 10, "SERVICE": 1, "CONTRACT": 10, "CONTRACT_ITEM": 5,
	"EXT_QUOTE_ID": 35, "EXT_QUOTE_ITEM": 10, "EXT_PRODUCT_ID": 40, "ATTACHMENT": 255, "ATTACHMENT_TITLE": 255,
	"ATTACHMENT_PURPOSE": 1, "EXT_SCHEMA_TYPE": 10, "EXT_CATEGORY_ID": 60, "EXT_CATEGORY": 40, "CUST_FIELD1": 10, "CUST_FIELD2": 10,
	"CUST_FIELD3": 10, "CUST_FIELD4": 20, "CUST_FIELD5": 50, "SLD_SYS_NAME": 60,
}

var shapes = map[string]*regexp.Regexp{
	"QUANTITY": regexp.MustCompile(`^[0-9]{1,11}\.[0-9]{3}$`), "PRICE": regexp.MustCompile(`^[0-9]{1,11}\.[0-9]{1,3}$`),
	"PRICEUNIT": regexp.MustCompile(`^[1-9][0-9]*$`), "LEADTIME": regexp.MustCompile(`^[0-9]+$`), "CURRENCY": regexp.MustCompile(`^[A-Z]{3}$`),
	"SERVICE": regexp.MustCompile(`^X$`),
}

// obey fails the test where the return breaks a rule of the format.
func obey(t failer, p posted, format string) {
	t.Helper()
	most := maps.Clone(limits)
	switch format {
	case "oci-3":
		most["MATNR"], most["PRICEUNIT"] = 18, 9
	case "oci-5":
		most["ITEM_TYPE"], most["PARENT_ID"] = 1, 5
	}
	for i, n := range slices.Sorted(maps.Keys(p.items)) {
		if n != i+1 {
			t.Fatalf("item %d stands at place %d", n, i+1)
		}
		item := p.items[n]
		for name, value := range item {
			limit, known := most[name]
			if !known || utf8.RuneCountInString(value) > limit {
				t.Fatalf("%s[%d] = %q is unknown or over its length", name, n, value)
			}
			if value == "" || strings.HasPrefix(value, " ") || strings.ContainsAny(value, "\r\n\t") || strings.Contains(value, "&#") {
				t.Fatalf("%s[%d] = %q is empty, begins with a blank or is not in the charset", name, n, value)
			}
			if shape := shapes[name]; shape != nil && !shape.MatchString(value) {
				t.Fatalf("%s[%d] = %q has another shape", name, n, value)
			}
		}
		if item["QUANTITY"] == "" || strings.Trim(item["QUANTITY"], "0.") == "" {
			t.Fatalf("item %d has the quantity %q", n, item["QUANTITY"])
		}
		if (item["DESCRIPTION"] == "") == (item["MATNR"] == "") {
			t.Fatalf("item %d has DESCRIPTION %q and MATNR %q", n, item["DESCRIPTION"], item["MATNR"])
		}
		for _, pair := range []string{
			"DESCRIPTION UNIT", "PRICE CURRENCY", "PRICE PRICEUNIT", "EXT_CATEGORY EXT_SCHEMA_TYPE", "EXT_CATEGORY_ID EXT_SCHEMA_TYPE",
			"EXT_QUOTE_ITEM EXT_QUOTE_ID", "CONTRACT_ITEM CONTRACT",
		} {
			if one, needed, _ := strings.Cut(pair, " "); item[one] != "" && item[needed] == "" {
				t.Fatalf("item %d has %s without %s", n, one, needed)
			}
		}
		if root := item["PARENT_ID"]; root != "" {
			at, err := strconv.Atoi(root)
			if err != nil || item["ITEM_TYPE"] != "O" || p.items[at]["ITEM_TYPE"] != "R" {
				t.Fatalf("item %d is part of %q", n, root)
			}
		}
	}
	for n, texts := range p.long {
		if p.items[n] == nil || slices.Contains(texts, "") {
			t.Fatalf("long texts %q of item %d", texts, n)
		}
	}
}

// noFatal fails the test where the format's own validator finds something fatal.
func noFatal(t failer, findings []port.Finding) {
	t.Helper()
	for _, f := range findings {
		if f.Fatal {
			t.Fatalf("%+v", f)
		}
	}
}

func TestTheReaderOfTheTestsFindsWhatIsWrong(t *testing.T) {
	good := map[string]string{"DESCRIPTION": "a", "UNIT": "EA", "QUANTITY": "1.000"}
	for sentence, change := range map[string]func(posted){
		"a gap":                       func(p posted) { p.items[3] = good },
		"an index of nought":          func(p posted) { p.items[0] = good },
		"a text that is too long":     func(p posted) { p.items[1]["DESCRIPTION"] = strings.Repeat("å", 41) },
		"a number of another shape":   func(p posted) { p.items[1]["QUANTITY"] = "2" },
		"a price without currency":    func(p posted) { p.items[1]["PRICE"] = "1.000" },
		"a long text without an item": func(p posted) { p.long[2] = []string{"a"} },
	} {
		t.Run(sentence, func(t *testing.T) {
			p := posted{items: map[int]map[string]string{1: maps.Clone(good)}, long: map[int][]string{}}
			r := &recorder{}
			if obey(r, p, "oci-4"); r.said != "" {
				t.Fatal(r.said)
			}
			change(p)
			if obey(r, p, "oci-4"); r.said == "" {
				t.Error("is not found")
			}
		})
	}
}

type recorder struct{ said string }

func (r *recorder) Helper()                           {}
func (r *recorder) Fatalf(format string, args ...any) { r.said += fmt.Sprintf(format, args...) }
