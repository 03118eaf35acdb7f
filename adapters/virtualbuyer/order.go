package virtualbuyer

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
)

// Order writes a purchase order: cXML with the credentials inside, or a Peppol order with those of the login by HTTP Basic or Bearer.
func (*Buyer) Order(b port.Buyer, v port.BuyerVisit, c port.ReceivedCart) (port.BuyerCall, error) {
	call := port.BuyerCall{Method: http.MethodPost, URL: b.LinkURL + "/orders", MediaType: "application/xml", Accept: accept}
	var err error
	switch b.OrderFormat {
	case CXMLOrders:
		call.MediaType = cxmlMedia
		call.Body, err = cxmlOrder(b, v, &c)
	case PeppolOrders:
		if b.OrderLogin == connection.Bearer {
			call.Token = b.Secret
		} else {
			call.User, call.Password = user(b), b.Secret
		}
		call.Body, err = peppolOrder(v, &c)
	default:
		return call, ErrOrderFormat.With(unknown("/ordering/format", b.OrderFormat, OrderFormats()))
	}
	return call, err
}

// orderRequest is an OrderRequest (cXML 1.2.014), in the DTD's order.
type (
	orderRequest struct {
		Header orderHeader `xml:"OrderRequestHeader"`
		Items  []itemOut   `xml:"ItemOut"`
	}
	orderHeader struct {
		ID     string    `xml:"orderID,attr"`
		Date   string    `xml:"orderDate,attr"`
		Type   string    `xml:"type,attr"`
		Total  moneyOut  `xml:"Total>Money"`
		BillTo langText  `xml:"BillTo>Address>Name"`
		Cart   *supplier `xml:"SupplierOrderInfo,omitempty"`
	}
	supplier struct {
		ID string `xml:"orderID,attr"`
	}
	moneyOut struct {
		Currency string `xml:"currency,attr"`
		Amount   string `xml:",chardata"`
	}
	langText struct {
		Lang string `xml:"xml:lang,attr"`
		Text string `xml:",chardata"`
	}
	itemOut struct {
		Quantity string   `xml:"quantity,attr"`
		Line     string   `xml:"lineNumber,attr"`
		Article  string   `xml:"ItemID>SupplierPartID"`
		Key      string   `xml:"ItemID>SupplierPartAuxiliaryID,omitempty"`
		Price    moneyOut `xml:"ItemDetail>UnitPrice>Money"`
		Name     langText `xml:"ItemDetail>Description"`
		Unit     string   `xml:"ItemDetail>UnitOfMeasure"`
		Basis    *basis   `xml:"ItemDetail>PriceBasisQuantity,omitempty"`
		Class    struct {
			Domain string `xml:"domain,attr"`
			Code   string `xml:",chardata"`
		} `xml:"ItemDetail>Classification"`
	}
	basis struct {
		Quantity string `xml:"quantity,attr"`
		Factor   string `xml:"conversionFactor,attr"`
		Unit     string `xml:"UnitOfMeasure"`
	}
)

// unnamed is what the buyer is called where the cart does not say.
const unnamed = "Inköpsportalen"

func cxmlOrder(b port.Buyer, v port.BuyerVisit, c *port.ReceivedCart) ([]byte, error) {
	v.Test = v.Test || c.Order.Test
	d := envelope(b, v)
	d.PayloadID = v.PurchaseOrder + host // the same however often it is sent
	order := &orderRequest{Header: orderHeader{
		ID: v.PurchaseOrder, Date: v.At.Format(timestamp), Type: "new", Total: moneyOut{c.Order.Currency, c.Total().String()},
		BillTo: langText{"sv", cmp.Or(c.Order.Buyer.Name, unnamed)}, Cart: &supplier{c.Order.CartID},
	}}
	version := oldest
	for i, l := range c.Order.Lines {
		item := itemOut{
			Quantity: l.Quantity.String(), Line: l.LineNumber, Article: l.SKU, Key: l.Key, Price: moneyOut{l.Currency, l.UnitPrice.String()},
			Name: langText{"sv", l.Name}, Unit: l.Unit,
		}
		item.Class.Domain, item.Class.Code = cart.UNSPSC, c.UNSPSC[i]
		if PerMany(l.PriceBasisQuantity) {
			item.Basis, version = &basis{l.PriceBasisQuantity.String(), "1", l.Unit}, withPriceBasis
		}
		order.Items = append(order.Items, item)
	}
	d.Request.Order = order
	return marshal(doctype(version), d)
}

// ublOrder is an Order of UBL 2.1 as Peppol BIS Ordering 3 (transaction T01) uses it, in the model's order.
type (
	ublOrder struct {
		XMLName       xml.Name  `xml:"urn:oasis:names:specification:ubl:schema:xsd:Order-2 Order"`
		CAC           string    `xml:"xmlns:cac,attr"`
		CBC           string    `xml:"xmlns:cbc,attr"`
		Customization string    `xml:"cbc:CustomizationID"`
		Profile       string    `xml:"cbc:ProfileID"`
		ID            string    `xml:"cbc:ID"`
		Date          string    `xml:"cbc:IssueDate"`
		Currency      string    `xml:"cbc:DocumentCurrencyCode"`
		Reference     string    `xml:"cbc:CustomerReference"`
		Cart          string    `xml:"cac:QuotationDocumentReference>cbc:ID"`
		Buyer         ublParty  `xml:"cac:BuyerCustomerParty>cac:Party"`
		Seller        ublParty  `xml:"cac:SellerSupplierParty>cac:Party"`
		Total         ublAmount `xml:"cac:AnticipatedMonetaryTotal>cbc:LineExtensionAmount"`
		Payable       ublAmount `xml:"cac:AnticipatedMonetaryTotal>cbc:PayableAmount"`
		Lines         []ublLine `xml:"cac:OrderLine"`
	}
	ublParty struct {
		Endpoint struct {
			Scheme string `xml:"schemeID,attr"`
			ID     string `xml:",chardata"`
		} `xml:"cbc:EndpointID"`
		Name string `xml:"cac:PartyLegalEntity>cbc:RegistrationName"`
	}
	ublAmount struct {
		Currency string `xml:"currencyID,attr"`
		Amount   string `xml:",chardata"`
	}
	ublQuantity struct {
		Unit   string `xml:"unitCode,attr"`
		Number string `xml:",chardata"`
	}
	ublLine struct {
		Item ublItem `xml:"cac:LineItem"`
	}
	ublItem struct {
		ID       string       `xml:"cbc:ID"`
		Quantity ublQuantity  `xml:"cbc:Quantity"`
		Sum      ublAmount    `xml:"cbc:LineExtensionAmount"`
		Price    ublAmount    `xml:"cac:Price>cbc:PriceAmount"`
		Basis    *ublQuantity `xml:"cac:Price>cbc:BaseQuantity,omitempty"`
		Name     string       `xml:"cac:Item>cbc:Name"`
		Article  string       `xml:"cac:Item>cac:SellersItemIdentification>cbc:ID"`
	}
)

// Stand-ins for the electronic addresses of parties where the cart does not tell them; both are GLNs for examples.
var (
	standInBuyer  = cart.Party{Name: unnamed, Endpoint: cart.Identifier{Scheme: "0088", ID: "7381030000004"}}
	standInSeller = cart.Party{Name: "Leverantören", Endpoint: cart.Identifier{Scheme: "0088", ID: "7300010000001"}}
)

func ublPartyOf(p, standIn cart.Party) ublParty {
	var out ublParty
	if p.Endpoint.ID == "" {
		p.Endpoint = standIn.Endpoint
	}
	out.Endpoint.Scheme, out.Endpoint.ID, out.Name = p.Endpoint.Scheme, p.Endpoint.ID, cmp.Or(p.Name, standIn.Name)
	return out
}

func peppolOrder(v port.BuyerVisit, c *port.ReceivedCart) ([]byte, error) {
	o := ublOrder{
		CAC:           "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
		CBC:           "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
		Customization: "urn:fdc:peppol.eu:poacc:trns:order:3", Profile: "urn:fdc:peppol.eu:poacc:bis:ordering:3",
		ID: v.PurchaseOrder, Date: v.At.Format(time.DateOnly), Currency: c.Order.Currency, Reference: "4711-Anna", Cart: c.Order.CartID,
		Buyer: ublPartyOf(c.Order.Buyer, standInBuyer), Seller: ublPartyOf(c.Order.Seller, standInSeller),
	}
	amount := func(d fmt.Stringer) ublAmount { return ublAmount{c.Order.Currency, d.String()} }
	o.Total, o.Payable = amount(c.Total().Round(2)), amount(c.Total().Round(2))
	for i, l := range c.Order.Lines {
		line := ublItem{
			ID: strconv.Itoa(i + 1), Quantity: ublQuantity{l.Unit, l.Quantity.String()}, Sum: amount(c.Sum(i).Round(2)), Price: amount(l.UnitPrice),
			Name: l.Name, Article: l.SKU,
		}
		if PerMany(l.PriceBasisQuantity) {
			line.Basis = &ublQuantity{l.Unit, l.PriceBasisQuantity.String()}
		}
		o.Lines = append(o.Lines, ublLine{line})
	}
	return marshal("", o)
}
