package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// gateway stands for the gateway: it answers each path as told.
func gateway(answers map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, known := answers[r.URL.Path]
		if !known || strings.Contains(answer, `"code"`) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusGone)
		}
		fmt.Fprint(w, answer)
	}))
}

// A shop takes a person from the landing address to the transfer.
func Example_shop() {
	server := gateway(map[string]string{
		"/v1/storefront/sessions/exchange": `{"session":{"id":"s1","status":"shopping","operation":"create"},
			"customer":{"id":"goteborg","number":"10042","name":"Göteborgs stad"},"person":{"name":"Anna"}}`,
		"/v1/storefront/checkout-policy":  `{"eligible":true,"checkout":"blocked","action":"send_order","label":"Skicka order","redirect":"/"}`,
		"/v1/storefront/sessions/s1/cart": `{"order":{"id":"o1","number":"P100042","status":"prepared"},"transfer_url":"https://g.example.com/transfer/T"}`,
	})
	defer server.Close()
	ctx, gateway := context.Background(), client.New(server.URL, "pgk.papper.ID.SECRET")

	visit, err := gateway.Exchange(ctx, "TOKEN", "exchange-TOKEN")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(visit.Person.Name, "shops for", visit.Customer.Name)

	policy, err := gateway.CheckoutPolicy(ctx, visit.Customer, visit.Session.ID)
	if err != nil || policy.Action != api.CheckoutPolicyActionSendOrder {
		fmt.Println("the cart cannot be sent", err)
		return
	}
	fmt.Println(policy.Label)

	sent, err := gateway.SendCart(ctx, visit.Session.ID, cart.Cart{
		Currency: "SEK",
		Lines: []cart.Line{{
			SKU: "4711", Name: "Kopieringspapper A4 80 g", Quantity: money.MustParse("2"), Unit: "EA", UnitPrice: money.MustParse("125.00"),
			Tax: cart.Tax{Category: "S", Percent: money.MustParse("25")},
		}},
	}, "cart-s1-1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sent.Order.Number, sent.TransferURL)
	// Output:
	// Anna shops for Göteborgs stad
	// Skicka order
	// P100042 https://g.example.com/transfer/T
}

// An ERP takes all confirmed orders.
func Example_erp() {
	server := gateway(map[string]string{
		"/v1/erp/orders":             `{"orders":[{"id":"o1","number":"P100042","status":"confirmed"}],"next_cursor":""}`,
		"/v1/erp/orders/o1/exported": `{"id":"o1","number":"P100042","status":"exported","erp_reference":"SO-88012"}`,
	})
	defer server.Close()
	ctx, gateway := context.Background(), client.New(server.URL, "pgk.papper.ID.SECRET")

	for cursor, more := "", true; more; {
		page, err := gateway.Orders(ctx, "confirmed", cursor, 0, false)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, o := range page.Orders {
			taken, err := gateway.Exported(ctx, o.ID, "SO-88012")
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println(taken.Number, taken.Status, taken.ERPReference)
		}
		cursor, more = page.NextCursor, page.NextCursor != ""
	}
	// Output: P100042 exported SO-88012
}

// A refusal has a code, for programs, and says what is wrong where.
func ExampleProblem() {
	server := gateway(map[string]string{
		"/v1/storefront/sessions/exchange": `{"status":410,"code":"token.spent","detail":"the token was exchanged before"}`,
	})
	defer server.Close()

	_, err := client.New(server.URL, "pgk.papper.ID.SECRET").Exchange(context.Background(), "TOKEN", "")
	if problem, ok := errors.AsType[*client.Problem](err); ok && problem.Code == "token.spent" {
		fmt.Println("ask the person to start from the procurement system again")
	}
	// Output: ask the person to start from the procurement system again
}
