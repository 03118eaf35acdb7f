package cxml_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
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

func TestDocumentsAreValidInEveryDTD(t *testing.T) {
	check := shared(t, "tools/cxml-check")
	if _, err := exec.LookPath("xmllint"); err != nil {
		unavailablef(t, "xmllint is not installed (libxml2-utils)")
	}
	documents := map[string]string{}
	write := func(name string, c *cart.Cart, options string) {
		documents[name], _ = encode(t, outgoing(c, options))
	}
	for _, path := range files(t, "encode/*.cart.json") {
		write(strings.TrimSuffix(filepath.Base(path), ".cart.json"), readCart(t, path), "")
	}
	write("urlencoded", readCart(t, "testdata/encode/nasty.cart.json"), `{"encoding":"urlencoded"}`)
	write("1000-lines", large(t, 1000), "")
	nobody := outgoing(minimal(t), "")
	nobody.From, nobody.To, nobody.Correlation = nil, nil, ""
	documents["nobody-known"], _ = encode(t, nobody)
	documents["cancel"], _ = cancel(t, "")
	documents["start-page"] = respond(t, port.StartResponse{StartPage: "https://shop.example.com/?a=1&b=2"})
	documents["profile-response"] = respond(t, port.StartResponse{Call: port.StartCall{Document: "ProfileRequest"}})
	documents["refusal"] = respond(t, port.StartResponse{Err: fault.New(fault.Unauthenticated, "login.credentials", "no <&> no")})

	folder := t.TempDir()
	var paths []string
	for name, text := range documents {
		path := filepath.Join(folder, name+".xml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	for _, version := range []string{"1.2.014", "1.2.071"} {
		t.Run(version, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), check, append([]string{"-v", version}, paths...)...).CombinedOutput()
			if _, invalid := errors.AsType[*exec.ExitError](err); invalid || strings.Count(string(out), ": valid (") != len(paths) {
				t.Errorf("%s", out)
			} else if err != nil {
				t.Fatal(err)
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

func TestEverySetupRequestAmongTheSamplesIsRead(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(shared(t, "samples/cxml"), "*PunchOutSetupRequest*.xml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples (%v)", err)
	}
	for _, path := range paths {
		if call := readSample(t, strings.TrimSuffix(filepath.Base(path), ".xml")); call.Document != "PunchOutSetupRequest" || call.ReturnURL == "" {
			t.Errorf("%s: got %+v", path, call)
		}
	}
}

func TestProfileRequestsOfOtherSystemsAreRead(t *testing.T) {
	for _, name := range []string{"businesscxml-ProfileRequest", "friendsofcxml-ProfileRequest", "oracle-fusion-ProfileRequest"} {
		if call := readSample(t, name); call.Document != "ProfileRequest" || len(call.Presented.From) == 0 {
			t.Errorf("%s: got %+v", name, call)
		}
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

// The verdict of the validator on carts of others is that of the DTD.
func TestCartsOfOtherSystemsAreJudgedAsTheDTDDoes(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(shared(t, "samples/cxml"), "*PunchOutOrderMessage*.xml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples (%v)", err)
	}
	paths = append(paths, shared(t, "samples/cxml/friendsofcxml-poom-order-seed.xml"), shared(t, "samples/cxml/officeluv-ItemIn-wrong-order-fragment.xml"))
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".xml")
		t.Run(name, func(t *testing.T) {
			findings, err := cxml.NewProceedo().Validate(bytes.NewReader(sample(t, name)))
			if err != nil {
				t.Fatal(err)
			}
			broken := slices.ContainsFunc(findings, func(f port.Finding) bool {
				return f.Fatal && f.Rule <= "CXML-POOM-005" // the rules of structure; the others ask for more than a DTD can
			})
			if wrong := name == "coupa-docs-PunchOutOrderMessage" || name == "officeluv-ItemIn-wrong-order-fragment"; broken != wrong {
				t.Errorf("got %+v", findings)
			}
		})
	}
}
