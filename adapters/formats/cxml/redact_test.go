package cxml_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
)

func TestAnOrderIsKeptWithoutItsSecrets(t *testing.T) {
	plain := `<cXML payloadID="1"><Header><From><Credential domain="DUNS"><Identity>1</Identity></Credential></From>
<To><Credential domain="DUNS"><Identity>2</Identity></Credential></To><Sender><Credential domain="DUNS"><Identity>1</Identity>SECRETS</Credential></Sender></Header>
<Request><OrderRequest><OrderRequestHeader orderID="PO-1" orderDate="2026-11-24"><Total><Money currency="SEK">1</Money></Total></OrderRequestHeader>
<ItemOut quantity="1"><ItemID><SupplierPartID>4711</SupplierPartID></ItemID></ItemOut></OrderRequest></Request></cXML>`
	for name, c := range map[string]struct{ secrets, kept string }{
		"as it mostly is":              {"<SharedSecret>hunter2</SharedSecret>", "<SharedSecret>***</SharedSecret>"},
		"as CDATA, over several lines": {"<SharedSecret\n><![CDATA[hunter2\n]]></SharedSecret >", "<SharedSecret\n>***</SharedSecret >"},
		"with an attribute":            {`<SharedSecret a="/b">hunter2</SharedSecret>`, `<SharedSecret a="/b">***</SharedSecret>`},
		"under Oracle's name, twice": {
			"<SharedSecret1>hunter2</SharedSecret1><SharedSecret>hunter2</SharedSecret>", "<SharedSecret1>***</SharedSecret1><SharedSecret>***</SharedSecret>",
		},
		"an empty one before it": {"<SharedSecret/><SharedSecret />", "<SharedSecret/><SharedSecret />"},
		"none":                   {"", ""},
	} {
		body := strings.Replace(plain, "SECRETS", c.secrets, 1)
		for encoding, document := range map[string][]byte{"UTF-8": []byte(body), "UTF-16": inUTF16(body)} {
			call, err := cxml.NewCXML12().DecodeLogin(port.StartRequest{Method: "POST", ContentType: "text/xml", Body: document})
			if err != nil || call.Order == nil {
				t.Fatalf("%s, %s: %v", name, encoding, err)
			}
			if want := strings.Replace(plain, "SECRETS", c.kept, 1); string(call.Kept) != want || bytes.Contains(call.Kept, []byte("hunter2")) {
				t.Errorf("%s, %s: kept %s", name, encoding, call.Kept)
			}
		}
	}
}

func inUTF16(text string) []byte {
	document := []byte{0xFE, 0xFF}
	for _, unit := range utf16.Encode([]rune(text)) {
		document = binary.BigEndian.AppendUint16(document, unit)
	}
	return document
}
