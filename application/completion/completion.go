// Package completion completes orders: by the ping with which the procurement system says that the cart was approved, or by a
// purchase order document, which is compared with the cart. What differs is held for an operator where the connection says
// so.
package completion

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/secret"
)

// Service completes orders.
type Service struct {
	stores  port.Stores
	formats *formats.Registry
	answers *answering.Service
	callers *authentication.Service
	clock   port.Clock
	log     *slog.Logger
}

// New makes the service.
func New(
	stores port.Stores, registry *formats.Registry, answers *answering.Service, callers *authentication.Service,
	clock port.Clock, log *slog.Logger,
) *Service {
	return &Service{stores, registry, answers, callers, clock, log}
}

// Ping is a ping as it came in.
type Ping struct {
	From   authentication.Origin
	Method string
	// Parameter returns the value of a parameter, whatever its case; "" where it is missing.
	Parameter func(name string) string
	// BasicUser and BasicPassword are the credentials of HTTP Basic, where they came so.
	BasicUser     string
	BasicPassword secret.Text
}

// Complete confirms the order that the ping names, once, however often it comes.
func (s *Service) Complete(ctx context.Context, p Ping) (*order.Order, error) {
	conn, err := s.connection(ctx, p.From.Link)
	if err != nil {
		return nil, err
	}
	of := conn.Tenant()
	profile := conn.Profile()
	if p.Method == http.MethodGet && !profile.CompleteByGet {
		return nil, fault.New(fault.Malformed, "completion.method", "this connection does not accept a ping by GET")
	}
	cartID, purchaseOrder := p.Parameter("order"), p.Parameter("purchase_order")
	recording.About(ctx, func(c *recording.Call) { c.CartID, c.PurchaseOrder = cartID, purchaseOrder })
	presented, err := credentials(p, profile.Login)
	if err != nil {
		return nil, err
	}
	if err := s.callers.Caller(ctx, p.From, conn, presented); err != nil {
		return nil, err
	}
	if cartID == "" {
		return nil, missing("order")
	}
	if wrong := cart.CheckText("purchase_order", purchaseOrder, cart.MaxIdentifier); wrong != nil {
		return nil, fault.New(fault.Invalid, "completion.purchase_order", "the purchase order's number cannot be kept").With(wrong...)
	}
	found, err := s.stores.Orders.ByCartID(ctx, of, conn.ID(), cartID)
	if err != nil {
		return nil, err
	}
	if p.From.Trial != authentication.NoTrial && !found.Snapshot().Trial {
		return nil, order.ErrNoCart // a trial completes what it made and nothing else
	}
	recording.AboutOrder(ctx, found)
	done, err := s.stores.Orders.Update(ctx, of, found.ID(), func(o *order.Order) error {
		return o.Confirm(purchaseOrder, profile.LateCompletion, s.clock.Now())
	})
	if err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "order completed", "tenant", of, "connection", conn.ID(), "order", done.ID(), "status", done.Status().String())
	return done, nil
}

// connection returns the connection of a link.
func (s *Service) connection(ctx context.Context, address string) (*connection.Connection, error) {
	of, id, err := connection.ParseLinkAddress(address)
	if err != nil {
		return nil, err
	}
	recording.AboutLink(ctx, of, id)
	link, err := s.stores.Links.Get(ctx, of, id)
	if err != nil {
		return nil, err
	}
	if err := link.Check(); err != nil {
		return nil, err
	}
	if link.Network() {
		return nil, connection.ErrNetworkLink
	}
	conn, err := s.stores.Connections.Get(ctx, of, link.Snapshot().Connection)
	if err == nil {
		recording.AboutConnection(ctx, conn)
	}
	return conn, err
}

// credentials reads the same parameters as the login, or HTTP Basic. Where the connection logs in by cXML documents, the
// name is the Sender's identity.
func credentials(p Ping, l connection.Login) (port.Presented, error) {
	presented := port.Presented{User: p.BasicUser, Password: p.BasicPassword, Customer: l.Customer}
	if p.BasicUser == "" && p.BasicPassword.Empty() {
		presented.User, presented.Password = p.Parameter(l.Names.User), secret.New(p.Parameter(l.Names.Password))
		if customer := p.Parameter(l.Names.Customer); customer != "" {
			presented.Customer = customer
		}
	}
	switch {
	case presented.User == "":
		return presented, missing(l.Names.User)
	case presented.Password.Empty():
		return presented, missing(l.Names.Password)
	}
	return named(presented, l), nil
}

// named lets the name of a Sender stand for its credentials.
func named(presented port.Presented, l connection.Login) port.Presented {
	for _, sender := range l.Sender {
		if sender.ID == presented.User {
			presented.From, presented.To, presented.Sender = l.From, l.To, l.Sender
		}
	}
	return presented
}

func missing(name string) error {
	return fault.Newf(fault.Malformed, "completion.missing_parameter", "the parameter %s is missing", name)
}
