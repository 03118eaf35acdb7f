package cxml_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
)

// shared returns a path among the checkers and samples that are kept apart from the product. Where they are absent the
// test is skipped, unless the environment demands them.
func shared(t *testing.T, path string) string {
	t.Helper()
	root := os.Getenv("PUNCHGATE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared") // beside the repository
	}
	path = filepath.Join(root, path)
	if _, err := os.Stat(path); err != nil {
		unavailablef(t, "%s is absent; PUNCHGATE_SHARED names its root", path)
	}
	return path
}

func unavailablef(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// judged is a document with the module of the DTD and the versions in which it has to be valid.
type judged struct {
	text, module string
	versions     []string
}

var everyVersion = []string{"1.2.014", "1.2.071"}

func TestDocumentsAreValidInTheDTD(t *testing.T) {
	check := shared(t, "tools/cxml-check")
	if _, err := exec.LookPath("xmllint"); err != nil {
		unavailablef(t, "xmllint is not installed (libxml2-utils)")
	}
	folder := t.TempDir()
	paths := map[[2]string][]string{} // by module and version
	for name, d := range judgedDocuments(t) {
		path := filepath.Join(folder, strings.ReplaceAll(name, "/", "-")+".xml")
		if err := os.WriteFile(path, []byte(d.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, version := range d.versions {
			paths[[2]string{d.module, version}] = append(paths[[2]string{d.module, version}], path)
		}
	}
	for by, paths := range paths {
		t.Run(by[0]+" "+by[1], func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), check, append([]string{"-m", by[0], "-v", by[1]}, paths...)...).CombinedOutput()
			if _, invalid := errors.AsType[*exec.ExitError](err); invalid || strings.Count(string(out), ": valid (") != len(paths) {
				t.Errorf("%s", out)
			} else if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d documents", len(paths))
		})
	}
}

// judgedDocuments are documents of every kind that is written.
func judgedDocuments(t *testing.T) map[string]judged {
	documents := map[string]judged{}
	add := func(name, text string) { documents[name] = judged{text, "cXML", everyVersion} }
	for _, g := range goldens(t) {
		if strings.Contains(g.options, `"header": false`) || strings.Contains(g.options, `"header":false`) {
			continue // valid in no DTD, as the buyer agreed
		}
		var document bytes.Buffer
		if _, err := g.format.EncodeCart(&document, outgoing(g.cart, g.options)); err != nil {
			t.Fatal(err)
		}
		add(g.name, document.String())
		if strings.Contains(g.options, "price_basis") {
			documents[g.name] = judged{document.String(), "cXML", []string{"1.2.071"}}
		}
	}
	for _, f := range []*cxml.Format{cxml.NewCXML12(), cxml.NewProceedo()} {
		carts := rapid.Custom(func(t *rapid.T) string {
			r, o := drawer{t}, outgoing(randomCart(t), randomOptions(t))
			o.Correlation, o.Test = r.maybe(), r.yes()
			if r.yes() {
				o.From, o.To = nil, nil
			}
			var document bytes.Buffer
			if _, err := f.EncodeCart(&document, o); err != nil {
				t.Fatal(err)
			}
			return document.String()
		})
		for i := range 15 {
			add(f.Name()+"-random-"+strconv.Itoa(i), carts.Example(i))
		}
		var cancelled bytes.Buffer
		if _, err := f.EncodeCancel(&cancelled, outgoing(nil, "")); err != nil {
			t.Fatal(err)
		}
		add(f.Name()+"-cancel", cancelled.String())
	}
	lines, _ := encode(t, outgoing(large(t, 1000), ""))
	add("1000-lines", lines)
	add("start-page", respond(t, port.StartResponse{StartPage: "https://shop.example.com/?a=1&b=2"}))
	add("profile-response", respond(t, port.StartResponse{Call: port.StartCall{Document: "ProfileRequest"}}))
	add("order-received", respond(t, port.StartResponse{Call: port.StartCall{Document: "OrderRequest"}}))
	add("order-queued", respond(t, port.StartResponse{Call: port.StartCall{Document: "OrderRequest"}, Queued: true}))
	for _, kind := range fault.Kinds() {
		add("refusal-"+kind.String(), respond(t, port.StartResponse{Err: fault.New(kind, "some.code", "no <&> no")}))
	}
	add("status-accepted", encodeStatus(t, status(true, "")))
	add("status-refused", encodeStatus(t, status(false, "no <&> no")))
	confirmations := rapid.Custom(func(t *rapid.T) string {
		for {
			r := randomResponse(t)
			r.HasSecret = true
			var b bytes.Buffer
			if _, err := cxml.NewCXML12().EncodeOrderResponse(&b, r); err == nil {
				return string(cxml.NewCXML12().Authenticate(b.Bytes(), secret.New(drawer{t}.text())))
			}
		}
	})
	for i := range 15 {
		documents["confirmation-"+strconv.Itoa(i)] = judged{confirmations.Example(i), "Fulfill", []string{"1.2.071"}}
	}
	return documents
}

// What becomes of the samples of other systems.
const (
	reads     = "reads"
	tolerated = "is tolerated" // although it is not as it should be
	refused   = "is refused"
)

// samples are all samples, with what reads them.
var samples = map[string]struct{ by, verdict, reason string }{
	"businesscxml-ProfileRequest":                           {"start call", reads, ""},
	"businesscxml-ProfileResponse":                          {"receipt", reads, ""},
	"businesscxml-PunchOutOrderMessage":                     {"cart", reads, ""},
	"businesscxml-PunchOutOrderMessage-2":                   {"cart", reads, ""},
	"businesscxml-PunchOutOrderMessage-3":                   {"cart", reads, ""},
	"businesscxml-PunchOutOrderMessage-4":                   {"cart", reads, ""},
	"businesscxml-PunchOutSetupRequest-1":                   {"start call", reads, ""},
	"businesscxml-PunchOutSetupRequest-2":                   {"start call", reads, ""},
	"businesscxml-PunchOutSetupRequest-3":                   {"start call", reads, ""},
	"businesscxml-PunchOutSetupRequest-4":                   {"start call", reads, ""},
	"businesscxml-PunchOutSetupResponse":                    {"receipt", reads, ""},
	"businesscxml-Response-401":                             {"receipt", refused, "status 401"},
	"businesscxml-Response-450":                             {"receipt", refused, "status 450"},
	"businesscxml-Response-unparseable":                     {"receipt", refused, "not well-formed"},
	"businesscxml-ping-response":                            {"receipt", reads, ""},
	"coupa-docs-PunchOutOrderMessage":                       {"cart", refused, "two ManufacturerName elements, which the DTD forbids"},
	"coupa-docs-PunchOutSetupRequest":                       {"start call", reads, ""},
	"friendsofcxml-OrderRequest":                            {"order", reads, ""},
	"friendsofcxml-ProfileRequest":                          {"start call", reads, ""},
	"friendsofcxml-PunchOutOrderMessage":                    {"cart", reads, ""},
	"friendsofcxml-PunchOutOrderMessage-PriceBasisQuantity": {"cart", reads, ""},
	"friendsofcxml-PunchOutSetupRequest-create-with-items":  {"start call", reads, ""},
	"friendsofcxml-ShipNoticeRequest":                       {"start call", refused, "a document that sellers send"},
	"friendsofcxml-StatusUpdateRequest":                     {"start call", refused, "a document that sellers send"},
	"friendsofcxml-poom-order-seed":                         {"cart", reads, ""},
	"officeluv-ItemIn-wrong-order-fragment":                 {"cart", refused, "a fragment"},
	"officeluv-PunchOutSetupResponse-200":                   {"receipt", reads, ""},
	"officeluv-Response-400":                                {"receipt", refused, "status 400"},
	"officeluv-iesa-PunchOutSetupRequest":                   {"start call", reads, ""},
	"officeluv-iesa-PunchOutSetupRequest-ShipTo":            {"start call", reads, ""},
	"oracle-ebs-OrderRequest":                               {"order", tolerated, "SharedSecret1 is passed over, empty elements are absent"},
	"oracle-fusion-ProfileRequest":                          {"start call", reads, ""},
	"oracle-iprocurement-PunchOutSetupRequest":              {"start call", reads, ""},
	"powerschool-PunchOutSetupRequest":                      {"start call", reads, ""},
}

func TestEverySampleIsReadAsItShouldBe(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(shared(t, "samples/cxml"), "*"))
	if err != nil || len(paths) != len(samples) {
		t.Errorf("%d files for %d samples (%v)", len(paths), len(samples), err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".xml")
		t.Run(name, func(t *testing.T) {
			want, known := samples[name]
			if !known {
				t.Fatal("nobody has said what becomes of it")
			}
			if (want.reason == "") != (want.verdict == reads) {
				t.Error("the verdict needs a reason")
			}
			body := sample(t, name)
			findings, err := cxml.NewCXML12().Validate(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			broken := breaks(findings)
			switch want.by {
			case "start call":
				_, err = cxml.NewCXML12().DecodeLogin(document(body))
				broken = false
			case "order":
				_, err = cxml.NewCXML12().DecodeOrder(bytes.NewReader(body))
			case "receipt":
				err = cxml.NewCXML12().ReadReceipt(bytes.NewReader(body))
				broken = false
			case "cart":
				if broken {
					err = errors.New("broken")
				}
			}
			got := reads
			if err != nil {
				got = refused
			} else if broken {
				got = tolerated
			}
			if got != want.verdict {
				t.Errorf("it %s, not %s: %v %+v", got, want.verdict, err, findings)
			}
		})
	}
}

// breaks reports whether the structure is wrong; the other rules ask for more than a DTD can.
func breaks(findings []port.Finding) bool {
	return slices.ContainsFunc(findings, func(f port.Finding) bool { return f.Fatal && f.Rule[len(f.Rule)-3:] <= "005" })
}

// The verdict of the validator on documents of others is that of the DTD.
func TestDocumentsOfOtherSystemsAreJudgedAsTheDTDDoes(t *testing.T) {
	check := shared(t, "tools/cxml-check")
	if _, err := exec.LookPath("xmllint"); err != nil {
		unavailablef(t, "xmllint is not installed (libxml2-utils)")
	}
	for name, s := range samples {
		if s.by == "receipt" || strings.Contains(name, "ProfileRequest") || s.verdict == refused && s.by == "start call" {
			continue // of kinds that are not judged
		}
		t.Run(name, func(t *testing.T) {
			findings, err := cxml.NewCXML12().Validate(bytes.NewReader(sample(t, name)))
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), check, shared(t, "samples/cxml/"+name+".xml")).CombinedOutput()
			if _, invalid := errors.AsType[*exec.ExitError](err); err != nil && !invalid {
				t.Fatal(err)
			}
			if breaks(findings) != (err != nil) {
				t.Errorf("got %+v; the DTD says %s", findings, out)
			}
		})
	}
}

// What samples of other systems say, as a person reads them.
func TestStartCallsOfOtherSystemsAreRead(t *testing.T) {
	for name, want := range map[string]port.StartCall{
		"businesscxml-PunchOutSetupRequest-1": {
			Operation: "create", ReturnURL: "https://example.com/punchout_return", Correlation: "buyer1234",
			Person: port.Person{Name: "John Smith", Email: "1234@remotehost", Phone: "+1 888 5551212"},
			ShipTo: cart.Address{Name: "John Smith", Street: "123 Main St.", City: "Metropolis", Region: "ON", PostalCode: "H3C 3P3", Country: "CA"},
		},
		"businesscxml-PunchOutSetupRequest-2": {
			Operation: "create", ReturnURL: "https://example.com/punchout_return", Correlation: "buyer1234", Test: true,
			Person: port.Person{Name: "John Smith", Email: "1234@remotehost"},
			ShipTo: cart.Address{Name: "John Smith", Street: "123 Main St.", City: "Metropolis", Region: "ON", PostalCode: "H3C 3P3", Country: "CA"},
		},
		"businesscxml-PunchOutSetupRequest-3": {
			Operation: "create", ReturnURL: "https://example.com/punchout_return", Correlation: "buyer1234", Test: true,
			Person: port.Person{Name: "John Smith", Email: "1234@remotehost"},
			ShipTo: cart.Address{Name: "John Smith", Street: "123 Main St.", City: "Metropolis", Region: "ON", PostalCode: "H3C 3P3", Country: "CA"},
		},
		"businesscxml-PunchOutSetupRequest-4": {
			Operation: "create", ReturnURL: "https://example.com/punchout_return", Correlation: "buyer1234", Test: true,
			Person: port.Person{Name: "jsmith", Email: "1234@remotehost"},
			ShipTo: cart.Address{Name: "John Smith", Street: "123 Main St.", City: "Metropolis", Region: "ON", PostalCode: "H3C 3P3", Country: "CA"},
		},
		"coupa-docs-PunchOutSetupRequest": {
			Operation: "create", ReturnURL: "https://buyer.example.coupahost.com/punchout/checkout/4", Correlation: "99ea3c4c8cf9f6dc905a6b6772daa0d1",
			Person: port.Person{Name: "FIRST LAST", Email: "user@example.com"},
		},
		"friendsofcxml-PunchOutSetupRequest-create-with-items": {
			Operation: "create", ReturnURL: "https://prominate-platform.com/hook-url", Correlation: "550bce3e592023b2e7b015307f965133", Test: true,
			Person:       port.Person{Email: "john-doe@domain.com"},
			ShipTo:       cart.Address{Name: "Acme", Street: "123 Anystreet", City: "Sunnyvale", Region: "CA", PostalCode: "90489", Country: "US"},
			SelectedItem: "4545321",
			Lines:        []cart.Line{{ID: "10", SKU: "5555", Name: "Excelsior Desk Chair"}, {ID: "20", SKU: "6666", Name: "22Excelsior Desk Chair"}},
		},
		"officeluv-iesa-PunchOutSetupRequest": {
			Operation: "create", ReturnURL: "http://return_to_supplier_url.com", Correlation: "demoSCAWIGP",
		},
		"officeluv-iesa-PunchOutSetupRequest-ShipTo": {
			Operation: "create", ReturnURL: "http://return_to_supplier_url.com", Correlation: "demoSCAWIGP", Person: port.Person{Email: "buyer@example.com"},
			ShipTo: cart.Address{Name: "jmadden", Street: "333 East Hill Dr", City: "san leandro", Region: "ca", PostalCode: "22222", Country: "US"},
		},
		"oracle-iprocurement-PunchOutSetupRequest": {
			Operation: "create", Correlation: "441451986996827",
			ReturnURL: "https://buyer.example.org:443/OA_HTML/OA.jsp?OAFunc=ICX_CAT_PUNCHOUT_CALLBACK&OAHP=ICX_POR_HOMEPAGE_MENU&OASF=ICX_CAT_PUNCHOUT_CALLBACK&transactionid=1027652868",
			Person:    port.Person{Name: "NAME, M. USER user.name", Email: "user@example.org"},
		},
		"powerschool-PunchOutSetupRequest": {
			Operation: "create", ReturnURL: "http://localhost/Ifas7/punchout/receiver.aspx", Correlation: "V02360_USER_A_PR.SEED",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := readSample(t, name)
			if got.Operation != want.Operation || got.ReturnURL != want.ReturnURL || got.Correlation != want.Correlation ||
				got.Person != want.Person || got.ShipTo != want.ShipTo || got.SelectedItem != want.SelectedItem || got.Test != want.Test {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if len(got.Lines) != len(want.Lines) {
				t.Fatalf("got lines %+v", got.Lines)
			}
			for i, l := range want.Lines {
				if g := got.Lines[i]; g.ID != l.ID || g.SKU != l.SKU || g.Name != l.Name || g.Quantity.IsZero() || g.UnitPrice.IsZero() {
					t.Errorf("got line %+v", g)
				}
			}
			if p := got.Presented; len(p.From) == 0 || len(p.To) == 0 || len(p.Sender) == 0 || p.Password.Empty() || len(p.Names) == 0 {
				t.Errorf("got credentials %+v", p)
			}
		})
	}
}

func readSample(t *testing.T, name string) port.StartCall {
	t.Helper()
	call, err := cxml.NewProceedo().DecodeLogin(document(sample(t, name)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return call
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(shared(t, "samples/cxml/"+name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestOrdersOfOtherSystemsAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		number, currency, total, buyer, street, street2, comments string
		lines                                                     []port.PurchaseOrderLine
		test                                                      bool
	}{
		"oracle-ebs-OrderRequest": {
			"2015000957:0:55", "EUR", "9825.00", "PA05", "Unit 1", "Hôpital - Bât de Recherche, 1 rue Exemple", "Portable ...",
			[]port.PurchaseOrderLine{{LineNumber: "1", SKU: "46648", Name: "TeoGlace3 (15Kg de glace carbonique)", Unit: "UNI"}}, false,
		},
		"friendsofcxml-OrderRequest": {
			"DO1234", "EUR", "85.00", "Zinc GmbH", "123 Anystreet", "", "",
			[]port.PurchaseOrderLine{
				{LineNumber: "1", SKU: "1233244", Name: "hello from item 1", Unit: "EA"},
				{LineNumber: "2", SKU: "1233245", Name: "hello from item 2", Unit: "EA"},
			}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cxml.NewProceedo().DecodeOrder(bytes.NewReader(sample(t, name)))
			if err != nil {
				t.Fatal(err)
			}
			if got.Number != c.number || got.Type != "new" || got.Currency != c.currency || got.Total.String() != c.total || got.Buyer.Name != c.buyer ||
				got.ShipTo.Street != c.street || got.ShipTo.Street2 != c.street2 || got.Comments != c.comments || got.Test != c.test {
				t.Errorf("got %+v", got)
			}
			if len(got.Lines) != len(c.lines) {
				t.Fatalf("got %d lines", len(got.Lines))
			}
			for i, want := range c.lines {
				l := got.Lines[i]
				if l.LineNumber != want.LineNumber || l.SKU != want.SKU || l.Name != want.Name || l.Unit != want.Unit || l.Key != "" ||
					l.Quantity.IsZero() || l.UnitPrice.IsZero() || l.Currency != c.currency {
					t.Errorf("got %+v, want %+v", l, want)
				}
			}
		})
	}
}
