package encoding_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

var now = time.Date(2026, 11, 23, 10, 15, 0, 0, time.UTC)

type clock struct{}

func (clock) Now() time.Time { return now }

// counter makes identifiers that differ in their first eight characters.
type counter struct{ n int }

func (c *counter) New() string {
	c.n++
	return fmt.Sprintf("%08d%018d", c.n, 0)
}

// parties are told apart by their names and references.
func party(name string) cart.Party {
	id := cart.Identifier{Scheme: "0088", ID: name}
	return cart.Party{Name: name, Endpoint: id, Identifier: id, Reference: name}
}

func shopAndCustomer(t *testing.T, seller, buyer cart.Party) (*tenant.Tenant, *customer.Customer) {
	t.Helper()
	settings := tenant.Defaults()
	settings.Seller = seller
	shop, err := tenant.New("papper", "Papper och Penna AB", nil, settings, now)
	if err != nil {
		t.Fatal(err)
	}
	who, err := customer.New(shop, "goteborg", customer.Profile{Name: "Göteborgs stad", Buyer: buyer}, now)
	if err != nil {
		t.Fatal(err)
	}
	return shop, who
}

// carts draws valid carts that leave out, here and there, what may be left out. The identifiers and keys given are near
// those that the gateway makes.
func carts(t *rapid.T) *cart.Cart {
	optional := func(label string, values ...string) string {
		return rapid.SampledFrom(append(values, "")).Draw(t, label)
	}
	n := rapid.IntRange(1, 12).Draw(t, "lines")
	ids := rapid.Permutation(numbers(1, 2*n, "")).Draw(t, "ids")
	keys := rapid.Permutation(numbers(1, 2*n, "00000001-")).Draw(t, "keys")
	c := &cart.Cart{
		ID: optional("id", "C-1"), Currency: "SEK", Language: optional("language", "en"),
		Seller: cart.Party{Name: optional("seller", "Säljaren")}, Buyer: cart.Party{Reference: optional("reference", "4711-Anna")},
		ShipTo: cart.Address{City: optional("city", "Göteborg")},
	}
	if rapid.Bool().Draw(t, "issued") {
		c.IssuedAt = cart.Moment{Time: now.Add(-time.Hour), HasTime: true}
	}
	for i := range n {
		c.Lines = append(c.Lines, cart.Line{
			ID: optional("line id", ids[i]), Key: optional("line key", keys[i]), SKU: strconv.Itoa(i), Name: "Papper",
			Quantity: money.FromInt(1), Unit: "EA", UnitPrice: money.FromInt(0), Tax: cart.Tax{Category: "Z"},
		})
	}
	return c
}

func numbers(from, to int, prefix string) []string {
	var all []string
	for i := from; i <= to; i++ {
		all = append(all, prefix+strconv.Itoa(i))
	}
	return all
}

func TestACompletedCartIsValidAndKeepsWhatWasGiven(t *testing.T) {
	shop, who := shopAndCustomer(t, party("seller"), party("buyer"))
	visit := session.Visit{ShipTo: cart.Address{City: "Mölndal", Country: "SE"}}
	rapid.Check(t, func(t *rapid.T) {
		c := carts(t)
		if err := c.Check(); err != nil {
			t.Fatalf("not valid to begin with: %v", err)
		}
		given := *c
		given.Lines = slices.Clone(c.Lines)
		ids := &counter{}
		complete := func() { encoding.Complete(c, shop, who, connection.Profile{}, visit, clock{}, ids) }
		complete()
		if err := c.Check(); err != nil {
			t.Fatalf("not valid any more: %+v", err)
		}
		if c.ID == "" || c.Language == "" || c.Seller.Name == "" || c.Buyer.Name == "" || c.IssuedAt.IsZero() || c.ShipTo.City == "" {
			t.Fatalf("left open: %+v", c)
		}
		for _, kept := range []struct{ given, now string }{
			{given.ID, c.ID}, {given.Language, c.Language}, {given.Seller.Name, c.Seller.Name}, {given.Buyer.Reference, c.Buyer.Reference},
			{given.ShipTo.City, c.ShipTo.City}, {given.IssuedAt.String(), c.IssuedAt.String()},
		} {
			if kept.given != "" && kept.given != kept.now {
				t.Fatalf("%q became %q", kept.given, kept.now)
			}
		}
		for i, l := range c.Lines {
			before := given.Lines[i]
			if l.ID == "" || l.Key == "" || before.ID != "" && l.ID != before.ID || before.Key != "" && l.Key != before.Key || len(l.Key) > 50 {
				t.Fatalf("line %d: id %q became %q, key %q became %q", i, before.ID, l.ID, before.Key, l.Key)
			}
			before.ID, before.Key = l.ID, l.Key
			if !reflect.DeepEqual(before, l) {
				t.Fatalf("line %d became %+v", i, l)
			}
		}
		once := *c
		once.Lines = slices.Clone(c.Lines)
		if complete(); !reflect.DeepEqual(*c, once) {
			t.Fatalf("a second time changes %+v to %+v", once, *c)
		}
	})
}

func TestWhatTheSettingsHaveCompletesCurrencyAndUNSPSC(t *testing.T) {
	unspsc := func(code string) []cart.Classification {
		return []cart.Classification{{Scheme: cart.UNSPSC, Code: code}}
	}
	cpv := cart.Classification{Scheme: "CPV", Code: "30197630-1"}
	bare := cart.Cart{Lines: []cart.Line{{}, {Classifications: unspsc("44121600")}, {Classifications: []cart.Classification{cpv}}}}
	for name, c := range map[string]struct {
		currency, unspsc, options, sent string
		want                            string
		codes                           []string
	}{
		"without settings nothing is filled in":         {"", "", "", "", "", []string{"", "44121600", ""}},
		"the settings fill in what is absent":           {"SEK", "14111507", "", "", "SEK", []string{"14111507", "44121600", "14111507"}},
		"the cart's own currency stays":                 {"SEK", "", "", "NOK", "NOK", []string{"", "44121600", ""}},
		"the connection's default wins":                 {"", "14111507", `{"default_unspsc":"43211500"}`, "", "", []string{"", "44121600", ""}},
		"an option that is empty leaves it to the shop": {"", "14111507", `{"default_unspsc":""}`, "", "", []string{"14111507", "44121600", "14111507"}},
	} {
		settings := tenant.Defaults()
		settings.Currency, settings.UNSPSC = c.currency, c.unspsc
		shop, err := tenant.New("papper", "Papper", nil, settings, now)
		if err != nil {
			t.Fatal(err)
		}
		_, who := shopAndCustomer(t, cart.Party{}, cart.Party{})
		sent := bare
		sent.Currency, sent.Lines = c.sent, slices.Clone(bare.Lines)
		encoding.Complete(&sent, shop, who, connection.Profile{Options: []byte(c.options)}, session.Visit{}, clock{}, &counter{})
		var codes []string
		for i := range sent.Lines {
			codes = append(codes, sent.Lines[i].Unspsc())
		}
		if sent.Currency != c.want || !slices.Equal(codes, c.codes) {
			t.Errorf("%s: %q with %q, want %q with %q", name, sent.Currency, codes, c.want, c.codes)
		}
		if sent.Lines[2].Classifications[0] != cpv {
			t.Errorf("%s: the class of another scheme became %+v", name, sent.Lines[2].Classifications)
		}
	}
}

func TestNoTwoCartsHaveAKeyInCommon(t *testing.T) {
	ids, seen := &counter{}, map[string]bool{}
	for range 100 {
		c := &cart.Cart{Lines: make([]cart.Line, 10)}
		encoding.Number(c, ids)
		for _, l := range c.Lines {
			if seen[l.Key] {
				t.Fatalf("key %s again", l.Key)
			}
			seen[l.Key] = true
		}
	}
}

func TestLinesAreNumberedByTheirPlace(t *testing.T) {
	c := &cart.Cart{Lines: []cart.Line{{}, {ID: "x", Key: "k"}, {}}}
	encoding.Number(c, &counter{})
	for i, want := range []cart.Line{{ID: "1", Key: "00000001-1"}, {ID: "x", Key: "k"}, {ID: "3", Key: "00000001-3"}} {
		if got := c.Lines[i]; !reflect.DeepEqual(got, want) {
			t.Errorf("line %d: %+v", i, got)
		}
	}
}

func TestPartiesComeFromTheNearestThatHasThem(t *testing.T) {
	shop, who := shopAndCustomer(t, party("tenant"), party("customer"))
	bare, nobody := shopAndCustomer(t, cart.Party{}, cart.Party{})
	for name, c := range map[string]struct {
		sent          cart.Cart
		conn          connection.Profile
		of            *tenant.Tenant
		who           *customer.Customer
		seller, buyer cart.Party
	}{
		"the shop's own words win": {
			cart.Cart{Seller: party("sent"), Buyer: party("sent too")}, connection.Profile{Seller: party("connection"), Buyer: party("connection")},
			shop, who, party("sent"), party("sent too"),
		},
		"then the connection's": {
			cart.Cart{}, connection.Profile{Seller: party("connection"), Buyer: party("connection too")}, shop, who, party("connection"), party("connection too"),
		},
		"then the tenant's and the customer's":  {cart.Cart{}, connection.Profile{}, shop, who, party("tenant"), party("customer")},
		"then the names of tenant and customer": {cart.Cart{}, connection.Profile{}, bare, nobody, cart.Party{Name: "Papper och Penna AB"}, cart.Party{Name: "Göteborgs stad"}},
		"member by member": {
			cart.Cart{Seller: cart.Party{Name: "sent"}, Buyer: cart.Party{Reference: "4711"}}, connection.Profile{Buyer: cart.Party{Name: "connection"}}, shop, who,
			cart.Party{Name: "sent", Endpoint: party("tenant").Endpoint, Identifier: party("tenant").Identifier, Reference: "tenant"},
			cart.Party{Name: "connection", Endpoint: party("customer").Endpoint, Identifier: party("customer").Identifier, Reference: "4711"},
		},
	} {
		encoding.Complete(&c.sent, c.of, c.who, c.conn, session.Visit{}, clock{}, &counter{})
		if c.sent.Seller != c.seller || c.sent.Buyer != c.buyer {
			t.Errorf("%s: seller %+v, buyer %+v", name, c.sent.Seller, c.sent.Buyer)
		}
	}
}
