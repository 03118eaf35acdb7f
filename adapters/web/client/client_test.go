package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// recorder answers every call alike and keeps what came.
type recorder struct {
	method, address, body string
	header                http.Header

	status             int
	mediaType, answer  string
	retryAfter, moveTo string
}

func (rec *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	rec.method, rec.address, rec.body, rec.header = r.Method, r.URL.String(), string(body), r.Header
	w.Header().Set("Content-Type", rec.mediaType)
	for name, value := range map[string]string{"Retry-After": rec.retryAfter, "Location": rec.moveTo} {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(rec.status)
	io.WriteString(w, rec.answer)
}

func start(t *testing.T, rec *recorder) *client.Client {
	t.Helper()
	server := httptest.NewServer(rec)
	t.Cleanup(server.Close)
	return client.New(server.URL+"/", "KEY")
}

var paper = cart.Cart{Currency: "SEK", Lines: []cart.Line{{
	SKU: "4711", Name: "Papper", Quantity: money.MustParse("2"), Unit: "EA", UnitPrice: money.MustParse("125.00"),
	Tax: cart.Tax{Category: "S", Percent: money.MustParse("25")},
}}}

const (
	paperJSON = `{"currency":"SEK","lines":[{"sku":"4711","name":"Papper","quantity":"2","unit":"EA","unit_price":"125.00",` +
		`"tax":{"category":"S","percent":"25"}}]}`
	visitJSON = `{"session":{"id":"s1","status":"shopping","operation":"edit","expires_at":"2026-11-24T12:00:00+01:00","test":true},
		"customer":{"id":"c1","number":"10042","name":"Göteborgs stad"},"person":{"name":"Anna","email":"anna@example.com","phone":"031"},
		"ship_to":{"name":"Skolan","country":"SE"},"selected_item":"4711",
		"lines":[{"key":"k-1","sku":"4711","name":"Papper","quantity":"2.50","unit":"EA","unit_price":"125.00","tax":{"category":"S","percent":"25"}}],
		"extrinsics":{"Kostnadsställe":"4711"},"later":"unknown to this version"}`
	orderJSON = `{"id":"o1","number":"P100042","status":"exported","test":false,"cart_id":"C-1","purchase_order":"PO-1","erp_reference":"E-1",
		"customer":{"id":"c1","number":"10042","name":"Göteborgs stad"},"cart":` + paperJSON + `,
		"differences":[{"line":"1","member":"quantity","cart":"2","order":"3"}],
		"created_at":"2026-11-23T10:15:00Z","transferred_at":"2026-11-23T10:16:00Z","confirmed_at":"2026-11-23T10:17:00Z"}`
)

func TestCallsAreMadeAsTheContractSays(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 23, 10, minute, 0, 0, time.UTC) }
	visit := &api.Visit{
		Session: api.Session{
			ID: "s1", Status: "shopping", Operation: "edit", Test: true,
			ExpiresAt: time.Date(2026, 11, 24, 12, 0, 0, 0, time.FixedZone("", 3600)),
		},
		Customer: api.CustomerReference{ID: "c1", Number: "10042", Name: "Göteborgs stad"},
		Person:   api.Person{Name: "Anna", Email: "anna@example.com", Phone: "031"},
		ShipTo:   cart.Address{Name: "Skolan", Country: "SE"}, SelectedItem: "4711",
		Lines: []cart.Line{{
			Key: "k-1", SKU: "4711", Name: "Papper", Quantity: money.MustParse("2.50"), Unit: "EA", UnitPrice: money.MustParse("125.00"),
			Tax: cart.Tax{Category: "S", Percent: money.MustParse("25")},
		}},
		Extrinsics: map[string]string{"Kostnadsställe": "4711"},
	}
	sent := &api.Sent{TransferURL: "https://g.example.com/transfer/T", Warnings: []api.Warning{{Path: "/lines/0/name", Code: "cut", Message: "was cut"}}}
	sent.Order.ID, sent.Order.Number, sent.Order.Status = "o1", "P100042", "prepared"
	order := &api.Order{
		ID: "o1", Number: "P100042", Status: "exported", CartID: "C-1", PurchaseOrder: "PO-1", ERPReference: "E-1",
		Customer: api.CustomerReference{ID: "c1", Number: "10042", Name: "Göteborgs stad"}, Cart: paper,
		Differences: []api.Difference{{Line: "1", Member: "quantity", Cart: "2", Order: "3"}},
		CreatedAt:   at(15), TransferredAt: at(16), ConfirmedAt: at(17),
	}
	policy := &api.CheckoutPolicy{
		Eligible: true, Checkout: api.CheckoutPolicyCheckoutBlocked, Action: api.CheckoutPolicyActionSendOrder, Label: "Skicka order", Redirect: "/",
		Reasons:  []api.Detail{{Code: "customer.eligible", Message: "buys by PunchOut"}},
		PunchOut: api.PunchOut{Customer: api.Named{Name: "Göteborgs stad"}, Person: api.Named{Name: "Anna"}, ExpiresAt: at(15)},
	}
	policyJSON := `{"eligible":true,"checkout":"blocked","action":"send_order","label":"Skicka order","redirect":"/",
		"reasons":[{"code":"customer.eligible","message":"buys by PunchOut"}],
		"punchout":{"customer":{"name":"Göteborgs stad"},"person":{"name":"Anna"},"expires_at":"2026-11-23T10:15:00Z"}}`

	cases := map[string]struct {
		call                        func(context.Context, *client.Client) (any, error)
		method, address, body, idem string
		status                      int
		answer                      string
		want                        any
	}{
		"a token is exchanged": {
			func(ctx context.Context, c *client.Client) (any, error) { return c.Exchange(ctx, "T", "K") },
			"POST", "/v1/storefront/sessions/exchange", `{"token":"T"}`, "K", 200, visitJSON, visit,
		},
		"a session is opened for a customer": {
			func(ctx context.Context, c *client.Client) (any, error) { return c.OpenSession(ctx, "c1", "n1", "K") },
			"POST", "/v1/storefront/sessions", `{"connection":"n1","customer":"c1"}`, "K", 201, visitJSON, visit,
		},
		"a session gets more time": {
			func(ctx context.Context, c *client.Client) (any, error) { return c.Extend(ctx, "s1") },
			"POST", "/v1/storefront/sessions/s1/extend", `{}`, "", 200, visitJSON, visit,
		},
		"the policy is asked by identifier and session": {
			func(ctx context.Context, c *client.Client) (any, error) {
				return c.CheckoutPolicy(ctx, api.CustomerReference{ID: "c1", Number: "10042"}, "s1")
			},
			"GET", "/v1/storefront/checkout-policy?customer=c1&session=s1", "", "", 200, policyJSON, policy,
		},
		"the policy is asked by the shop's own number": {
			func(ctx context.Context, c *client.Client) (any, error) {
				return c.CheckoutPolicy(ctx, api.CustomerReference{Number: "100 42"}, "")
			},
			"GET", "/v1/storefront/checkout-policy?customer_number=100+42", "", "", 200, policyJSON, policy,
		},
		"a cart is sent": {
			func(ctx context.Context, c *client.Client) (any, error) { return c.SendCart(ctx, "s/1", paper, "K") },
			"POST", "/v1/storefront/sessions/s%2F1/cart", paperJSON, "K", 201,
			`{"order":{"id":"o1","number":"P100042","status":"prepared"},"transfer_url":"https://g.example.com/transfer/T",
				"warnings":[{"path":"/lines/0/name","code":"cut","message":"was cut"}]}`, sent,
		},
		"a cart is previewed": {
			func(ctx context.Context, c *client.Client) (any, error) { return c.PreviewCart(ctx, "s1", paper) },
			"POST", "/v1/storefront/sessions/s1/cart/preview", paperJSON, "", 200,
			`{"warnings":[{"path":"/lines/0/name","code":"oci.description","message":"is cut","effect":"cut","before":"Kopieringspapper","after":"Kopi",
				"remedy":"shorten it","source":"SAP"}]}`,
			[]api.Warning{{
				Path: "/lines/0/name", Code: "oci.description", Message: "is cut", Effect: "cut", Before: "Kopieringspapper", After: "Kopi",
				Remedy: "shorten it", Source: "SAP",
			}},
		},
		"a session is cancelled": {
			func(ctx context.Context, c *client.Client) (any, error) { return c.Cancel(ctx, "s1") },
			"POST", "/v1/storefront/sessions/s1/cancel", `{}`, "", 200, `{"transfer_url":"https://g.example.com/transfer/T"}`,
			"https://g.example.com/transfer/T",
		},
		"the first page of confirmed orders is read": {
			func(ctx context.Context, c *client.Client) (any, error) {
				return c.Orders(ctx, "confirmed", "", 0, false)
			},
			"GET", "/v1/erp/orders?status=confirmed", "", "", 200, `{"orders":[` + orderJSON + `],"next_cursor":"N"}`,
			&api.OrderPage{Orders: []api.Order{*order}, NextCursor: "N"},
		},
		"a later page with test orders is read": {
			func(ctx context.Context, c *client.Client) (any, error) {
				return c.Orders(ctx, "confirmed", "N+1", 20, true)
			},
			"GET", "/v1/erp/orders?cursor=N%2B1&limit=20&status=confirmed&test=true", "", "", 200, `{"orders":[],"next_cursor":""}`,
			&api.OrderPage{Orders: []api.Order{}},
		},
		"one order is read": {
			func(ctx context.Context, c *client.Client) (any, error) { return c.Order(ctx, "o1") },
			"GET", "/v1/erp/orders/o1", "", "", 200, orderJSON, order,
		},
		"an order's document is read": {
			func(ctx context.Context, c *client.Client) (any, error) {
				document, mediaType, err := c.Document(ctx, "o1")
				return mediaType + " " + string(document), err
			},
			"GET", "/v1/erp/orders/o1/document", "", "", 200, "<cXML/>", "application/test <cXML/>",
		},
		"a purchase order is answered": {
			func(ctx context.Context, c *client.Client) (any, error) {
				return c.Respond(ctx, "o1", api.OrderResponse{Status: "accepted_with_change", Lines: []api.OrderResponseLine{
					{LineNumber: "2", Status: "changed", Quantity: money.MustParse("1")},
				}})
			},
			"POST", "/v1/erp/orders/o1/response",
			`{"lines":[{"line_number":"2","quantity":"1","status":"changed"}],"status":"accepted_with_change"}`, "", 201,
			`{"answer":{"id":"o1-1","position":1,"kind":"response","status":"accepted_with_change","delivery":{"wanted":false,"attempts":0}}}`,
			&api.Answer{ID: "o1-1", Position: 1, Kind: "response", Status: "accepted_with_change"},
		},
		"the answers to an order are listed": {
			func(ctx context.Context, c *client.Client) (any, error) { return c.Answers(ctx, "o1") },
			"GET", "/v1/erp/orders/o1/responses", "", "", 200, `{"answers":[{"id":"o1-1","position":1,"kind":"status"}]}`,
			[]api.Answer{{ID: "o1-1", Position: 1, Kind: api.AnswerKindStatus}},
		},
		"the document of the last response is read": {
			func(ctx context.Context, c *client.Client) (any, error) {
				document, mediaType, err := c.AnswerDocument(ctx, "o1", 0)
				return mediaType + " " + string(document), err
			},
			"GET", "/v1/erp/orders/o1/response", "", "", 200, "<cXML/>", "application/test <cXML/>",
		},
		"the document of another answer is read": {
			func(ctx context.Context, c *client.Client) (any, error) {
				document, mediaType, err := c.AnswerDocument(ctx, "o1", 2)
				return mediaType + " " + string(document), err
			},
			"GET", "/v1/erp/orders/o1/response?position=2", "", "", 200, "<cXML/>", "application/test <cXML/>",
		},
		"an order is exported": {
			func(ctx context.Context, c *client.Client) (any, error) { return c.Exported(ctx, "o1", "E-1") },
			"POST", "/v1/erp/orders/o1/exported", `{"erp_reference":"E-1"}`, "", 200, orderJSON, order,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			rec := &recorder{status: c.status, mediaType: "application/test", answer: c.answer}
			got, err := c.call(t.Context(), start(t, rec))
			if err != nil {
				t.Fatal(err)
			}
			if rec.method != c.method || rec.address != c.address || rec.body != c.body {
				t.Errorf("called %s %s with %s", rec.method, rec.address, rec.body)
			}
			if rec.header.Get("Authorization") != "Bearer KEY" || rec.header.Get("Idempotency-Key") != c.idem {
				t.Errorf("the headers are %v", rec.header)
			}
			if wantType := map[bool]string{true: "application/json"}[c.body != ""]; rec.header.Get("Content-Type") != wantType {
				t.Errorf("the media type is %q", rec.header.Get("Content-Type"))
			}
			// Times of one instant differ in their zone's pointer, so the answers are compared as JSON.
			if gotJSON, wantJSON := asJSON(t, got), asJSON(t, c.want); gotJSON != wantJSON {
				t.Errorf("got\n%s\nwant\n%s", gotJSON, wantJSON)
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRefusalsAreProblems(t *testing.T) {
	cases := map[string]struct {
		rec  recorder
		want client.Problem
		text string
	}{
		"members that are wrong are listed": {
			recorder{status: 422, mediaType: "application/problem+json; charset=utf-8", answer: `{"type":"about:blank","title":"Unprocessable",
				"status":422,"detail":"the cart has members that are wrong","code":"cart.invalid",
				"errors":[{"path":"/lines/0/quantity","code":"not_positive","message":"must be above zero"}]}`},
			client.Problem{Problem: api.Problem{
				Type: "about:blank", Title: "Unprocessable", Status: 422, Detail: "the cart has members that are wrong", Code: "cart.invalid",
				Errors: []api.Detail{{Path: "/lines/0/quantity", Code: "not_positive", Message: "must be above zero"}},
			}},
			"the gateway answered 422 cart.invalid: the cart has members that are wrong",
		},
		"reasons are listed": {
			recorder{status: 403, mediaType: "application/problem+json", answer: `{"title":"Forbidden","status":403,"code":"eligibility.send",
				"reasons":[{"code":"customer.active","message":"the customer is not active"}]}`},
			client.Problem{Problem: api.Problem{
				Title: "Forbidden", Status: 403, Code: "eligibility.send",
				Reasons: []api.Detail{{Code: "customer.active", Message: "the customer is not active"}},
			}},
			"the gateway answered 403 eligibility.send: Forbidden",
		},
		"the wait that the gateway asks for is told": {
			recorder{status: 503, mediaType: "application/problem+json", retryAfter: "5", answer: `{"title":"Away","code":"store.away"}`},
			client.Problem{Problem: api.Problem{Title: "Away", Status: 503, Code: "store.away"}, RetryAfter: 5 * time.Second},
			"the gateway answered 503 store.away: Away",
		},
		"a page of something in between keeps its status": {
			recorder{status: 502, mediaType: "text/html", answer: `<h1>Bad gateway</h1>`},
			client.Problem{Problem: api.Problem{Title: "Bad Gateway", Status: 502}},
			"the gateway answered 502: Bad Gateway",
		},
		"a broken problem keeps its status": {
			recorder{status: 500, mediaType: "application/problem+json", answer: `{"title":"half`},
			client.Problem{Problem: api.Problem{Title: "Internal Server Error", Status: 500}},
			"the gateway answered 500: Internal Server Error",
		},
		"a redirect is not followed": {
			recorder{status: 307, mediaType: "text/html", moveTo: "/elsewhere"},
			client.Problem{Problem: api.Problem{Title: "Temporary Redirect", Status: 307}},
			"the gateway answered 307: Temporary Redirect",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := start(t, &c.rec).SendCart(t.Context(), "s1", paper, "K")
			got, ok := errors.AsType[*client.Problem](err)
			if !ok || !reflect.DeepEqual(*got, c.want) {
				t.Fatalf("got %#v", err)
			}
			if err.Error() != c.text {
				t.Errorf("the text is %q", err)
			}
		})
	}
}

func TestAnswersThatCannotBeReadAreErrors(t *testing.T) {
	rec := &recorder{status: 200, mediaType: "application/json", answer: `{"session":`}
	if _, err := start(t, rec).Exchange(t.Context(), "T", ""); err == nil || !strings.Contains(err.Error(), "exchange") {
		t.Errorf("the error is %v", err)
	}
	rec = &recorder{status: 200, mediaType: "application/xml", answer: strings.Repeat(" ", 64<<20+1)}
	if _, _, err := start(t, rec).Document(t.Context(), "o1"); !errors.Is(err, client.ErrTooLarge) {
		t.Errorf("the error is %v", err)
	}
}

func TestCallsEndWithTheirContext(t *testing.T) {
	reached, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(reached); <-release }))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	if _, err := client.New(server.URL, "KEY").Order(ctx, "o1"); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

type away struct{}

func (away) RoundTrip(*http.Request) (*http.Response, error) { return nil, errAway }

var errAway = errors.New("away")

func TestTheGivenHTTPClientIsUsed(t *testing.T) {
	c := client.New("https://g.example.com", "KEY", client.WithHTTP(&http.Client{Transport: away{}}))
	if _, err := c.Order(t.Context(), "o1"); !errors.Is(err, errAway) {
		t.Errorf("the error is %v", err)
	}
}
