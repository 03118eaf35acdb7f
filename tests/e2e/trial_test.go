package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/completion"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/order"
)

// tried runs a trial and returns what it came to.
func (g *gateway) tried(id connection.ID, body string) object {
	g.t.Helper()
	return g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(id)+"/trial", body).want(g.t, 200)
}

// steps returns the verdicts of a trial's steps, such as "start passed", with the codes of the reasons.
func (o object) steps() string {
	var all []string
	for _, each := range o.at("steps").([]any) {
		step := object(each.(map[string]any))
		text := step.text("name") + " " + step.text("verdict")
		for _, reason := range step.at("reasons").([]any) {
			text += " " + object(reason.(map[string]any)).text("code")
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// erp returns the order as the ERP would get it.
func (o object) erp(t *testing.T) object {
	t.Helper()
	var order object
	if err := json.Unmarshal([]byte(o.step("erp").text("answer", "text")), &order); err != nil {
		t.Fatalf("%v: %s", err, o.steps())
	}
	return order
}

// step returns a step of a trial.
func (o object) step(name string) object {
	for _, each := range o.at("steps").([]any) {
		if step := object(each.(map[string]any)); step.text("name") == name {
			return step
		}
	}
	return nil
}

func TestATrialGoesThroughEveryStepInEveryFormat(t *testing.T) {
	for _, format := range cartFormats {
		for _, orderFormat := range []string{"", "cxml-1.2", "peppol-bis-ordering-3"} {
			t.Run(format+" ordered by "+orderFormat, func(t *testing.T) {
				g := withShop(t)
				completed := "ping"
				_, id := g.connect(format, func(p *connection.Profile) {
					if format == "cxml-1.2" || orderFormat == "cxml-1.2" {
						withIdentities(p)
					}
					p.Ordering.Format = orderFormat
				})
				if orderFormat != "" {
					completed = "purchase_order"
				}
				tried := g.tried(id, `{"secret":"`+password+`"}`)
				for _, name := range []string{"start", "session", "exchange", "document", "transfer", completed, "order", "erp"} {
					if verdict := tried.step(name).text("verdict"); verdict != "passed" {
						t.Errorf("%s is %s: %v", name, verdict, tried.step(name))
					}
				}
				if n := len(tried.at("steps").([]any)); n != 9 || tried.text("verdict") == "failed" || len(tried.at("differences").([]any)) != 0 {
					t.Errorf("%s; differences %v", tried.steps(), tried.at("differences"))
				}
				order := tried.erp(t)
				if order.text("status") != "confirmed" || order.text("test") != "true" || !strings.HasPrefix(order.text("purchase_order"), "TEST-") {
					t.Errorf("the ERP would get %v", order)
				}
				visit := tried.step("exchange").text("answer", "text")
				if !strings.Contains(visit, `"test":true`) || !strings.Contains(tried.text("received", "lines"), "Kontorsstädning") {
					t.Errorf("visit %v, received %v", visit, tried.at("received"))
				}
				if text := g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(id)+"/trial", `{"secret":"`+password+`"}`).body; strings.Contains(text, password) {
					t.Error("a payload tells the password")
				}
				if feed := g.feed("").ids(); len(feed) != 0 {
					t.Errorf("the ERP gets %v", feed)
				}
				if tests := g.feed("&test=true").ids(); len(tests) != 2 {
					t.Errorf("with tests the ERP gets %v", tests)
				}
			})
		}
	}
}

func TestATrialTellsItsPayloadsWithoutSecrets(t *testing.T) {
	g := withShop(t)
	_, id := g.connect("oci-5", nil)
	tried := g.tried(id, `{"secret":"`+password+`"}`)
	start, transfer := tried.step("start"), tried.step("transfer")
	if sent := start.text("sent", "readable"); !strings.Contains(sent, "USERNAME=goteborg\n") || !strings.Contains(sent, "PASSWORD=***\n") || !strings.Contains(sent, "HOOK_URL=https://buyer.example.com/") {
		t.Errorf("sent %s", sent)
	}
	if answer := start.text("answer", "line"); answer != "303 See Other "+landing+"&punchout_token=***" {
		t.Errorf("answered %s", answer)
	}
	if sent := tried.step("exchange").text("sent", "text"); sent != `{"token":"***"}` {
		t.Errorf("exchanged by %s", sent)
	}
	if answer := tried.step("cart").text("answer", "text"); !strings.Contains(answer, g.url+"/transfer/***") {
		t.Errorf("the cart is answered by %s", answer)
	}
	if line := transfer.text("sent", "line"); line != "GET "+g.url+"/transfer/***" {
		t.Errorf("the transfer page is called by %s", line)
	}
	if form := transfer.text("answer", "readable"); !strings.Contains(form, "NEW_ITEM-DESCRIPTION[3]=Kontorsstädning\n") || transfer.text("answer", "form", "action") != "https://buyer.example.com/punchgate-trial" {
		t.Errorf("the buyer gets %s", form)
	}
	recorded := stepsOf(g.calls(5, port.TrafficQuery{}))
	if recorded != "start_call:accepted exchange:accepted cart:accepted transfer:accepted completion:accepted" {
		t.Errorf("the traffic of a trial is %s", recorded)
	}
	if sent := tried.step("ping").text("sent", "readable"); !strings.Contains(sent, "PASSWORD=***\n") || !strings.Contains(sent, "order=C-") {
		t.Errorf("pinged %s", sent)
	}
}

func TestATrialWithoutASecretSaysThatItIsNotChecked(t *testing.T) {
	g := withShop(t)
	for _, format := range []string{"oci-5", "cxml-1.2"} {
		_, id := g.connect(format, func(p *connection.Profile) { withIdentities(p) })
		tried := g.tried(id, "")
		if tried.erp(t).text("status") != "confirmed" || !strings.Contains(tried.steps(), "start warned trial.credentials_not_checked") {
			t.Errorf("%s: %s", format, tried.steps())
		}
	}
}

func TestATrialEndsAtTheFirstFailureWithItsReasons(t *testing.T) {
	g := withShop(t)
	none := func(*connection.Profile) {}
	for name, c := range map[string]struct {
		format string
		change func(*connection.Profile)
		body   string
		want   string
	}{
		"a wrong secret":         {"oci-5", none, `{"secret":"falskt-4711"}`, "start failed login.credentials"},
		"a wrong secret in cXML": {"cxml-1.2", withIdentities, `{"secret":"falskt-4711"}`, "start failed cxml.401"},
		"an inactive connection": {"oci-5", func(p *connection.Profile) { p.Active = false }, "", "start failed trial.credentials_not_checked eligibility.start connection.active"},
		"a cart that is wrong": {
			"oci-5", none, `{"secret":"` + password + `","cart":` + cartOf(strings.Replace(oneLine, `"quantity":"2"`, `"quantity":"0"`, 1)) + `}`,
			"start passed, session passed, exchange passed, cart failed cart.invalid not_positive",
		},
		"too high a value": {"oci-5", func(p *connection.Profile) {
			p.HighestValue.Value, p.HighestValue.Currency = money.FromInt(1), "SEK"
		}, `{"secret":"` + password + `"}`, "start passed, session passed, exchange passed, cart failed eligibility.send cart.highest_value"},
	} {
		_, id := g.connect(c.format, c.change)
		if got := g.tried(id, c.body).steps(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	_, id := g.connect("oci-5", nil)
	links := g.api(g.shop.key, "GET", "/v1/admin/connections/"+string(id)+"/links", "").want(t, 200).at("links").([]any)
	g.api(g.shop.key, "POST", "/v1/admin/links/"+object(links[0].(map[string]any)).text("id")+"/revoke", "").want(t, 200)
	if got := g.tried(id, "").steps(); got != "start failed trial.credentials_not_checked trial.no_link" {
		t.Errorf("without a link: %s", got)
	}
	refused := g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(id)+"/trial", `{"completion":"purchase_order"}`).want(t, 409)
	if refused.text("code") != "trial.no_order_format" {
		t.Errorf("a purchase order for a connection that takes none: %v", refused)
	}
}

// The procurement system's own addresses are on loopback here, where the gateway may send to: whatever it sent would be counted.
func TestATrialNeverCallsTheProcurementSystem(t *testing.T) {
	g := withShop(t)
	var called atomic.Int32
	buyer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		called.Add(1)
		w.WriteHeader(http.StatusOK)
	}))
	defer buyer.Close()
	at, err := url.Parse(buyer.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, id := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) {
		p.Return.FromCall, p.Return.Hosts, p.Return.Fixed, p.Return.Transfer = false, nil, "http://"+at.Host+"/return", connection.Push
		p.Ordering.AnswerURL = buyer.URL + "/answers"
	}))
	tried := g.tried(id, `{"secret":"`+password+`"}`)
	if tried.erp(t).text("status") != "confirmed" || !strings.Contains(tried.steps(), "transfer warned trial.not_pushed") {
		t.Fatalf("%s", tried.steps())
	}
	orderID := tried.erp(t).text("id")
	// What an operator or the ERP does with the order afterwards is not told either.
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+orderID+"/response", `{"status":"accepted"}`).want(t, 201)
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+orderID+"/push", "").want(t, 409)
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+orderID+"/answers/1/deliver", "").want(t, 409)
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+orderID+"/cancel", "").want(t, 200)
	due, pushErr := g.stores.Orders.ToPush(context.Background(), g.clock.Now().Add(time.Hour), nil, 10)
	told, answerErr := g.stores.Answers.ToDeliver(context.Background(), g.clock.Now().Add(time.Hour), nil, 10)
	if pushErr != nil || answerErr != nil || len(due) != 0 || len(told) != 0 {
		t.Errorf("to push: %v %v, to deliver: %v %v", due, pushErr, told, answerErr)
	}
	if n := called.Load(); n != 0 {
		t.Errorf("the procurement system was called %d times", n)
	}
	kept, err := g.stores.Orders.Get(context.Background(), g.shop.id, order.ID(orderID))
	if err != nil || !kept.Snapshot().Trial || kept.Snapshot().Push.Wanted {
		t.Errorf("the order is kept as %+v %v", kept, err)
	}
}

// partner is a format of a partner's own build.
type partner struct{ port.CartEncoder }

func (partner) Name() string { return "partner-1" }

func TestAFormatThatTheVirtualBuyerDoesNotSpeakIsSaid(t *testing.T) {
	g := startWith(t, t.TempDir(), fx.Provide(fx.Annotate(func() port.Format { return partner{} }, fx.ResultTags(`group:"formats"`))))
	g.shop = g.newShop("papper")
	restored := connection.Restore(connection.State{Tenant: g.shop.id, ID: "partner", CreatedAt: g.clock.Now(), Profile: connection.Profile{
		Name: "partner", Customer: "goteborg", Format: "partner-1", Active: true,
		Login: connection.Login{Method: connection.Any}, Return: connection.Return{Transfer: connection.Browser}, Ordering: connection.Ordering{Login: connection.Basic},
	}})
	if err := g.stores.Connections.Create(context.Background(), restored); err != nil {
		t.Fatal(err)
	}
	refused := g.api(g.shop.key, "POST", "/v1/admin/connections/partner/trial", "").want(t, 422)
	if refused.text("code") != "virtual_buyer.format_unknown" || !strings.Contains(refused.text("errors"), "oci-5") {
		t.Errorf("refused with %v", refused)
	}
}

func TestNobodyOutsideCanClaimThatACallIsATrial(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("oci-5", nil)
	r := request(t, "POST", link, "application/x-www-form-urlencoded", url.Values{"USERNAME": {user}, "PASSWORD": {"not-checked"}, "HOOK_URL": {returnURL}, "trial": {"1"}}.Encode())
	r.Header.Set("X-Punchgate-Trial", "1")
	if a := send(t, r); a.status != 401 {
		t.Errorf("it is answered %d", a.status)
	}
}

func TestATrialCompletesNothingButWhatItMade(t *testing.T) {
	var completions *completion.Service
	g := startWith(t, t.TempDir(), fx.Populate(&completions))
	g.shop = g.newShop("papper")
	link, _ := g.connect("oci-5", nil)
	g.sendCart(g.punchOut(link), `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201)
	_, address, _ := strings.Cut(link, "/punchout/")
	parameters := map[string]string{"USERNAME": user, "PASSWORD": "not-checked", "order": "C-1"}
	_, err := completions.Complete(t.Context(), completion.Ping{
		From:   authentication.Origin{Link: address, Address: "127.0.0.1", Trial: authentication.Unchecked},
		Method: http.MethodPost, Parameter: func(name string) string { return parameters[name] },
	})
	if !errors.Is(err, order.ErrNoCart) {
		t.Errorf("what a buyer sent is completed by a trial: %v", err)
	}
}
