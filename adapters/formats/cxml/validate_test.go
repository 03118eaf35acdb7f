package cxml_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
)

// message is a PunchOutOrderMessage that has no findings; the test cases change it.
const message = `<cXML payloadID="1" timestamp="2026-11-23T10:15:00+01:00"><Header>` +
	`<From><Credential domain="DUNS"><Identity>1</Identity></Credential></From>` +
	`<To><Credential domain="DUNS"><Identity>2</Identity></Credential></To>` +
	`<Sender><Credential domain="DUNS"><Identity>1</Identity></Credential><UserAgent>x</UserAgent></Sender></Header>` +
	`<Message deploymentMode="test"><PunchOutOrderMessage><BuyerCookie/>` +
	`<PunchOutOrderMessageHeader operationAllowed="edit"><Total><Money currency="SEK">2.00</Money></Total></PunchOutOrderMessageHeader>` +
	`<ItemIn quantity="1" lineNumber="1"><ItemID><SupplierPartID>a</SupplierPartID><SupplierPartAuxiliaryID>k1</SupplierPartAuxiliaryID></ItemID>` +
	`<ItemDetail><UnitPrice><Money currency="SEK">1.00</Money></UnitPrice><Description xml:lang="sv"><ShortName>A</ShortName></Description>` +
	`<UnitOfMeasure>EA</UnitOfMeasure><PriceBasisQuantity quantity="1" conversionFactor="1"><UnitOfMeasure>EA</UnitOfMeasure></PriceBasisQuantity>` +
	`<Classification domain="UNSPSC">14111507</Classification>` +
	`<ManufacturerName>M</ManufacturerName><LeadTime>2</LeadTime><Extrinsic name="x">y</Extrinsic></ItemDetail>` +
	`<Tax><Money currency="SEK">0.25</Money><Description xml:lang="en">VAT</Description>` +
	`<TaxDetail category="vat" percentageRate="25"><TaxAmount><Money currency="SEK">0.25</Money></TaxAmount></TaxDetail></Tax></ItemIn>` +
	`<ItemIn quantity="1"><ItemID><SupplierPartID>b</SupplierPartID><SupplierPartAuxiliaryID>k2</SupplierPartAuxiliaryID></ItemID>` +
	`<ItemDetail><UnitPrice><Money currency="SEK">1.00</Money></UnitPrice><Description xml:lang="sv">B</Description>` +
	`<UnitOfMeasure>EA</UnitOfMeasure><Classification domain="UNSPSC">14111507</Classification></ItemDetail></ItemIn>` +
	`</PunchOutOrderMessage></Message></cXML>`

const item = "/cXML/Message/PunchOutOrderMessage/ItemIn[1]"

func validate(t *testing.T, document string) []port.Finding {
	t.Helper()
	findings, err := cxml.NewProceedo().Validate(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

// Good documents of the other kinds.
const (
	address     = `<Address><Name xml:lang="sv">A</Name></Address>`
	billTo      = `<BillTo>` + address + `</BillTo>`
	contact     = `<Contact role="endUser"><Name xml:lang="sv">A</Name></Contact>`
	shopAddress = `<SupplierSetup><URL>https://shop.example.com/</URL></SupplierSetup>`
	ordered     = `<ItemOut quantity="1" lineNumber="1"><ItemID><SupplierPartID>a</SupplierPartID></ItemID><ItemDetail>` +
		`<UnitPrice><Money currency="EUR">1.00</Money></UnitPrice><Description xml:lang="sv">A</Description>` +
		`<UnitOfMeasure>EACH</UnitOfMeasure><Classification domain="DUMMY">x</Classification></ItemDetail></ItemOut>`
)

var (
	setupRequest = timed(wrapped(`<Request><PunchOutSetupRequest operation="edit"><BuyerCookie>c</BuyerCookie>` +
		`<Extrinsic name="User">a</Extrinsic><BrowserFormPost><URL>https://buyer.example.com/</URL></BrowserFormPost>` + contact + shopAddress +
		ordered + `</PunchOutSetupRequest></Request>`))
	orderRequest = timed(wrapped(`<Request deploymentMode="test"><OrderRequest><OrderRequestHeader orderDate="2026-11-23" orderID="1">` +
		`<Total><Money currency="SEK">1.00</Money></Total>` + billTo + `</OrderRequestHeader>` + ordered + `</OrderRequest></Request>`))
	confirmed = timed(wrapped(`<Request><ConfirmationRequest>` +
		`<ConfirmationHeader operation="new" type="detail" noticeDate="2026-11-23T10:15:00+01:00"/>` +
		`<OrderReference orderID="1"><DocumentReference payloadID="o1"/></OrderReference>` +
		`<ConfirmationItem quantity="10" lineNumber="1"><UnitOfMeasure>EA</UnitOfMeasure>` +
		`<ConfirmationStatus quantity="6" type="accept"><UnitOfMeasure>EA</UnitOfMeasure></ConfirmationStatus>` +
		`<ConfirmationStatus quantity="4" type="reject"><UnitOfMeasure>EA</UnitOfMeasure><Comments>sold out</Comments></ConfirmationStatus>` +
		`</ConfirmationItem></ConfirmationRequest></Request>`))
)

// timed gives a document a time that is as it should be.
func timed(document string) string {
	return strings.Replace(document, `timestamp="x"`, `timestamp="2026-11-23T10:15:00+01:00"`, 1)
}

func TestGoodDocumentsHaveNoFindings(t *testing.T) {
	for name, document := range map[string]string{
		"a cart": message, "a start call": setupRequest, "an order": orderRequest, "a confirmation": confirmed,
	} {
		if findings := validate(t, document); len(findings) != 0 {
			t.Errorf("%s: got %+v", name, findings)
		}
	}
}

func TestEveryRuleFindsWhatItLooksFor(t *testing.T) {
	covered := map[string]bool{}
	for name, c := range map[string]struct {
		old, new string // in the good message
		rule     string
		fatal    bool
		path     string
	}{
		"XML that ends early":                {"</cXML>", "", "CXML-POOM-001", true, "/"},
		"an entity bomb":                     {message, entityBomb, "CXML-POOM-001", true, "/"},
		"an external entity":                 {message, externalEntity, "CXML-POOM-001", true, "/"},
		"another root":                       {message, "<ItemIn/>", "CXML-POOM-002", true, "/ItemIn"},
		"another message":                    {message, "<cXML><Request/></cXML>", "CXML-POOM-002", true, "/cXML"},
		"no cookie":                          {"<BuyerCookie/>", "", "CXML-POOM-003", true, "/cXML/Message/PunchOutOrderMessage/BuyerCookie"},
		"no total":                           {`<Total><Money currency="SEK">2.00</Money></Total>`, "", "CXML-POOM-003", true, "/cXML/Message/PunchOutOrderMessage/PunchOutOrderMessageHeader/Total"},
		"no classification":                  {`<Classification domain="UNSPSC">14111507</Classification><ManufacturerName>`, "<ManufacturerName>", "CXML-POOM-003", true, item + "/ItemDetail/Classification"},
		"no detail of the tax":               {`<TaxAmount><Money currency="SEK">0.25</Money></TaxAmount>`, "", "CXML-POOM-003", true, item + "/Tax/TaxDetail/TaxAmount"},
		"the price after the unit":           {`<UnitPrice><Money currency="SEK">1.00</Money></UnitPrice><Description xml:lang="sv">B</Description><UnitOfMeasure>EA</UnitOfMeasure>`, `<Description xml:lang="sv">B</Description><UnitOfMeasure>EA</UnitOfMeasure><UnitPrice><Money currency="SEK">1.00</Money></UnitPrice>`, "CXML-POOM-004", true, "/cXML/Message/PunchOutOrderMessage/ItemIn[2]/ItemDetail/UnitPrice"},
		"a second manufacturer":              {"<LeadTime>", "<ManufacturerName/><LeadTime>", "CXML-POOM-004", true, item + "/ItemDetail/ManufacturerName"},
		"an element of one's own":            {"<LeadTime>", "<Colour/><LeadTime>", "CXML-POOM-004", true, item + "/ItemDetail/Colour"},
		"text between elements":              {`lineNumber="1">`, `lineNumber="1">x`, "CXML-POOM-004", true, item},
		"no quantity":                        {`<ItemIn quantity="1" `, `<ItemIn `, "CXML-POOM-005", true, item + "/@quantity"},
		"no language":                        {`<Description xml:lang="en">VAT`, `<Description>VAT`, "CXML-POOM-005", true, item + "/Tax/Description/@lang"},
		"an operation that DTDs do not list": {`"edit"`, `"source"`, "CXML-POOM-005", true, "/cXML/Message/PunchOutOrderMessage/PunchOutOrderMessageHeader/@operationAllowed"},
		"a price with a comma":               {`1.00</Money></UnitPrice><Description xml:lang="sv"><S`, `1,00</Money></UnitPrice><Description xml:lang="sv"><S`, "CXML-POOM-006", true, item + "/ItemDetail/UnitPrice/Money"},
		"a lead time in words":               {"<LeadTime>2", "<LeadTime>two", "CXML-POOM-006", true, item + "/ItemDetail/LeadTime"},
		"a percentage with its sign":         {`percentageRate="25"`, `percentageRate="25%"`, "CXML-POOM-006", true, item + "/Tax/TaxDetail/@percentageRate"},
		"a currency that ISO has not":        {`"SEK"`, `"SKR"`, "CXML-POOM-007", true, "/cXML/Message/PunchOutOrderMessage/PunchOutOrderMessageHeader/Total/Money/@currency"},
		"two currencies":                     {`"SEK">0.25</Money></TaxA`, `"EUR">0.25</Money></TaxA`, "CXML-POOM-008", true, item + "/Tax/TaxDetail/TaxAmount/Money/@currency"},
		"a quantity of nought":               {`<ItemIn quantity="1" `, `<ItemIn quantity="0.00" `, "CXML-POOM-009", true, item + "/@quantity"},
		"a negative quantity":                {`<ItemIn quantity="1" `, `<ItemIn quantity="-1" `, "CXML-POOM-009", true, item + "/@quantity"},
		"one key at two items":               {">k2<", ">k1<", "CXML-POOM-010", true, "/cXML/Message/PunchOutOrderMessage/ItemIn[2]/ItemID/SupplierPartAuxiliaryID"},
		"an empty article number":            {">a<", "> <", "CXML-POOM-011", true, item + "/ItemID/SupplierPartID"},
		"an amount without a number":         {">0.25</Money><Desc", "></Money><Desc", "CXML-POOM-011", true, item + "/Tax/Money"},
		"no header":                          {message[strings.Index(message, "<Header>"):strings.Index(message, "<Message")], "", "CXML-POOM-012", false, "/cXML"},
		"no UNSPSC":                          {`domain="UNSPSC">14111507</Classification><M`, `domain="CPV">1</Classification><M`, "CXML-POOM-013", false, item + "/ItemDetail"},
		"UNSPSC with dots":                   {`>14111507</Classification><M`, `>14.11.15.07</Classification><M`, "CXML-POOM-013", false, item + "/ItemDetail/Classification"},
		"a unit that is not of the list":     {"EA</UnitOfMeasure><Pri", "EACH</UnitOfMeasure><Pri", "CXML-POOM-014", false, item + "/ItemDetail/UnitOfMeasure"},
		"a time in UTC by its letter":        {`+01:00"`, `Z"`, "CXML-POOM-015", false, "/cXML/@timestamp"},
		"a secret":                           {`<Identity>1</Identity></Credential><U`, `<Identity>1</Identity><SharedSecret>x</SharedSecret></Credential><U`, "CXML-POOM-016", false, "/cXML/Header/Sender/Credential/SharedSecret"},
		"no change, with items":              {`<Message deploymentMode="test">`, `<Message><Status code="204" text="No Content"/>`, "CXML-POOM-017", false, "/cXML/Message"},
		"a negative price":                   {`1.00</Money></UnitPrice><Description xml:lang="sv"><S`, `-1.00</Money></UnitPrice><Description xml:lang="sv"><S`, "CXML-POOM-018", false, item + "/ItemDetail/UnitPrice"},
	} {
		covered[c.rule[len("CXML-POOM-"):]] = true
		t.Run(name, func(t *testing.T) {
			finds(t, message, c.old, c.new, port.Finding{Rule: c.rule, Fatal: c.fatal, Path: c.path})
		})
	}
	for name, c := range map[string]struct {
		document, old, new string
		rule, path         string
	}{
		"a request without a header":              {setupRequest, setupRequest[strings.Index(setupRequest, "<Header>"):strings.Index(setupRequest, "<Request")], "", "CXML-SETUP-003", "/cXML/Header"},
		"a start call without a cookie":           {setupRequest, "<BuyerCookie>c</BuyerCookie>", "", "CXML-SETUP-003", "/cXML/Request/PunchOutSetupRequest/BuyerCookie"},
		"a start call of an unknown operation":    {setupRequest, `"edit"`, `"browse"`, "CXML-SETUP-005", "/cXML/Request/PunchOutSetupRequest/@operation"},
		"a start call's line without a number":    {setupRequest, `quantity="1"`, `quantity="one"`, "CXML-SETUP-006", "/cXML/Request/PunchOutSetupRequest/ItemOut[1]/@quantity"},
		"a contact after the shop's address":      {setupRequest, contact + shopAddress, shopAddress + contact, "CXML-SETUP-004", "/cXML/Request/PunchOutSetupRequest/Contact"},
		"an order without the billed address":     {orderRequest, billTo, "", "CXML-ORDER-003", "/cXML/Request/OrderRequest/OrderRequestHeader/BillTo"},
		"an order without a date":                 {orderRequest, `orderDate="2026-11-23" `, "", "CXML-ORDER-005", "/cXML/Request/OrderRequest/OrderRequestHeader/@orderDate"},
		"an order in a currency that ISO has not": {orderRequest, `"EUR"`, `"EUX"`, "CXML-ORDER-007", "/cXML/Request/OrderRequest/ItemOut[1]/ItemDetail/UnitPrice/Money/@currency"},
		"an order of nothing":                     {orderRequest, `quantity="1"`, `quantity="0"`, "CXML-ORDER-009", "/cXML/Request/OrderRequest/ItemOut[1]/@quantity"},
		"a confirmation of another order":         {confirmed, `<DocumentReference payloadID="o1"/>`, `<DocumentReference/>`, "CXML-CONFIRM-005", "/cXML/Request/ConfirmationRequest/OrderReference/DocumentReference/@payloadID"},
		"parts that do not add up":                {confirmed, `<ConfirmationStatus quantity="4"`, `<ConfirmationStatus quantity="3"`, "CXML-CONFIRM-019", "/cXML/Request/ConfirmationRequest/ConfirmationItem[1]"},
		"a rejection with lines":                  {confirmed, `operation="new" type="detail"`, `operation="new" type="reject"`, "CXML-CONFIRM-020", "/cXML/Request/ConfirmationRequest/ConfirmationItem[1]"},
		"a document that is not judged":           {message, message, wrapped("<Request><ShipNoticeRequest/></Request>"), "CXML-POOM-002", "/cXML"},
		"an answer":                               {message, message, `<cXML><Response><Status code="200" text="OK"/></Response></cXML>`, "CXML-POOM-002", "/cXML"},
	} {
		covered[c.rule[len(c.rule)-3:]] = true
		t.Run(name, func(t *testing.T) {
			finds(t, c.document, c.old, c.new, port.Finding{Rule: c.rule, Fatal: true, Path: c.path})
		})
	}
	for _, rule := range cxml.Rules() {
		if !covered[rule] {
			t.Errorf("no case for %s", rule)
		}
	}
}

// finds holds that the document has one finding where the old text gives way to the new one.
func finds(t *testing.T, document, before, after string, want port.Finding) {
	t.Helper()
	changed := strings.ReplaceAll(document, before, after)
	if changed == document {
		t.Fatal("the case changes nothing")
	}
	findings := validate(t, changed)
	if len(findings) != 1 {
		t.Fatalf("got %+v, want one finding", findings)
	}
	if f := findings[0]; f.Rule != want.Rule || f.Fatal != want.Fatal || f.Path != want.Path || f.Message == "" {
		t.Errorf("got %+v, want %s at %s", f, want.Rule, want.Path)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	many := strings.Replace(message, "<LeadTime>2</LeadTime>", strings.Repeat(`<Extrinsic>x</Extrinsic>`, 10_000), 1)
	if n := len(validate(t, many)); n != 500 {
		t.Errorf("got %d findings", n)
	}
}

func TestWhatIsWrittenHasNoFatalFindings(t *testing.T) {
	f := cxml.NewProceedo()
	documents := map[string]string{}
	for _, path := range files(t, "encode/*.cart.json") {
		for _, options := range []string{"", `{"header":false,"doctype":false}`, `{"encoding":"urlencoded","total":"gross"}`} {
			documents[path+" "+options], _ = encode(t, outgoing(readCart(t, path), options))
		}
	}
	documents["cancel"], _ = cancel(t, "")
	bare := outgoing(minimal(t), "")
	bare.From, bare.To, bare.Correlation = nil, nil, ""
	documents["nobody known"], _ = encode(t, bare)
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			findings, err := f.Validate(strings.NewReader(document))
			if err != nil || slices.ContainsFunc(findings, func(f port.Finding) bool { return f.Fatal }) {
				t.Errorf("got %+v, %v", findings, err)
			}
		})
	}
}
