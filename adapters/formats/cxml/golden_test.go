package cxml_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
)

var update = flag.Bool("update", false, "rewrite the expected files of testdata")

// now is in winter, in a zone with an offset.
var now = time.Date(2026, 11, 23, 10, 15, 0, 0, time.FixedZone("", 3600))

// outgoing is a cart on its way to a buyer with credentials.
func outgoing(c *cart.Cart, options string) port.Outgoing {
	return port.Outgoing{
		Cart: c, Options: json.RawMessage(options), ReturnURL: "https://buyer.example.com/return?x=1",
		Correlation: " a&b <cookie> ", Operation: "create",
		From:       []connection.Identity{{Domain: "DUNS", ID: "012345678"}, {Domain: "NetworkID", ID: "AN01"}},
		To:         []connection.Identity{{Domain: "DUNS", ID: "987654321"}},
		DocumentID: "1700000000.1.abc@shop.example.com", Now: now,
	}
}

func readCart(t testing.TB, path string) *cart.Cart {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c cart.Cart
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if err := c.Check(); err != nil {
		t.Fatalf("%s is no valid cart: %v", path, err)
	}
	return &c
}

// files returns the inputs of a folder; a folder without any proves nothing.
func files(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files testdata/%s (%v)", pattern, err)
	}
	return paths
}

// compare holds got against the file, or writes it with -update.
func compare(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s:\n%s", path, got)
	}
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// golden is a cart of testdata with the options of its connection, and its expected outputs beside it.
type golden struct {
	format  *cxml.Format
	name    string // the path without its ending
	cart    *cart.Cart
	options string
}

func goldens(t *testing.T) []golden {
	t.Helper()
	var all []golden
	for folder, format := range map[string]*cxml.Format{"encode": cxml.NewProceedo(), "encode-cxml-1.2": cxml.NewCXML12()} {
		for _, path := range files(t, folder+"/*.cart.json") {
			name := strings.TrimSuffix(path, ".cart.json")
			options, err := os.ReadFile(name + ".options.json")
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			all = append(all, golden{format, name, readCart(t, path), string(options)})
		}
	}
	return all
}

func TestCartsAreWrittenAsExpected(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			var document bytes.Buffer
			handover, err := g.format.EncodeCart(&document, outgoing(g.cart, g.options))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, g.name+".xml", document.Bytes())
			compare(t, g.name+".handover.json", asJSON(t, handover))
		})
	}
}

func TestStartCallsAreReadAsExpected(t *testing.T) {
	for _, input := range files(t, "login/*.xml") {
		t.Run(filepath.Base(input), func(t *testing.T) {
			body, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			call, err := cxml.NewProceedo().DecodeLogin(document(body))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, strings.TrimSuffix(input, ".xml")+".json", asJSON(t, call))
		})
	}
}

func TestOrdersAreReadAsExpected(t *testing.T) {
	for _, input := range files(t, "order/*.xml") {
		t.Run(filepath.Base(input), func(t *testing.T) {
			body, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			order, err := cxml.NewProceedo().DecodeOrder(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, strings.TrimSuffix(input, ".xml")+".json", asJSON(t, order))
		})
	}
}

func document(body []byte) port.StartRequest {
	return port.StartRequest{Method: "POST", ContentType: "text/xml", Body: body}
}
