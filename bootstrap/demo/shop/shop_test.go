package shop_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/bootstrap/demo/shop"
	"github.com/punchgate/punchgate/domain/cart"
)

// browser calls the shop as a browser without cookies would, and follows no redirect by itself.
type browser struct {
	t        *testing.T
	handler  http.Handler
	language string
}

func open(t *testing.T, g *gateway) *browser {
	t.Helper()
	return &browser{t, shop.New(shop.Config{
		Gateway: client.New(g.URL, "STOREFRONT"),
		Customers: []shop.Customer{
			{ID: "region", Number: "10002", Name: "Region Skåne", Connection: "fixed", PunchOut: true},
			{Number: "20001", Name: "Kafé Kanel"},
		},
		Log: slog.New(slog.DiscardHandler),
	}), "sv"}
}

// page is an answer, with its text as a person reads it.
type page struct {
	status   int
	location string
	text     string
	header   http.Header
}

func (b *browser) do(method, address string, form url.Values) page {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
	r.Header.Set("Accept-Language", b.language)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	if got := w.Header().Values("Set-Cookie"); len(got) > 0 {
		b.t.Errorf("%s %s sets the cookies %v", method, address, got)
	}
	body, _ := io.ReadAll(w.Body)
	return page{w.Code, w.Header().Get("Location"), html.UnescapeString(string(body)), w.Header()}
}

func (b *browser) get(address string) page { b.t.Helper(); return b.do("GET", address, nil) }

func (b *browser) post(address string, nameValues ...string) page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(nameValues); i += 2 {
		form.Set(nameValues[i], nameValues[i+1])
	}
	return b.do("POST", address, form)
}

// arrive lands with a token and returns the address of the visit, such as /s/abc.
func (b *browser) arrive(token string) string {
	b.t.Helper()
	landed := b.get("/punchout?punchout_token=" + token)
	return b.visit(landed)
}

func (b *browser) visit(p page) string {
	b.t.Helper()
	path := regexp.MustCompile(`^/s/[0-9A-Za-z]{20,}`).FindString(p.location)
	if p.status != http.StatusSeeOther || path == "" {
		b.t.Fatalf("no visit began: %d %s\n%s", p.status, p.location, p.text)
	}
	return path
}

func (b *browser) put(visit, sku, quantity string) {
	b.t.Helper()
	if p := b.post(visit+"/korg", "sku", sku, "quantity", quantity); p.status != 303 || p.location != visit+"/korg" {
		b.t.Fatalf("%s was not put into the cart: %d %s\n%s", sku, p.status, p.location, p.text)
	}
}

func (p page) shows(t *testing.T, what ...string) {
	t.Helper()
	for _, w := range what {
		if !strings.Contains(p.text, w) {
			t.Errorf("the page does not show %q:\n%s", w, p.text)
		}
	}
}

func (p page) hides(t *testing.T, what ...string) {
	t.Helper()
	for _, w := range what {
		if strings.Contains(p.text, w) {
			t.Errorf("the page shows %q:\n%s", w, p.text)
		}
	}
}

func (p page) leadsTo(t *testing.T, address string) {
	t.Helper()
	if p.status != http.StatusSeeOther || p.location != address {
		t.Errorf("got %d to %q, want 303 to %q\n%s", p.status, p.location, address, p.text)
	}
}

func TestPunchOutFromLandingToTransfer(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	b := open(t, g)
	visit := b.arrive("T1")

	front := b.get(visit + "/")
	front.shows(t, "Göteborgs stad", "Anna Andersson", "Kopieringspapper A4 80 g", "125,00\u00a0kr", "Avbryt")
	front.hides(t, "Logga in som", "Till kassan", "Logga ut", "Skicka order")
	if front.status != http.StatusOK {
		t.Errorf("the front page answers %d", front.status)
	}

	b.put(visit, "4711", "2")
	b.put(visit, "4720", "250")
	b.put(visit, "6100", "1")
	b.put(visit, "4711", "8")
	korg := b.get(visit + "/korg")
	// 10 x 125.00 + 250 x 84.50/100 + 295.00, with 25 and 6 percent.
	korg.shows(t, "Skicka order", "1\u00a0250,00\u00a0kr", "211,25\u00a0kr", "1\u00a0756,25\u00a0kr", "Moms 25 %", "365,31\u00a0kr",
		"Moms 6 %", "17,70\u00a0kr", "2\u00a0139,26\u00a0kr", `action="`+visit+`/skicka"`)

	b.post(visit+"/skicka").leadsTo(t, "https://gateway.example.com/transfer/s1")
	var sent cart.Cart
	if err := json.Unmarshal([]byte(g.sent["s1"].body), &sent); err != nil {
		t.Fatal(err)
	}
	if err := sent.Check(); err != nil {
		t.Errorf("the cart is not in order: %v", err)
	}
	if len(sent.Lines) != 3 || sent.Lines[0].SKU != "4711" || sent.Lines[0].Quantity.String() != "10" || sent.Lines[0].Unspsc() != "14111507" ||
		sent.Lines[1].PriceBasisQuantity.String() != "100" || sent.Lines[2].Tax.Percent.String() != "6" || sent.Language != "sv" {
		t.Errorf("the cart is %s", g.sent["s1"].body)
	}

	after := b.get(visit + "/korg")
	after.shows(t, "Ordern är skickad", "P-s1", "https://gateway.example.com/transfer/s1")
	after.hides(t, visit+"/skicka", visit+"/avbryt", "Ta bort")
	b.post(visit+"/korg", "sku", "5001", "quantity", "1").leadsTo(t, visit+"/korg")
	b.get(visit+"/korg").hides(t, "Kulspetspenna")
	b.post(visit+"/skicka").leadsTo(t, "https://gateway.example.com/transfer/s1")
}

func TestLandingLinkWorksOnce(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	b := open(t, g)

	if head := b.do("HEAD", "/punchout?punchout_token=T1", nil); head.status != 200 || len(g.spent) != 0 {
		t.Errorf("a link checker spent the token: %d, %v", head.status, g.spent)
	}
	visit := b.arrive("T1")
	b.put(visit, "4711", "1")
	if again := b.arrive("T1"); again != visit {
		t.Errorf("a reload began another visit: %s and %s", visit, again)
	}
	b.get(visit+"/korg").shows(t, "Kopieringspapper")

	elsewhere := open(t, g)
	used := elsewhere.get("/punchout?punchout_token=T1")
	if used.status != http.StatusGone {
		t.Errorf("a spent token is answered by %d", used.status)
	}
	used.shows(t, "Länken är redan använd eller för gammal")
	elsewhere.language = "en-GB,en;q=0.9"
	elsewhere.get("/punchout?punchout_token=T1").shows(t, "This link was used before or is too old")
	if unknown := b.get("/punchout?punchout_token=T0"); unknown.status != 404 {
		t.Errorf("an unknown token is answered by %d", unknown.status)
	} else {
		unknown.shows(t, "Länken är inte giltig")
	}
	if missing := b.get("/punchout"); missing.status != 404 {
		t.Errorf("a missing token is answered by %d", missing.status)
	}
	g.with(func() { g.away = true })
	if away := b.get("/punchout?punchout_token=T1"); away.status != 503 || away.header.Get("Retry-After") == "" {
		t.Errorf("without the gateway the landing is answered by %d", away.status)
	} else {
		away.shows(t, "/punchout?punchout_token=T1")
	}
}

func TestVisitsInOneBrowserNeverDisturbEachOther(t *testing.T) {
	g := startGateway(t)
	const visitors = 8
	for i := range visitors {
		g.invite(fmt.Sprint("T", i), fmt.Sprint("s", i), "")
	}
	b := open(t, g)
	var wait sync.WaitGroup
	for i := range visitors {
		wait.Go(func() {
			visit := b.arrive(fmt.Sprint("T", i))
			for range i + 1 {
				b.put(visit, "4711", "1")
				b.put(visit, "5001", "2")
			}
			b.post(visit+"/skicka").leadsTo(t, fmt.Sprint("https://gateway.example.com/transfer/s", i))
		})
	}
	wait.Wait()
	for i := range visitors {
		var sent cart.Cart
		if err := json.Unmarshal([]byte(g.sent[fmt.Sprint("s", i)].body), &sent); err != nil {
			t.Fatal(err)
		}
		if len(sent.Lines) != 2 || sent.Lines[0].Quantity.String() != fmt.Sprint(i+1) || sent.Lines[1].Quantity.String() != fmt.Sprint(2*i+2) {
			t.Errorf("visitor %d sent %s", i, g.sent[fmt.Sprint("s", i)].body)
		}
	}
}

func TestDoubledClickSendsOnce(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	g.with(func() { g.policies["region "] = sendOrder })
	visit := b.visit(b.post("/login", "customer", "0"))
	b.put(visit, "4711", "1")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() { b.post(visit+"/skicka").leadsTo(t, "https://gateway.example.com/transfer/direct-1") })
	}
	wait.Wait()
	if g.opened != 1 || len(g.sent) != 1 {
		t.Errorf("%d sessions were opened and %d carts sent", g.opened, len(g.sent))
	}
	b.put(visit, "4711", "1")
	b.post(visit+"/skicka").leadsTo(t, "https://gateway.example.com/transfer/direct-2")
}

func TestPolicyDecidesOnTheButton(t *testing.T) {
	cases := map[string]struct {
		policy       string
		shows, hides []string
	}{
		"the checkout is open":        {allowed, []string{"Till kassan"}, []string{"/skicka", "Skicka order", "genom ert inköpssystem"}},
		"the cart is sent":            {sendOrder, []string{"Skicka order", "/skicka"}, []string{"Till kassan", "genom ert inköpssystem"}},
		"the tenant names the button": {strings.Replace(sendOrder, "Skicka order", "Till Proceedo", 1), []string{"Till Proceedo"}, []string{"Skicka order"}},
		"nothing can be done here":    {none, []string{"Inköp görs genom ert inköpssystem"}, []string{"Till kassan", "/skicka", "Skicka order"}},
		"an action that the shop does not know": {
			strings.Replace(none, `"none"`, `"later"`, 1), []string{"Inköp görs genom ert inköpssystem"}, []string{"Till kassan", "/skicka"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := startGateway(t)
			b := open(t, g)
			visit := b.visit(b.post("/login", "customer", "0"))
			b.put(visit, "4711", "1")
			g.with(func() { g.policies["region "] = c.policy })
			for _, path := range []string{"/", "/p/4711", "/korg"} {
				p := b.get(visit + path)
				p.shows(t, c.shows...)
				p.hides(t, c.hides...)
			}
		})
	}
}

func TestDirectVisitToTheCheckout(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	b.get("/kassa").leadsTo(t, "/")
	b.get("/kassa?lang=en").leadsTo(t, "/?lang=en")

	ordinary := b.visit(b.post("/login", "customer", "1"))
	if p := b.get(ordinary + "/kassa"); p.status != 200 {
		t.Errorf("an ordinary customer's checkout answers %d", p.status)
	}

	blocked := map[string]struct{ policy, to string }{
		"blocked, to the start page":         {none, "/"},
		"blocked while a cart can be sent":   {sendOrder, "/"},
		"blocked, to another page":           {strings.Replace(none, `"redirect":"/"`, `"redirect":"/korg"`, 1), "/korg"},
		"blocked, to a page with a query":    {strings.Replace(none, `"redirect":"/"`, `"redirect":"/?from=kassa"`, 1), "/?from=kassa"},
		"blocked, to another host":           {strings.Replace(none, `"redirect":"/"`, `"redirect":"//evil.example.com"`, 1), "/evil.example.com"},
		"a word that the shop does not know": {strings.Replace(allowed, `"allowed"`, `"perhaps"`, 1), "/"},
	}
	for name, c := range blocked {
		t.Run(name, func(t *testing.T) {
			visit := b.visit(b.post("/login", "customer", "0"))
			g.with(func() { g.policies["region "] = c.policy })
			b.put(visit, "4711", "1")
			b.get(visit+"/kassa").leadsTo(t, visit+c.to)
			b.post(visit+"/kassa", "name", "Anna").leadsTo(t, visit+c.to)
			b.get(visit+"/tack").leadsTo(t, visit+"/")
			b.get(visit+"/korg").shows(t, "Kopieringspapper")
		})
	}

	g.invite("T1", "s1", "")
	visit := b.arrive("T1")
	b.get(visit+"/kassa").leadsTo(t, visit+"/")
	b.get(visit+"/kassa?lang=en").leadsTo(t, visit+"/?lang=en")
}

func TestOrdinaryCustomerBuysAtTheCheckout(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	front := b.get("/")
	front.shows(t, "Logga in som", "Region Skåne", "Handlar via sitt inköpssystem", "Kafé Kanel", "Vanlig kund")
	visit := b.visit(b.post("/login", "customer", "1"))
	b.put(visit, "5001", "3")
	b.get(visit+"/korg").shows(t, "Till kassan", "Kafé Kanel", "Logga ut")
	b.get(visit+"/kassa").shows(t, "Kulspetspenna blå 0,7 mm", "38,70\u00a0kr", "Mottagare", "Beställ")
	b.post(visit+"/kassa", "name", "Anna").leadsTo(t, visit+"/tack")
	b.get(visit+"/tack").shows(t, "Tack för din beställning", "W-")
	b.get(visit+"/korg").shows(t, "Varukorgen är tom")
	if len(g.sent) != 0 {
		t.Error("the gateway got a cart")
	}
	b.post(visit+"/logga-ut").leadsTo(t, "/")
	if p := b.get(visit + "/"); p.status != 404 {
		t.Errorf("after logging out the visit answers %d", p.status)
	}
}

func TestRefusedCartIsKept(t *testing.T) {
	cases := map[string]struct {
		status  int
		problem string
		answer  int
		shows   []string
	}{
		"a member of a line is wrong": {
			422, `{"code":"cart.invalid","detail":"the cart has members that are wrong","errors":[
				{"path":"/lines/1/unit","code":"unknown_unit","message":"is no unit"},{"path":"/currency","code":"missing","message":"is required"}]}`, 422,
			[]string{"the cart has members that are wrong", "unit is no unit", "/currency is required"},
		},
		"the customer may not send": {
			403, `{"code":"eligibility.send","detail":"the cart may not be sent","reasons":[
				{"code":"cart.highest_value","message":"the cart is above the highest value"},{"code":"customer.active","message":"the customer is not active"}]}`, 403,
			[]string{"the cart may not be sent", "the cart is above the highest value", "the customer is not active"},
		},
		"the session has expired":    {410, `{"code":"session.expired","detail":"the session has expired"}`, 410, []string{"the session has expired", "session.expired"}},
		"another cart was sent":      {409, `{"code":"order.exists","detail":"the session's cart was sent before"}`, 409, []string{"the session's cart was sent before"}},
		"the cart is too large":      {413, `{"code":"cart.too_many_lines","detail":"too many lines"}`, 413, []string{"too many lines"}},
		"the store is away":          {503, `{"code":"store.away"}`, 503, []string{"Butiken når inte inköpssystemet just nu", "Varukorgen är kvar"}},
		"the gateway has a defect":   {500, `{"code":"internal"}`, 503, []string{"Varukorgen är kvar"}},
		"the key is not known there": {401, `{"code":"key.unknown"}`, 503, []string{"Varukorgen är kvar"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := startGateway(t)
			g.invite("T1", "s1", "")
			b := open(t, g)
			visit := b.arrive("T1")
			b.put(visit, "4711", "2")
			b.put(visit, "5001", "1")
			g.with(func() { g.refusalStatus, g.refusal = c.status, c.problem })
			p := b.post(visit + "/skicka")
			if p.status != c.answer {
				t.Errorf("the shop answers %d", p.status)
			}
			p.shows(t, c.shows...)
			b.get(visit+"/korg").shows(t, "Kopieringspapper", "Kulspetspenna", "Skicka order")
			b.get(visit+"/skicka").leadsTo(t, visit+"/korg")

			g.with(func() { g.refusalStatus = 0 })
			b.post(visit+"/skicka").leadsTo(t, "https://gateway.example.com/transfer/s1")
		})
	}
}

func TestErrorsStandBesideTheirLine(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	b := open(t, g)
	visit := b.arrive("T1")
	b.put(visit, "4711", "2")
	b.put(visit, "5001", "1")
	g.with(func() {
		g.refusalStatus, g.refusal = 422, `{"code":"cart.invalid","errors":[{"path":"/lines/1/quantity","code":"x","message":"is odd"}]}`
	})
	text := b.post(visit + "/skicka").text
	paper, pen, wrong := strings.Index(text, "Kopieringspapper"), strings.LastIndex(text, "/p/5001"), strings.Index(text, "quantity is odd")
	if paper >= pen || pen >= wrong {
		t.Errorf("the error stands at %d, the lines at %d and %d", wrong, paper, pen)
	}
}

func TestExpiredSessionOfADirectCustomerIsReplaced(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	g.with(func() { g.policies["region "] = sendOrder })
	visit := b.visit(b.post("/login", "customer", "0"))
	b.put(visit, "4711", "1")
	g.with(func() { g.refusalStatus, g.refusal = 422, `{"code":"cart.invalid"}` })
	b.post(visit + "/skicka")
	b.post(visit + "/skicka")
	if g.opened != 1 {
		t.Errorf("%d sessions were opened for one cart", g.opened)
	}
	g.with(func() { g.refusalStatus, g.refusal = 410, `{"code":"session.expired"}` })
	b.post(visit + "/skicka")
	g.with(func() { g.refusalStatus = 0 })
	b.post(visit+"/skicka").leadsTo(t, "https://gateway.example.com/transfer/direct-2")
}

func TestWarningsAreShown(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	g.warnings = `[{"path":"/lines/0/name","code":"text.cut","message":"the name was cut"}]`
	b := open(t, g)
	visit := b.arrive("T1")
	b.put(visit, "4711", "1")
	b.post(visit + "/skicka")
	b.get(visit+"/korg").shows(t, "Detta ändrades på vägen", "the name was cut", "/lines/0/name")
}

func TestGatewayAwayKeepsTheCart(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	b := open(t, g)
	visit := b.arrive("T1")
	b.put(visit, "4711", "2")
	g.with(func() { g.away = true })
	for _, path := range []string{"/", "/p/4711", "/korg", "/kassa"} {
		p := b.get(visit + path)
		if p.status != 503 || p.header.Get("Retry-After") == "" {
			t.Errorf("%s answers %d", path, p.status)
		}
		p.shows(t, "Varukorgen är kvar", "Försök igen", visit+"/korg")
	}
	if p := b.get("/"); p.status != 200 {
		t.Errorf("the anonymous start page answers %d", p.status)
	}
	b.put(visit, "5001", "1")
	if p := b.post(visit + "/avbryt"); p.status != 503 {
		t.Errorf("cancelling answers %d", p.status)
	}
	g.with(func() { g.away = false })
	b.get(visit+"/korg").shows(t, "Kopieringspapper", "Kulspetspenna", "Skicka order")
}

func TestCancelLeadsBackWithoutACart(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	g.invite("T2", "s2", "")
	b := open(t, g)
	visit := b.arrive("T1")
	b.put(visit, "4711", "1")
	b.post(visit+"/avbryt").leadsTo(t, "https://gateway.example.com/cancel/s1")
	p := b.get(visit + "/")
	p.shows(t, "Besöket är avbrutet", "https://gateway.example.com/cancel/s1")
	p.hides(t, "/skicka", "/avbryt")

	sent := b.arrive("T2")
	b.put(sent, "4711", "1")
	b.post(sent + "/skicka")
	if p := b.post(sent + "/avbryt"); p.status != 409 {
		t.Errorf("cancelling after sending answers %d", p.status)
	} else {
		p.shows(t, "the session has ended")
	}

	direct := b.visit(b.post("/login", "customer", "1"))
	b.post(direct+"/avbryt").leadsTo(t, direct+"/korg")
}

func TestLinesToEditFillTheCart(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", `,"lines":[
		{"id":"7","key":"k-7","sku":"4711","name":"Papper","quantity":"2.5","unit":"EA","unit_price":"1.00","tax":{"category":"S","percent":"25"}},
		{"id":"8","key":"k-8","sku":"0815","name":"Skrivmaskin","quantity":"1","unit":"EA","unit_price":"1.00","tax":{"category":"S","percent":"25"}},
		{"id":"9","key":"k-9","sku":"4711","name":"Papper","quantity":"1","unit":"EA","unit_price":"1.00","tax":{"category":"S","percent":"25"}}]`)
	b := open(t, g)
	landed := b.get("/punchout?punchout_token=T1")
	visit := b.visit(landed)
	landed.leadsTo(t, visit+"/korg")
	korg := b.get(visit + "/korg")
	korg.shows(t, "312,50\u00a0kr", "0815 Skrivmaskin", "säljs inte längre")

	b.post(visit+"/korg/2", "quantity", "3,5").leadsTo(t, visit+"/korg")
	b.put(visit, "5001", "1")
	b.post(visit + "/skicka")
	var sent cart.Cart
	if err := json.Unmarshal([]byte(g.sent["s1"].body), &sent); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range sent.Lines {
		got = append(got, strings.Join([]string{l.ID, l.Key, l.SKU, l.Quantity.String(), l.UnitPrice.String()}, " "))
	}
	want := "7 k-7 4711 2.5 125.00|9 k-9 4711 3.5 125.00|  5001 1 12.90"
	if strings.Join(got, "|") != want {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func TestInspectedCartCannotBeChanged(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", `,"lines":[{"sku":"4711","name":"Papper","quantity":"2","unit":"EA","unit_price":"1.00","tax":{"category":"S","percent":"25"}}]`)
	g.with(func() { g.visits["T1"] = strings.Replace(g.visits["T1"], `"create"`, `"inspect"`, 1) })
	b := open(t, g)
	visit := b.arrive("T1")
	b.post(visit+"/korg", "sku", "5001", "quantity", "1")
	b.post(visit+"/korg/1", "remove", "1")
	b.post(visit+"/skicka").leadsTo(t, visit+"/korg")
	p := b.get(visit + "/korg")
	p.shows(t, "Kopieringspapper", "Inget kan ändras", "Tillbaka")
	p.hides(t, "Kulspetspenna", "/skicka", "Ta bort")
	if len(g.sent) != 0 {
		t.Error("an inspected cart was sent")
	}
}

func TestSelectedItemOpensTheProduct(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", `,"selected_item":"5300"`)
	g.invite("T2", "s2", `,"selected_item":"no/such"`)
	b := open(t, g)
	landed := b.get("/punchout?punchout_token=T1")
	visit := b.visit(landed)
	landed.leadsTo(t, visit+"/p/5300")
	b.get(visit+"/p/5300").shows(t, "Häftapparat 25 ark", "44121615")
	unknown := b.get("/punchout?punchout_token=T2")
	if p := b.get(unknown.location); p.status != 404 {
		t.Errorf("an unknown article answers %d", p.status)
	} else {
		p.shows(t, "Sidan finns inte", "Göteborgs stad")
	}
}

func TestTestVisitsAreMarked(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	g.with(func() { g.visits["T1"] = strings.Replace(g.visits["T1"], `"test":false`, `"test":true`, 1) })
	g.invite("T2", "s2", "")
	b := open(t, g)
	b.get(b.arrive("T1")+"/").shows(t, "Test – ingen riktig beställning")
	b.get(b.arrive("T2")+"/").hides(t, "Test –")
}

func TestQuantitiesAreChecked(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	visit := b.visit(b.post("/login", "customer", "1"))
	b.put(visit, "4711", "2")
	for _, bad := range []string{"", "-1", "abc", "1e3", "100001", "0,0000000001", "1,5,5"} {
		p := b.post(visit+"/korg", "sku", "4711", "quantity", bad)
		if p.status != 422 {
			t.Errorf("quantity %q is answered by %d", bad, p.status)
		}
		p.shows(t, "Antalet måste vara ett tal över noll", "250,00\u00a0kr")
	}
	if p := b.post(visit+"/korg", "sku", "9999", "quantity", "1"); p.status != 422 {
		t.Errorf("an unknown article is answered by %d", p.status)
	} else {
		p.shows(t, "Artikeln finns inte")
	}
	b.post(visit+"/korg/1", "quantity", "3").leadsTo(t, visit+"/korg")
	b.get(visit+"/korg").shows(t, "375,00\u00a0kr")
	b.post(visit+"/korg/1", "quantity", "0").leadsTo(t, visit+"/korg")
	b.get(visit+"/korg").shows(t, "Varukorgen är tom")
}

func TestLanguageGoesAlong(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	b := open(t, g)
	visit := b.arrive("T1")
	english := b.get(visit + "/?lang=en")
	english.shows(t, `<html lang="en"`, "Copy paper A4 80 g", "SEK\u00a0125.00", visit+"/korg?lang=en", visit+"/p/4711?lang=en", visit+"/?lang=sv")
	b.post(visit+"/korg?lang=en", "sku", "4711", "quantity", "10").leadsTo(t, visit+"/korg?lang=en")
	b.get(visit+"/korg?lang=en").shows(t, "SEK\u00a01,250.00", "Total excl. VAT", visit+"/skicka?lang=en")
	b.get(visit+"/").shows(t, `<html lang="sv"`, "Kopieringspapper", `href="`+visit+`/korg"`)
	b.get(visit+"/?lang=xx").shows(t, `<html lang="sv"`)
	b.post(visit + "/skicka?lang=en")
	if !strings.Contains(g.sent["s1"].body, "Copy paper") || !strings.Contains(g.sent["s1"].body, `"language":"en"`) {
		t.Errorf("sent %s", g.sent["s1"].body)
	}
	for header, want := range map[string]string{"en-US,en;q=0.9,sv;q=0.1": "en", "sv-FI,en": "sv", "": "sv", "fi": "sv", "de,en;q=0.5": "en"} {
		b.language = header
		b.get("/").shows(t, `<html lang="`+want+`"`)
	}
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	p := b.get("/")
	policy := p.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'self'") || strings.Contains(policy, "form-action") || strings.Contains(policy, "frame-ancestors") {
		t.Errorf("the content security policy is %q", policy)
	}
	if p.header.Get("X-Frame-Options") != "" || p.header.Get("Referrer-Policy") != "no-referrer" || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the headers are %v", p.header)
	}
	p.hides(t, "<script", "style=", "http:", "https:")
	for _, m := range regexp.MustCompile(`(?:src|href)="(/[^"?]*\.(?:svg|css))"`).FindAllStringSubmatch(p.text, -1) {
		if file := b.get(m[1]); file.status != 200 || len(file.text) == 0 {
			t.Errorf("%s answers %d", m[1], file.status)
		}
	}
	for _, path := range []string{"/nowhere", "/p/0000", "/s/unknown/", "/s/unknown/korg", "/pictures/none.svg"} {
		if p := b.get(path); p.status != 404 {
			t.Errorf("%s answers %d", path, p.status)
		}
	}
	if p := b.post("/login", "customer", "7"); p.status != 404 {
		t.Errorf("an unknown customer is answered by %d", p.status)
	}
}

func TestProductsAreFoundByCategoryAndByWords(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	b := open(t, g)
	visit := b.arrive("T1")
	for _, at := range []string{"", visit} {
		menu := b.get(at + "/")
		for _, slug := range []string{"papper", "skriva", "block", "arkiv", "skrivbord", "teknik", "skola", "kok"} {
			menu.shows(t, `href="`+at+"/k/"+slug+`"`)
			if p := b.get(at + "/k/" + slug); p.status != 200 || !strings.Contains(p.text, `href="`+at+"/p/") {
				t.Errorf("the category %s is answered %d", slug, p.status)
			}
		}
		if p := b.get(at + "/k/lastbilar"); p.status != 404 {
			t.Errorf("an unknown category is answered %d", p.status)
		}
		found := b.get(at + "/sok?q=+PENNA+bl%C3%A5")
		found.shows(t, "Kulspetspenna", "Whiteboardpenna", `value="PENNA blå"`, `action="`+at+`/sok"`)
		found.hides(t, "Blyertspenna", "Kopieringspapper")
		b.get(at+"/sok?q=9520000047115").shows(t, "Kopieringspapper", "1 artikel")
		b.get(at+"/sok?q=%3Cb%3E").shows(t, "Vi hittade inget")
		b.get(at+"/sok").shows(t, "Hela sortimentet", "Kontorsstol", "Kopieringspapper")
		english := b.get(at + "/sok?q=pen&lang=en")
		english.shows(t, "Ballpoint pen", `name="lang" value="en"`)
		english.hides(t, "Stapler")
		product := b.get(at + "/p/5720")
		product.shows(t, "Mer i samma kategori", "Häftapparat", `aria-current="page"`)
	}
}

func TestTheHeaderTellsWhoShopsAndWhatIsInTheCart(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	visit := b.visit(b.post("/login", "customer", "1"))
	b.put(visit, "4711", "2")
	b.get(visit+"/k/arkiv").shows(t, "Kafé Kanel", "Kundnr 20001", "Logga ut", "250,00\u00a0kr")
	b.get("/").shows(t, "Logga in")
}

// TestATemplateKnowsNothingOfPunchOutButTheScript also where the gateway is away, which it does not ask.
func TestATemplateKnowsNothingOfPunchOutButTheScript(t *testing.T) {
	g := startGateway(t)
	g.invite("T1", "s1", "")
	b := open(t, g)
	visit := b.arrive("T1")
	if p := b.get(visit + "/mall"); p.status != 404 {
		t.Errorf("without a key of the gateway's script the template answers %d", p.status)
	}
	b.get(visit+"/").hides(t, "/mall")
	b.handler = shop.New(shop.Config{
		Gateway: client.New(g.URL, "STOREFRONT"), Script: shop.Script{Gateway: "https://gateway.example.com", Key: "pgk.papper.k.p"},
		Customers: []shop.Customer{{ID: "region", Name: "Region Skåne"}}, Log: slog.New(slog.DiscardHandler),
	})
	g.invite("T2", "s2", "")
	visit = b.arrive("T2")
	b.put(visit, "4711", "2")
	b.get(visit+"/").shows(t, `href="`+visit+`/mall"`)
	g.with(func() { g.away = true })
	cart := b.get(visit + "/mall?lang=en")
	cart.shows(t, `src="https://gateway.example.com/storefront.js"`, `data-key="pgk.papper.k.p"`, `data-customer-number="10042"`, `data-session="s2"`,
		`data-checkout="`+visit+`/mall/kassa?lang=en"`, `data-send="`+visit+`/skicka?lang=en"`, `data-end="`+visit+`/avbryt?lang=en"`, "To the checkout", "Copy paper")
	cart.hides(t, "Skicka order")
	if got := cart.header.Get("Content-Security-Policy"); !strings.Contains(got, "script-src https://gateway.example.com;") || strings.Contains(got, "unsafe") {
		t.Errorf("the policy is %s", got)
	}
	b.get(visit+"/mall/kassa").shows(t, "Kassa", "Beställ", `action="`+visit+`/kassa"`)
	g.with(func() { g.away = false })
	b.post(visit+"/kassa", "name", "Anna").leadsTo(t, visit+"/")
	direct := b.visit(b.post("/login", "customer", "0"))
	b.get(direct+"/mall").shows(t, `data-customer="region"`, `data-customer-number=""`, `data-session=""`)
	if p := b.get("/s/none/mall"); p.status != 404 {
		t.Errorf("a visit that is no more answers %d", p.status)
	}
}
