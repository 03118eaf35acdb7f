package events

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/session"
)

// body is a message, the same however often it is sent. Its members are described in docs/webhooks.md.
type body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of the event
	Data      any       `json:"data"`
}

// about is what all data begin with.
type about struct {
	Tenant   string `json:"tenant"`
	Sequence int    `json:"sequence"` // counts the events of the order, session or connection, from 1
	Reason   string `json:"reason,omitempty"`
}

type orderData struct {
	about

	Order struct {
		ID            string `json:"id"`
		Number        string `json:"number"`
		Status        string `json:"status"`
		Before        string `json:"previous_status"`
		Test          bool   `json:"test"`
		CartID        string `json:"cart_id"`
		PurchaseOrder string `json:"purchase_order"`
		Customer      string `json:"customer"`
		Connection    string `json:"connection"`
		Session       string `json:"session"`
	} `json:"order"`
}

type sessionData struct {
	about

	Session struct {
		ID         string `json:"id"`
		Status     string `json:"status"`
		Operation  string `json:"operation"`
		Test       bool   `json:"test"`
		Customer   string `json:"customer"`
		Connection string `json:"connection"`
		Order      string `json:"order,omitempty"` // of a returned session
	} `json:"session"`
}

type connectionData struct {
	about

	Connection struct {
		ID       string `json:"id"`
		Status   string `json:"status"` // failing or working
		Customer string `json:"customer"`
	} `json:"connection"`
}

func (s *Service) ofOrder(o *order.Order) *subject {
	st := o.Snapshot()
	it := subjectOf(o, st.Tenant, "order", st.ID, s.stores.Orders.Update, func(e outbox.Event) any {
		d := orderData{about: about{string(st.Tenant), e.Number, e.Facts.Reason}}
		d.Order.ID, d.Order.Number, d.Order.Status, d.Order.Before = string(st.ID), o.Number(), e.Facts.Status, e.Facts.Before
		d.Order.Test, d.Order.CartID, d.Order.PurchaseOrder = st.Test, st.CartID, e.Facts.PurchaseOrder
		d.Order.Customer, d.Order.Connection, d.Order.Session = string(st.Customer), string(st.Connection), string(st.Session)
		return d
	}, s.ofOrder)
	it.order, it.about = o, func(ctx context.Context) { recording.AboutOrder(ctx, o) }
	return it
}

func (s *Service) ofSession(v *session.Session) *subject {
	st := v.Snapshot()
	it := subjectOf(v, st.Tenant, "session", st.ID, s.stores.Sessions.Update, func(e outbox.Event) any {
		d := sessionData{about: about{string(st.Tenant), e.Number, e.Facts.Reason}}
		d.Session.ID, d.Session.Status, d.Session.Operation, d.Session.Test = string(st.ID), e.Facts.Status, st.Visit.Operation, st.Visit.Test
		d.Session.Customer, d.Session.Connection = string(st.Customer), string(st.Connection)
		if e.Type == outbox.SessionReturned {
			d.Session.Order = string(order.IDOf(st.ID))
		}
		return d
	}, s.ofSession)
	it.about = func(ctx context.Context) { recording.AboutSession(ctx, st) }
	return it
}

func (s *Service) ofConnection(c *connection.Connection) *subject {
	st := c.Snapshot()
	it := subjectOf(c, st.Tenant, "connection", st.ID, s.stores.Connections.Update, func(e outbox.Event) any {
		d := connectionData{about: about{string(st.Tenant), e.Number, e.Facts.Reason}}
		d.Connection.ID, d.Connection.Status, d.Connection.Customer = string(st.ID), e.Facts.Status, string(st.Profile.Customer)
		return d
	}, s.ofConnection)
	it.about = func(ctx context.Context) { recording.AboutConnection(ctx, c) }
	return it
}
