package e2e

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/connection"
)

// arrivals are what came in over two connections: of each a session that ended without a cart, and orders, one of which was exported and
// one of which has names that spreadsheet programs take for formulas.
type arrivals struct {
	*gateway

	connections [2]connection.ID
	sessions    []string // as they were begun
	orders      []string // as they were made
	began       time.Time
}

func arrive(t *testing.T) *arrivals {
	a := &arrivals{gateway: withShop(t), began: time.Now().Add(-time.Second)}
	for i, format := range []string{"peppol-bis-punchout-3", "oci-5"} {
		link, id := a.connect(format, func(p *connection.Profile) { p.Name = "=Nr " + fmt.Sprint(i) })
		a.connections[i] = id
		for j := range 3 {
			session := a.punchOut(link)
			a.sessions = append(a.sessions, session)
			if j == 0 {
				a.api(a.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/cancel", "").want(t, 200)
				continue
			}
			cartID := fmt.Sprintf("C-%d-%d", i, j)
			sent := a.sendCart(session, `{"id":"`+cartID+`",`+cartOf(oneLine)[1:]).want(t, 201)
			a.orders = append(a.orders, sent.text("order", "id"))
			if j == 1 {
				get(t, sent.text("transfer_url")).want(t, 200)
				ping := url.Values{"USERNAME": {user}, "PASSWORD": {password}, "order": {cartID}, "purchase_order": {fmt.Sprint("@PO-", i)}}
				postForm(t, link+"/complete", ping).want(t, 200)
			}
		}
	}
	a.api(a.shop.erp, "POST", "/v1/erp/orders/"+a.orders[0]+"/exported", `{"erp_reference":"E-1"}`).want(t, 200)
	return a
}

// list reads all pages of a list and returns the identifiers.
func (a *arrivals) list(name, query string) (ids []string) {
	a.t.Helper()
	for cursor := ""; ; {
		page := a.api(a.shop.key, "GET", "/v1/admin/"+name+"?limit=2&"+query+"&cursor="+cursor, "").want(a.t, 200)
		for _, each := range page.at(name).([]any) {
			ids = append(ids, object(each.(map[string]any)).text("id"))
		}
		if cursor = page.text("next_cursor"); cursor == "" {
			return ids
		}
	}
}

func reversed(all ...string) []string {
	all = slices.Clone(all)
	slices.Reverse(all)
	return all
}

func TestOperatorsFindSessionsAndOrders(t *testing.T) {
	a := arrive(t)
	first, second := string(a.connections[0]), string(a.connections[1])
	hour := func(d time.Duration) string { return url.QueryEscape(a.began.Add(d).Format(time.RFC3339Nano)) }
	number := a.api(a.shop.key, "GET", "/v1/admin/orders/"+a.orders[2], "").want(t, 200).text("number")
	for query, want := range map[string][]string{
		"sessions?":                                         reversed(a.sessions...),
		"sessions?connection=" + second:                     reversed(a.sessions[3:]...),
		"sessions?status=cancelled":                         {a.sessions[3], a.sessions[0]},
		"sessions?status=cancelled&connection=" + first:     {a.sessions[0]},
		"sessions?status=opened":                            nil,
		"sessions?from=" + hour(0):                          reversed(a.sessions...),
		"sessions?to=" + hour(0):                            nil,
		"sessions?search=" + a.sessions[1]:                  {a.sessions[1]},
		"sessions?search=nobody@example.com":                nil,
		"sessions?search=" + a.orders[0]:                    nil,
		"orders?":                                           reversed(a.orders...),
		"orders?connection=" + first:                        {a.orders[1], a.orders[0]},
		"orders?status=prepared":                            {a.orders[3], a.orders[1]},
		"orders?status=exported&connection=" + first:        {a.orders[0]},
		"orders?status=exported&connection=" + second:       nil,
		"orders?connection=nowhere":                         nil,
		"orders?from=" + hour(0) + "&to=" + hour(time.Hour): reversed(a.orders...),
		"orders?from=" + hour(time.Hour):                    nil,
		"orders?search=" + number:                           {a.orders[2]},
		"orders?search=" + strings.ToLower(number):          {a.orders[2]},
		"orders?search=C-0-2":                               {a.orders[1]},
		"orders?search=@PO-1":                               {a.orders[2]},
		"orders?search=E-1":                                 {a.orders[0]},
		"orders?search=" + a.orders[1]:                      {a.orders[1]},
		"orders?search=%20" + a.sessions[1]:                 {a.orders[0]},
		"orders?search=" + a.sessions[0]:                    nil,
		"orders?search=%C3%A5":                              nil,
	} {
		name, query, _ := strings.Cut(query, "?")
		if got := a.list(name, query); !slices.Equal(got, want) {
			t.Errorf("%s?%s lists %q, not %q", name, query, got, want)
		}
	}
	for query, want := range map[string]float64{
		"sessions?count=true": 6, "sessions?count=true&limit=1&status=returned": 4, "orders?count=true&status=prepared&connection=" + first: 1,
	} {
		if got := a.api(a.shop.key, "GET", "/v1/admin/"+query, "").want(t, 200).at("count"); got != want {
			t.Errorf("%s counts %v", query, got)
		}
	}
	for query, code := range map[string]string{
		"orders?status=lost": "query.malformed", "sessions?status=prepared": "query.malformed", "orders?from=yesterday": "query.malformed",
		"orders?search=x&status=held": "list.search_alone", "sessions?search=x&from=" + hour(0): "list.search_alone",
		"orders?cursor=x": "feed.cursor", "orders?limit=1000": "list.limit", "orders?count=2": "query.malformed",
		"orders.csv?status=lost": "query.malformed", "overview?from=today": "query.malformed", "overview?from=2026-01-01T00:00:00Z&to=2026-02-02T00:00:00Z": "overview.span",
	} {
		if refusal := a.api(a.shop.key, "GET", "/v1/admin/"+query, "").want(t, 400); refusal.text("code") != code {
			t.Errorf("%s is refused with %v", query, refusal)
		}
	}
}

func TestOneSessionAndOneOrderShowAllOfThem(t *testing.T) {
	a := arrive(t)
	o := a.api(a.shop.key, "GET", "/v1/admin/orders/"+a.orders[0], "").want(t, 200)
	for path, want := range map[string]string{
		"status": "exported", "erp_reference": "E-1", "purchase_order": "@PO-0", "session": a.sessions[1], "customer/id": "goteborg",
		"connection/name": "=Nr 0", "total/value": "250.00", "total/currency": "SEK", "cart/id": "C-0-1",
	} {
		if got := o.text(strings.Split(path, "/")...); got != want {
			t.Errorf("the order has %s %s, not %s", path, got, want)
		}
	}
	document := a.api(a.shop.key, "GET", o.text("document"), "")
	if erp := a.api(a.shop.erp, "GET", "/v1/erp/orders/"+a.orders[0]+"/document", ""); document.status != 200 || document.body != erp.body {
		t.Errorf("its document is answered %d: %s", document.status, document.body)
	}
	for i, want := range map[int]string{0: "<nil>", 1: a.orders[0]} {
		s := a.api(a.shop.key, "GET", "/v1/admin/sessions/"+a.sessions[i], "").want(t, 200)
		if s.text("order", "id") != want || s.text("visit", "return_url") != returnURL || s.text("connection", "id") != string(a.connections[0]) {
			t.Errorf("the session is %v", s)
		}
	}
	a.api(a.shop.key, "GET", "/v1/admin/sessions/nothing", "").want(t, 404)
}

func TestOrdersAreATableForSpreadsheets(t *testing.T) {
	a := arrive(t)
	read := func(query string) (rows [][]string) {
		table := a.api(a.shop.key, "GET", "/v1/admin/orders.csv"+query, "")
		if table.status != 200 || table.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(table.header.Get("Content-Disposition"), "orders.csv") {
			t.Fatalf("answered %d: %v", table.status, table.header)
		}
		text, marked := strings.CutPrefix(table.body, "\ufeff")
		r := csv.NewReader(strings.NewReader(text))
		r.Comma = ';'
		rows, err := r.ReadAll()
		if err != nil || !marked {
			t.Fatal(err, table.body)
		}
		return rows
	}
	all := read("")
	column := func(row []string, name string) string { return row[slices.Index(all[0], name)] }
	if len(all) != 5 || column(all[1], "id") != a.orders[3] || column(all[4], "id") != a.orders[0] {
		t.Fatalf("it has %q", all)
	}
	for name, want := range map[string]string{
		"status": "exported", "test": "false", "customer": "goteborg", "customer_number": "K-goteborg", "connection": "'=Nr 0", "cart_id": "C-0-1",
		"purchase_order": "'@PO-0", "erp_reference": "E-1", "total": "250.00", "currency": "SEK",
	} {
		if got := column(all[4], name); got != want {
			t.Errorf("the %s is %q, not %q", name, got, want)
		}
	}
	if rows := read("?status=prepared&connection=" + string(a.connections[1])); len(rows) != 2 || column(rows[1], "id") != a.orders[3] {
		t.Errorf("filtered it has %q", rows)
	}
	if rows := read("?status=held"); len(rows) != 1 {
		t.Errorf("of nothing it has %q", rows)
	}
}

func TestTheOverviewCountsByConnectionAndStatus(t *testing.T) {
	a := arrive(t)
	o := a.api(a.shop.key, "GET", "/v1/admin/overview", "").want(t, 200)
	counts := map[string]float64{}
	for _, kind := range []string{"sessions", "orders"} {
		for _, each := range o.at(kind).([]any) {
			tally := object(each.(map[string]any))
			counts[kind+" "+tally.text("connection")+" "+tally.text("status")] += tally.at("count").(float64)
		}
	}
	first, second := string(a.connections[0]), string(a.connections[1])
	for what, want := range map[string]float64{
		"sessions " + first + " cancelled": 1, "sessions " + first + " returned": 2, "sessions " + second + " returned": 2,
		"orders " + first + " exported": 1, "orders " + first + " prepared": 1, "orders " + second + " confirmed": 1,
	} {
		if counts[what] != want {
			t.Errorf("%s: %v, not %v", what, counts[what], want)
		}
	}
	if names := o.at("connections").([]any); len(names) != 2 || o.at("waiting", "held_orders") != 0.0 {
		t.Errorf("the overview is %v", o)
	}
	before := a.api(a.shop.key, "GET", "/v1/admin/overview?to="+url.QueryEscape(a.began.Format(time.RFC3339)), "").want(t, 200)
	if len(before.at("sessions").([]any)) != 0 {
		t.Errorf("before it all there was %v", before)
	}
}
