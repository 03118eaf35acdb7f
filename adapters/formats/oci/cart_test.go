package oci_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

func changed(t testing.TB, change func(*cart.Cart)) *cart.Cart {
	t.Helper()
	c := readCart(t, "testdata/encode/minimal.cart.json")
	change(c)
	if err := c.Check(); err != nil {
		t.Fatalf("the cart itself is wrong: %v", fault.From(err).Details)
	}
	return c
}

// sent encodes the cart and returns what arrives at the buyer.
func sent(t testing.TB, f *oci.Format, o port.Outgoing) (posted, port.Handover) {
	t.Helper()
	document, h := encode(t, f, o)
	p := browse(t, h.Form)
	obey(t, p, f.Name())
	findings, err := f.Validate(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	noFatal(t, findings)
	return p, h
}

func warned(h port.Handover, path, code string) bool {
	return slices.ContainsFunc(h.Warnings, func(w transfer.Warning) bool { return w.Path == path && w.Code == code && w.Message != "" })
}

func TestPricesAreScaledSoThatNothingIsLost(t *testing.T) {
	for sentence, c := range map[string]struct {
		price, basis, wantPrice, wantUnit string
		rounded                           bool
	}{
		"a price of two decimals":               {"125.00", "", "125.000", "1", false},
		"a price for a hundred":                 {"12.5", "100", "12.500", "100", false},
		"four decimals":                         {"0.0125", "1", "0.125", "10", false},
		"nine decimals":                         {"0.000012345", "1", "0.123", "10000", true},
		"a basis that is no whole number":       {"1", "0.25", "100.000", "25", false},
		"a basis of more digits than the field": {"125", "1000000", "1.250", "10000", false},
		"a basis that fits in no way":           {"1", "1234567", "0.008", "10000", true},
		"a price over the field's digits":       {"123456789012.5", "1000", "12345678901.250", "100", false},
		"nothing":                               {"0.00", "", "0.000", "1", false},
		"a quotient that ends":                  {"1234567", "1234567", "10000.000", "10000", false},
	} {
		t.Run(sentence, func(t *testing.T) {
			p, h := sent(t, oci.New4(), outgoing(changed(t, func(given *cart.Cart) {
				given.Lines[0].UnitPrice = money.MustParse(c.price)
				given.Lines[0].PriceBasisQuantity = money.MustParse(c.basis)
			}), ""))
			if item := p.items[1]; item["PRICE"] != c.wantPrice || item["PRICEUNIT"] != c.wantUnit {
				t.Errorf("%s for %s", item["PRICE"], item["PRICEUNIT"])
			}
			if got := warned(h, "/lines/0/unit_price", "price.rounded"); got != c.rounded {
				t.Errorf("warned: %v", got)
			}
		})
	}
}

func TestOCI3HasALongerPriceUnit(t *testing.T) {
	p, h := sent(t, oci.New3(), outgoing(changed(t, func(c *cart.Cart) { c.Lines[0].UnitPrice = money.MustParse("0.000012345") }), ""))
	if item := p.items[1]; item["PRICE"] != "12.345" || item["PRICEUNIT"] != "1000000" || warned(h, "/lines/0/unit_price", "price.rounded") {
		t.Errorf("%v %+v", item, h.Warnings)
	}
}

func TestTextsAreCutAndReplacedWithAWarning(t *testing.T) {
	long := strings.Repeat("å", 39) + "é-och mer"
	for sentence, c := range map[string]struct {
		name, options, want, long string
		warning                   string
	}{
		"a short name":                        {"Papper", "", "Papper", "", ""},
		"a name of more than 40 characters":   {long, "", strings.Repeat("å", 39) + "é", long, "text.cut"},
		"a cut before a mark":                 {strings.Repeat("a", 39) + "e\u0301x", `{"charset":"UTF-8"}`, strings.Repeat("a", 39), strings.Repeat("a", 39) + "e\u0301x", "text.cut"},
		"a letter and its mark in ISO-8859-1": {"e\u0301", "", "é", "", ""},
		"typographic characters":              {"A4 – “fin” … 5 €", "", `A4 - "fin" ... 5 EUR`, "", "characters.replaced"},
		"letters with other marks":            {"Łódź Šimůnek ﬁ 5 Ω ½", "", "Lódz Simunek fi 5 Ohm ½", "", "characters.replaced"},
		"an emoji":                            {"Tack 👩\u200d💻\ufe0f!", "", "Tack ??!", "", "characters.replaced"},
		"an emoji in UTF-8":                   {"Tack 😀", `{"charset":"UTF-8"}`, "Tack 😀", "", ""},
		"nothing that ISO-8859-1 has":         {"\u200b", "", "?", "", "characters.replaced"},
		"blanks around it":                    {"  Papper ", "", "Papper", "", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			p, h := sent(t, oci.New4(), outgoing(changed(t, func(given *cart.Cart) { given.Lines[0].Name = c.name }), c.options))
			if got := p.items[1]["DESCRIPTION"]; got != c.want {
				t.Errorf("DESCRIPTION is %q", got)
			}
			if got := strings.Join(p.long[1], "|"); got != c.long {
				t.Errorf("LONGTEXT is %q", got)
			}
			if c.warning == "" && len(h.Warnings) > 0 || c.warning != "" && !warned(h, "/lines/0/name", c.warning) {
				t.Errorf("warnings: %+v", h.Warnings)
			}
		})
	}
}

func TestACartThatCannotBeCarriedIsRefused(t *testing.T) {
	for sentence, c := range map[string]struct {
		change func(*cart.Cart)
		path   string
	}{
		"an identifier that does not fit":      {func(c *cart.Cart) { c.ID = strings.Repeat("1", 36) }, "/id"},
		"an identifier outside the charset":    {func(c *cart.Cart) { c.ID = "名" }, "/id"},
		"a quantity that would round to none":  {func(c *cart.Cart) { c.Lines[0].Quantity = money.MustParse("0.0004") }, "/lines/0/quantity"},
		"a quantity of twelve digits":          {func(c *cart.Cart) { c.Lines[0].Quantity = money.MustParse("123456789012") }, "/lines/0/quantity"},
		"a quantity that rounds to too many":   {func(c *cart.Cart) { c.Lines[0].Quantity = money.MustParse("99999999999.9999") }, "/lines/0/quantity"},
		"a price of twelve digits for one":     {func(c *cart.Cart) { c.Lines[0].UnitPrice = money.MustParse("123456789012") }, "/lines/0/unit_price"},
		"a price that rounds to twelve digits": {func(c *cart.Cart) { c.Lines[0].UnitPrice = money.MustParse("99999999999.9999") }, "/lines/0/unit_price"},
	} {
		t.Run(sentence, func(t *testing.T) {
			var document bytes.Buffer
			_, err := oci.New4().EncodeCart(&document, outgoing(changed(t, c.change), ""))
			f := fault.From(err)
			if f == nil || f.Kind != fault.Invalid || len(f.Details) != 1 || f.Details[0].Path != c.path || document.Len() > 0 {
				t.Errorf("%v, %d bytes", f, document.Len())
			}
		})
	}
}

func TestTheFormGoesWhereAndHowTheCallAndTheOptionsSay(t *testing.T) {
	bare, _, _ := strings.Cut(hook, "?")
	echoes := [][2]string{{"~OkCode", "ADDI"}, {"~TARGET", "_top"}, {"~CALLER", "CTLG"}, {"SESSION", "77"}}
	query := [][2]string{{"sap-client", "100"}, {"sap-sessionid", "ABC 123"}}
	for sentence, c := range map[string]struct {
		options                 string
		keep                    map[string]string
		address, target, method string
		charset                 string
		before                  [][2]string // fields before the items
	}{
		"by default the whole address is the action": {"", nil, hook, "_top", "POST", "ISO-8859-1", echoes},
		"split moves the query into fields":          {`{"hook_url":"split"}`, nil, bare, "_top", "POST", "ISO-8859-1", slices.Concat(query, echoes)},
		"GET splits by itself":                       {`{"method":"GET"}`, nil, bare, "_top", "GET", "ISO-8859-1", slices.Concat(query, echoes)},
		"returntarget wins over ~TARGET":             {"", map[string]string{"~TARGET": "a", "returntarget": "_parent"}, hook, "_parent", "POST", "ISO-8859-1", [][2]string{{"~TARGET", "a"}, {"SESSION", "77"}}},
		"the option wins over both":                  {`{"target":"_self"}`, map[string]string{"returntarget": "_parent"}, hook, "_self", "POST", "ISO-8859-1", [][2]string{{"SESSION", "77"}}},
		"the call's charset wins over the option":    {`{"charset":"ISO-8859-1"}`, map[string]string{"http_content_charset": "UTF8"}, hook, "_top", "POST", "UTF-8", [][2]string{{"SESSION", "77"}}},
		"an unknown charset does not":                {`{"charset":"UTF-8"}`, map[string]string{"http_content_charset": "koi8-r"}, hook, "_top", "POST", "UTF-8", [][2]string{{"SESSION", "77"}}},
		"a hidden field gives way to an echo":        {`{"hidden_fields":{"session":"0","x":"1"}}`, nil, hook, "_top", "POST", "ISO-8859-1", append(slices.Clone(echoes), [2]string{"x", "1"})},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := outgoing(changed(t, func(*cart.Cart) {}), c.options)
			if c.keep != nil {
				o.Keep = c.keep
			}
			p, h := sent(t, oci.New4(), o)
			if p.address != c.address || h.Form.Target != c.target || h.Form.Method != c.method || h.Form.AcceptCharset != c.charset {
				t.Errorf("%s by %s in %s to %s", h.Form.Method, h.Form.AcceptCharset, h.Form.Target, p.address)
			}
			if !slices.Equal(p.pairs[:len(c.before)], c.before) || !strings.HasPrefix(p.pairs[len(c.before)][0], "NEW_ITEM-") {
				t.Errorf("fields: %q", p.pairs)
			}
			cancel, err := oci.New4().EncodeCancel(io.Discard, o)
			if err != nil {
				t.Fatal(err)
			}
			if q := browse(t, cancel.Form); !slices.Equal(q.pairs, c.before) || q.address != c.address {
				t.Errorf("without a cart: %q to %s", q.pairs, q.address)
			}
			if known := warned(h, "", "charset.not_known"); known != (sentence == "an unknown charset does not") {
				t.Errorf("warnings: %+v", h.Warnings)
			}
		})
	}
}

func TestASplitQueryArrivesByteByByte(t *testing.T) {
	for query, refused := range map[string]bool{"a=%C3%A5&b=%E5+%2B&%80=1&c": false, "a=%0A": true, "a=%zz": true} {
		o := outgoing(changed(t, func(*cart.Cart) {}), `{"hook_url":"split"}`)
		o.ReturnURL = "https://buyer.example.com/?" + query
		h, err := oci.New4().EncodeCart(io.Discard, o)
		if (err != nil) != refused {
			t.Fatalf("%s: %v", query, err)
		}
		if refused {
			continue
		}
		for i, want := range []string{"Ã¥", "å +", "1", ""} {
			if got := browse(t, h.Form).pairs[i][1]; got != want { // as windows-1252 shows the bytes
				t.Errorf("%q arrives as %q", want, got)
			}
		}
	}
	o := outgoing(changed(t, func(*cart.Cart) {}), `{"hook_url":"split","charset":"UTF-8"}`)
	o.ReturnURL = "https://buyer.example.com/?a=%E5"
	if _, err := oci.New4().EncodeCart(io.Discard, o); fault.From(err) == nil || fault.From(err).Code != "oci.hook_url" {
		t.Errorf("broken UTF-8: %v", err)
	}
}

// Moved into a field it would double the line's own, or add a line.
func TestAReturnAddressWithAFieldOfALineIsNotSplit(t *testing.T) {
	for _, query := range []string{"a=1&NEW_ITEM-QUANTITY%5B1%5D=9", "new_item-quantity[1]=9", "NEW_ITEM_PRICE[2]=1"} {
		o := outgoing(changed(t, func(*cart.Cart) {}), `{"hook_url":"split"}`)
		o.ReturnURL = "https://buyer.example.com/?" + query
		_, cart := oci.New4().EncodeCart(io.Discard, o)
		_, cancel := oci.New4().EncodeCancel(io.Discard, o)
		for _, err := range []error{cart, cancel} {
			if !errors.Is(err, oci.ErrHookURL) || !strings.Contains(strings.ToUpper(err.Error()), `"NEW_ITEM`) {
				t.Errorf("%s: %v", query, err)
			}
		}
	}
}

func TestLinesAreTiedToTheCartByTheirIdentifiers(t *testing.T) {
	two := func(first string) func(*cart.Cart) {
		return func(c *cart.Cart) {
			second := c.Lines[0]
			c.Lines = append(c.Lines, second)
			c.Lines[0].ID, c.Lines[1].ID, c.Lines[0].Key, c.Lines[1].Key = first, "1", "a", "b"
		}
	}
	p, h := sent(t, oci.New4(), outgoing(changed(t, two("7")), ""))
	if p.items[1]["EXT_QUOTE_ITEM"] != "7" || p.items[2]["EXT_QUOTE_ITEM"] != "1" || warned(h, "/lines/0/id", "id.replaced") {
		t.Errorf("%v %+v", p.items, h.Warnings)
	}
	p, h = sent(t, oci.New4(), outgoing(changed(t, two("0190a6d5-7c9e-7b1e")), ""))
	if p.items[1]["EXT_QUOTE_ITEM"] != "1" || p.items[2]["EXT_QUOTE_ITEM"] != "2" || !warned(h, "/lines/0/id", "id.replaced") {
		t.Errorf("%v %+v", p.items, h.Warnings)
	}
}

func TestConfiguredProductsAreAHierarchyInOCI5(t *testing.T) {
	c := changed(t, func(c *cart.Cart) {
		l := c.Lines[0]
		l.ID, l.Key, l.SKU = "", "", "desk"
		part := l
		part.SKU, part.PartOf = "leg", "desk"
		c.Lines = []cart.Line{l, part, l, part} // the same desk again is no second root: parts name it by its sku
		for i := range c.Lines {
			c.Lines[i].ID = strconv.Itoa(i + 1)
		}
	})
	p, _ := sent(t, oci.New5(), outgoing(c, ""))
	for n, want := range []string{"R ", "O 1", " ", "O 1"} {
		if got := p.items[n+1]["ITEM_TYPE"] + " " + p.items[n+1]["PARENT_ID"]; got != want {
			t.Errorf("line %d: %q, want %q", n+1, got, want)
		}
	}
	if p, h := sent(t, oci.New4(), outgoing(c, "")); p.items[1]["ITEM_TYPE"] != "" || !warned(h, "/lines/1/part_of", "member.left_out") {
		t.Errorf("in OCI 4: %v %+v", p.items[1], h.Warnings)
	}
}

func TestADecimalCommaIsWrittenWhereTheBuyerWantsOne(t *testing.T) {
	document, h := encode(t, oci.New4(), outgoing(changed(t, func(*cart.Cart) {}), `{"decimal_comma":true}`))
	item := browse(t, h.Form).items[1]
	if !strings.Contains(item["PRICE"], ",") || !strings.Contains(item["QUANTITY"], ",") || strings.Contains(item["PRICEUNIT"], ",") {
		t.Errorf("%v", item)
	}
	findings, err := oci.New4().Validate(bytes.NewReader(document))
	if err != nil || len(findings) != 2 {
		t.Errorf("%v %v", findings, err)
	}
	noFatal(t, findings)
}

func TestManyFieldsAreWarnedOf(t *testing.T) {
	_, h := encode(t, oci.New4(), outgoing(manyLines(t, 100), ""))
	if !warned(h, "/lines", "fields.many") {
		t.Errorf("%d fields and no warning", len(h.Form.Fields))
	}
}

// manyLines returns a cart without what is told in warnings of each line.
func manyLines(t testing.TB, n int) *cart.Cart {
	c := readCart(t, "testdata/encode/contract.cart.json")
	line := c.Lines[0]
	c.Lines = make([]cart.Line, n)
	for i := range c.Lines {
		number := strconv.Itoa(i + 1)
		c.Lines[i] = line
		c.Lines[i].ID, c.Lines[i].Key, c.Lines[i].SKU = number, "k"+number, "sku-"+number
	}
	return c
}

func TestAThousandMoreLinesCostAtMostAThousandAllocations(t *testing.T) {
	count := func(lines int) float64 {
		o := outgoing(manyLines(t, lines), "")
		return testing.AllocsPerRun(5, func() {
			if _, err := oci.New5().EncodeCart(io.Discard, o); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := count(1000), count(2000); many-few > 1000 {
		t.Errorf("%v allocations for 1000 lines, %v for 2000", few, many)
	}
}

func BenchmarkEncode1000Lines(b *testing.B) {
	o := outgoing(manyLines(b, 1000), "")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := oci.New5().EncodeCart(io.Discard, o); err != nil {
			b.Fatal(err)
		}
	}
}

// randomCart draws a valid cart with texts of all kinds and numbers up to all digits.
func randomCart(t *rapid.T) *cart.Cart {
	text := func() string {
		return "x" + rapid.StringOfN(rapid.SampledFrom([]rune("aå –“名😀é\u0301<&\"'€\u00a0")), 0, 60, -1).Draw(t, "text")
	}
	maybe := func() string {
		if rapid.Bool().Draw(t, "absent") {
			return ""
		}
		return text()
	}
	number := func() money.Decimal {
		return money.MustParse(rapid.StringMatching(`[1-9][0-9]{0,10}(\.[0-9]{1,9})?|0\.[0-9]{1,8}[1-9]|[0-9]{1,15}`).Draw(t, "number"))
	}
	positive := func() money.Decimal {
		if n := number(); n.Sign() > 0 {
			return n
		}
		return money.FromInt(1)
	}
	c := &cart.Cart{
		ID: rapid.SampledFrom([]string{"C-1", strings.Repeat("C", 35), "C å"}).Draw(t, "id"), Currency: "SEK", ContractID: maybe(),
		Lines: make([]cart.Line, rapid.IntRange(1, 4).Draw(t, "lines")),
	}
	if rapid.Bool().Draw(t, "shipping") {
		c.Shipping = cart.Shipping{Amount: number(), Description: maybe(), Tax: cart.Tax{Category: "Z"}}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		*l = cart.Line{
			ID: rapid.SampledFrom([]string{"", "12345678-"}).Draw(t, "id") + strconv.Itoa(i), SKU: text() + strconv.Itoa(i), BuyerSKU: maybe(),
			Manufacturer: maybe(), ManufacturerSKU: maybe(), Name: text(), Description: maybe(), Quantity: positive(),
			Unit: rapid.SampledFrom([]string{"EA", "C62", "XBX"}).Draw(t, "unit"), UnitPrice: number(), Tax: cart.Tax{Category: "Z"},
			ContractID: maybe(), Service: rapid.Bool().Draw(t, "service"),
			URL: rapid.SampledFrom([]string{"", "https://shop.example.com/p", "https://shop.example.com/å/名"}).Draw(t, "url"),
		}
		if rapid.Bool().Draw(t, "basis") {
			l.PriceBasisQuantity = positive()
		}
		if rapid.Bool().Draw(t, "class") {
			l.Classifications = []cart.Classification{{Scheme: rapid.SampledFrom([]string{"UNSPSC", "CPV", text()}).Draw(t, "scheme"), Code: "14111507"}}
		}
		if i > 0 && rapid.Bool().Draw(t, "part") {
			l.PartOf = c.Lines[0].SKU
		}
		if rapid.Bool().Draw(t, "attached") {
			l.Attachments = []cart.Attachment{{Name: text(), URL: "https://shop.example.com/" + strings.Repeat("a", rapid.IntRange(0, 300).Draw(t, "length"))}}
		}
		if rapid.Bool().Draw(t, "free") {
			l.Extrinsics = map[string]string{"a": text() + "\n" + text()}
		}
	}
	return c
}

// Whatever a valid cart holds, the form obeys the rules as another reader knows them and as the validator does, and no
// price or quantity differs without a warning.
func TestEveryCartIsEncodedByTheRulesOrRefusedWithDetails(t *testing.T) {
	encoded := 0
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]*oci.Format{oci.New3(), oci.New4(), oci.New5()}).Draw(t, "format")
		o := outgoing(randomCart(t), rapid.SampledFrom([]string{
			"", `{"charset":"UTF-8","hook_url":"split","longtext":"lines"}`,
			`{"matnr":true,"unspsc":"both","matgroup":true,"default_unspsc":"14111507","units":{"EA":"ST"},"vendor":"1","cust_fields":{"CUST_FIELD1":{"extrinsic":"a"},"CUST_FIELD4":{"extrinsic":"a"},"CUST_FIELD5":{"extrinsic":"a"}}}`,
		}).Draw(t, "options"))
		if err := o.Cart.Check(); err != nil {
			t.Fatalf("the generator made a wrong cart: %v", fault.From(err).Details)
		}
		var document bytes.Buffer
		h, err := f.EncodeCart(&document, o)
		if err != nil {
			if refusal := fault.From(err); refusal.Kind != fault.Invalid || len(refusal.Details) == 0 {
				t.Fatalf("refused without a word: %v", err)
			}
			return
		}
		encoded++
		p := browse(t, h.Form)
		obey(t, p, f.Name())
		findings, err := f.Validate(&document)
		if err != nil {
			t.Fatal(err)
		}
		noFatal(t, findings)
		for i, l := range o.Cart.Lines {
			item, path := p.items[i+1], "/lines/"+strconv.Itoa(i)
			if item["EXT_QUOTE_ID"] != o.Cart.ID {
				t.Fatalf("the cart is %q", item["EXT_QUOTE_ID"])
			}
			if ratio(item["QUANTITY"], "1").Cmp(ratio(l.Quantity.String(), "1")) != 0 && !warned(h, path+"/quantity", "quantity.rounded") {
				t.Fatalf("quantity %s became %s", l.Quantity, item["QUANTITY"])
			}
			same := ratio(item["PRICE"], item["PRICEUNIT"]).Cmp(ratio(l.UnitPrice.String(), l.PriceBasisQuantity.Or(money.FromInt(1)).String())) == 0
			if same == warned(h, path+"/unit_price", "price.rounded") {
				t.Fatalf("%s for %s became %s for %s", l.UnitPrice, l.PriceBasisQuantity, item["PRICE"], item["PRICEUNIT"])
			}
		}
	})
	if encoded == 0 {
		t.Error("not one cart was encoded")
	}
}

func ratio(amount, per string) *big.Rat {
	a, _ := new(big.Rat).SetString(amount)
	b, _ := new(big.Rat).SetString(per)
	return a.Quo(a, b)
}

func TestTheDocumentIsTheForm(t *testing.T) {
	document, h := encode(t, oci.New5(), outgoing(readCart(t, "testdata/encode/nasty.cart.json"), ""))
	var form struct {
		Action, Method, Target string
		Charset                string `json:"accept_charset"`
		Fields                 []transfer.Field
	}
	if err := json.Unmarshal(document, &form); err != nil {
		t.Fatal(err)
	}
	want := h.Form
	if form.Action != want.Action || form.Method != want.Method || form.Target != want.Target || form.Charset != want.AcceptCharset || !slices.Equal(form.Fields, want.Fields) {
		t.Errorf("%s is not %+v", document, want)
	}
}
