package virtualbuyer_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/punchgate/punchgate/adapters/virtualbuyer"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/secret"
)

// A whole PunchOut against a gateway, as the tests of a shop make it. Here a stand-in answers.
func Example() {
	gateway := standIn()
	defer gateway.Close()
	ctx := context.Background()
	client, buyer := virtualbuyer.Client{}, virtualbuyer.New()
	side := port.Buyer{
		Format: "oci-5", LinkURL: gateway.URL + "/punchout/papper.link",
		Login:  connection.Login{Names: connection.Presets["oci"], User: "goteborg"},
		Secret: secret.New("ett hemligt lösenord"),
	}
	visit := port.BuyerVisit{ID: "visit-1", ReturnURL: "https://buyer.example.com/return", PurchaseOrder: "PO-1", At: time.Now()}

	call, err := buyer.Start(side, visit)
	check(err)
	answer, err := client.Do(ctx, call)
	check(err)
	page, err := buyer.StartPage(side, answer)
	check(err)
	fmt.Println("the buyer's browser goes to", page)

	// The shop exchanges the token, sends its cart, and leads the browser to the transfer_url that it gets.
	transferURL := gateway.URL + "/transfer/token"

	answer, err = client.Do(ctx, port.BuyerCall{Method: http.MethodGet, URL: transferURL, Accept: "text/html"})
	check(err)
	form, err := buyer.Form(answer)
	check(err)
	received, err := buyer.Cart(form.Fields)
	check(err)
	fmt.Println("cart", received.Order.CartID, "of", received.Total(), received.Order.Currency)

	answer, err = client.Do(ctx, buyer.Ping(side, visit, received.Order.CartID))
	check(err)
	number, status, err := buyer.Completed(answer)
	check(err)
	fmt.Println("order", number, "is", status)
	// Output:
	// the buyer's browser goes to https://shop.example.com/punchout?punchout_token=t
	// cart C-1 of 250.00 SEK
	// order P100001 is confirmed
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func standIn() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /punchout/papper.link", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://shop.example.com/punchout?punchout_token=t", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /transfer/token", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<form method="post" action="https://buyer.example.com/return">`)
		for name, value := range map[string]string{
			"DESCRIPTION": "Kopieringspapper", "QUANTITY": "2", "PRICE": "125.00", "CURRENCY": "SEK", "EXT_QUOTE_ID": "C-1",
		} {
			fmt.Fprintf(w, `<input type="hidden" name="NEW_ITEM-%s[1]" value="%s">`, name, value)
		}
		fmt.Fprint(w, `</form>`)
	})
	mux.HandleFunc("POST /punchout/papper.link/complete", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"order":{"number":"P100001","status":"confirmed"}}`)
	})
	return httptest.NewServer(mux)
}
