package oci_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
)

var update = flag.Bool("update", false, "rewrite the expected files of testdata")

var now = time.Date(2026, 11, 23, 10, 15, 0, 0, time.UTC)

const hook = "https://srm.example.com/sap/bbpsc01?sap-client=100&sap-sessionid=ABC%20123"

// outgoing is a cart on its way back to a start call with SAP's parameters.
func outgoing(c *cart.Cart, options string) port.Outgoing {
	return port.Outgoing{
		Cart: c, Options: json.RawMessage(options), ReturnURL: hook, Correlation: "77", CorrelationField: "SESSION", Operation: "create",
		Keep: map[string]string{"~OkCode": "ADDI", "~TARGET": "_top", "~CALLER": "CTLG"}, Now: now,
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

func encode(t testing.TB, f *oci.Format, o port.Outgoing) ([]byte, port.Handover) {
	t.Helper()
	var document bytes.Buffer
	handover, err := f.EncodeCart(&document, o)
	if err != nil {
		t.Fatalf("%v %v", err, fault.From(err).Details)
	}
	return document.Bytes(), handover
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

func TestCartsAreWrittenAsExpected(t *testing.T) {
	inputs, err := filepath.Glob("testdata/encode/*.cart.json")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no carts (%v)", err)
	}
	for _, input := range inputs {
		name := strings.TrimSuffix(input, ".cart.json")
		options, err := os.ReadFile(name + ".options.json")
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, f := range []*oci.Format{oci.New3(), oci.New5()} {
			t.Run(filepath.Base(name)+" in "+f.Name(), func(t *testing.T) {
				document, handover := encode(t, f, outgoing(readCart(t, input), string(options)))
				compare(t, name+"."+f.Name()+".json", document)
				var warnings bytes.Buffer
				for _, w := range handover.Warnings {
					warnings.WriteString(w.Path + "\t" + w.Code + "\t" + w.Message)
					if w.Effect != "" {
						fmt.Fprintf(&warnings, "\t%s: %q becomes %q", w.Effect, w.Before, w.After)
					}
					warnings.WriteString("\n")
				}
				compare(t, name+"."+f.Name()+".warnings", warnings.Bytes())
			})
		}
	}
}
