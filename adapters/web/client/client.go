// Package client is the Go client of the gateway's HTTP API, for shops and for ERPs. Its types are those of package api, which are
// generated from the description of the API; the cart is cart.Cart.
//
// A shop, with a key of the scope storefront, calls Exchange when a browser arrives, CheckoutPolicy before it shows a cart or a checkout,
// and SendCart when the person sends the cart, after which the browser goes to the transfer address. Cancel leads it back without a cart.
// An ERP, with a key of the scope erp, goes through Orders until there are no more, tells of each with Exported that it took it, and may
// Respond to the purchase order.
//
// Every call ends with its context, and reads no more than a bounded answer. A refusal is a *Problem, whose code is stable. No call is
// repeated by the client itself. Where a call got no answer, the caller may make it again: SendCart, Exchange and OpenSession with the
// same idempotency key, and every other as it is.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/domain/cart"
)

const (
	// timeout bounds a call of the client's own http.Client, answer included.
	timeout = 30 * time.Second
	// maxAnswer is the largest answer that is read, in bytes: the gateway takes carts of 8 MiB, and a page of orders or a
	// document with its pictures in Base64 is larger than one.
	maxAnswer = 64 << 20
	// maxProblem is the largest refusal that is read.
	maxProblem = 1 << 20
)

// ErrTooLarge refuses an answer of more than 64 MiB; ask for fewer orders at a time.
var ErrTooLarge = errors.New("the gateway's answer is too large")

// Client calls one gateway with one API key. It is safe for concurrent use.
type Client struct {
	base, key string
	http      *http.Client
}

// Option changes a client in New.
type Option func(*Client)

// WithHTTP calls by the given http.Client, in place of one that gives up after 30 seconds and follows no redirect: a
// redirect would lose the body of a POST without a word.
func WithHTTP(c *http.Client) Option { return func(client *Client) { client.http = c } }

// New makes a client of the gateway at baseURL, such as https://punchgate.example.com.
func New(baseURL, key string, options ...Option) *Client {
	c := &Client{base: strings.TrimRight(baseURL, "/"), key: key, http: &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, option := range options {
		option(c)
	}
	return c
}

// Exchange spends the token of the landing address. Repeated within a minute with the same idempotency key it gets the
// same answer.
func (c *Client) Exchange(ctx context.Context, token, idempotencyKey string) (*api.Visit, error) {
	return decoded[api.Visit](c, ctx, request{
		path: "/v1/storefront/sessions/exchange", body: api.ExchangeTokenJSONRequestBody{Token: token}, idempotencyKey: idempotencyKey,
	})
}

// OpenSession opens a session for a customer who logged in to the shop itself, where the connection has a fixed return
// address. Both are the gateway's identifiers. Repeated with the same idempotency key it opens no second one.
func (c *Client) OpenSession(ctx context.Context, customer, connection, idempotencyKey string) (*api.Visit, error) {
	return decoded[api.Visit](c, ctx, request{
		path: "/v1/storefront/sessions", body: api.OpenSessionJSONRequestBody{Customer: customer, Connection: connection},
		idempotencyKey: idempotencyKey,
	})
}

// Extend gives a session more time, up to the tenant's limit.
func (c *Client) Extend(ctx context.Context, sessionID string) (*api.Visit, error) {
	return decoded[api.Visit](c, ctx, request{path: session(sessionID, "extend"), body: empty})
}

// CheckoutPolicy asks whether the shop's own checkout is open to a customer, who is named by the gateway's ID or, where that
// is empty, by the shop's own Number. The session may be empty.
func (c *Client) CheckoutPolicy(ctx context.Context, who api.CustomerReference, sessionID string) (*api.CheckoutPolicy, error) {
	query := url.Values{}
	if who.ID != "" {
		query.Set("customer", who.ID)
	} else {
		query.Set("customer_number", who.Number)
	}
	if sessionID != "" {
		query.Set("session", sessionID)
	}
	return decoded[api.CheckoutPolicy](c, ctx, request{path: "/v1/storefront/checkout-policy", query: query})
}

// SendCart hands the session's cart over. The same idempotency key with the same cart gets the same order; a session has at
// most one.
func (c *Client) SendCart(ctx context.Context, sessionID string, of cart.Cart, idempotencyKey string) (*api.Sent, error) {
	return decoded[api.Sent](c, ctx, request{path: session(sessionID, "cart"), body: of, idempotencyKey: idempotencyKey})
}

// PreviewCart tells what the buyer's system will cut, change or refuse of a cart, and sends nothing. A cart that cannot be
// sent is refused as by SendCart.
func (c *Client) PreviewCart(ctx context.Context, sessionID string, of cart.Cart) ([]api.Warning, error) {
	previewed, err := decoded[api.Warnings](c, ctx, request{path: session(sessionID, "cart/preview"), body: of})
	if err != nil {
		return nil, err
	}
	return previewed.Warnings, nil
}

// Cancel ends a session without a cart and returns the address that leads the person's browser back.
func (c *Client) Cancel(ctx context.Context, sessionID string) (transferURL string, err error) {
	cancelled, err := decoded[api.Cancelled](c, ctx, request{path: session(sessionID, "cancel"), body: empty})
	if err != nil {
		return "", err
	}
	return cancelled.TransferURL, nil
}

// Orders returns one page of the orders in a status, such as "confirmed", oldest first. Cursor is empty for the first page
// and the NextCursor of the page before for the others; limit 0 leaves the size of a page to the gateway. Orders of test
// start calls are left out unless asked for.
func (c *Client) Orders(ctx context.Context, status, cursor string, limit int, test bool) (*api.OrderPage, error) {
	query := url.Values{"status": {status}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	if limit != 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	if test {
		query.Set("test", "true")
	}
	return decoded[api.OrderPage](c, ctx, request{path: "/v1/erp/orders", query: query})
}

// Order returns one order.
func (c *Client) Order(ctx context.Context, id string) (*api.Order, error) {
	return decoded[api.Order](c, ctx, request{path: order(id)})
}

// Document returns the document of an order as it was transferred, with its media type.
func (c *Client) Document(ctx context.Context, id string) (document []byte, mediaType string, err error) {
	return c.do(ctx, request{path: order(id) + "/document"})
}

// Exported tells that the ERP took the order under its own reference, which takes the order out of the feed.
func (c *Client) Exported(ctx context.Context, id, reference string) (*api.Order, error) {
	return decoded[api.Order](c, ctx, request{path: order(id) + "/exported", body: api.ExportOrderJSONRequestBody{ERPReference: reference}})
}

// Respond tells what the shop accepts, changes or rejects of the purchase order; the gateway answers the procurement system.
// The same response again gets the same answer.
func (c *Client) Respond(ctx context.Context, id string, r api.OrderResponse) (*api.Answer, error) {
	answered, err := decoded[api.Answered](c, ctx, request{path: order(id) + "/response", body: r})
	if err != nil {
		return nil, err
	}
	return &answered.Answer, nil
}

// Answers returns all answers to an order's purchase order, the oldest first, and whether they arrived.
func (c *Client) Answers(ctx context.Context, id string) ([]api.Answer, error) {
	answers, err := decoded[api.Answers](c, ctx, request{path: order(id) + "/responses"})
	if err != nil {
		return nil, err
	}
	return answers.Answers, nil
}

// AnswerDocument returns the document of an answer to an order, with its media type. Position counts the answers from 1; 0 asks for the
// last response.
func (c *Client) AnswerDocument(ctx context.Context, id string, position int) (document []byte, mediaType string, err error) {
	query := url.Values{}
	if position != 0 {
		query.Set("position", strconv.Itoa(position))
	}
	return c.do(ctx, request{path: order(id) + "/response", query: query})
}

func session(id, call string) string {
	return "/v1/storefront/sessions/" + url.PathEscape(id) + "/" + call
}

func order(id string) string { return "/v1/erp/orders/" + url.PathEscape(id) }

// empty is the body of a call that has nothing to say.
var empty = struct{}{}

// request is one call: a POST where it has a body.
type request struct {
	path           string
	query          url.Values
	body           any
	idempotencyKey string
}

func decoded[T any](c *Client, ctx context.Context, r request) (*T, error) { //nolint:revive // a method cannot have the type parameter
	body, _, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	answer := new(T)
	if err := json.Unmarshal(body, answer); err != nil {
		return nil, fmt.Errorf("the gateway's answer to %s cannot be read: %w", r.path, err)
	}
	return answer, nil
}

// do returns the body and media type of a 2xx answer, and a *Problem for every other.
func (c *Client) do(ctx context.Context, r request) ([]byte, string, error) {
	call, err := c.request(ctx, r)
	if err != nil {
		return nil, "", err
	}
	answer, err := c.http.Do(call)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = answer.Body.Close() }() // all that is needed was read
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return nil, "", problem(answer)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, "", err
	case len(body) > maxAnswer:
		return nil, "", ErrTooLarge
	}
	return body, answer.Header.Get("Content-Type"), nil
}

func (c *Client) request(ctx context.Context, r request) (*http.Request, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		method, body = http.MethodPost, bytes.NewReader(text)
	}
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	call, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	call.Header.Set("Authorization", "Bearer "+c.key)
	if r.body != nil {
		call.Header.Set("Content-Type", "application/json")
	}
	if r.idempotencyKey != "" {
		call.Header.Set("Idempotency-Key", r.idempotencyKey)
	}
	return call, nil
}

// problem reads a refusal. What is no problem document, such as the page of a proxy in between, keeps its status alone.
func problem(answer *http.Response) *Problem {
	p := &Problem{}
	if mediaType, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); mediaType == "application/problem+json" {
		if json.NewDecoder(io.LimitReader(answer.Body, maxProblem)).Decode(p) != nil {
			p = &Problem{}
		}
	}
	p.Status = answer.StatusCode
	if p.Title == "" {
		p.Title = http.StatusText(answer.StatusCode)
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return p
}
