package document

import (
	"fmt"
	"slices"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/tenant"
)

type receiptDoc struct {
	Tenant      tenant.ID     `json:"tenant"`
	ID          receipt.ID    `json:"id"`
	Connection  connection.ID `json:"connection"`
	Format      string        `json:"format"`
	Sender      string        `json:"sender,omitempty"`
	DocumentID  string        `json:"document_id,omitempty"`
	Number      string        `json:"number,omitempty"`
	Type        string        `json:"type,omitempty"`
	Digest      string        `json:"digest,omitempty"`
	Test        bool          `json:"test"`
	Status      string        `json:"status"`
	Order       order.ID      `json:"order,omitempty"`
	Queued      bool          `json:"queued,omitempty"`
	Refusal     refusalDoc    `json:"refusal,omitzero"`
	ReceivedAt  Stamp         `json:"received_at,omitzero"`
	StatusSince Stamp         `json:"status_since,omitzero"`
}

type refusalDoc struct {
	Kind    string      `json:"kind,omitempty"`
	Code    string      `json:"code,omitempty"`
	Message string      `json:"message,omitempty"`
	Details []detailDoc `json:"details,omitempty"`
}

type detailDoc struct {
	Path    string `json:"path,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

func (d receiptDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packReceipt(r *receipt.Receipt) receiptDoc {
	s := r.Snapshot()
	d := receiptDoc{
		Tenant: s.Tenant, ID: s.ID, Connection: s.Connection, Format: s.Format, Sender: s.Sender, DocumentID: s.DocumentID,
		Number: s.Number, Type: s.Type, Digest: s.Digest, Test: s.Test, Status: s.Status.String(), Order: s.Order, Queued: s.Queued,
		Refusal: refusalDoc{
			Code: s.Refusal.Code, Message: s.Refusal.Message,
			Details: each(s.Refusal.Details, func(d fault.Detail) detailDoc { return detailDoc(d) }),
		},
		ReceivedAt: Stamp(s.ReceivedAt), StatusSince: Stamp(s.StatusSince),
	}
	if s.Refusal.Kind != fault.Internal { // the kind of no refusal, too, and so left out
		d.Refusal.Kind = s.Refusal.Kind.String()
	}
	return d
}

func (d receiptDoc) unpack() (*receipt.Receipt, error) {
	status, err := receipt.ParseStatus(d.Status)
	if err != nil {
		return nil, err
	}
	kind := fault.Internal
	if d.Refusal.Kind != "" {
		i := slices.IndexFunc(fault.Kinds(), func(k fault.Kind) bool { return k.String() == d.Refusal.Kind })
		if i < 0 {
			return nil, fmt.Errorf("%q is no kind of refusal", d.Refusal.Kind)
		}
		kind = fault.Kinds()[i]
	}
	return receipt.Restore(receipt.State{
		Tenant: d.Tenant, ID: d.ID, Connection: d.Connection, Format: d.Format, Sender: d.Sender, DocumentID: d.DocumentID,
		Number: d.Number, Type: d.Type, Digest: d.Digest, Test: d.Test, Status: status, Order: d.Order, Queued: d.Queued,
		Refusal: receipt.Refusal{
			Kind: kind, Code: d.Refusal.Code, Message: d.Refusal.Message,
			Details: each(d.Refusal.Details, func(d detailDoc) fault.Detail { return fault.Detail(d) }),
		},
		ReceivedAt: time.Time(d.ReceivedAt), StatusSince: time.Time(d.StatusSince),
	}), nil
}

// receivedDoc is the content of a receipt. The body is Base64 then, as encoding/json writes bytes.
type receivedDoc struct {
	MediaType string      `json:"media_type,omitempty"`
	Body      []byte      `json:"body,omitempty"`
	Order     purchaseDoc `json:"order"`
}

type purchaseDoc struct {
	Number     string            `json:"number,omitempty"`
	Date       string            `json:"date,omitempty"`
	Type       string            `json:"type,omitempty"`
	DocumentID string            `json:"document_id,omitempty"`
	Replaces   string            `json:"replaces,omitempty"`
	CartID     string            `json:"cart_id,omitempty"`
	Currency   string            `json:"currency,omitempty"`
	Total      money.Decimal     `json:"total,omitzero"`
	Buyer      cart.Party        `json:"buyer,omitzero"`
	Seller     cart.Party        `json:"seller,omitzero"`
	ShipTo     cart.Address      `json:"ship_to,omitzero"`
	Comments   string            `json:"comments,omitempty"`
	Lines      []purchaseLineDoc `json:"lines,omitempty"`
	Test       bool              `json:"test"`
}

type purchaseLineDoc struct {
	LineNumber         string          `json:"line_number,omitempty"`
	SKU                string          `json:"sku,omitempty"`
	Key                string          `json:"key,omitempty"`
	GTIN               string          `json:"gtin,omitempty"`
	Name               string          `json:"name,omitempty"`
	Quantity           money.Decimal   `json:"quantity,omitzero"`
	Unit               string          `json:"unit,omitempty"`
	UnitPrice          money.Decimal   `json:"unit_price,omitzero"`
	PriceBasisQuantity money.Decimal   `json:"price_basis_quantity,omitzero"`
	Currency           string          `json:"currency,omitempty"`
	StandardID         cart.Identifier `json:"standard_id,omitzero"`
	Tax                cart.Tax        `json:"tax,omitzero"`
}

func packReceived(c *receipt.Content) receivedDoc {
	o := &c.Order
	return receivedDoc{c.MediaType, c.Body, purchaseDoc{
		o.Number, o.Date, o.Type, o.DocumentID, o.Replaces, o.CartID, o.Currency, o.Total, o.Buyer, o.Seller, o.ShipTo, o.Comments,
		each(o.Lines, func(l purchase.Line) purchaseLineDoc { return purchaseLineDoc(l) }), o.Test,
	}}
}

func (d receivedDoc) unpack() *receipt.Content {
	o := &d.Order
	return &receipt.Content{MediaType: d.MediaType, Body: d.Body, Order: purchase.Order{
		Number: o.Number, Date: o.Date, Type: o.Type, DocumentID: o.DocumentID, Replaces: o.Replaces, CartID: o.CartID,
		Currency: o.Currency, Total: o.Total, Buyer: o.Buyer, Seller: o.Seller, ShipTo: o.ShipTo, Comments: o.Comments,
		Lines: each(o.Lines, func(l purchaseLineDoc) purchase.Line { return purchase.Line(l) }), Test: o.Test,
	}}
}
