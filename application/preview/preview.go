// Package preview tries what would become of carts: before one goes back, what the mapping, the document and the buyer's system
// would make of it; before a connection is saved, what it would send; and before a mapping goes live, what it would have changed in
// the carts that were sent. It stores nothing.
package preview

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	document "github.com/punchgate/punchgate/domain/transfer"
)

// Service tries carts.
type Service struct {
	stores  port.Stores
	encoder *encoding.Encoder
	admin   *administration.Service
	clock   port.Clock
	policy  port.Policy
}

// New makes the service.
func New(
	stores port.Stores, encoder *encoding.Encoder, admin *administration.Service, clock port.Clock, policy port.Policy,
) *Service {
	return &Service{stores, encoder, admin, clock, policy}
}

// Question names the visit that a cart is tried for: an open session, or, where no person has come yet, a connection.
type Question struct {
	Session    session.ID
	Connection connection.ID
}

// Preview is what a cart came to.
type Preview struct {
	Document *document.Document
	// Findings are the format's own about the document. A document that it refuses is made only by a mapping, and is refused.
	Findings []port.Finding
}

// ErrQuestion refuses a question about both or neither.
var ErrQuestion = fault.New(fault.Invalid, "preview.visit", "name either a session or a connection")

// noReturn stands in for the return address that a start call would bring (RFC 2606, section 2).
const noReturn = "https://buyer.invalid/"

// Preview returns what the cart would come to if it were sent, or its refusal.
func (s *Service) Preview(ctx context.Context, of tenant.ID, q Question, c *cart.Cart) (Preview, error) {
	subject, err := s.subject(ctx, of, q)
	if err != nil {
		return Preview{}, err
	}
	made, err := s.encoder.Encode(subject, c)
	return s.judge(subject, made, err)
}

func (s *Service) judge(of encoding.Subject, made *document.Document, err error) (Preview, error) {
	if err != nil {
		return Preview{}, err
	}
	found, err := s.encoder.Findings(of.Connection.Profile().Format, made.Body)
	return Preview{made, found}, err
}

// Draft is what a connection that is not saved, or not as it is, would send.
type Draft struct {
	Preview // without a document where Connection or Cart says why there is none

	Connection []fault.Detail // all that is wrong in the connection, by JSON Pointers into it
	Cart       []fault.Detail // why there is no document, by JSON Pointers into the cart where a member of it is to blame
}

// needed are the members of a connection on which the document of a cart depends.
var needed = []string{"/customer", "/format", "/options", "/mapping", "/buyer_system", "/seller", "/buyer"}

// Draft tries a cart with a connection that is not saved. What is wrong is told and refuses nothing, for who is asked still types:
// there is a document as soon as what it depends on is right.
func (s *Service) Draft(ctx context.Context, of tenant.ID, p connection.Profile, c *cart.Cart) (Draft, error) {
	var d Draft
	if err := s.admin.CheckConnection(ctx, of, p); fault.KindOf(err) == fault.Invalid {
		d.Connection = fault.From(err).Details
	} else if err != nil {
		return d, err
	}
	if slices.ContainsFunc(d.Connection, func(wrong fault.Detail) bool {
		return slices.ContainsFunc(needed, func(member string) bool {
			return wrong.Path == member || strings.HasPrefix(wrong.Path, member+"/")
		})
	}) {
		return d, nil
	}
	subject, err := s.visit(ctx, connection.Restore(connection.State{Tenant: of, ID: "draft", Profile: p, CreatedAt: s.clock.Now()}))
	if err != nil {
		return d, err
	}
	made, err := s.encoder.Offer(subject, c)
	d.Preview, err = s.judge(subject, made, err)
	refusal := fault.From(err)
	switch {
	case err == nil || refusal.Kind != fault.Invalid:
		return d, err
	case errors.Is(err, encoding.ErrMappedDocument): // which names places of the document
		for _, wrong := range refusal.Details {
			d.Connection = append(d.Connection, fault.Detail{Path: "/mapping", Code: wrong.Code, Message: wrong.Path + ": " + wrong.Message})
		}
	case len(refusal.Details) == 0:
		d.Cart = []fault.Detail{{Code: refusal.Code, Message: refusal.Message}}
	default:
		d.Cart = refusal.Details
	}
	return d, nil
}

func (s *Service) subject(ctx context.Context, of tenant.ID, q Question) (encoding.Subject, error) {
	if (q.Session == "") == (q.Connection == "") {
		return encoding.Subject{}, ErrQuestion
	}
	if q.Connection != "" {
		conn, err := s.stores.Connections.Get(ctx, of, q.Connection)
		if err != nil {
			return encoding.Subject{}, err
		}
		return s.visit(ctx, conn)
	}
	open, err := s.stores.Sessions.Get(ctx, of, q.Session)
	if err != nil {
		return encoding.Subject{}, err
	}
	if err := open.CheckShopping(s.clock.Now()); err != nil {
		return encoding.Subject{}, err
	}
	subject, err := encoding.SubjectOf(ctx, s.stores, open.Snapshot())
	if err != nil {
		return encoding.Subject{}, err
	}
	returns := subject.Connection.Profile().Return
	return subject, returns.CheckAddress(subject.Session.Visit.ReturnURL, s.policy.LoopbackHTTP)
}

// visit is one that nobody has begun.
func (s *Service) visit(ctx context.Context, conn *connection.Connection) (encoding.Subject, error) {
	shop, who, err := s.parties(ctx, conn)
	if err != nil {
		return encoding.Subject{}, err
	}
	imagined := session.Visit{Operation: "create", ReturnURL: cmp.Or(conn.Profile().Return.Fixed, noReturn)}
	return encoding.Subject{
		Shop: shop, Customer: who, Connection: conn, Session: session.Start(shop, conn, "", imagined, s.clock.Now()).Snapshot(),
	}, nil
}

func (s *Service) parties(ctx context.Context, conn *connection.Connection) (*tenant.Tenant, *customer.Customer, error) {
	shop, err := s.stores.Tenants.Get(ctx, conn.Tenant())
	if err != nil {
		return nil, nil, err
	}
	who, err := s.stores.Customers.Get(ctx, conn.Tenant(), conn.Profile().Customer)
	return shop, who, err
}
