package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/secret"
)

// without returns the start call without a parameter.
func without(name string) url.Values {
	v := startCall()
	v.Del(name)
	return v
}

func with(name, value string) url.Values {
	v := startCall()
	v.Set(name, value)
	return v
}

func TestStartCallsThatAreRefused(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	ineligible, _ := g.connectFor("kafe", "peppol-bis-punchout-3", nil)
	inactive, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.Active = false })
	onlyPost, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.Login.Method = connection.Post })
	named, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.Login.Customer = "4711" })
	revoked, id := g.connect("peppol-bis-punchout-3", nil)
	links, err := g.admin.Links(context.Background(), g.shop.id, id)
	if err != nil {
		t.Fatal(err)
	}
	must(t)(g.admin.RevokeLink(context.Background(), g.shop.id, links[0].Snapshot().ID))

	for name, c := range map[string]struct {
		link   string
		body   string
		status int
		says   string
	}{
		"no user":                        {link, without("USERNAME").Encode(), 400, "USERNAME"},
		"no password":                    {link, without("PASSWORD").Encode(), 400, "PASSWORD"},
		"no return address":              {link, without("HOOK_URL").Encode(), 400, "return.missing"},
		"a doubled parameter":            {link, startCall().Encode() + "&username=x", 400, "start.doubled_parameter"},
		"broken percent-encoding":        {link, startCall().Encode() + "&x=%zz", 400, "start.malformed_parameter"},
		"broken UTF-8":                   {link, startCall().Encode() + "&x=%ff", 400, "start.malformed_parameter"},
		"a wrong password":               {link, with("PASSWORD", "fel-losenord").Encode(), 401, "login.credentials"},
		"a wrong user":                   {link, with("USERNAME", "nobody").Encode(), 401, "login.credentials"},
		"a wrong customer":               {named, with("CUSTOMER", "4712").Encode(), 401, "login.credentials"},
		"an unknown link":                {g.url + "/punchout/papper.abcdefghij", startCall().Encode(), 404, "link.not_found"},
		"an unknown tenant":              {g.url + "/punchout/other.abcdefghij", startCall().Encode(), 404, "link.not_found"},
		"no link at all":                 {g.url + "/punchout/x", startCall().Encode(), 404, "link.not_found"},
		"a revoked link":                 {revoked, startCall().Encode(), 410, "link.revoked"},
		"a customer without the tick":    {ineligible, startCall().Encode(), 403, "eligibility.start"},
		"an inactive connection":         {inactive, startCall().Encode(), 403, "eligibility.start"},
		"http to another machine":        {link, with("HOOK_URL", "http://buyer.example.com/return").Encode(), 403, "return.not_allowed"},
		"a host that is not on the list": {link, with("HOOK_URL", "https://buyer.example.com.evil.example/").Encode(), 403, "return.not_allowed"},
		"a user name in the address":     {link, with("HOOK_URL", "https://buyer.example.com@evil.example/").Encode(), 403, "return.not_allowed"},
		"a script as address":            {link, with("HOOK_URL", "javascript:alert(1)").Encode(), 403, "return.not_allowed"},
		"another port":                   {link, with("HOOK_URL", "https://buyer.example.com:8443/").Encode(), 403, "return.not_allowed"},
		"a body of 9 MiB":                {link, "x=" + strings.Repeat("a", 9<<20), 413, "body.too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			a := send(t, request(t, "POST", c.link, "application/x-www-form-urlencoded", c.body))
			if a.status != c.status || !strings.Contains(a.body, c.says) {
				t.Errorf("status %d, want %d with %q: %.600s", a.status, c.status, c.says, a.body)
			}
			if !strings.Contains(a.header.Get("Content-Type"), "text/html") {
				t.Errorf("a person gets %s", a.header.Get("Content-Type"))
			}
		})
	}
	t.Run("by a method that the connection does not accept", func(t *testing.T) {
		if a := get(t, onlyPost+"?"+startCall().Encode()); a.status != 400 || !strings.Contains(a.body, "login.method") {
			t.Errorf("%d: %s", a.status, a.body)
		}
	})
	t.Run("the address with a slash at its end repeats no password", func(t *testing.T) {
		a := get(t, link+"/?"+startCall().Encode())
		if a.status != 404 || strings.Contains(a.body+fmt.Sprint(a.header), password) || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v: %s", a.status, a.header, a.body)
		}
	})
	t.Run("a program gets a problem", func(t *testing.T) {
		r := request(t, "POST", link, "application/x-www-form-urlencoded", with("PASSWORD", "fel").Encode())
		r.Header.Set("Accept", "application/json")
		if a := send(t, r); a.status != 401 || a.json(t).text("code") != "login.credentials" || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%d: %s", a.status, a.body)
		}
	})
	t.Run("in the language of the browser", func(t *testing.T) {
		r := request(t, "POST", ineligible, "application/x-www-form-urlencoded", startCall().Encode())
		r.Header.Set("Accept-Language", "sv-SE,sv;q=0.9,en;q=0.5")
		if a := send(t, r); !strings.Contains(a.body, "kunden handlar inte via PunchOut") || !strings.Contains(a.body, `lang="sv"`) {
			t.Errorf("%d: %s", a.status, a.body)
		}
	})
}

func TestStartCallsThatAreAccepted(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	lower := url.Values{"username": {user}, "Password": {password}, "hook_url": {returnURL}}
	for name, a := range map[string]answer{
		"by GET":                       get(t, link+"?"+startCall().Encode()),
		"in other cases":               postForm(t, link, lower),
		"the body wins over the query": postForm(t, link+"?PASSWORD=wrong&USERNAME=x", startCall()),
	} {
		if g.exchange(a) == "" {
			t.Errorf("%s: no session", name)
		}
	}
}

func TestTheTokenWorksOnce(t *testing.T) {
	g := withShop(t)
	other := g.newShop("annan")
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	const path = "/v1/storefront/sessions/exchange"
	body := func() string { return `{"token":"` + token(t, postForm(t, link, startCall())) + `"}` }

	b := body()
	g.api(other.storefront, "POST", path, b).want(t, 404)
	first := g.api(g.shop.storefront, "POST", path, b, "Idempotency-Key", "k").want(t, 200)
	if again := g.api(g.shop.storefront, "POST", path, b, "Idempotency-Key", "k").want(t, 200); fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("the repetition differs: %v, %v", first, again)
	}
	g.api(g.shop.storefront, "POST", path, b).want(t, 410)
	g.api(g.shop.storefront, "POST", path, b, "Idempotency-Key", "other").want(t, 410)

	late := body()
	g.clock.advance(11 * time.Minute)
	g.api(g.shop.storefront, "POST", path, late).want(t, 410)
	g.api(g.shop.storefront, "POST", path, strings.Replace(late, `"}`, `x"}`, 1)).want(t, 404)
	g.api(g.shop.storefront, "POST", path, `{}`).want(t, 400)
}

// line returns a line with a member replaced, or added, by name.
func line(member, value string) string {
	members := map[string]string{
		"sku": `"4711"`, "name": `"Papper"`, "quantity": `"2"`, "unit": `"EA"`, "unit_price": `"125.00"`,
		"tax": `{"category":"S","percent":"25"}`, "classifications": `[{"scheme":"UNSPSC","code":"14111507"}]`,
	}
	members[member] = value
	var parts []string
	for name, v := range members {
		if v != "" {
			parts = append(parts, fmt.Sprintf("%q:%s", name, v))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func TestCartsThatAreRefused(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) {
		p.HighestValue = money.Amount{Value: money.MustParse("100000"), Currency: "SEK"}
	})
	session := g.punchOut(link)
	many := func(n int) string {
		lines := make([]string, n)
		for i := range lines {
			lines[i] = line("sku", fmt.Sprintf(`"A%d"`, i))
		}
		return cartOf(lines...)
	}
	for name, c := range map[string]struct {
		cart   string
		status int
		path   string
	}{
		"no JSON":                       {`{"currency":`, 400, ""},
		"no lines":                      {`{"currency":"SEK","lines":[]}`, 422, "/lines"},
		"no lines member":               {`{"currency":"SEK"}`, 422, "/lines"},
		"quantity zero":                 {cartOf(line("quantity", `"0"`)), 422, "/lines/0/quantity"},
		"a negative quantity":           {cartOf(line("quantity", `"-1"`)), 422, "/lines/0/quantity"},
		"no quantity":                   {cartOf(line("quantity", "")), 422, "/lines/0/quantity"},
		"a quantity that is no decimal": {cartOf(line("quantity", `"two"`)), 400, "/lines/0/quantity"},
		"a decimal comma":               {cartOf(line("quantity", `"1,5"`)), 400, "/lines/0/quantity"},
		"an exponent":                   {cartOf(line("quantity", `"1e3"`)), 400, "/lines/0/quantity"},
		"a JSON number":                 {cartOf(line("quantity", `2`)), 400, "/lines/0/quantity"},
		"null":                          {cartOf(line("quantity", `null`)), 400, "/lines/0/quantity"},
		"a negative price":              {cartOf(line("unit_price", `"-0.01"`)), 422, "/lines/0/unit_price"},
		"too many digits":               {cartOf(line("unit_price", `"1.0123456789"`)), 422, "/lines/0/unit_price"},
		"an unknown unit":               {cartOf(line("unit", `"STYCK"`)), 422, "/lines/0/unit"},
		"an unknown currency":           {strings.Replace(cartOf(oneLine), "SEK", "SKR", 1), 422, "/currency"},
		"no currency":                   {`{"lines":[` + oneLine + `]}`, 422, "/currency"},
		"an unknown tax category":       {cartOf(line("tax", `{"category":"Q","percent":"25"}`)), 422, "/lines/0/tax/category"},
		"category S with no percent":    {cartOf(line("tax", `{"category":"S"}`)), 422, "/lines/0/tax/percent"},
		"an unknown member":             {cartOf(line("colour", `"red"`)), 400, "/lines/0/colour"},
		"a doubled member":              {`{"currency":"SEK","currency":"SEK","lines":[` + oneLine + `]}`, 400, "/currency"},
		"no article number":             {cartOf(line("sku", "")), 422, "/lines/0/sku"},
		"a text of 200 kB":              {cartOf(line("description", `"`+strings.Repeat("å", 200_000)+`"`)), 422, "/lines/0/description"},
		"a name of 200 kB":              {cartOf(line("name", `"`+strings.Repeat("x", 200_000)+`"`)), 422, "/lines/0/name"},
		"a control character":           {cartOf(line("name", `"a\u0001b"`)), 422, "/lines/0/name"},
		"broken UTF-8":                  {cartOf(line("name", "\"a\xffb\"")), 400, "/lines/0/name"},
		"half a surrogate pair":         {cartOf(line("name", `"a\ud800b"`)), 400, "/lines/0/name"},
		"10,001 lines":                  {many(10_001), 413, ""},
		"above the highest value":       {cartOf(line("unit_price", `"50000.01"`)), 403, ""},
		"over 8 MiB":                    {cartOf(line("description", `"`+strings.Repeat("x", 9<<20)+`"`)), 413, ""},
		"an id that another line has":   {cartOf(line("id", `"1"`), line("id", `"1"`)), 422, "/lines/1/id"},
	} {
		t.Run(name, func(t *testing.T) {
			a := g.sendCart(session, c.cart)
			problem := a.want(t, c.status)
			if problem.text("code") == "" || problem.text("detail") == "" || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("no problem: %s", a.body)
			}
			if c.path == "" {
				return
			}
			errors, _ := problem.at("errors").([]any)
			for _, e := range errors {
				if object(e.(map[string]any)).text("path") == c.path {
					return
				}
			}
			t.Errorf("no error at %s: %.800s", c.path, a.body)
		})
	}
	for _, status := range []string{"prepared", "transferred", "confirmed"} {
		if n := g.api(g.shop.erp, "GET", "/v1/erp/orders?status="+status, "").want(t, 200).ids(); len(n) != 0 {
			t.Fatalf("refused carts left %s orders: %v", status, n)
		}
	}
	t.Run("10,000 lines are accepted", func(t *testing.T) {
		small := make([]string, 10_000)
		for i := range small {
			small[i] = line("unit_price", `"0.01"`)
		}
		g.sendCart(session, cartOf(small...)).want(t, 201)
	})
}

func TestAnExpiredSessionTakesNoCart(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("proceedo-cxml", nil)
	session := g.punchOut(link)
	g.clock.advance(5 * time.Hour)
	g.sendCart(session, cartOf(oneLine)).want(t, 410)
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/extend", "").want(t, 410)
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/cancel", "").want(t, 410)
	g.sendCart("nosuchsession", cartOf(oneLine)).want(t, 404)
}

func TestPingsThatAreRefused(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	foreign, _ := g.connect("peppol-bis-punchout-3", nil)
	byGet, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.CompleteByGet = true })
	cartWith := func(id string) string { return `{"id":"` + id + `",` + cartOf(oneLine)[1:] }
	sent := g.sendCart(g.punchOut(link), cartWith("C-1")).want(t, 201)
	g.sendCart(g.punchOut(byGet), cartWith("C-2")).want(t, 201)
	call := func(order, user, password string) url.Values {
		return url.Values{"USERNAME": {user}, "PASSWORD": {password}, "order": {order}}
	}

	postForm(t, link+"/complete", call("C-1", user, "wrong-password")).want(t, 401)
	postForm(t, link+"/complete", call("C-1", "nobody", password)).want(t, 401)
	postForm(t, link+"/complete", url.Values{"order": {"C-1"}}).want(t, 400)
	postForm(t, link+"/complete", call("", user, password)).want(t, 400)
	postForm(t, link+"/complete", call("C-9", user, password)).want(t, 404)
	postForm(t, foreign+"/complete", call("C-1", user, password)).want(t, 404)
	get(t, link+"/complete?"+call("C-1", user, password).Encode()).want(t, 400)
	if n := g.feed("").ids(); len(n) != 0 {
		t.Fatalf("refused pings confirmed %v", n)
	}
	get(t, byGet+"/complete?"+call("C-2", user, password).Encode()).want(t, 200)

	basic := request(t, "POST", link+"/complete", "application/x-www-form-urlencoded", "order=C-1")
	basic.SetBasicAuth(user, password)
	send(t, basic).want(t, 200)

	g.api(g.shop.key, "POST", "/v1/admin/orders/"+sent.text("order", "id")+"/cancel", "").want(t, 200)
	postForm(t, link+"/complete", call("C-1", user, password)).want(t, 409)
}

func TestALatePingCountsWhereTheConnectionAcceptsIt(t *testing.T) {
	g := withShop(t)
	strict, _ := g.connect("peppol-bis-punchout-3", nil)
	late, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.LateCompletion = true })
	g.sendCart(g.punchOut(strict), `{"id":"S",`+cartOf(oneLine)[1:]).want(t, 201)
	g.sendCart(g.punchOut(late), `{"id":"L",`+cartOf(oneLine)[1:]).want(t, 201)
	g.clock.advance(31 * 24 * time.Hour)
	ping(t, strict, "S").want(t, 409)
	ping(t, late, "L").want(t, 200)
}

func TestKeysAndTenants(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	session := g.punchOut(link)
	order := g.sendCart(session, cartOf(oneLine)).want(t, 201).text("order", "id")
	other := g.newShop("annan")

	for name, c := range map[string]struct {
		key, method, path string
		status            int
	}{
		"no key":                      {"", "GET", "/v1/erp/orders", 401},
		"no such key":                 {"pgk.papper.aaaa.bbbb", "GET", "/v1/erp/orders", 401},
		"a key of another proof":      {g.shop.erp + "x", "GET", "/v1/erp/orders", 401},
		"a key without the scope":     {g.shop.storefront, "GET", "/v1/erp/orders", 403},
		"the ERP's key at the shop's": {g.shop.erp, "POST", "/v1/storefront/sessions/" + session + "/cancel", 403},
		"another tenant's order":      {other.erp, "GET", "/v1/erp/orders/" + order, 404},
		"another tenant's document":   {other.erp, "GET", "/v1/erp/orders/" + order + "/document", 404},
		"another tenant's session":    {other.storefront, "POST", "/v1/storefront/sessions/" + session + "/cancel", 404},
		"another tenant's tenants":    {g.shop.key, "GET", "/v1/admin/tenants", 403},
	} {
		if a := g.api(c.key, c.method, c.path, "{}"); a.status != c.status {
			t.Errorf("%s: %d, want %d: %s", name, a.status, c.status, a.body)
		}
	}
	if n := g.api(other.erp, "GET", "/v1/erp/orders?status=prepared", "").want(t, 200).ids(); len(n) != 0 {
		t.Errorf("another tenant sees %v", n)
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	g := withShop(t)
	for _, address := range []string{
		"/v1/storefront/checkout-policy?customer=kafe&customer=goteborg", "/v1/storefront/checkout-policy?customer=%FF",
		"/v1/storefront/checkout-policy?customer=%zz", "/v1/storefront/checkout-policy",
	} {
		g.api(g.shop.storefront, "GET", address, "").want(t, 400)
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders?status=confirmed&status=prepared", "").want(t, 400)
}

func TestAnotherMasterKeyIsRefusedAtTheStart(t *testing.T) {
	folder := t.TempDir()
	start(t, folder).stop()
	other := configOf(t, folder)
	other.MasterKey = secret.New("HxweHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE=")
	app := fx.New(bootstrap.Gateway(other), fx.NopLogger)
	err := app.Start(context.Background())
	if !errors.Is(err, administration.ErrMasterKey) {
		t.Errorf("started: %v", err)
	}
	start(t, folder).stop()
}

func TestNoSecretIsInAnyLog(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	const wrong = "Fel-losenord-0815"
	get(t, link+"?"+startCall().Encode())
	get(t, link+"?"+with("PASSWORD", wrong).Encode())
	postForm(t, link, with("PASSWORD", wrong))
	postForm(t, link, startCall())
	postForm(t, link+"?x=%zz&PASSWORD="+wrong, startCall())
	session := g.punchOut(link)
	sent := g.sendCart(session, `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201)
	get(t, sent.text("transfer_url"))
	postForm(t, link+"/complete", url.Values{"USERNAME": {user}, "PASSWORD": {wrong}, "order": {"C-1"}})
	ping(t, link, "C-1")
	g.stop()
	text := g.logs.String()
	if !strings.Contains(text, "session opened") || !strings.Contains(text, "order completed") {
		t.Fatalf("the log does not tell what happened: %s", text)
	}
	linkID := link[strings.LastIndex(link, ".")+1:]
	transferToken := sent.text("transfer_url")[strings.LastIndex(sent.text("transfer_url"), "."):]
	for _, secret := range []string{password, wrong, g.shop.storefront, g.shop.erp, masterKey, linkID, transferToken} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestAnUnknownAddressAndAWrongMethodAreSaidSo(t *testing.T) {
	g := start(t)
	get(t, g.url+"/nothing/here").want(t, 404)
	g.api("", "DELETE", "/healthz", "").want(t, 405)
}

// hurried serves the gateway with the limits of the server as it runs, shortened, so that no test need wait for them; that they are
// set at all is part of the test.
func (g *gateway) hurried() (address string) {
	g.t.Helper()
	server := g.web.HTTP()
	if server.ReadHeaderTimeout <= 0 || server.ReadTimeout <= 0 || server.WriteTimeout <= 0 || server.IdleTimeout <= 0 || server.MaxHeaderBytes <= 0 {
		g.t.Fatalf("a limit is not set: %+v", server)
	}
	server.ReadHeaderTimeout, server.ReadTimeout, server.IdleTimeout = 200*time.Millisecond, 400*time.Millisecond, 200*time.Millisecond
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		g.t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }() // it ends with Close
	g.t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// Who sends a byte now and then is never silent, and takes no longer for it (slowloris).
func TestClientsThatTrickleAreCutOff(t *testing.T) {
	address := start(t).hurried()
	for name, begin := range map[string]string{
		"a header": "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ",
		"a body":   "POST /punchout/a.b HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			client, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if _, err := io.WriteString(client, begin); err != nil {
				t.Fatal(err)
			}
			for sent := range 1000 {
				if _, err := client.Write([]byte("a")); err != nil {
					return // the server hung up
				}
				if sent == 999 {
					t.Error("the server waits for ever")
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
}

func TestSlowAndGreedyClientsAreCutOff(t *testing.T) {
	address := start(t).hurried()
	for name, c := range map[string]struct{ sent, answer string }{
		"a header that does not end": {"GET /healthz HTTP/1.1\r\nHost: x\r\n", ""},
		"a body that does not come":  {"POST /punchout/a.b HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nUSERNAME", "400"},
		"nothing after an answer":    {"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "200"},
		"a header of 128 kB":         {"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("a", 1<<17) + "\r\n\r\n", "431"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if err := client.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := client.Write([]byte(c.sent)); err != nil {
				t.Fatal(err)
			}
			reply, err := io.ReadAll(client) // until the server hangs up
			if err != nil {
				t.Fatalf("the server did not hang up: %v after %q", err, reply)
			}
			status, _, _ := strings.Cut(strings.TrimPrefix(string(reply), "HTTP/1.1 "), " ")
			if status != c.answer {
				t.Errorf("answered %q, want %q", status, c.answer)
			}
		})
	}
}
