package document

import (
	"errors"
	"time"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

type orderDoc struct {
	Tenant        tenant.ID       `json:"tenant"`
	ID            order.ID        `json:"id"`
	Number        int64           `json:"number"`
	Session       session.ID      `json:"session"`
	Customer      customer.ID     `json:"customer"`
	Connection    connection.ID   `json:"connection"`
	CartID        string          `json:"cart_id"`
	Request       requestDoc      `json:"request"`
	Status        string          `json:"status"`
	Test          bool            `json:"test"`
	Trial         bool            `json:"trial,omitempty"`
	Total         amountDoc       `json:"total,omitzero"`
	PurchaseOrder string          `json:"purchase_order,omitempty"`
	Document      string          `json:"document,omitempty"`
	Differences   []differenceDoc `json:"differences,omitempty"`
	ERPReference  string          `json:"erp_reference,omitempty"`
	Push          progressDoc     `json:"push,omitzero"`
	Outbox        outboxDoc       `json:"outbox,omitzero"`
	CreatedAt     Stamp           `json:"created_at,omitzero"`
	TransferredAt Stamp           `json:"transferred_at,omitzero"`
	ConfirmedAt   Stamp           `json:"confirmed_at,omitzero"`
	ExportedAt    Stamp           `json:"exported_at,omitzero"`
	StatusSince   Stamp           `json:"status_since,omitzero"`
	ExpiresAt     Stamp           `json:"expires_at,omitzero"`
	ErasedAt      Stamp           `json:"erased_at,omitzero"`
	Due           Stamp           `json:"due,omitzero"` // ExpiresAt of an order that awaits its completion, for the look-up alone
	// GivenUp is when the push or, if that was not, the telling of events was given up, for the look-up alone.
	GivenUp Stamp `json:"given_up,omitzero"`
}

type requestDoc struct {
	Key    string `json:"key,omitempty"`
	Digest string `json:"digest,omitempty"`
}

type differenceDoc struct {
	Line   string          `json:"line,omitempty"`
	Member purchase.Member `json:"member"`
	Cart   string          `json:"cart,omitempty"`
	Order  string          `json:"order,omitempty"`
}

func (d orderDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packOrder(o *order.Order) orderDoc {
	s := o.Snapshot()
	d := orderDoc{
		Tenant: s.Tenant, ID: s.ID, Number: s.Number, Session: s.Session, Customer: s.Customer, Connection: s.Connection,
		CartID: s.CartID, Request: requestDoc(s.Request), Status: s.Status.String(), Test: s.Test, Trial: s.Trial, Total: amountDoc(s.Total),
		PurchaseOrder: s.PurchaseOrder, Document: s.Document, ERPReference: s.ERPReference,
		Differences: each(s.Differences, func(d purchase.Difference) differenceDoc { return differenceDoc(d) }),
		Push:        packProgress(s.Push), Outbox: packOutbox(&s.Outbox),
		CreatedAt: Stamp(s.CreatedAt), TransferredAt: Stamp(s.TransferredAt), ConfirmedAt: Stamp(s.ConfirmedAt),
		ExportedAt: Stamp(s.ExportedAt), StatusSince: Stamp(s.StatusSince), ExpiresAt: Stamp(s.ExpiresAt), ErasedAt: Stamp(s.ErasedAt),
	}
	if o.Awaits() {
		d.Due = d.ExpiresAt
	}
	if d.GivenUp = d.Push.GivenUpAt; d.GivenUp.IsZero() {
		d.GivenUp = d.Outbox.GivenUpAt
	}
	return d
}

func (d orderDoc) unpack() (*order.Order, error) {
	status, statusErr := order.ParseStatus(d.Status)
	events, eventsErr := d.Outbox.unpack()
	if err := errors.Join(statusErr, eventsErr); err != nil {
		return nil, err
	}
	return order.Restore(order.State{
		Tenant: d.Tenant, ID: d.ID, Number: d.Number, Session: d.Session, Customer: d.Customer, Connection: d.Connection,
		CartID: d.CartID, Request: order.Request(d.Request), Status: status, Test: d.Test, Trial: d.Trial, Total: money.Amount(d.Total),
		PurchaseOrder: d.PurchaseOrder, Document: d.Document, ERPReference: d.ERPReference,
		Differences: each(d.Differences, func(d differenceDoc) purchase.Difference { return purchase.Difference(d) }),
		Push:        d.Push.unpack(), Outbox: events,
		CreatedAt: time.Time(d.CreatedAt), TransferredAt: time.Time(d.TransferredAt), ConfirmedAt: time.Time(d.ConfirmedAt),
		ExportedAt: time.Time(d.ExportedAt), StatusSince: time.Time(d.StatusSince), ExpiresAt: time.Time(d.ExpiresAt),
		ErasedAt: time.Time(d.ErasedAt),
	}), nil
}
