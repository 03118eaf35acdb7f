// Package virtualbuyer plays a procurement system in every format of the gateway. It writes what a real system sends: the start call,
// by a form or a cXML document, the ping, and purchase orders in cXML and Peppol BIS Ordering 3; and it reads what it gets: the page
// that hands the cart over, and the carts in it. Buyer makes no call itself: a gateway in the same process serves its
// calls where an operator tries a connection, and Client makes them over the network, in the demo and in the tests of whoever connects
// a shop to a gateway (docs/virtual-buyer.md).
//
// It reads the documents by itself, apart from the format adapters, so that it does not repeat their mistakes: cXML 1.2
// (PunchOutOrderMessage), UBL 2.1 Catalogue (Peppol BIS Punch Out 3) and the fields of SAP OCI 3 to 5. It reads what a buyer needs to
// order, and no more: descriptions, taxes, attachments and all that is particular to one customer it leaves out.
package virtualbuyer

import (
	"slices"
	"strings"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
)

// Module provides the virtual buyer.
var Module = fx.Module("virtual buyer", fx.Provide(fx.Annotate(New, fx.As(new(port.VirtualBuyer)))))

var _ port.VirtualBuyer = (*Buyer)(nil)

// The formats of purchase orders that it writes.
const (
	CXMLOrders   = "cxml-1.2"
	PeppolOrders = "peppol-bis-ordering-3"
)

// Formats are the formats of carts that it speaks.
func Formats() []string {
	return []string{"cxml-1.2", "oci-3", "oci-4", "oci-5", "peppol-bis-punchout-3", "proceedo-cxml"}
}

// OrderFormats are the formats of purchase orders that it speaks.
func OrderFormats() []string { return []string{CXMLOrders, PeppolOrders} }

// Buyer is the port.VirtualBuyer of this build. It keeps nothing and is safe for concurrent use.
type Buyer struct{}

// New makes a virtual buyer.
func New() *Buyer { return &Buyer{} }

// Refusals of formats that it does not speak.
var (
	ErrFormat = fault.New(fault.Unsupported, "virtual_buyer.format_unknown",
		"the virtual buyer does not speak this format")
	ErrOrderFormat = fault.New(fault.Unsupported, "virtual_buyer.order_format_unknown",
		"the virtual buyer does not write purchase orders in this format")
)

// Check refuses what it does not speak, and says what it does.
func (*Buyer) Check(b port.Buyer) error {
	if !slices.Contains(Formats(), b.Format) {
		return ErrFormat.With(unknown("/format", b.Format, Formats()))
	}
	if b.OrderFormat != "" && !slices.Contains(OrderFormats(), b.OrderFormat) {
		return ErrOrderFormat.With(unknown("/ordering/format", b.OrderFormat, OrderFormats()))
	}
	return nil
}

func unknown(path, name string, known []string) fault.Detail {
	return fault.Detail{Path: path, Code: "format_unknown", Message: name + " is none of " + strings.Join(known, ", ")}
}

// identity returns the first of the connection's, with which the buyer presents itself.
func identity(all []connection.Identity) connection.Identity {
	if len(all) == 0 {
		return connection.Identity{}
	}
	return all[0]
}

// user returns who pings: the login's user; a connection that logs in by documents alone names its Sender.
func user(b port.Buyer) string {
	if b.Login.User == "" || b.Documents {
		return identity(b.Login.Sender).ID
	}
	return b.Login.User
}
