package oci_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/application/port"
)

// The samples of other systems are parts of items and of calls, so that what they lack is found, and nothing else. Each file
// of the folder has its case; blank lines and remarks (#) are left out.
func TestSamplesOfOtherSystemsAreReadAsTheyAre(t *testing.T) {
	folder := os.Getenv("PUNCHGATE_SHARED")
	if folder == "" {
		folder = "../../../../shared"
	}
	folder = filepath.Join(folder, "samples", "oci")
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		if os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
			t.Fatal("no samples in ", folder)
		}
		t.Skip("no samples in ", folder)
	}
	cases := map[string]func(t *testing.T, lines []string){
		"README-shapes": func(*testing.T, []string) {}, // says what the others are
		"ruby-visitenkarten-return-item": returnItem("OCI-037 true NEW_ITEM-QUANTITY[1]", "OCI-022 false NEW_ITEM-PRICEUNIT[1]",
			"OCI-014 true NEW_ITEM-MATGROUP[1]"),
		"sap-help-crm20c-return-item": returnItem("OCI-037 true NEW_ITEM-QUANTITY[1]", "OCI-032 true NEW_ITEM-UNIT[1]"),
		"webmercs-return-item":        returnItem("OCI-022 false NEW_ITEM-PRICEUNIT[1]"),
		"buyerquest-inbound-call":     inboundCall,
		"srm-hook-url-to-split":       splitAddress,
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(s string) bool { return s == "" || strings.HasPrefix(s, "#") })
			check := cases[name]
			if check == nil {
				t.Fatal("no case says how it is read")
			}
			check(t, lines)
		})
	}
}

// returnItem holds that the validator finds what is wanted, in any order.
func returnItem(want ...string) func(t *testing.T, lines []string) {
	return func(t *testing.T, lines []string) {
		got := validate(t, oci.New3(), document("https://b.example.com/", "POST", "UTF-8", lines...))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("found %q", got)
		}
	}
}

func inboundCall(t *testing.T, lines []string) {
	call, err := oci.New4().DecodeLogin(port.StartRequest{Method: "GET", Query: query(lines)})
	if err != nil || call.ReturnURL != "https://buyer.example.com/punchout/return?id=1" || call.Keep["returntarget"] != "_parent" {
		t.Errorf("%+v, %v", call, err)
	}
}

// splitAddress reads an address, and the action and the hidden fields that the sample says it becomes.
func splitAddress(t *testing.T, lines []string) {
	o := outgoing(readCart(t, "testdata/encode/minimal.cart.json"), `{"hook_url":"split"}`)
	o.ReturnURL = lines[0]
	_, h := encode(t, oci.New4(), o)
	got := []string{"action=" + h.Form.Action}
	for _, f := range h.Form.Fields[:len(lines)-2] {
		got = append(got, "hidden "+f.Name+"="+f.Value)
	}
	if !slices.Equal(got, lines[1:]) {
		t.Errorf("split into %q", got)
	}
}
