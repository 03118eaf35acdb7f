package cxml_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/domain/fault"
)

func receipt(code, text, explanation string) string {
	return `<cXML payloadID="1" timestamp="x"><Response><Status code="` + code + `" text="` + text + `">` + explanation +
		`</Status></Response></cXML>`
}

func TestReceiptsSayWhetherTheDocumentWasTaken(t *testing.T) {
	none := fault.Kind(-1)
	for name, c := range map[string]struct {
		body string
		kind fault.Kind
		says string
	}{
		"taken":                          {receipt("200", "OK", ""), none, ""},
		"taken for processing":           {receipt("201", "Accepted", ""), none, ""},
		"a code of success nobody knows": {receipt("299", "", ""), none, ""},
		"credentials not known":          {receipt("401", "Unauthorized", "who are\n you?"), fault.Invalid, "401 Unauthorized: who are you?"},
		"a code that is no code":         {receipt("OK", "", ""), fault.Unavailable, "Response"},
		"a redirection":                  {receipt("302", "Found", ""), fault.Invalid, "302 Found"},
		"out of order":                   {receipt("500", "Internal Server Error", ""), fault.Unavailable, "500 Internal Server Error"},
		"maintenance":                    {receipt("560", "Temporary", ""), fault.Unavailable, "560 Temporary"},
		"no status":                      {`<cXML><Response/></cXML>`, fault.Unavailable, "Response"},
		"a request":                      {setup("create", ""), fault.Unavailable, "Response"},
		"another root":                   {`<a><Response><Status code="200"/></Response></a>`, fault.Unavailable, "Response"},
		"nothing":                        {"", fault.Unavailable, "Response"},
		"a page":                         {"<html><br></html>", fault.Unavailable, "Response"},
		"an entity bomb":                 {entityBomb, fault.Unavailable, "Response"},
		"an external entity":             {externalEntity, fault.Unavailable, "Response"},
		"elements nested too deep":       {strings.Repeat("<a>", 101), fault.Unavailable, "Response"},
	} {
		t.Run(name, func(t *testing.T) {
			err := cxml.NewCXML12().ReadReceipt(strings.NewReader(c.body))
			if fault.KindOf(err) != c.kind || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v (%v)", err, fault.KindOf(err))
			}
		})
	}
}

func TestWhatAReceiptSaysIsBounded(t *testing.T) {
	err := cxml.NewCXML12().ReadReceipt(strings.NewReader(receipt("406", "Not Acceptable", strings.Repeat("å", 10_000))))
	if err == nil || len(err.Error()) > 400 || strings.ContainsRune(err.Error(), '\uFFFD') {
		t.Errorf("got %v", err)
	}
}

func TestErrorsWhileAReceiptIsReadAreReturned(t *testing.T) {
	broken := errors.New("connection reset")
	if err := cxml.NewCXML12().ReadReceipt(failing{broken}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
