package cxml_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/domain/fault"
)

// seeds are documents of every kind and every known attack.
func seeds(f *testing.F) {
	f.Helper()
	for _, path := range []string{
		"testdata/login/edit.xml", "testdata/login/profile.xml", "testdata/order/update.xml", "testdata/order/delete.xml",
		"testdata/encode/full.xml", "testdata/encode/nasty.xml",
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{
		message, entityBomb, externalEntity, strings.Repeat("<a>", 200), "<cXML" + attributes(200) + "/>", "", "\xFF\xFE<\x00", "\x00<",
		`<?xml version="1.0" encoding="iso-2022-jp"?>` + "\x1b$B", order(`<OrderRequestHeader orderID="1"/>`, `<ItemOut quantity="1"/>`),
	} {
		f.Add([]byte(text))
	}
}

// classified holds that a refusal is the document's fault, not a defect.
func classified(t *testing.T, err error) {
	t.Helper()
	switch fault.KindOf(err) {
	case fault.Malformed, fault.Unsupported, fault.TooLarge:
	default:
		t.Fatalf("refused as %v: %v", fault.KindOf(err), err)
	}
}

func FuzzLogin(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		call, err := cxml.NewProceedo().DecodeLogin(document(body))
		if err != nil {
			classified(t, err)
			return
		}
		switch {
		case call.Document == "ProfileRequest", call.Document == "OrderRequest" && call.Order != nil && call.Order.Number != "":
		case call.Operation == "":
			t.Fatalf("accepted without an operation: %+v", call)
		}
	})
}

func FuzzReceipt(f *testing.F) {
	seeds(f)
	for _, text := range []string{receipt("200", "OK", ""), receipt("406", "Not Acceptable", "å"), receipt("5xx", "", ""), receipt("-200", "", "")} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := cxml.NewCXML12().ReadReceipt(bytes.NewReader(body))
		switch fault.KindOf(err) {
		case fault.Unavailable, fault.Invalid:
		default:
			if err != nil {
				t.Fatalf("refused as %v: %v", fault.KindOf(err), err)
			}
		}
	})
}

func FuzzOrder(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		order, err := cxml.NewProceedo().DecodeOrder(bytes.NewReader(body))
		if err != nil {
			classified(t, err)
			return
		}
		if order.Number == "" {
			t.Fatal("accepted without a number")
		}
		for _, l := range order.Lines {
			if l.LineNumber == "" || l.Quantity.IsZero() {
				t.Fatalf("accepted without line number or quantity: %+v", l)
			}
		}
	})
}

func FuzzValidate(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		findings, err := cxml.NewProceedo().Validate(bytes.NewReader(body))
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
