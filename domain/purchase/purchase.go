// Package purchase holds purchase orders as the documents of every format say them, and closes the loop: it compares a
// purchase order with the cart that it was made from, and decides by the connection's policy what the differences mean.
package purchase

import (
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// What a purchase order does.
const (
	New    = "new"
	Update = "update" // replaces an earlier one
	Delete = "delete" // takes an earlier one back
)

// Order is a purchase order document, read. Prices are net.
type Order struct {
	Number, Date string
	Type         string // New, Update or Delete
	// DocumentID is the sender's identifier of this document (cXML payloadID, the instance of an SBDH envelope), empty where
	// the document has none; Replaces is that of the document which an Update or a Delete refers to.
	DocumentID, Replaces string
	CartID               string
	Currency             string
	Total                money.Decimal // net
	Buyer                cart.Party
	Seller               cart.Party // as far as the document says
	ShipTo               cart.Address
	Comments             string
	Lines                []Line
	Test                 bool
}

// Line is one line of a purchase order.
type Line struct {
	LineNumber, SKU, Key, GTIN, Name string
	Quantity                         money.Decimal
	Unit                             string
	UnitPrice, PriceBasisQuantity    money.Decimal
	Currency                         string
	StandardID                       cart.Identifier // a GTIN or another
	Tax                              cart.Tax        // as far as the document says
}

// Identity is what tells the purchase order from others of its sender, where a repetition must be told from a new one: its
// DocumentID, or its number where it has none.
func (o *Order) Identity() string {
	if o.DocumentID != "" {
		return o.DocumentID
	}
	return o.Type + " " + o.Number
}
