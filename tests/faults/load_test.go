package faults

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

const (
	shoppers = 6
	// patience is how long a call is repeated before the test fails: far longer than any fault.
	patience = time.Minute
	callTime = 15 * time.Second
)

// load is the clients that use the gateways, and what they saw.
type load struct {
	t       *testing.T
	shop    *shop
	history *History
	http    *http.Client
	urls    []string
	turn    atomic.Uint64 // of the gateways

	away atomic.Int64 // how many calls were answered 503
	done atomic.Int64 // and how many were acknowledged

	mu    sync.Mutex
	aside []func()          // calls whose first try has their key still
	carts map[string]string // the orders' cart ids
	pages map[string]string // the paths of their transfer pages
}

func newLoad(t *testing.T, h *History, s *shop, urls []string) *load {
	return &load{t: t, shop: s, history: h, urls: urls, carts: map[string]string{}, pages: map[string]string{}, http: &http.Client{
		Timeout:       callTime,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2 * shoppers},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// run lets shoppers, their procurement systems and the ERP work until the context ends, and then finish what they began.
func (l *load) run(ctx context.Context, seed uint64) (wait func()) {
	var all sync.WaitGroup
	for i := range shoppers {
		all.Go(func() {
			p := &person{load: l, name: fmt.Sprint("v", i), random: rand.New(rand.NewPCG(seed, uint64(i)+10))}
			for ctx.Err() == nil {
				p.trip()
			}
		})
	}
	all.Go(func() {
		for ctx.Err() == nil {
			l.walkFeed()
			sleep(ctx, 50*time.Millisecond)
		}
	})
	return all.Wait
}

// finish lets the ERP and the shop do what is left, so that everything that was acknowledged can be told.
func (l *load) finish() {
	exchanged := map[string]bool{}
	for _, c := range l.history.Calls {
		exchanged[c.Subject] = exchanged[c.Subject] || c.Kind == Exchange
	}
	for _, c := range slices.Clone(l.history.Calls) {
		if c.Kind == Login && c.Outcome == Acknowledged && !exchanged[c.Answer] {
			_, _ = l.exchange(c.Answer)
		}
	}
	l.emptyFeed()
}

func (l *load) emptyFeed() {
	for left := 1; left > 0; {
		left = l.walkFeed()
	}
}

// doAside makes the calls that could not be finished while their first try, which ended with its gateway, had their key.
func (l *load) doAside() {
	for _, each := range l.aside {
		each()
	}
	l.emptyFeed()
}

// errGivenUp ends a trip whose shopper or procurement system got no answer and does not ask again.
var errGivenUp = errors.New("given up")

// insist repeats a call until it is answered, at the next gateway each time, as a proxy and a procurement system do together.
func (l *load) insist(kind Kind, subject, asked string, do func(ctx context.Context, base string) (answer string, err error)) (string, error) {
	return l.repeat(kind, subject, asked, func() bool { return true }, do)
}

// repeat is insist as long as again says so.
func (l *load) repeat(
	kind Kind, subject, asked string, again func() bool, do func(ctx context.Context, base string) (answer string, err error),
) (string, error) {
	for begun := time.Now(); ; {
		call := Call{Kind: kind, Subject: subject, Asked: asked, Begun: time.Now()}
		answer, err := do(l.t.Context(), l.next())
		call.Ended = time.Now()
		call.Outcome, call.Answer = l.outcome(kind, subject, answer, err)
		if kind != "" {
			record(l.history, &l.history.Calls, call)
		}
		if call.Outcome != Unknown {
			return answer, err
		}
		if running(err) && time.Since(begun) > callTime/5 {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.aside = append(l.aside, func() { _, _ = l.insist(kind, subject, asked, do) })
			return "", errGivenUp
		}
		if time.Since(begun) > patience {
			l.t.Errorf("%s of %s was not answered in %s: %v", kind, subject, patience, err)
			return "", errGivenUp
		}
		if !again() {
			return "", errGivenUp
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// work waits until twenty calls were acknowledged, so that what is broken next is broken under load on a slow machine, too.
func (l *load) work(ctx context.Context) {
	const calls = 20
	begun := time.Now()
	for from := l.done.Load(); l.done.Load() < from+calls; {
		if time.Since(begun) > patience {
			l.t.Fatalf("in %s not even %d calls were acknowledged", patience, calls)
		}
		if !sleep(ctx, 5*time.Millisecond) {
			return
		}
	}
}

// running reports whether the first try of the call has its key.
func running(err error) bool {
	p, told := errors.AsType[*client.Problem](err)
	return told && p.Code == "idempotency.in_progress"
}

func (l *load) next() string { return l.urls[l.turn.Add(1)%uint64(len(l.urls))] }

// outcome is what a client knows after an answer, or the lack of one.
func (l *load) outcome(kind Kind, subject, answer string, err error) (Outcome, string) {
	p, told := errors.AsType[*client.Problem](err)
	switch {
	case err == nil:
		l.done.Add(1)
		return Acknowledged, answer
	case !told:
		return Unknown, ""
	case p.Status == http.StatusServiceUnavailable, running(err):
		if p.RetryAfter == 0 {
			l.t.Errorf("%s of %s is to be tried again without Retry-After: %v", kind, subject, err)
		}
		l.away.Add(int64(count(!running(err))))
		return Unknown, ""
	case p.Status >= http.StatusInternalServerError:
		l.t.Errorf("%s of %s is answered with a defect: %v", kind, subject, err)
		return Unknown, ""
	default:
		return Refused, p.Code
	}
}

// person shops, and is the procurement system behind it.
type person struct {
	*load

	name   string
	trips  int
	random *rand.Rand
	past   []func() // calls that were answered, and may be made again
}

// chance is true so many times in a hundred.
func (p *person) chance(percent int) bool { return p.random.IntN(100) < percent }

// trip is one visit, whole or in part.
func (p *person) trip() {
	p.trips++
	visit := fmt.Sprintf("%s-%d", p.name, p.trips)
	c := &p.shop.connections[p.random.IntN(len(p.shop.connections))]
	session, err := p.arrive(c, visit)
	if err != nil || p.chance(3) {
		return
	}
	if p.chance(5) {
		_ = p.abandon(session)
		return
	}
	order, err := p.send(session, visit)
	if err != nil {
		return
	}
	p.remember(func() { p.sendAgain(session, visit) })
	if err := p.read(order, c.push); err != nil {
		return
	}
	if p.chance(30) {
		p.again()
	}
	if p.chance(15) {
		return // it is never approved
	}
	byDocument, held, err := p.complete(c, order, visit)
	if err != nil {
		return
	}
	if held {
		if p.chance(10) || p.release(order) != nil {
			return
		}
		p.remember(func() { _ = p.release(order) })
	}
	switch n := p.random.IntN(100); {
	case n < 8:
		_ = p.cancel(order)
	case n < 50 && c.orders != "" && (byDocument || !c.document):
		for i := range 1 + p.random.IntN(2) {
			note := fmt.Sprint("besked ", i+1)
			if p.respond(order, note) == nil {
				p.remember(func() { _ = p.respond(order, note) })
			}
		}
	}
}

// arrive brings the person to the shop, by the procurement system or by a login of the shop's own.
func (p *person) arrive(c *connection, visit string) (session string, err error) {
	if c.push && p.chance(50) {
		return p.open(c, visit)
	}
	token, err := p.login(c, visit)
	if err != nil {
		return "", err
	}
	if p.chance(5) {
		return "", errGivenUp
	}
	return p.exchange(token)
}

func (p *person) open(c *connection, visit string) (session string, err error) {
	return p.insist(Open, visit, "", func(ctx context.Context, base string) (string, error) {
		opened, err := p.storefront(base).OpenSession(ctx, "goteborg", c.id, "session of "+visit)
		if err != nil {
			return "", err
		}
		return opened.Session.ID, nil
	})
}

func (p *person) remember(call func()) { p.past = append(p.past, call) }

// again repeats a call of long ago: procurement systems resend for as long as an hour.
func (p *person) again() {
	if len(p.past) > 0 {
		p.past[p.random.IntN(len(p.past))]()
	}
}

// patient is for callers most of which ask again.
func (p *person) patient() bool { return !p.chance(3) }

func (p *person) login(c *connection, visit string) (token string, err error) {
	return p.insist(Login, visit, "", func(ctx context.Context, base string) (string, error) {
		if c.document {
			response, err := p.cxml(ctx, base+c.link, envelope(c, visit+"@buyer.example.com", `<PunchOutSetupRequest operation="create"><BuyerCookie>`+visit+
				`</BuyerCookie><BrowserFormPost><URL>https://buyer.example.com/return</URL></BrowserFormPost></PunchOutSetupRequest>`))
			if err != nil {
				return "", err
			}
			return tokenOf(response.StartPage)
		}
		form := url.Values{"USERNAME": {c.user}, "PASSWORD": {c.password}, "HOOK_URL": {"https://buyer.example.com/return?visit=" + visit}}
		if c.push {
			form.Del("HOOK_URL")
		}
		a, err := p.post(ctx, base+c.link, "application/x-www-form-urlencoded", form.Encode(), nil)
		if err != nil {
			return "", err
		}
		return tokenOf(a.header.Get("Location"))
	})
}

func tokenOf(page string) (string, error) {
	u, err := url.Parse(page)
	if err != nil || u.Query().Get("punchout_token") == "" {
		return "", fmt.Errorf("no token in the address %q", page)
	}
	return u.Query().Get("punchout_token"), nil
}

func (l *load) exchange(token string) (session string, err error) {
	return l.insist(Exchange, token, "", func(ctx context.Context, base string) (string, error) {
		visit, err := l.storefront(base).Exchange(ctx, token, "key of "+token[:20])
		if err != nil {
			return "", err
		}
		return visit.Session.ID, nil
	})
}

func (l *load) storefront(base string) *client.Client {
	return client.New(base, l.shop.storefront, client.WithHTTP(l.http))
}

func (l *load) erp(base string) *client.Client {
	return client.New(base, l.shop.erp, client.WithHTTP(l.http))
}

// send sends the cart, sometimes while the person goes back without it.
func (p *person) send(session, visit string) (order string, err error) {
	if p.chance(5) {
		var other sync.WaitGroup
		defer other.Wait()
		other.Go(func() { _ = p.abandon(session) })
	}
	sent, err := p.repeat(Send, session, "", p.patient, p.sending(session, visit))
	if err != nil {
		return "", err
	}
	told := strings.Fields(sent)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pages[told[0]] = strings.TrimPrefix(told[2], publicURL)
	return told[0], nil
}

func (p *person) sendAgain(session, visit string) {
	_, _ = p.insist(Send, session, "", p.sending(session, visit))
}

// sending sends the same cart each time. Every other visit leaves its identifier to the gateway.
func (p *person) sending(session, visit string) func(context.Context, string) (string, error) {
	c := cart.Cart{Currency: "SEK", Lines: []cart.Line{{
		Key: visit, SKU: "4711", Name: "Kopieringspapper A4 80 g", Quantity: money.MustParse("2"), Unit: "EA", UnitPrice: money.MustParse("125.00"),
		Tax:             cart.Tax{Category: "S", Percent: money.MustParse("25")},
		Classifications: []cart.Classification{{Scheme: "UNSPSC", Code: "14111507"}},
	}}}
	if strings.HasSuffix(visit, "0") || strings.HasSuffix(visit, "5") {
		c.ID = "C-" + visit
	}
	return func(ctx context.Context, base string) (string, error) {
		sent, err := p.storefront(base).SendCart(ctx, session, c, "cart of "+visit)
		if err != nil {
			return "", err
		}
		return sent.Order.ID + " " + sent.Order.Number + " " + sent.TransferURL, nil
	}
}

func (l *load) abandon(session string) error {
	_, err := l.insist(Abandon, session, "", func(ctx context.Context, base string) (string, error) {
		return l.storefront(base).Cancel(ctx, session)
	})
	return err
}

// read lets the browser post the form, and the ERP look at the document.
func (l *load) read(order string, push bool) error {
	_, err := l.insist(Read, order, "", func(ctx context.Context, base string) (string, error) { return l.digest(ctx, base, order, push) })
	return err
}

// digest reads what is transferred of an order, and notes its cart's identifier. Of an order that the gateway hands over itself,
// or that is over, there is no form.
func (l *load) digest(ctx context.Context, base, order string, push bool) (string, error) {
	erp := l.erp(base)
	stored, err := erp.Order(ctx, order)
	if err != nil {
		return "", err
	}
	document, _, err := erp.Document(ctx, order)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	l.carts[order] = stored.CartID
	page := l.pages[order]
	l.mu.Unlock()
	if !push && page != "" {
		if err := l.page(ctx, base+page, order, document); err != nil {
			return "", err
		}
	}
	return digest([]byte(stored.CartID), document), nil
}

// page reads the page that posts the document, as the person's browser does.
func (l *load) page(ctx context.Context, address, order string, document []byte) error {
	a, err := l.get(ctx, address)
	if p, told := errors.AsType[*client.Problem](err); told && p.Status == http.StatusConflict {
		return nil // the order is over
	}
	if err != nil {
		return err
	}
	root, err := html.Parse(strings.NewReader(string(a.body)))
	if err != nil {
		return err
	}
	fields := url.Values{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "input" {
			fields.Add(attribute(n, "name"), attribute(n, "value"))
		}
	}
	carried := ofForm([]byte(fields.Encode()))
	if carried == nil { // OCI: the form is the document
		carried = document
		for _, name := range []string{"NEW_ITEM-DESCRIPTION[1]", "NEW_ITEM-PRICE[1]"} {
			if value := fields.Get(name); value == "" || !strings.Contains(string(document), value) {
				l.t.Errorf("the form of the order %s has %s=%q, which its document has not", order, name, value)
			}
		}
	}
	if string(carried) != string(document) {
		l.t.Errorf("the form of the order %s carries another document than is stored", order)
	}
	return nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// complete pings or sends a purchase order, sometimes twice at once. A purchase order in cXML differs from the cart at times, so
// that an operator has to decide.
func (p *person) complete(c *connection, order, visit string) (byDocument, held bool, err error) {
	byDocument = c.orders != "" && p.chance(60)
	p.mu.Lock()
	cartID := p.carts[order]
	p.mu.Unlock()
	number := "PO-" + visit
	do := p.ping(c, cartID, number)
	if byDocument {
		held = c.document && p.chance(25)
		do = p.purchase(c, cartID, number, held)
	}
	if p.chance(20) {
		var other sync.WaitGroup
		defer other.Wait()
		other.Go(func() { _, _ = p.insist(Complete, order, number, do) })
	}
	if _, err = p.repeat(Complete, order, number, p.patient, do); err == nil {
		p.remember(func() { _, _ = p.insist(Complete, order, number, do) })
	}
	return byDocument, held, err
}

func (p *person) release(order string) error {
	_, err := p.insist(Release, order, "", func(ctx context.Context, base string) (string, error) {
		_, err := p.call(ctx, http.MethodPost, base+"/v1/admin/orders/"+order+"/confirm", "", "", bearer(p.shop.admin, ""))
		return "", err
	})
	return err
}

// completed is the answer to a ping or a purchase order in JSON.
type completed struct {
	Order struct{ Number, Status string } `json:"order"`
}

func (p *person) ping(c *connection, cartID, number string) func(context.Context, string) (string, error) {
	form := url.Values{"USERNAME": {c.user}, "PASSWORD": {c.password}, "order": {cartID}, "purchase_order": {number}}
	return func(ctx context.Context, base string) (string, error) {
		a, err := p.post(ctx, base+c.link+"/complete", "application/x-www-form-urlencoded", form.Encode(), nil)
		return numberOf(a, err)
	}
}

func numberOf(a answer, err error) (string, error) {
	var done completed
	if err == nil {
		err = json.Unmarshal(a.body, &done)
	}
	if err == nil && done.Order.Number == "" {
		err = &client.Problem{Problem: api.Problem{Status: http.StatusConflict, Code: "no order: " + string(a.body)}}
	}
	return done.Order.Number, err
}

func (p *person) purchase(c *connection, cartID, number string, differs bool) func(context.Context, string) (string, error) {
	if c.document {
		quantity := "2"
		if differs {
			quantity = "3"
		}
		document := envelope(c, number+"@buyer.example.com", cxmlOrder(cartID, number, quantity))
		return func(ctx context.Context, base string) (string, error) {
			response, err := p.cxml(ctx, base+c.link, document)
			if response.Status.Code == "201" {
				return Held, err
			}
			return "", err
		}
	}
	document := peppolOrder(cartID, number)
	return func(ctx context.Context, base string) (string, error) {
		a, err := p.post(ctx, base+c.link+"/orders", "application/xml", document, c)
		return numberOf(a, err)
	}
}

func (p *person) cancel(order string) error {
	key := "" // an operator's page may give one
	if p.chance(50) {
		key = "cancellation of " + order
	}
	_, err := p.insist(Cancel, order, "", func(ctx context.Context, base string) (string, error) {
		_, err := p.call(ctx, http.MethodPost, base+"/v1/admin/orders/"+order+"/cancel", "", "", bearer(p.shop.admin, key))
		return "", err
	})
	return err
}

func (p *person) respond(order, note string) error {
	_, err := p.insist(Respond, order, note, func(ctx context.Context, base string) (string, error) {
		a, err := p.erp(base).Respond(ctx, order, api.OrderResponse{Status: "accepted", Note: note})
		if err != nil {
			return "", err
		}
		return a.ID, nil
	})
	return err
}

// walkFeed is what the ERP does: one pass, and then it takes what it saw. It returns how much that was.
func (l *load) walkFeed() int {
	pass := Pass{Begun: time.Now()}
	for cursor := ""; ; {
		var page *api.OrderPage
		_, err := l.insist("", "the feed", "", func(ctx context.Context, base string) (answer string, err error) {
			page, err = l.erp(base).Orders(ctx, "confirmed", cursor, 7, true)
			return "", err
		})
		if err != nil {
			l.t.Errorf("the feed is answered with %v", err)
			return 0
		}
		for i := range page.Orders {
			pass.Seen = append(pass.Seen, Sighting{page.Orders[i].ID, page.Orders[i].ConfirmedAt})
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	pass.Ended = time.Now()
	record(l.history, &l.history.Passes, pass)
	for _, each := range pass.Seen {
		reference := "E-" + each.Order
		_, _ = l.insist(Export, each.Order, reference, func(ctx context.Context, base string) (string, error) {
			_, err := l.erp(base).Exported(ctx, each.Order, reference)
			return "", err
		})
	}
	return len(pass.Seen)
}

// answer is what a procurement system or a browser got.
type answer struct {
	header http.Header
	body   []byte
}

func (l *load) post(ctx context.Context, address, mediaType, body string, basic *connection) (answer, error) {
	header := http.Header{}
	if basic != nil {
		(&http.Request{Header: header}).SetBasicAuth(basic.user, basic.password)
	}
	return l.call(ctx, http.MethodPost, address, mediaType, body, header)
}

func (l *load) get(ctx context.Context, address string) (answer, error) {
	return l.call(ctx, http.MethodGet, address, "", "", http.Header{})
}

// bearer is the header of a call of the API; the idempotency key may be empty.
func bearer(key, idempotency string) http.Header {
	header := http.Header{"Authorization": {"Bearer " + key}}
	if idempotency != "" {
		header.Set("Idempotency-Key", idempotency)
	}
	return header
}

// call returns a *client.Problem for every answer from 400 on.
func (l *load) call(ctx context.Context, method, address, mediaType, body string, header http.Header) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header = header
	r.Header.Set("Accept", "application/json")
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	got, err := l.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	content, err := io.ReadAll(got.Body)
	if err != nil {
		return answer{}, err
	}
	if got.StatusCode >= http.StatusBadRequest {
		p := &client.Problem{}
		if json.Unmarshal(content, p) != nil {
			p.Detail = string(content)
		}
		p.Status, p.RetryAfter = got.StatusCode, retryAfter(got.Header)
		return answer{}, p
	}
	return answer{got.Header, content}, nil
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// cxmlResponse is an answer in cXML.
type cxmlResponse struct {
	Status struct {
		Code string `xml:"code,attr"`
		Text string `xml:",chardata"`
	} `xml:"Response>Status"`
	StartPage string `xml:"Response>PunchOutSetupResponse>StartPage>URL"`
}

// cxml posts a document and returns a *client.Problem for every status but 200 and 201.
func (l *load) cxml(ctx context.Context, address, document string) (cxmlResponse, error) {
	var response cxmlResponse
	a, err := l.post(ctx, address, `text/xml; charset="UTF-8"`, document, nil)
	if err != nil {
		return response, err
	}
	if err := xml.Unmarshal(a.body, &response); err != nil {
		return response, err
	}
	switch code := response.Status.Code; code {
	case "200", "201": // 201: accepted, and somebody has to decide
		return response, nil
	case "560": // a temporary error
		return response, &client.Problem{
			Problem: api.Problem{Status: http.StatusServiceUnavailable, Detail: response.Status.Text}, RetryAfter: retryAfter(a.header),
		}
	default:
		return response, &client.Problem{Problem: api.Problem{Status: http.StatusConflict, Code: "cXML " + code, Detail: response.Status.Text}}
	}
}

func envelope(c *connection, payloadID, request string) string {
	identity := `<Credential domain="NetworkId"><Identity>` + c.user + `</Identity>`
	return `<?xml version="1.0"?><cXML payloadID="` + payloadID + `" timestamp="2026-11-23T10:00:00+01:00"><Header><From>` + identity + `</Credential></From>
<To><Credential domain="NetworkId"><Identity>seller</Identity></Credential></To>
<Sender>` + identity + `<SharedSecret>` + c.password + `</SharedSecret></Credential><UserAgent>Test</UserAgent></Sender></Header><Request>` + request + `</Request></cXML>`
}

func cxmlOrder(cartID, number, quantity string) string {
	return `<OrderRequest><OrderRequestHeader orderID="` + number + `" orderDate="2026-11-24T08:00:00+01:00" type="new"><Total><Money currency="SEK">250.00</Money></Total>
<BillTo><Address><Name xml:lang="sv">Göteborgs stad</Name></Address></BillTo><SupplierOrderInfo orderID="` + cartID + `"/></OrderRequestHeader>
<ItemOut quantity="` + quantity + `" lineNumber="1"><ItemID><SupplierPartID>4711</SupplierPartID></ItemID><ItemDetail><UnitPrice><Money currency="SEK">125.00</Money></UnitPrice>
<Description xml:lang="sv">Papper</Description><UnitOfMeasure>EA</UnitOfMeasure><Classification domain="UNSPSC">14111507</Classification></ItemDetail></ItemOut></OrderRequest>`
}

func peppolOrder(cartID, number string) string {
	party := func(role, gln, name string) string {
		return `<cac:` + role + `><cac:Party><cbc:EndpointID schemeID="0088">` + gln + `</cbc:EndpointID><cac:PartyLegalEntity><cbc:RegistrationName>` +
			name + `</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:` + role + `>`
	}
	return `<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order:3</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:poacc:bis:ordering:3</cbc:ProfileID><cbc:ID>` + number + `</cbc:ID><cbc:IssueDate>2026-11-24</cbc:IssueDate>
<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode><cac:QuotationDocumentReference><cbc:ID>` + cartID + `</cbc:ID></cac:QuotationDocumentReference>` +
		party("BuyerCustomerParty", "7381030000004", "Göteborgs stad") + party("SellerSupplierParty", "7300010000001", "Papper och Penna AB") +
		`<cac:AnticipatedMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">250.00</cbc:LineExtensionAmount><cbc:PayableAmount currencyID="SEK">250.00</cbc:PayableAmount></cac:AnticipatedMonetaryTotal>
<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:Quantity unitCode="EA">2</cbc:Quantity><cbc:LineExtensionAmount currencyID="SEK">250.00</cbc:LineExtensionAmount>
<cac:Price><cbc:PriceAmount currencyID="SEK">125.00</cbc:PriceAmount></cac:Price><cac:Item><cbc:Name>Papper</cbc:Name><cac:SellersItemIdentification><cbc:ID>4711</cbc:ID></cac:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine></Order>`
}
