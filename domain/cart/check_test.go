package cart_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// details returns "path code" for each thing that is wrong in the cart.
func details(t *testing.T, c *cart.Cart) []string {
	t.Helper()
	err := c.Check()
	if err == nil {
		return nil
	}
	f := fault.From(err)
	if !errors.Is(err, cart.ErrInvalid) || f.Kind != fault.Invalid || len(f.Details) == 0 {
		t.Fatalf("the refusal is %v with the details %v", err, f.Details)
	}
	return codes(f.Details)
}

func codes(of []fault.Detail) []string {
	var out []string
	for _, d := range of {
		out = append(out, d.Path+" "+d.Code)
	}
	return out
}

func TestGoodCartsPass(t *testing.T) {
	least := func() *cart.Cart {
		return &cart.Cart{Currency: "SEK", Lines: []cart.Line{line("1", "0", "", "25")}}
	}
	cases := map[string]*cart.Cart{
		"every member":        full(t),
		"the required alone":  least(),
		"as many as possible": {Currency: "SEK", Lines: slices.Repeat(least().Lines, cart.MaxLines)},
	}
	for name, change := range map[string]func(*cart.Cart){
		"an article by its gtin":                      func(c *cart.Cart) { c.Lines[0].SKU, c.Lines[0].GTIN = "", "7310865004703" },
		"an article by its standard id":               func(c *cart.Cart) { c.Lines[0].SKU, c.Lines[0].StandardID.ID = "", "4711" },
		"an unscheduled tax category":                 func(c *cart.Cart) { c.Lines[0].Tax = cart.Tax{Category: "Z", Percent: dec("0")} },
		"a tax of 100 percent":                        func(c *cart.Cart) { c.Lines[0].Tax.Percent = dec("100.00") },
		"a price of nine digits":                      func(c *cart.Cart) { c.Lines[0].UnitPrice = dec("0.000000001") },
		"a description of many lines":                 func(c *cart.Cart) { c.Lines[0].Description = "one\r\n\ttwo" },
		"names at their limit, counted in characters": func(c *cart.Cart) { c.Lines[0].Name = strings.Repeat("å", cart.MaxName) },
		"a line that is part of another": func(c *cart.Cart) {
			c.Lines = append(c.Lines, c.Lines[0])
			c.Lines[1].SKU, c.Lines[1].PartOf = "4711-1", "4711"
		},
		"two lines of one article": func(c *cart.Cart) { c.Lines = append(c.Lines, c.Lines[0]) },
		"shipping free of charge":  func(c *cart.Cart) { c.Shipping = cart.Shipping{Amount: dec("0"), Tax: cart.Tax{Category: "E"}} },
		"a classification other than UNSPSC": func(c *cart.Cart) {
			c.Lines[0].Classifications = []cart.Classification{{Scheme: "CPV", Code: "30197630-1"}}
		},
		"an embedded attachment": func(c *cart.Cart) {
			c.Lines[0].Attachments = []cart.Attachment{{Name: "a.pdf", MediaType: "application/pdf", Content: []byte("%PDF")}}
		},
		"a linked attachment": func(c *cart.Cart) { c.Lines[0].Attachments = []cart.Attachment{{URL: "http://shop.example.com/a.pdf"}} },
		"a cart good until the end of the day on which it is issued": func(c *cart.Cart) {
			c.IssuedAt, c.ValidUntil = moment(t, "2026-11-24T23:30:00-08:00"), moment(t, "2026-11-24")
		},
		"the longest lead time": func(c *cart.Cart) { c.Lines[0].LeadTimeDays = new(99_999) },
		"the last year":         func(c *cart.Cart) { c.ValidUntil = moment(t, "9999-12-31") },
	} {
		c := least()
		change(c)
		cases[name] = c
	}
	for name, c := range cases {
		if err := c.Check(); err != nil {
			t.Errorf("%s: %v %v", name, err, codes(fault.From(err).Details))
		}
	}
}

// refusal is what is done to a good cart or line, and what Check says of it.
type refusal[T any] struct {
	change func(T)
	want   string
}

// refusedCarts and refusedLines hold a case for each rule. The paths of the latter begin within the line.
var (
	refusedCarts = map[string]refusal[*cart.Cart]{
		"no currency":                 {func(c *cart.Cart) { c.Currency = "" }, "/currency missing"},
		"a currency that is none":     {func(c *cart.Cart) { c.Currency = "KR" }, "/currency unknown_currency"},
		"a currency in lower case":    {func(c *cart.Cart) { c.Currency = "sek" }, "/currency unknown_currency"},
		"a language that is none":     {func(c *cart.Cart) { c.Language = "sv_SE" }, "/language not_language"},
		"no line":                     {func(c *cart.Cart) { c.Lines = nil }, "/lines empty"},
		"a day for the time of issue": {func(c *cart.Cart) { c.IssuedAt.HasTime = false }, "/issued_at no_time"},
		"an issue before 1900": {func(c *cart.Cart) { c.IssuedAt.Time = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC) },
			"/issued_at out_of_range"},
		"an end after 9999": {func(c *cart.Cart) { c.ValidUntil.Time = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) },
			"/valid_until out_of_range"},
		"an end before the issue": {func(c *cart.Cart) { c.ValidUntil.Time = c.IssuedAt.Time.Add(-time.Second) },
			"/valid_until before_issued_at"},
		"a seller's scheme without identifier": {func(c *cart.Cart) { c.Seller.Endpoint.ID = "" }, "/seller/endpoint/id missing"},
		"a buyer's scheme without identifier":  {func(c *cart.Cart) { c.Buyer.Identifier.ID = "" }, "/buyer/identifier/id missing"},
		"a country of delivery that is none": {func(c *cart.Cart) { c.ShipTo.Country = "Sverige" },
			"/ship_to/country unknown_country"},
		"shipping of ten decimals":   {func(c *cart.Cart) { c.Shipping.Amount = long }, "/shipping/amount too_many_digits"},
		"shipping below zero":        {func(c *cart.Cart) { c.Shipping.Amount = dec("-1") }, "/shipping/amount negative"},
		"shipping without an amount": {func(c *cart.Cart) { c.Shipping.Amount = dec("") }, "/shipping/amount missing"},
		"described shipping without an amount": {func(c *cart.Cart) { c.Shipping = cart.Shipping{Description: "Frakt"} },
			"/shipping/amount missing"},
		"shipping without tax": {func(c *cart.Cart) { c.Shipping.Tax = cart.Tax{} }, "/shipping/tax/category missing"},
		"shipping with a standard rate of zero": {func(c *cart.Cart) { c.Shipping.Tax.Percent = dec("0.0") },
			"/shipping/tax/percent not_positive"},
		"two lines of one id":  {func(c *cart.Cart) { another(c).ID = c.Lines[0].ID }, "/lines/1/id repeated"},
		"two lines of one key": {func(c *cart.Cart) { another(c).Key = c.Lines[0].Key }, "/lines/1/key repeated"},
		"a part of no line":    {func(c *cart.Cart) { another(c).PartOf = "4712" }, "/lines/1/part_of unknown_line"},
		"a part of a part": {func(c *cart.Cart) {
			child := another(c)
			child.SKU, child.PartOf = "child", "4711"
			grandchild := another(c)
			grandchild.SKU, grandchild.PartOf = "grandchild", "child"
		}, "/lines/2/part_of unknown_line"},
	}
	refusedLines = map[string]refusal[*cart.Line]{
		"an article without a number": {func(l *cart.Line) { l.SKU, l.GTIN, l.StandardID = "", "", cart.Identifier{} },
			"/sku missing"},
		"a gtin of 9 digits":             {func(l *cart.Line) { l.GTIN = "123456789" }, "/gtin not_gtin"},
		"a gtin with a letter":           {func(l *cart.Line) { l.GTIN = "0731086500470X" }, "/gtin not_gtin"},
		"a standard scheme alone":        {func(l *cart.Line) { l.StandardID.ID = "" }, "/standard_id/id missing"},
		"no name":                        {func(l *cart.Line) { l.Name = "" }, "/name missing"},
		"a name of blanks":               {func(l *cart.Line) { l.Name = " \u00a0" }, "/name blank"},
		"a name with a line end":         {func(l *cart.Line) { l.Name = "one\ntwo" }, "/name control_character"},
		"a name one character too long":  {func(l *cart.Line) { l.Name = strings.Repeat("å", cart.MaxName+1) }, "/name too_long"},
		"a description with a form feed": {func(l *cart.Line) { l.Description = "a\fb" }, "/description control_character"},
		"a description with U+0085":      {func(l *cart.Line) { l.Description = "a\u0085b" }, "/description control_character"},
		"a description with U+FFFF":      {func(l *cart.Line) { l.Description = "a\uffffb" }, "/description control_character"},
		"a description in Latin-1":       {func(l *cart.Line) { l.Description = "oh\xe5lat" }, "/description not_utf8"},
		"no quantity":                    {func(l *cart.Line) { l.Quantity = dec("") }, "/quantity missing"},
		"a quantity of zero":             {func(l *cart.Line) { l.Quantity = dec("0.000") }, "/quantity not_positive"},
		"a quantity below zero":          {func(l *cart.Line) { l.Quantity = dec("-2") }, "/quantity not_positive"},
		"no unit":                        {func(l *cart.Line) { l.Unit = "" }, "/unit missing"},
		"a unit in plain words":          {func(l *cart.Line) { l.Unit = "styck" }, "/unit unknown_unit"},
		"no price":                       {func(l *cart.Line) { l.UnitPrice = dec("") }, "/unit_price missing"},
		"a price below zero":             {func(l *cart.Line) { l.UnitPrice = dec("-0.01") }, "/unit_price negative"},
		"a price basis of zero":          {func(l *cart.Line) { l.PriceBasisQuantity = dec("0") }, "/price_basis_quantity not_positive"},
		"no tax":                         {func(l *cart.Line) { l.Tax = cart.Tax{} }, "/tax/category missing"},
		"a tax without category":         {func(l *cart.Line) { l.Tax.Category = "" }, "/tax/category missing"},
		"a tax category of words":        {func(l *cart.Line) { l.Tax.Category = "moms" }, "/tax/category unknown_tax_category"},
		"a tax below zero":               {func(l *cart.Line) { l.Tax.Percent = dec("-25") }, "/tax/percent negative"},
		"a tax above 100 percent":        {func(l *cart.Line) { l.Tax.Percent = dec("100.01") }, "/tax/percent out_of_range"},
		"a standard rate of zero":        {func(l *cart.Line) { l.Tax.Percent = dec("0") }, "/tax/percent not_positive"},
		"a standard rate left out":       {func(l *cart.Line) { l.Tax.Percent = dec("") }, "/tax/percent not_positive"},
		"a class without scheme":         {func(l *cart.Line) { l.Classifications[0].Scheme = "" }, "/classifications/0/scheme missing"},
		"a class without code":           {func(l *cart.Line) { l.Classifications[0].Code = "" }, "/classifications/0/code missing"},
		"a UNSPSC code of six digits": {func(l *cart.Line) { l.Classifications[0].Code = "141115" },
			"/classifications/0/code not_unspsc"},
		"a UNSPSC code with a dot": {func(l *cart.Line) { l.Classifications[0].Code = "14.11150" },
			"/classifications/0/code not_unspsc"},
		"a lead time below zero":       {func(l *cart.Line) { l.LeadTimeDays = new(-1) }, "/lead_time_days out_of_range"},
		"a lead time of 274 years":     {func(l *cart.Line) { l.LeadTimeDays = new(100_000) }, "/lead_time_days out_of_range"},
		"an origin that is no country": {func(l *cart.Line) { l.OriginCountry = "EU" }, "/origin_country unknown_country"},
		"an offer that begins in 1899": {func(l *cart.Line) { l.AvailableFrom.Time = time.Date(1899, 1, 1, 0, 0, 0, 0, time.UTC) },
			"/available_from out_of_range"},
		"an offer until the year 10000": {func(l *cart.Line) {
			l.AvailableUntil.Time = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
		}, "/available_until out_of_range"},
		"an offer over before it begins": {func(l *cart.Line) { l.AvailableUntil.Time = l.AvailableFrom.Time.AddDate(0, 0, -1) },
			"/available_until before_available_from"},
		"a property without name":         {func(l *cart.Line) { l.Properties[0].Name = "" }, "/properties/0/name missing"},
		"a property without value":        {func(l *cart.Line) { l.Properties[0].Value = "" }, "/properties/0/value missing"},
		"a property's scheme alone":       {func(l *cart.Line) { l.Properties[0].ID.Scheme = "0160" }, "/properties/0/id/id missing"},
		"a quantity without unit":         {func(l *cart.Line) { l.Properties[0].Unit = "" }, "/properties/0/unit missing"},
		"a property's unit in words":      {func(l *cart.Line) { l.Properties[0].Unit = "gram" }, "/properties/0/unit unknown_unit"},
		"a label without name":            {func(l *cart.Line) { l.Labels[0].Name = "" }, "/labels/0/name missing"},
		"an empty attachment":             {func(l *cart.Line) { l.Attachments[0].Content = nil }, "/attachments/0/content missing"},
		"an attachment without type":      {func(l *cart.Line) { l.Attachments[0].MediaType = "" }, "/attachments/0/media_type missing"},
		"an attachment without file name": {func(l *cart.Line) { l.Attachments[0].Name = "" }, "/attachments/0/name missing"},
		"a script for an attachment": {func(l *cart.Line) { l.Attachments[0].URL = "javascript:alert(1)" },
			"/attachments/0/url not_url"},
		"two main images": {func(l *cart.Line) { l.Attachments = append(l.Attachments, l.Attachments[0]) },
			"/attachments several_main_images"},
		"a page without scheme": {func(l *cart.Line) { l.URL = "shop.example.com/p/4711" }, "/url not_url"},
		"a page without host":   {func(l *cart.Line) { l.URL = "https:///p/4711" }, "/url not_url"},
		"a page that is a file": {func(l *cart.Line) { l.URL = "file://host/etc/passwd" }, "/url not_url"},
		"a page of nonsense":    {func(l *cart.Line) { l.URL = "https://[::1" }, "/url not_url"},
		"a page of 2001 characters": {func(l *cart.Line) { l.URL = "https://a.example/" + strings.Repeat("x", cart.MaxURL-17) },
			"/url too_long"},
		"a quantity of ten decimals": {func(l *cart.Line) { l.Quantity = long }, "/quantity too_many_digits"},
		"a price of ten decimals":    {func(l *cart.Line) { l.UnitPrice = long }, "/unit_price too_many_digits"},
		"a basis of ten decimals":    {func(l *cart.Line) { l.PriceBasisQuantity = long }, "/price_basis_quantity too_many_digits"},
		"a percent of ten decimals":  {func(l *cart.Line) { l.Tax.Percent = long }, "/tax/percent too_many_digits"},
		"an extrinsic without name":  {func(l *cart.Line) { l.Extrinsics = map[string]string{"": "x"} }, "/extrinsics/ missing"},
		"an extrinsic's name of 201 characters": {func(l *cart.Line) {
			l.Extrinsics = map[string]string{strings.Repeat("n", 201): ""}
		}, "/extrinsics/" + strings.Repeat("n", 40) + "… too_long"},
		"an extrinsic's value with a control character": {func(l *cart.Line) { l.Extrinsics = map[string]string{"a/b~c": "\x00"} },
			"/extrinsics/a~1b~0c control_character"},
		"a part of itself": {func(l *cart.Line) { l.PartOf = l.SKU }, "/part_of unknown_line"},
	}
)

// another appends a copy of the cart's first line without what must be unique.
func another(c *cart.Cart) *cart.Line {
	c.Lines = append(c.Lines, c.Lines[0])
	l := &c.Lines[len(c.Lines)-1]
	l.ID, l.Key = "", ""
	return l
}

func TestEachRuleRefuses(t *testing.T) {
	for name, r := range refusedCarts {
		c := full(t)
		r.change(c)
		if got := details(t, c); !slices.Equal(got, []string{r.want}) {
			t.Errorf("%s: the details are %q, want %q alone", name, got, r.want)
		}
	}
	for name, r := range refusedLines {
		c := full(t)
		r.change(&c.Lines[0])
		if got := details(t, c); !slices.Equal(got, []string{"/lines/0" + r.want}) {
			t.Errorf("%s: the details are %q, want %q alone", name, got, "/lines/0"+r.want)
		}
	}
}

// TestEachCodeHasACase reads the codes from the source, so that a new rule needs a case above.
func TestEachCodeHasACase(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "check.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, r := range refusedCarts {
		covered[strings.Fields(r.want)[1]] = true
	}
	for _, r := range refusedLines {
		covered[strings.Fields(r.want)[1]] = true
	}
	rules := 0
	for n := range ast.Preorder(file) {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 3 {
			continue
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || method.Sel.Name != "report" {
			continue
		}
		rules++
		code, err := strconv.Unquote(call.Args[1].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if !covered[code] {
			t.Errorf("no case is refused with the code %s", code)
		}
	}
	if rules < 30 {
		t.Errorf("only %d rules were found in check.go", rules)
	}
}

// TestEachTextMemberIsChecked puts what no document can carry into each text member of the cart in turn.
func TestEachTextMemberIsChecked(t *testing.T) {
	paths := textMembers(reflect.ValueOf(full(t)).Elem(), "")
	if len(paths) < 60 {
		t.Errorf("only %d text members were found", len(paths))
	}
	for name, bad := range map[string]string{
		"a control character":     "a\x01b",
		"text that is not UTF-8":  "a\xe5b",
		"text over every limit":   strings.Repeat("x", cart.MaxDescription+1),
		"nothing but white space": "  ",
	} {
		for path := range paths {
			c := full(t)
			textMembers(reflect.ValueOf(c).Elem(), "")[path].SetString(bad)
			if got := details(t, c); !slices.ContainsFunc(got, func(d string) bool { return strings.HasPrefix(d, path+" ") }) {
				t.Errorf("%s in %s is answered with %q", name, path, got)
			}
		}
	}
}

// textMembers returns every string in v by its JSON Pointer.
// long has more digits after the point than a cart may carry, as JSON brings it.
var long = func() (d money.Decimal) {
	if err := json.Unmarshal([]byte(`"1.0000000001"`), &d); err != nil {
		panic(err)
	}
	return d
}()

func textMembers(v reflect.Value, path string) map[string]reflect.Value {
	members := map[string]reflect.Value{}
	collect := func(v reflect.Value, path string) { maps.Copy(members, textMembers(v, path)) }
	switch v.Kind() {
	case reflect.String:
		members[path] = v
	case reflect.Slice:
		for i := range v.Len() {
			collect(v.Index(i), fmt.Sprintf("%s/%d", path, i))
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				collect(value, path+"/"+name)
			}
		}
	}
	return members
}

func TestTooManyLinesAreTooLarge(t *testing.T) {
	c := &cart.Cart{Currency: "SEK", Lines: slices.Repeat([]cart.Line{line("1", "1", "", "25")}, cart.MaxLines+1)}
	err := c.Check()
	if !errors.Is(err, cart.ErrTooManyLines) || fault.KindOf(err) != fault.TooLarge {
		t.Errorf("the refusal is %v", err)
	}
}

func TestAllThatIsWrongIsListedUpToAHundred(t *testing.T) {
	c := full(t)
	c.Currency, c.Lines[0].Unit = "KR", "styck"
	another(c).Name = ""
	want := []string{"/currency unknown_currency", "/lines/0/unit unknown_unit", "/lines/1/name missing", "/lines/1/unit unknown_unit"}
	if got := details(t, c); !slices.Equal(got, want) {
		t.Errorf("the details are %q, want %q", got, want)
	}
	c.Lines = slices.Repeat(c.Lines[1:], 500)
	if got := details(t, c); len(got) != 100 {
		t.Errorf("500 bad lines make a list of %d findings, want 100", len(got))
	}
}

func TestMessagesAreShortAndForPeople(t *testing.T) {
	c := full(t)
	c.Currency, c.Lines[0].Unit = strings.Repeat("å", 5000), strings.Repeat("styck ", 5000)
	for _, d := range fault.From(c.Check()).Details {
		if d.Message == "" || len(d.Message) > 300 {
			t.Errorf("%s %s has a message of %d bytes", d.Path, d.Code, len(d.Message))
		}
	}
}

func TestPartsOutsideACartAreCheckedLikeThoseInside(t *testing.T) {
	party := cart.Party{Name: "a\x00", Endpoint: cart.Identifier{Scheme: "0088"}}
	want := []string{"/buyer/name control_character", "/buyer/endpoint/id missing"}
	if got := codes(cart.CheckParty("/buyer", party)); !slices.Equal(got, want) {
		t.Errorf("the party is answered with %q, want %q", got, want)
	}
	want = []string{"/to/country unknown_country", "/to/gln too_long"}
	if got := codes(cart.CheckAddress("/to", cart.Address{Country: "SWE", GLN: strings.Repeat("7", 201)})); !slices.Equal(got, want) {
		t.Errorf("the address is answered with %q, want %q", got, want)
	}
	c := full(t)
	if got := append(cart.CheckParty("", c.Seller), cart.CheckAddress("", c.ShipTo)...); len(got) > 0 {
		t.Errorf("a good party and address are answered with %v", got)
	}
}

func TestTheSampleIsACartThatAShopMaySend(t *testing.T) {
	sample := cart.Sample()
	if err := sample.Check(); err != nil {
		t.Errorf("%+v", fault.From(err).Details)
	}
	sample.Lines[0].Classifications[0].Code = "changed"
	if cart.Sample().Lines[0].Unspsc() == "changed" {
		t.Error("who changes a sample changes that of others")
	}
	if !sample.Lines[2].Service || sample.Lines[1].PriceBasisQuantity.Sign() <= 0 || sample.Shipping.Amount.Sign() <= 0 {
		t.Error("the sample lost what it is to try: a service, a price for several, a cost of delivery")
	}
}
