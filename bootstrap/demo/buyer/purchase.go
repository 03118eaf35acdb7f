package buyer

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The formats of purchase orders that the virtual buyer writes.
const (
	CXMLOrders   = "cxml-1.2"
	PeppolOrders = "peppol-bis-ordering-3"
)

// sendOrder sends the purchase order of a visit as a document: cXML with the credentials inside, or a Peppol order with those
// of the login by HTTP Basic.
func (b *portal) sendOrder(ctx context.Context, v *visit) *ping {
	c := v.Connection
	write, mediaType, user, password := peppolOrder, "application/xml", "", ""
	if c.OrderFormat == CXMLOrders {
		write, mediaType = cxmlOrder, `text/xml; charset="UTF-8"`
	} else {
		user, password = c.pingCredentials()
	}
	text, err := write(v, time.Now())
	if err != nil {
		return &ping{Body: err.Error()}
	}
	status, body, err := b.postAs(ctx, c.LinkURL+"/orders", mediaType, text, user, password)
	if err != nil {
		b.Log.WarnContext(ctx, "the virtual buyer could not send a purchase order", "format", c.OrderFormat, "error", err)
		return &ping{Body: err.Error()}
	}
	answer := &ping{Status: status, Body: indent(string(body)), Document: clip(indent(text), maxShown)}
	if c.OrderFormat != CXMLOrders {
		answer.read(body)
		return answer
	}
	var response setUpResponse
	if err := newDecoder(string(body)).Decode(&response); err != nil || !strings.HasPrefix(response.Status.Code, "2") {
		answer.Status = http.StatusBadRequest
	}
	answer.OrderState = "cXML " + response.Status.Code + " " + response.Status.Text
	return answer
}

// read takes the order's number and status from a JSON answer.
func (p *ping) read(body []byte) {
	var indented strings.Builder
	var answer struct {
		Order struct {
			Number string `json:"number"`
			Status string `json:"status"`
		} `json:"order"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return
	}
	encoder := json.NewEncoder(&indented)
	encoder.SetIndent("", "  ")
	if encoder.Encode(json.RawMessage(body)) == nil {
		p.Body = indented.String()
	}
	if p.Done() {
		p.Order, p.OrderState = answer.Order.Number, answer.Order.Status
	}
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
		Line     int      `xml:"lineNumber,attr"`
		Article  string   `xml:"ItemID>SupplierPartID"`
		Key      string   `xml:"ItemID>SupplierPartAuxiliaryID,omitempty"`
		Price    moneyOut `xml:"ItemDetail>UnitPrice>Money"`
		Name     langText `xml:"ItemDetail>Description"`
		Unit     string   `xml:"ItemDetail>UnitOfMeasure"`
		Class    struct {
			Domain string `xml:"domain,attr"`
			Code   string `xml:",chardata"`
		} `xml:"ItemDetail>Classification"`
	}
)

func cxmlOrder(v *visit, now time.Time) (string, error) {
	d := envelope(v.Connection.Credentials, now)
	d.PayloadID = v.PurchaseOrder + "@inkopsportalen.example" // the same however often it is sent
	if v.Document.Test {
		d.Request.Mode = "test"
	}
	order := &orderRequest{Header: orderHeader{
		ID: v.PurchaseOrder, Date: v.At.Format(timestamp), Type: "new", Total: moneyOut{v.Document.Currency, v.Document.Total().String()},
		BillTo: langText{"sv", cmp.Or(v.Document.Buyer, "Inköpsportalen")}, Cart: &supplier{v.Document.ID},
	}}
	for i, l := range v.Document.Lines {
		item := itemOut{
			Quantity: l.Quantity.String(), Line: i + 1, Article: l.Article, Key: l.Key, Price: moneyOut{l.Currency, l.Price.String()},
			Name: langText{"sv", l.Name}, Unit: l.Unit,
		}
		item.Class.Domain, item.Class.Code = "UNSPSC", l.UNSPSC
		order.Items = append(order.Items, item)
	}
	d.Timestamp = v.At.Format(timestamp)
	d.Request.Order = order
	return marshal(d)
}

func marshal(d any) (string, error) {
	text, err := xml.MarshalIndent(d, "", "  ")
	return xml.Header + doctype + string(text) + "\n", err
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
		Lines         []ublLine `xml:"cac:OrderLine>cac:LineItem"`
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
		ID       string       `xml:"cbc:ID"`
		Quantity ublQuantity  `xml:"cbc:Quantity"`
		Sum      ublAmount    `xml:"cbc:LineExtensionAmount"`
		Price    ublAmount    `xml:"cac:Price>cbc:PriceAmount"`
		Basis    *ublQuantity `xml:"cac:Price>cbc:BaseQuantity,omitempty"`
		Name     string       `xml:"cac:Item>cbc:Name"`
		Article  string       `xml:"cac:Item>cac:SellersItemIdentification>cbc:ID"`
	}
)

func peppolOrder(v *visit, _ time.Time) (string, error) {
	o := ublOrder{
		CAC:           "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
		CBC:           "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
		Customization: "urn:fdc:peppol.eu:poacc:trns:order:3", Profile: "urn:fdc:peppol.eu:poacc:bis:ordering:3",
		ID: v.PurchaseOrder, Date: v.At.Format(time.DateOnly), Currency: v.Document.Currency, Reference: "4711-Anna", Cart: v.Document.ID,
	}
	o.Buyer.Endpoint.Scheme, o.Buyer.Endpoint.ID, o.Buyer.Name = "0088", "7381030000004", cmp.Or(v.Document.Buyer, "Inköpsportalen")
	o.Seller.Endpoint.Scheme, o.Seller.Endpoint.ID, o.Seller.Name = "0088", "7300010000001", cmp.Or(v.Document.Seller, v.Connection.Name)
	amount := func(d fmt.Stringer) ublAmount { return ublAmount{v.Document.Currency, d.String()} }
	o.Total, o.Payable = amount(v.Document.Total().Round(2)), amount(v.Document.Total().Round(2))
	for i, l := range v.Document.Lines {
		line := ublLine{
			ID: strconv.Itoa(i + 1), Quantity: ublQuantity{l.Unit, l.Quantity.String()}, Sum: amount(l.Sum().Round(2)), Price: amount(l.Price),
			Name: l.Name, Article: l.Article,
		}
		if l.PerMany() {
			line.Basis = &ublQuantity{l.Unit, l.Basis.String()}
		}
		o.Lines = append(o.Lines, line)
	}
	text, err := xml.MarshalIndent(o, "", "  ")
	return xml.Header + string(text) + "\n", err
}
