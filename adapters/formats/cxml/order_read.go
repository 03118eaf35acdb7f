package cxml

import (
	"cmp"
	"io"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/purchase"
)

// DecodeOrder reads an OrderRequest.
func (f *Format) DecodeOrder(document io.Reader) (port.PurchaseOrder, error) {
	e, err := readEnvelope(document)
	if err != nil {
		return port.PurchaseOrder{}, err
	}
	if e.payload.name != docOrder {
		return port.PurchaseOrder{}, problem(errDocument, e.payload, "it is "+clip(e.payload.name)+", not "+docOrder)
	}
	return readOrder(&e)
}

func readOrder(e *envelope) (port.PurchaseOrder, error) {
	header := e.payload.child("OrderRequestHeader")
	if header == nil {
		return port.PurchaseOrder{}, missing(e.payload, "OrderRequestHeader")
	}
	order := port.PurchaseOrder{
		Number:     header.attr("orderID"),
		Date:       header.attr("orderDate"),
		Type:       cmp.Or(header.attr("type"), purchase.New),
		DocumentID: e.payloadID,
		Replaces:   header.child("DocumentReference").attr("payloadID"),
		CartID:     header.child("SupplierOrderInfo").attr("orderID"),
		Buyer:      party(header.content("BillTo", "Address", "Name"), e.from),
		Seller:     party("", e.to),
		ShipTo:     address(header.child("ShipTo")),
		Comments:   comments(header),
		Test:       e.test,
	}
	switch {
	case order.Number == "":
		return order, missing(header, "orderID")
	case order.Type != purchase.New && order.Type != purchase.Update && order.Type != purchase.Delete:
		return order, problem(errValue, header, "type is none of new, update and delete")
	}
	var err error
	if order.Total, order.Currency, err = readMoney(header.child("Total")); err != nil {
		return order, err
	}
	return order, readOrderLines(e.payload, &order)
}

// readOrderLines reads the lines. Where a line number is missing, repeated or no whole number above zero, every line has its
// position in the document, from 1, as its number.
func readOrderLines(e *element, order *port.PurchaseOrder) error {
	numbers := map[int]bool{} // the line numbers that can be answered by
	for item := range e.all("ItemOut") {
		if len(order.Lines) == cart.MaxLines {
			return cart.ErrTooManyLines
		}
		line, currency, err := readItem(item, len(order.Lines)+1)
		switch {
		case err != nil:
			return err
		case line.Quantity.IsZero():
			return missing(item, "quantity")
		case line.SKU == "" && line.Key == "":
			return missing(item, "SupplierPartID")
		}
		if n, err := strconv.Atoi(item.attr("lineNumber")); err == nil && n > 0 {
			numbers[n] = true
		}
		order.Currency = cmp.Or(order.Currency, currency)
		order.Lines = append(order.Lines, port.PurchaseOrderLine{
			LineNumber: line.ID, SKU: line.SKU, Key: line.Key, GTIN: line.GTIN, Name: line.Name,
			Quantity: line.Quantity, Unit: line.Unit,
			UnitPrice: line.UnitPrice, PriceBasisQuantity: line.PriceBasisQuantity, Currency: currency,
		})
	}
	if len(order.Lines) == 0 && order.Type != purchase.Delete {
		return missing(e, "ItemOut")
	}
	if len(numbers) < len(order.Lines) { // later documents tell the lines apart by them: all have one, or none has
		for i := range order.Lines {
			order.Lines[i].LineNumber = strconv.Itoa(i + 1)
		}
	}
	return nil
}

// party is the buyer, whose name is that of the address that is billed, or the seller, by their first credential.
func party(name string, credentials []connection.Identity) cart.Party {
	p := cart.Party{Name: name}
	if len(credentials) > 0 {
		first := credentials[0]
		p.Identifier = cart.Identifier{Scheme: first.Domain, ID: first.ID}
		for scheme, domain := range credentialDomains {
			if strings.EqualFold(domain, first.Domain) {
				p.Identifier.Scheme = scheme
			}
		}
		p.Name = cmp.Or(p.Name, first.ID)
	}
	return p
}

func comments(header *element) string {
	var all []string
	for c := range header.all("Comments") {
		all = append(all, c.own())
	}
	return joined("\n", all...)
}
