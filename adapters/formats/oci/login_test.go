package oci_test

import (
	"bytes"
	"maps"
	"mime/multipart"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
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
	if shared, err := os.ReadFile("../../../../shared/samples/oci/buyerquest-inbound-call.txt"); err == nil {
		fields = slices.DeleteFunc(strings.Split(strings.TrimSpace(string(shared)), "\n"), func(s string) bool { return strings.HasPrefix(s, "#") })
	}
	var encoded []string
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		encoded = append(encoded, url.QueryEscape(strings.ToLower(name))+"="+url.QueryEscape(value))
		if err := parts.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	whole := strings.Join(encoded, "&")
	for sentence, r := range map[string]port.StartRequest{
		"by GET":        {Method: "GET", Query: whole},
		"by POST":       {Method: "POST", ContentType: formType, Body: []byte(whole)},
		"by multipart":  {Method: "POST", ContentType: parts.FormDataContentType(), Body: body.Bytes()},
		"partly by GET": {Method: "POST", ContentType: formType, Query: strings.Join(encoded[:2], "&"), Body: []byte(strings.Join(encoded[2:], "&"))},
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

func TestNamesAreTheConnections(t *testing.T) {
	names := connection.Names{User: "login", Password: "pin", ReturnURL: "MM_HOOK_URL"}
	call, err := oci.New3().DecodeLogin(port.StartRequest{
		Method: "GET", Query: "LOGIN=a&Pin=b&mm_hook_url=https://b.example.com/", Login: connection.Login{Names: names},
	})
	if err != nil || call.Presented.User != "a" || call.ReturnURL != "https://b.example.com/" || call.Keep != nil {
		t.Errorf("%+v, %v", call, err)
	}
}

func TestFunctionsOpenTheShopOrAreRefused(t *testing.T) {
	for sentence, c := range map[string]struct {
		query, function, item, search string
		refusal                       fault.Kind // Internal for none
	}{
		"an empty function is none":           {"FUNCTION=", "", "", "", fault.Internal},
		"DETAIL opens an article":             {"function=detail&ProductID=4711", "DETAIL", "4711", "", fault.Internal},
		"DETAIL without an article":           {"FUNCTION=DETAIL", "DETAIL", "", "", fault.Malformed},
		"SOURCING opens a search":             {"FUNCTION=SOURCING&SEARCHSTRING=penna", "SOURCING", "", "penna", fault.Internal},
		"VALIDATE asks for data":              {"FUNCTION=VALIDATE&PRODUCTID=4711&QUANTITY=3", "VALIDATE", "4711", "", fault.Unsupported},
		"BACKGROUND_SEARCH asks for data":     {"FUNCTION=BACKGROUND_SEARCH&SEARCHSTRING=penna", "BACKGROUND_SEARCH", "", "penna", fault.Unsupported},
		"what nobody has written down is not": {"FUNCTION=DETAILADD", "DETAILADD", "", "", fault.Unsupported},
	} {
		t.Run(sentence, func(t *testing.T) {
			call, err := oci.New5().DecodeLogin(start(c.query))
			if fault.KindOf(err) != c.refusal && err != nil || (err == nil) != (c.refusal == fault.Internal) {
				t.Fatalf("refused by %v", err)
			}
			if call.Function != c.function || call.SelectedItem != c.item || call.Extrinsics["SEARCHSTRING"] != c.search || call.ReturnURL == "" {
				t.Errorf("%+v", call)
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
