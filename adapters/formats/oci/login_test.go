package oci_test

import (
	"bytes"
	"errors"
	"maps"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

const formType = "application/x-www-form-urlencoded"

// start is a call with what every call needs and more.
func start(more string) port.StartRequest {
	return port.StartRequest{Method: "GET", Query: "USERNAME=anna&PASSWORD=hemligt&HOOK_URL=https%3A%2F%2Fbuyer.example.com%2Freturn%3Fid%3D1&" + more}
}

func TestTheSampleOfAStartCallIsReadByGETAndPOST(t *testing.T) {
	// The fields that BuyerQuest documents for its OCI call.
	fields := []string{
		"USERNAME=user", "PASSWORD=REDACTED", "HOOK_URL=https://buyer.example.com/punchout/return?id=1", "OCI_VERSION=4.0", "OPI_VERSION=1.0",
		"returntarget=_parent", "~OkCode=ADDI", "~TARGET=_top", "~CALLER=CTLG", "sap-client=100", "sap-language=EN",
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		if err := parts.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	whole := strings.ToLower(query(fields[:1])) + "&" + query(fields[1:])
	for sentence, r := range map[string]port.StartRequest{
		"by GET":        {Method: "GET", Query: whole},
		"by POST":       {Method: "POST", ContentType: formType, Body: []byte(whole)},
		"by multipart":  {Method: "POST", ContentType: parts.FormDataContentType(), Body: body.Bytes()},
		"partly by GET": {Method: "POST", ContentType: formType, Query: query(fields[:2]), Body: []byte(query(fields[2:]))},
	} {
		t.Run(sentence, func(t *testing.T) {
			call, err := oci.New4().DecodeLogin(r)
			if err != nil {
				t.Fatal(err)
			}
			if call.Operation != "create" || call.ReturnURL != "https://buyer.example.com/punchout/return?id=1" || call.Presented.User != "user" || call.Function != "" {
				t.Errorf("%+v", call)
			}
			if want := map[string]string{"~OkCode": "ADDI", "~TARGET": "_top", "~CALLER": "CTLG", "returntarget": "_parent"}; !maps.Equal(call.Keep, want) {
				t.Errorf("kept: %v", call.Keep)
			}
			var others []string
			for name, value := range call.Extrinsics {
				others = append(others, strings.ToLower(name)+"="+value)
			}
			slices.Sort(others)
			if want := []string{"oci_version=4.0", "opi_version=1.0", "sap-client=100", "sap-language=EN"}; !slices.Equal(others, want) {
				t.Errorf("extrinsics: %v", others)
			}
		})
	}
}

// query encodes fields, each name=value.
func query(fields []string) string {
	var encoded []string
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		encoded = append(encoded, url.QueryEscape(name)+"="+url.QueryEscape(value))
	}
	return strings.Join(encoded, "&")
}

func TestNamesAreTheConnections(t *testing.T) {
	names := connection.Names{User: "login", Password: "pin", ReturnURL: "MM_HOOK_URL"}
	call, err := oci.New3().DecodeLogin(port.StartRequest{
		Method: "GET", Query: "LOGIN=a&Pin=b&mm_hook_url=https://b.example.com/", Login: connection.Login{Names: names},
	})
	if err != nil || call.Presented.User != "a" || call.ReturnURL != "https://b.example.com/" || call.Keep != nil {
		t.Errorf("%+v, %v", call, err)
	}
}

func TestFunctionsAreReadWithWhatTheyNeed(t *testing.T) {
	for sentence, c := range map[string]struct {
		query      string
		want       port.StartCall // as far as functions go
		refusal    string
		extrinsics map[string]string
	}{
		"an empty function is none": {"FUNCTION=", port.StartCall{}, "", nil},
		"DETAIL opens an article":   {"function=detail&ProductID=4711", port.StartCall{Function: "DETAIL", SelectedItem: "4711"}, "", nil},
		"DETAIL without an article": {"FUNCTION=DETAIL", port.StartCall{Function: "DETAIL"}, "start.missing_parameter", nil},
		"SOURCING opens a search": {
			"FUNCTION=SOURCING&SEARCHSTRING=penna", port.StartCall{Function: "SOURCING", Search: "penna"}, "", map[string]string{"SEARCHSTRING": "penna"},
		},
		"SOURCING without words opens the shop": {"FUNCTION=SOURCING", port.StartCall{Function: "SOURCING"}, "", nil},
		"VALIDATE asks for an article": {
			"FUNCTION=VALIDATE&PRODUCTID=4711&QUANTITY=++2.500+", port.StartCall{Function: "VALIDATE", SelectedItem: "4711", Quantity: money.MustParse("2.5")}, "",
			map[string]string{"QUANTITY": "  2.500 "},
		},
		"VALIDATE asks for one where no quantity came": {
			"FUNCTION=VALIDATE&PRODUCTID=4711&VENDOR=9", port.StartCall{Function: "VALIDATE", SelectedItem: "4711", Quantity: money.FromInt(1)}, "",
			map[string]string{"VENDOR": "9"},
		},
		"VALIDATE without an article":     {"FUNCTION=VALIDATE&QUANTITY=1", port.StartCall{Function: "VALIDATE"}, "start.missing_parameter", map[string]string{"QUANTITY": "1"}},
		"VALIDATE of a quantity of words": {"FUNCTION=VALIDATE&PRODUCTID=1&QUANTITY=two", port.StartCall{Function: "VALIDATE", SelectedItem: "1"}, "start.malformed_parameter", map[string]string{"QUANTITY": "two"}},
		"VALIDATE with a decimal comma":   {"FUNCTION=VALIDATE&PRODUCTID=1&QUANTITY=1,5", port.StartCall{Function: "VALIDATE", SelectedItem: "1"}, "start.malformed_parameter", map[string]string{"QUANTITY": "1,5"}},
		"VALIDATE of nothing":             {"FUNCTION=VALIDATE&PRODUCTID=1&QUANTITY=0.000", port.StartCall{Function: "VALIDATE", SelectedItem: "1"}, "start.malformed_parameter", map[string]string{"QUANTITY": "0.000"}},
		"BACKGROUND_SEARCH asks for hits": {
			"FUNCTION=BACKGROUND_SEARCH&searchstring=gr%C3%B6n+penna", port.StartCall{Function: "BACKGROUND_SEARCH", Search: "grön penna"}, "",
			map[string]string{"searchstring": "grön penna"},
		},
		"BACKGROUND_SEARCH for blanks":        {"FUNCTION=BACKGROUND_SEARCH&SEARCHSTRING=+", port.StartCall{Function: "BACKGROUND_SEARCH", Search: " "}, "start.missing_parameter", map[string]string{"SEARCHSTRING": " "}},
		"what nobody has written down is not": {"FUNCTION=DETAILADD", port.StartCall{Function: "DETAILADD"}, "oci.function", nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			call, err := oci.New5().DecodeLogin(start(c.query))
			if code := codeOf(err); code != c.refusal {
				t.Fatalf("refused by %v", err)
			}
			if call.Function != c.want.Function || call.SelectedItem != c.want.SelectedItem || call.Search != c.want.Search ||
				err == nil && call.Quantity.Cmp(c.want.Quantity) != 0 || !maps.Equal(call.Extrinsics, c.extrinsics) || call.ReturnURL == "" {
				t.Errorf("%+v", call)
			}
		})
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func TestAConnectionOffersTheFunctionsOfItsOptions(t *testing.T) {
	queries := map[string]string{
		"DETAIL": "PRODUCTID=1", "VALIDATE": "PRODUCTID=1", "SOURCING": "SEARCHSTRING=a", "BACKGROUND_SEARCH": "SEARCHSTRING=a",
	}
	for sentence, c := range map[string]struct {
		format  *oci.Format
		options string
		offered []string
	}{
		"OCI 3 by itself offers none":     {oci.New3(), "", nil},
		"OCI 4 by itself offers all four": {oci.New4(), "{}", []string{"DETAIL", "VALIDATE", "SOURCING", "BACKGROUND_SEARCH"}},
		"OCI 5 by itself offers all four": {oci.New5(), "", []string{"DETAIL", "VALIDATE", "SOURCING", "BACKGROUND_SEARCH"}},
		"OCI 3 can offer some":            {oci.New3(), `{"functions":["DETAIL","VALIDATE"]}`, []string{"DETAIL", "VALIDATE"}},
		"OCI 5 can offer fewer":           {oci.New5(), `{"functions":["SOURCING"]}`, []string{"SOURCING"}},
		"an empty list offers none":       {oci.New4(), `{"functions":[]}`, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			for function, query := range queries {
				r := start("FUNCTION=" + function + "&" + query)
				r.Options = []byte(c.options)
				_, err := c.format.DecodeLogin(r)
				want := "oci.function"
				if slices.Contains(c.offered, function) {
					want = ""
				}
				if codeOf(err) != want {
					t.Errorf("%s: %v", function, err)
				}
			}
			call := start("")
			call.Options = []byte(c.options)
			if _, err := c.format.DecodeLogin(call); err != nil {
				t.Errorf("a visit without a function: %v", err)
			}
		})
	}
}

func TestWrongStartCallsAreRefused(t *testing.T) {
	for sentence, c := range map[string]struct {
		r    port.StartRequest
		code string
	}{
		"a return address in SAP GUI":  {port.StartRequest{Method: "GET", Query: "USERNAME=a&PASSWORD=b&HOOK_URL=sapevent:POST"}, "oci.sapevent"},
		"no password":                  {port.StartRequest{Method: "GET", Query: "USERNAME=a"}, "start.missing_parameter"},
		"a doubled parameter":          {start("~OkCode=a&~okcode=b"), "start.doubled_parameter"},
		"a target with a control sign": {start("~TARGET=%0A"), "start.malformed_parameter"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if _, err := oci.New4().DecodeLogin(c.r); fault.From(err) == nil || fault.From(err).Code != c.code {
				t.Errorf("%v", err)
			}
		})
	}
}

// refused holds that a refusal is the call's fault, not a defect.
func refused(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if kind := fault.KindOf(err); kind != fault.Malformed && kind != fault.Unsupported {
		t.Fatalf("refused as %v: %v", kind, err)
	}
}

func TestAStartCallWhoseReturnAddressCannotBeSplitIsRefused(t *testing.T) {
	for name, query := range map[string]string{
		"it has a field of a line":          "NEW_ITEM-PRICE%5B1%5D=0",
		"it has one behind a blank":         "%20NEW_ITEM-PRICE%5B1%5D=0",
		"it is not readable in the charset": "a=%00",
		"it has broken percent-encoding":    "a=%zz",
	} {
		form := url.Values{"USERNAME": {"a"}, "PASSWORD": {"b"}, "HOOK_URL": {"https://buyer.example.com/r?" + query}}
		r := port.StartRequest{Method: "POST", ContentType: "application/x-www-form-urlencoded", Body: []byte(form.Encode())}
		r.Options = []byte(`{"hook_url":"split"}`)
		if _, err := oci.New4().DecodeLogin(r); !errors.Is(err, oci.ErrHookURL) {
			t.Errorf("%s: %v", name, err)
		}
		r.Options = []byte(`{"hook_url":"keep"}`)
		if _, err := oci.New4().DecodeLogin(r); err != nil {
			t.Errorf("%s, kept as it is: %v", name, err)
		}
	}
}
