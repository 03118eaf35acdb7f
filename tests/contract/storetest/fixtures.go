package storetest

import (
	"time"

	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/transfer"
	"github.com/punchgate/punchgate/domain/user"
)

const (
	acme    tenant.ID = "acme"
	globex  tenant.ID = "globex"
	initech tenant.ID = "initech"
)

// now is the time at which the cases play. It has nanoseconds, which a store must keep.
var now = time.Date(2026, time.November, 23, 10, 15, 0, 123_456_789, time.UTC)

func at(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }

func tenantOf(id tenant.ID) tenant.State {
	return tenant.State{ID: id, Name: "Papper och Penna AB", Settings: tenant.Defaults(), CreatedAt: now}
}

func customerOf(of tenant.ID, id customer.ID, number string) customer.State {
	return customer.State{
		Tenant: of, ID: id, Profile: customer.Profile{Number: number, Name: "Göteborgs stad", Active: true}, CreatedAt: now,
	}
}

func connectionOf(of tenant.ID, id connection.ID, who customer.ID) connection.State {
	return connection.State{Tenant: of, ID: id, CreatedAt: now, Profile: connection.Profile{
		Name: "Inköp", Customer: who, Format: "oci-5", Active: true,
		Login:    connection.Login{Method: connection.Any, Names: connection.Presets[connection.DefaultPreset], User: "stad"},
		Return:   connection.Return{Fixed: "https://buyer.example.com/return", Transfer: connection.Browser},
		Ordering: connection.Ordering{Login: connection.BasicOrBearer},
	}}
}

func linkOf(of tenant.ID, id connection.LinkID, c connection.ID) connection.LinkState {
	return connection.LinkState{Tenant: of, ID: id, Connection: c, CreatedAt: now}
}

// sessionOf is open until a minute after now.
func sessionOf(of tenant.ID, id session.ID) session.State {
	return session.State{
		Tenant: of, ID: id, Customer: "c1", Connection: "n1", Status: session.Shopping,
		CreatedAt: now, ExpiresAt: at(1), Limit: at(60), TTL: time.Hour, ExchangedAt: now,
	}
}

// orderOf awaits its completion until a minute after now.
func orderOf(of tenant.ID, s session.ID) order.State {
	return order.State{
		Tenant: of, ID: order.IDOf(s), Number: 1, Session: s, Customer: "c1", Connection: "n1", CartID: "C-" + string(s),
		Status: order.Prepared, CreatedAt: now, StatusSince: now, ExpiresAt: at(1),
	}
}

// receiptOf has no order.
func receiptOf(of tenant.ID, id receipt.ID) receipt.State {
	return receipt.State{
		Tenant: of, ID: id, Connection: "n1", Format: "cxml-1.2", Sender: "stad", DocumentID: "D-1", Number: "PO-1", Type: purchase.New,
		Digest: "digest", Status: receipt.Received, ReceivedAt: now, StatusSince: now,
	}
}

func contentOf(body string) *receipt.Content {
	return &receipt.Content{MediaType: "text/xml", Body: []byte(body), Order: purchase.Order{
		Number: "PO-1", Type: purchase.New, Currency: "SEK", Lines: []purchase.Line{{LineNumber: "1", SKU: "4711", Quantity: money.FromInt(2)}},
	}}
}

// answerOf is the first answer to the order, and is due.
func answerOf(of tenant.ID, id answer.ID, o order.ID) answer.State {
	return answer.State{
		Tenant: of, ID: id, Order: o, Position: 1, Connection: "n1", Format: "cxml-1.2", Kind: answer.Response, Says: "accepted",
		Digest: "digest", Delivery: answer.Delivery{Progress: delivery.Start(now)}, CreatedAt: now,
	}
}

func answerDocumentOf(body string) *answer.Document {
	return &answer.Document{MediaType: "text/xml", FileName: "answer.xml", Body: []byte(body)}
}

func keyOf(of tenant.ID, id apikey.ID) apikey.State {
	return apikey.State{Tenant: of, ID: id, Label: "ERP", Scopes: []apikey.Scope{apikey.ERP}, Verifier: "v", CreatedAt: now}
}

// replayOf is kept until a minute after now.
func replayOf(of tenant.ID, id replay.ID) replay.State {
	return replay.State{Tenant: of, ID: id, Digest: "digest", Seed: "seed", Runs: 1, ExpiresAt: at(1)}
}

// userOf has an address of its own.
func userOf(of tenant.ID, id user.ID) user.State {
	return user.State{
		Tenant: of, ID: id, Email: string(id) + "@Example.com", Name: "Anna Åkesson", Role: user.Administrator, Verifier: "v", CreatedAt: now,
	}
}

// signInOf lasts until a minute after now.
func signInOf(of tenant.ID, id signin.ID, who user.ID) signin.State {
	return signin.State{ID: id, Tenant: of, User: who, CreatedAt: now, LastSeenAt: now, ExpiresAt: at(1)}
}

func entryOf(of tenant.ID, id audit.ID) *audit.Entry {
	return &audit.Entry{
		Tenant: of, ID: id, At: now, Actor: audit.Actor{Tenant: of, Key: "k1", Label: "Anna"}, Action: audit.KeyCreate,
		Request: "r1", Client: "192.0.2.1",
	}
}

// callOf is a cart of the session s1 that was accepted.
func callOf(of tenant.ID, id traffic.ID) *traffic.Entry {
	return &traffic.Entry{
		Record: traffic.Record{
			Tenant: of, ID: id, At: now, Step: traffic.Cart, Verdict: traffic.Accepted, Connection: "n1", Session: "s1", Order: "os1",
			CartID: "C-1",
		},
		Sent: traffic.Payload{Method: "POST", Kept: traffic.OrderCart}, Answered: traffic.Payload{Status: 201, Text: `{"order":{}}`},
	}
}

func cartOf(id string) *cart.Cart {
	return &cart.Cart{ID: id, Currency: "SEK", Lines: []cart.Line{{
		ID: "1", SKU: "4711", Name: "Kopieringspapper", Quantity: money.FromInt(2), Unit: "EA", UnitPrice: money.MustParse("125.00"),
	}}}
}

func documentOf(body string) *transfer.Document {
	return &transfer.Document{
		MediaType: "application/xml", FileName: "cart.xml", Body: []byte(body),
		Form: transfer.Form{
			Action: "https://buyer.example.com/return", Method: "POST",
			Fields: []transfer.Field{{Name: "cart", Source: transfer.DocumentBase64}},
		},
	}
}
