package peppol

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/punchgate/punchgate/application/port"
)

func golden(t testing.TB, name string) string {
	text, err := os.ReadFile(filepath.Join("testdata", "carts", name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compact is the document of the cart of the contract without its layout.
func compact(t testing.TB) string {
	return regexp.MustCompile(`>\s+<`).ReplaceAllString(golden(t, "contract"), "><")
}

func TestValidateFindsWhatIsWrong(t *testing.T) {
	const (
		root     = "/ubl:Catalogue"
		endpoint = root + "/cac:ProviderParty/cbc:EndpointID"
		line     = root + "/cac:CatalogueLine[1]"
		location = line + "/cac:RequiredItemLocationQuantity"
		item     = line + "/cac:Item"
		object   = item + "/cac:ItemSpecificationDocumentReference[1]/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
		freight  = root + "/cac:CatalogueLine[2]"
		tax      = item + "/cac:ClassifiedTaxCategory"
	)
	for sentence, c := range map[string]struct {
		old, new   string // in the compact document, the first time it stands there
		rule, path string
	}{
		"another specification": {`trns:punch_out:3`, `trns:order:3`, "PEPPOL-T77-R010", root + "/cbc:CustomizationID"},
		"another profile":       {`bis:punch_out:3`, `bis:ordering:3`, "PEPPOL-T77-B00301", root + "/cbc:ProfileID"},
		"a missing element":     {`<cbc:ID>C-2026-000123</cbc:ID>`, ``, "PEPPOL-T77-B00103", root},
		"an empty element": {
			`Pappersbruket`, ``, "PEPPOL-COMMON-R001", item + "/cac:ManufacturerParty/cac:PartyName/cbc:Name",
		},
		"an element of UBL alone": {
			`<cbc:IssueDate>`, `<cbc:UUID>1</cbc:UUID><cbc:IssueDate>`, "PEPPOL-T77-B00110", root + "/cbc:UUID",
		},
		"an element twice": {`<cbc:IssueDate>`, `<cbc:ID>2</cbc:ID><cbc:IssueDate>`, "MODEL-MAX", root + "/cbc:ID[2]"},
		"an element in another place": {
			`<cbc:IssueDate>2026-11-23</cbc:IssueDate><cbc:IssueTime>10:15:00</cbc:IssueTime>`,
			`<cbc:IssueTime>10:15:00</cbc:IssueTime><cbc:IssueDate>2026-11-23</cbc:IssueDate>`, ruleSchema, root + "/cbc:IssueDate",
		},
		"text between elements": {`<cac:DeliveryUnit>`, `<cac:DeliveryUnit>x`, ruleSchema, location + "/cac:DeliveryUnit"},
		"a schema location": {
			`<Catalogue `, `<Catalogue xmlns:i="` + nsInstance + `" i:schemaLocation="a b" `, "PEPPOL-T77-B00109", root,
		},
		"a date with a zone": {
			`2026-11-23</cbc:IssueDate>`, `2026-11-23Z</cbc:IssueDate>`, "PEPPOL-COMMON-R030", root + "/cbc:IssueDate",
		},
		"a day that is none": {
			`2026-11-23</cbc:IssueDate>`, `2026-11-31</cbc:IssueDate>`, ruleSchema, root + "/cbc:IssueDate",
		},
		"a time that is none": {`10:15:00`, `10:15`, ruleSchema, root + "/cbc:IssueTime"},
		"an end before the issue": {
			`<cbc:EndDate>2026-12-23`, `<cbc:EndDate>2026-11-22`, "PEPPOL-T77-R001", root + "/cac:ValidityPeriod",
		},
		"an endpoint without a scheme": {
			`<cbc:EndpointID schemeID="0088">`, `<cbc:EndpointID>`, "PEPPOL-T77-B01401", endpoint,
		},
		"an endpoint of an unknown scheme": {
			`<cbc:EndpointID schemeID="0088">`, `<cbc:EndpointID schemeID="9999">`, "PEPPOL-T77-B01402", endpoint,
		},
		"a GLN with a wrong check digit": {`7300010000001`, `7300010000002`, "PEPPOL-COMMON-R040", endpoint},
		"a negative price":               {`125.00`, `-125.00`, "PEPPOL-T77-R003", location + "/cac:Price"},
		"a price that is no number":      {`125.00`, `1e3`, ruleSchema, location + "/cac:Price/cbc:PriceAmount"},
		"an unknown unit": {
			`<cbc:BatchQuantity unitCode="EA">`, `<cbc:BatchQuantity unitCode="pcs">`, "PEPPOL-T77-B05802",
			location + "/cac:DeliveryUnit/cbc:BatchQuantity",
		},
		"two units in a line": {
			`<cbc:BatchQuantity unitCode="EA">`, `<cbc:BatchQuantity unitCode="C62">`, "PEPPOL-T77-R006", location,
		},
		"a quantity of nought": {
			`<cbc:BatchQuantity unitCode="EA">2`, `<cbc:BatchQuantity unitCode="EA">0`, "PEPPOL-T77-R002", location,
		},
		"a quantity of nought without a base quantity": {
			`<cbc:BaseQuantity unitCode="EA">1</cbc:BaseQuantity></cac:Price><cac:DeliveryUnit><cbc:BatchQuantity unitCode="EA">2`,
			`</cac:Price><cac:DeliveryUnit><cbc:BatchQuantity unitCode="EA">0`, ruleQuantity, location,
		},
		"an item without a number": {
			`<cac:SellersItemIdentification><cbc:ID>FREIGHT</cbc:ID></cac:SellersItemIdentification>`, ``,
			"PEPPOL-T77-R004", freight + "/cac:Item",
		},
		"two main images": {
			`</cac:Attachment></cac:ItemSpecificationDocumentReference><cac:Item`,
			`</cac:Attachment></cac:ItemSpecificationDocumentReference>` +
				`<cac:ItemSpecificationDocumentReference><cbc:ID>2</cbc:ID><cbc:DocumentTypeCode>PRODUCT_IMAGE</cbc:DocumentTypeCode>` +
				`</cac:ItemSpecificationDocumentReference><cac:Item`, "PEPPOL-T77-R005", item,
		},
		"content that is not Base64": {`iVBORw0KGgo=`, `iVBORw0KGgo`, ruleBase64, object},
		"an unknown media type":      {`"image/png"`, `"image/webp"`, "PEPPOL-T77-B07702", object},
		"a service that is perhaps one": {
			`<cbc:Value>true</cbc:Value>`, `<cbc:Value>yes</cbc:Value>`, "PEPPOL-T77-R007",
			freight + "/cac:Item/cac:AdditionalItemProperty",
		},
		"a tax category without a percentage": {`<cbc:Percent>25</cbc:Percent>`, ``, "PEPPOL-T77-R008", tax},
		"the standard rate without percent":   {`<cbc:Percent>25<`, `<cbc:Percent>0<`, "PEPPOL-T77-R009", tax},
		"a tax category that nobody knows":    {`<cbc:ID>S</cbc:ID>`, `<cbc:ID>X</cbc:ID>`, ruleTax, tax},
		"the same line identifier twice": {
			`<cac:CatalogueLine><cbc:ID>FREIGHT`, `<cac:CatalogueLine><cbc:ID>1`, ruleLineID, freight + "/cbc:ID",
		},
		"two currencies": {
			`"SEK">49.00`, `"EUR">49.00`, ruleCurrency, freight + "/cac:RequiredItemLocationQuantity/cac:Price/cbc:PriceAmount",
		},
		"an attribute that the schema has not": {`<cbc:ID>C-`, `<cbc:ID lang="sv">C-`, ruleSchema, root + "/cbc:ID"},
		"a language that is none": {
			`<cbc:Name>Frakt`, `<cbc:Name languageID="sv_SE">Frakt`, ruleSchema, freight + "/cac:Item/cbc:Name",
		},
		"another root": {
			`xmlns="` + nsCatalogue + `"`, `xmlns="urn:x"`, ruleTransaction, "/*:Catalogue",
		},
		"a document type declaration":   {`<Catalogue `, `<!DOCTYPE Catalogue><Catalogue `, ruleRead, "-"},
		"an entity":                     {`Frakt`, `&frakt;`, ruleRead, "-"},
		"an element that is not closed": {`</Catalogue>`, ``, ruleRead, "-"},
		"an end tag of another element": {
			`</cac:Item></cac:CatalogueLine></Catalogue>`, `</cac:item></cac:CatalogueLine></Catalogue>`, ruleRead, "-",
		},
		"a second root":                 {`</Catalogue>`, `</Catalogue><a/>`, ruleRead, "-"},
		"text after the root":           {`</Catalogue>`, `</Catalogue>x`, ruleRead, "-"},
		"a prefix that nobody declared": {`</Catalogue>`, `<x:ID>1</x:ID></Catalogue>`, ruleRead, "-"},
		"an attribute twice":            {`schemeID="0160"`, `schemeID="0160" schemeID="0160"`, ruleRead, "-"},
		"an attribute twice by two prefixes": {
			`<Catalogue `, `<Catalogue xmlns:a="urn:a" xmlns:b="urn:a" a:x="" b:x="" `, ruleRead, "-",
		},
		"a prefix that is unbound":                   {`<Catalogue `, `<Catalogue xmlns:a="" `, ruleRead, "-"},
		"an encoding that nobody knows":              {`encoding="UTF-8"`, `encoding="x-none"`, ruleRead, "-"},
		"a declaration that is not at the beginning": {`<Catalogue `, `<?xml version="1.0"?><Catalogue `, ruleRead, "-"},
	} {
		t.Run(sentence, func(t *testing.T) {
			document := compact(t)
			if !strings.Contains(document, c.old) {
				t.Fatalf("the document has no %q", c.old)
			}
			findings := validate(t, []byte(strings.Replace(document, c.old, c.new, 1)))
			if !slices.ContainsFunc(findings, func(f port.Finding) bool {
				return f.Fatal && f.Rule == c.rule && f.Path == c.path && strings.HasPrefix(f.Message, "line ")
			}) {
				t.Errorf("no fatal %s at %s, but %+v", c.rule, c.path, findings)
			}
		})
	}
}

func TestValidateWarnsOfWhatDoesNoHarm(t *testing.T) {
	for sentence, c := range map[string]struct{ old, new, rule, path string }{
		"an attribute of UBL alone": {`<cbc:ID>C-`, `<cbc:ID schemeName="x">C-`, ruleAttribute, "/ubl:Catalogue/cbc:ID"},
		"a tax number of another form": {`schemeID="0088">7300010000001`, `schemeID="0210">7300010`,
			"PEPPOL-COMMON-R045", "/ubl:Catalogue/cac:ProviderParty/cbc:EndpointID"},
	} {
		t.Run(sentence, func(t *testing.T) {
			findings := validate(t, []byte(strings.Replace(golden(t, "contract"), c.old, c.new, 1)))
			if len(findings) != 1 || findings[0].Fatal || findings[0].Rule != c.rule || findings[0].Path != c.path {
				t.Errorf("findings %+v, want one warning %s at %s", findings, c.rule, c.path)
			}
		})
	}
}

func TestFindingsNameTheLine(t *testing.T) {
	lines := strings.SplitAfter(golden(t, "contract"), "\n")
	at := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "<cac:DeliveryUnit>") })
	lines[at] = strings.Replace(lines[at], ">", ">x", 1)
	want := fmt.Sprintf("line %d: ", at+1)
	if findings := validate(t, []byte(strings.Join(lines, ""))); len(findings) != 1 || !strings.HasPrefix(findings[0].Message, want) {
		t.Errorf("findings %+v, want one in %s", findings, want)
	}
}

func TestValidateReadsOtherEncodingsAndPrefixes(t *testing.T) {
	document := golden(t, "contract")
	latin, err := charmap.ISO8859_1.NewEncoder().String(strings.Replace(document, "UTF-8", "ISO-8859-1", 1))
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(strings.Replace(document, "UTF-8", "UTF-16", 1))
	if err != nil {
		t.Fatal(err)
	}
	for sentence, text := range map[string]string{
		"with a byte order mark": "\ufeff" + document,
		"in ISO 8859-1":          latin,
		"in UTF-16":              wide,
		"without a declaration":  document[strings.Index(document, "\n")+1:],
		"with Windows line ends": strings.ReplaceAll(document, "\n", "\r\n"),
		"with other prefixes": strings.NewReplacer("cbc:", "b:", ":cbc", ":b", "cac:", "a:", ":cac", ":a",
			"<Catalogue xmlns=", "<c:Catalogue xmlns:c=", "</Catalogue>", "</c:Catalogue>").Replace(document),
		"with comments and sections": strings.Replace(document, "<cbc:Name>Frakt",
			"<!-- a --><?b c?><cbc:Name>Fr<!-- d --><![CDATA[a]]>kt", 1),
	} {
		t.Run(sentence, func(t *testing.T) {
			if findings := validate(t, []byte(text)); len(findings) > 0 {
				t.Errorf("findings: %+v", findings)
			}
		})
	}
}

func TestValidateBoundsWhatAHostileTextCosts(t *testing.T) {
	with := func(what string) string {
		return strings.Replace(compact(t), "<cbc:Name>Frakt", what+"<cbc:Name>Frakt", 1)
	}
	for sentence, c := range map[string]struct{ text, rule string }{
		"deep nesting": {with(strings.Repeat("<a>", 200_000)), ruleDepth},
		"an entity bomb": {
			`<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>`, ruleRead,
		},
		"an external entity":    {`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, ruleRead},
		"thousands of findings": {with(strings.Repeat("<a/>", 100_000)), ruleMore},
		"thousands of attributes": {"<a " + func() string {
			var b strings.Builder
			for i := range 100_000 {
				b.WriteString(" a" + strings.Repeat("a", i%7) + "=''")
			}
			return b.String()
		}() + "/>", ruleRead},
		"text in thousands of pieces": {"<a>" + strings.Repeat("x<!---->", 500_000) + "</a>", ruleTransaction},
	} {
		t.Run(sentence, func(t *testing.T) {
			findings := validate(t, []byte(c.text))
			if len(findings) == 0 || len(findings) > maxFindings+1 {
				t.Fatalf("%d findings", len(findings))
			}
			if f := findings[len(findings)-1]; !f.Fatal || f.Rule != c.rule {
				t.Errorf("the last finding is %+v, want a fatal %s", f, c.rule)
			}
		})
	}
}

// endless repeats a text for ever after a beginning, and counts what is read of it.
type endless struct {
	begin, repeat string
	at, read      int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.begin)
	e.begin = e.begin[n:]
	for n < len(p) {
		k := copy(p[n:], e.repeat[e.at:])
		n, e.at = n+k, (e.at+k)%len(e.repeat)
	}
	e.read += n
	return n, nil
}

func TestDocumentsWithoutAnEndAreRefusedInTime(t *testing.T) {
	for sentence, c := range map[string]struct {
		text endless
		says string
		most int
	}{
		"a text":         {endless{begin: "<a>", repeat: "x"}, "a tag or a text is longer", maxToken},
		"an attribute":   {endless{begin: "<a b='", repeat: "x"}, "a tag or a text is longer", maxToken},
		"attributes":     {endless{begin: "<a", repeat: " b=''"}, "a tag or a text is longer", maxToken},
		"a comment":      {endless{begin: "<a><!--", repeat: "x"}, "a tag or a text is longer", maxToken},
		"comments":       {endless{begin: "<a>", repeat: "<!--" + strings.Repeat("x", 1000) + "-->"}, "the document is longer", maxBytes},
		"white space":    {endless{begin: "", repeat: " "}, "a tag or a text is longer", maxToken},
		"a declaration":  {endless{begin: "<!DOCTYPE a [", repeat: "<!ENTITY b 'c'>"}, "a tag or a text is longer", maxToken},
		"an instruction": {endless{begin: "<?a ", repeat: "x"}, "a tag or a text is longer", maxToken},
	} {
		t.Run(sentence, func(t *testing.T) {
			findings, err := New().Validate(&c.text)
			if err != nil || len(findings) != 1 || !findings[0].Fatal || !strings.Contains(findings[0].Message, c.says) {
				t.Errorf("error %v, findings %+v", err, findings)
			}
			if c.text.read > c.most+64<<10 {
				t.Errorf("%d bytes are read", c.text.read)
			}
		})
	}
}

func TestValidateReturnsTheReadersOwnError(t *testing.T) {
	broken := errors.New("the line is cut")
	_, err := New().Validate(io.MultiReader(strings.NewReader("<a>"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func FuzzValidate(f *testing.F) {
	f.Add([]byte(golden(f, "minimal"))) // longer seeds make every step of the fuzzer slow
	for _, text := range []string{
		`<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>`,
		`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`,
		strings.Repeat("<a>", 200), "<a xmlns:b='urn:b'><b:c b:d='' d=''/></a>", "\xfe\xff\x00<\x00a\x00/\x00>", "<a:b:c/>", "<a/><a/>",
		`<Catalogue xmlns="` + nsCatalogue + `"/>`,
		`<StandardBusinessDocument xmlns="` + nsEnvelope + `"><Catalogue xmlns="` + nsCatalogue + `"/></StandardBusinessDocument>`,
		`<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a/>`, "<a " + strings.Repeat("b='' ", 200) + "/>",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		findings, err := New().Validate(bytes.NewReader(document))
		if err != nil {
			t.Fatalf("an error of the reader, which has none: %v", err)
		}
		for _, found := range findings {
			if found.Rule == "" || found.Path == "" || found.Message == "" {
				t.Fatalf("a finding says nothing: %+v", found)
			}
		}
	})
}
