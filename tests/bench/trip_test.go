// Package bench measures the whole trip over HTTP, and the encoders beside encoding/xml. The store's benchmarks are beside
// the store. Figures are compared within one run: machines differ.
package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// shop is a gateway with one shop and one connection.
type shop struct {
	url, link, storefront, erp string
}

func start(b *testing.B, format string, options ...fx.Option) shop {
	b.Helper()
	var admin *administration.Service
	var config web.Config
	app := fx.New(
		bootstrap.Gateway(bootstrap.Config{
			Addr: "127.0.0.1:0", Store: "sqlite", DataDir: b.TempDir(), MasterKey: secret.New("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
		}),
		fx.Decorate(func(*slog.Logger) *slog.Logger { return slog.New(slog.DiscardHandler) }),
		fx.Options(options...),
		fx.Populate(&admin, &config),
	)
	ctx := context.Background()
	if err := app.Start(ctx); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := app.Stop(ctx); err != nil {
			b.Error(err)
		}
	})
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	settings := tenant.Defaults()
	settings.DecidingField, settings.LandingURL = "punchout", "https://shop.example.com/"
	settings.Seller.Endpoint = cart.Identifier{Scheme: "0088", ID: "7300010000001"}
	_, err := admin.CreateTenant(ctx, "shop", "Shop", []tenant.Field{{Name: "punchout", Type: tenant.Checkbox}}, settings)
	check(err)
	buyer := customer.Profile{Name: "Buyer", Active: true, Values: map[string]string{"punchout": "true"}}
	buyer.Buyer.Endpoint = cart.Identifier{Scheme: "0088", ID: "7381030000004"}
	_, err = admin.CreateCustomer(ctx, "shop", "buyer", buyer)
	check(err)
	_, _, err = admin.CreateConnection(ctx, "shop", "conn", connection.Profile{
		Name: "Connection", Customer: "buyer", Format: format, Active: true,
		Login:    connection.Login{Method: connection.Post, Names: connection.Presets["oci"], User: "user"},
		Return:   connection.Return{FromCall: true, Hosts: []string{"buyer.example.com"}, Transfer: connection.Browser},
		Ordering: connection.Ordering{Login: connection.BasicOrBearer},
	}, secret.New("a chosen password"))
	check(err)
	link, err := admin.CreateLink(ctx, "shop", "conn")
	check(err)
	_, storefront, err := admin.CreateKey(ctx, "shop", "", []apikey.Scope{apikey.Storefront})
	check(err)
	_, erp, err := admin.CreateKey(ctx, "shop", "", []apikey.Scope{apikey.ERP})
	check(err)
	return shop{config.PublicURL, config.PublicURL + "/punchout/" + link.Address(), storefront.Reveal(), erp.Reveal()}
}

var client = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// call makes a call and reads its JSON answer, if it is one.
func call(b *testing.B, want int, method, address, contentType, key, body string, into any) *http.Response {
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := client.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	if response.StatusCode != want {
		b.Fatalf("%s %s: %d %s", method, address, response.StatusCode, content)
	}
	if into != nil {
		if err := json.Unmarshal(content, into); err != nil {
			b.Fatal(err)
		}
	}
	return response
}

var carts atomic.Int64

// trip is one PunchOut from the start call to the export.
func (s shop) trip(b *testing.B, lines string) {
	const form = "application/x-www-form-urlencoded"
	login := url.Values{"USERNAME": {"user"}, "PASSWORD": {"a chosen password"}, "HOOK_URL": {"https://buyer.example.com/return"}}
	started := call(b, 303, "POST", s.link, form, "", login.Encode(), nil)
	landing, err := url.Parse(started.Header.Get("Location"))
	if err != nil {
		b.Fatal(err)
	}
	var visit struct{ Session struct{ ID string } }
	call(b, 200, "POST", s.url+"/v1/storefront/sessions/exchange", "application/json", s.storefront,
		`{"token":"`+landing.Query().Get("punchout_token")+`"}`, &visit)
	id := fmt.Sprintf("C-%d", carts.Add(1))
	var sent struct {
		Order       struct{ ID string }
		TransferURL string `json:"transfer_url"`
	}
	call(b, 201, "POST", s.url+"/v1/storefront/sessions/"+visit.Session.ID+"/cart", "application/json", s.storefront,
		`{"id":"`+id+`","currency":"SEK","lines":[`+lines+`]}`, &sent)
	call(b, 200, "GET", sent.TransferURL, "", "", "", nil)
	ping := url.Values{"USERNAME": {"user"}, "PASSWORD": {"a chosen password"}, "order": {id}}
	call(b, 200, "POST", s.link+"/complete", form, "", ping.Encode(), nil)
	call(b, 200, "POST", s.url+"/v1/erp/orders/"+sent.Order.ID+"/exported", "application/json", s.erp, `{"erp_reference":"E"}`, nil)
}

func lines(n int) string {
	var all bytes.Buffer
	for i := range n {
		if i > 0 {
			all.WriteByte(',')
		}
		fmt.Fprintf(&all, `{"sku":"A%d","name":"Kopieringspapper A4 80 g","quantity":"2","unit":"EA","unit_price":"125.00",
			"tax":{"category":"S","percent":"25"},"classifications":[{"scheme":"UNSPSC","code":"14111507"}]}`, i)
	}
	return all.String()
}

func BenchmarkTrip(b *testing.B) {
	for _, format := range []string{"proceedo-cxml", "peppol-bis-punchout-3", "oci-5"} {
		for _, n := range []int{1, 100} {
			cart := lines(n)
			b.Run(fmt.Sprintf("%s/%d lines", format, n), func(b *testing.B) {
				s := start(b, format)
				b.ReportAllocs()
				for b.Loop() {
					s.trip(b, cart)
				}
			})
		}
	}
}

// unrecorded leaves the traffic out.
type unrecorded struct{ port.Traffic }

func (unrecorded) Append(context.Context, []*traffic.Entry) error { return nil }

// BenchmarkRecording makes the same trips at two gateways, in turns, of which one does not write what it records of its calls. It tells
// how many times as long a trip takes that is recorded.
func BenchmarkRecording(b *testing.B) {
	with := start(b, "oci-5")
	without := start(b, "oci-5", fx.Decorate(func(s port.Stores) port.Stores {
		s.Traffic = unrecorded{s.Traffic}
		return s
	}))
	var took [2]time.Duration
	cart := lines(1)
	for b.Loop() {
		for i, s := range []shop{with, without} {
			began := time.Now()
			s.trip(b, cart)
			took[i] += time.Since(began)
		}
	}
	b.ReportMetric(float64(took[0])/float64(took[1]), "times-as-long")
}

func BenchmarkTripsAtOnce(b *testing.B) {
	s := start(b, "peppol-bis-punchout-3")
	cart := lines(1)
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			s.trip(b, cart)
		}
	})
}
