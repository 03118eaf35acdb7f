package virtualbuyer

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Cart reads the document among the fields, told by the name of its root, or the fields of OCI. What was understood until an error is
// returned all the same.
func (*Buyer) Cart(fields []transfer.Field) (port.ReceivedCart, error) {
	text, at := findDocument(fields)
	var c port.ReceivedCart
	var err error
	if text == "" {
		c, err = readOCI(fields)
	} else {
		c, err = readXML(text)
	}
	c.Document, c.Field = text, at
	return c, err
}

func readXML(text string) (port.ReceivedCart, error) {
	root, err := rootOf(text)
	if err != nil {
		return port.ReceivedCart{}, err
	}
	switch root {
	case "cXML":
		return readCXML(text)
	case "Catalogue":
		return readCatalogue(text)
	default:
		return port.ReceivedCart{Kind: root}, fmt.Errorf("the document is a %s, which is no cart", root)
	}
}

func rootOf(text string) (string, error) {
	decoder := newDecoder(text)
	for {
		token, err := decoder.RawToken()
		if err != nil {
			return "", err
		}
		if element, ok := token.(xml.StartElement); ok {
			return element.Name.Local, nil
		}
	}
}

// newDecoder reads a text that is UTF-8 by now, whatever encoding the document declares.
func newDecoder(text string) *xml.Decoder {
	decoder := xml.NewDecoder(strings.NewReader(text))
	decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return decoder
}

// numbers reads decimals and keeps the first that is none.
type numbers struct{ err error }

func (n *numbers) read(what, text string) money.Decimal {
	d, err := money.Parse(strings.TrimSpace(text))
	if err != nil && n.err == nil {
		n.err = fmt.Errorf("%s %q is not a number: %w", what, clip(text), err)
	}
	return d
}

// add adds a line of the class to what would be ordered.
func add(c *port.ReceivedCart, l purchase.Line, unspsc string) {
	l.LineNumber = strconv.Itoa(len(c.Order.Lines) + 1)
	c.Order.Lines, c.UNSPSC = append(c.Order.Lines, l), append(c.UNSPSC, unspsc)
}

// cxmlMessage is a PunchOutOrderMessage (cXML 1.2.014 and later), as far as it is read.
type cxmlMessage struct {
	From    string `xml:"Header>From>Credential>Identity"`
	To      string `xml:"Header>To>Credential>Identity"`
	Message struct {
		Mode   string `xml:"deploymentMode,attr"`
		Status struct {
			Code string `xml:"code,attr"`
		} `xml:"Status"`
		Order *struct {
			Cookie string `xml:"BuyerCookie"`
			Header struct {
				Total    cxmlMoney `xml:"Total>Money"`
				Supplier struct {
					ID string `xml:"orderID,attr"`
				} `xml:"SupplierOrderInfo"`
			} `xml:"PunchOutOrderMessageHeader"`
			Items []cxmlItem `xml:"ItemIn"`
		} `xml:"PunchOutOrderMessage"`
	} `xml:"Message"`
}

type cxmlMoney struct {
	Currency string `xml:"currency,attr"`
	Amount   string `xml:",chardata"`
}

type cxmlItem struct {
	Quantity string `xml:"quantity,attr"`
	Article  string `xml:"ItemID>SupplierPartID"`
	Key      string `xml:"ItemID>SupplierPartAuxiliaryID"`
	Detail   struct {
		Price cxmlMoney `xml:"UnitPrice>Money"`
		Basis struct {
			Quantity string `xml:"quantity,attr"`
		} `xml:"PriceBasisQuantity"`
		Description struct {
			Short string `xml:"ShortName"`
			Text  string `xml:",chardata"`
		} `xml:"Description"`
		Unit            string `xml:"UnitOfMeasure"`
		Classifications []struct {
			Domain string `xml:"domain,attr"`
			Code   string `xml:",chardata"`
		} `xml:"Classification"`
	} `xml:"ItemDetail"`
}

func readCXML(text string) (port.ReceivedCart, error) {
	var message cxmlMessage
	c := port.ReceivedCart{Kind: "cXML PunchOutOrderMessage"}
	if err := newDecoder(text).Decode(&message); err != nil {
		return c, err
	}
	order := message.Message.Order
	if order == nil {
		return c, errors.New("the cXML document has no PunchOutOrderMessage")
	}
	var n numbers
	o := &c.Order
	c.Correlation = strings.TrimSpace(order.Cookie)
	o.Type, o.CartID, o.Test = purchase.New, order.Header.Supplier.ID, message.Message.Mode == "test"
	o.Seller.Name, o.Buyer.Name = strings.TrimSpace(message.From), strings.TrimSpace(message.To)
	o.Currency, o.Total = order.Header.Total.Currency, n.read("Total", order.Header.Total.Amount)
	c.Cancelled = len(order.Items) == 0 && message.Message.Status.Code == "204"
	for _, item := range order.Items {
		unspsc := ""
		for _, class := range item.Detail.Classifications {
			if strings.EqualFold(class.Domain, cart.UNSPSC) {
				unspsc = strings.TrimSpace(class.Code)
			}
		}
		d := item.Detail
		add(&c, purchase.Line{
			Name: cmp.Or(strings.TrimSpace(d.Description.Short), strings.TrimSpace(d.Description.Text)),
			SKU:  item.Article, Key: item.Key, Unit: d.Unit, Quantity: n.read("quantity", item.Quantity),
			UnitPrice: n.read("UnitPrice", d.Price.Amount), PriceBasisQuantity: n.read("PriceBasisQuantity", d.Basis.Quantity),
			Currency: d.Price.Currency,
		}, unspsc)
	}
	return c, n.err
}

// catalogue is a UBL 2.1 Catalogue as Peppol BIS Punch Out 3 (transaction T77) uses it, as far as it is read.
type catalogue struct {
	ID     string          `xml:"ID"`
	Seller ublPartyIn      `xml:"ProviderParty"`
	Buyer  ublPartyIn      `xml:"ReceiverParty"`
	Lines  []catalogueLine `xml:"CatalogueLine"`
}

type ublPartyIn struct {
	Endpoint struct {
		Scheme string `xml:"schemeID,attr"`
		ID     string `xml:",chardata"`
	} `xml:"EndpointID"`
	Name string `xml:"PartyLegalEntity>RegistrationName"`
}

func (p ublPartyIn) party() cart.Party {
	return cart.Party{Name: p.Name, Endpoint: cart.Identifier{Scheme: p.Endpoint.Scheme, ID: strings.TrimSpace(p.Endpoint.ID)}}
}

type catalogueLine struct {
	Location struct {
		Price struct {
			Currency string `xml:"currencyID,attr"`
			Amount   string `xml:",chardata"`
		} `xml:"Price>PriceAmount"`
		Basis    string `xml:"Price>BaseQuantity"`
		Quantity struct {
			Unit   string `xml:"unitCode,attr"`
			Number string `xml:",chardata"`
		} `xml:"DeliveryUnit>BatchQuantity"`
	} `xml:"RequiredItemLocationQuantity"`
	Item struct {
		Name     string `xml:"Name"`
		Article  string `xml:"SellersItemIdentification>ID"`
		Standard struct {
			Scheme string `xml:"schemeID,attr"`
			ID     string `xml:",chardata"`
		} `xml:"StandardItemIdentification>ID"`
		Classifications []struct {
			List string `xml:"listID,attr"`
			Code string `xml:",chardata"`
		} `xml:"CommodityClassification>ItemClassificationCode"`
	} `xml:"Item"`
}

// unspscList is UNSPSC's name in UNCL7143.
const unspscList = "TST"

func readCatalogue(text string) (port.ReceivedCart, error) {
	var in catalogue
	c := port.ReceivedCart{Kind: "UBL Catalogue (Peppol BIS Punch Out 3)"}
	if err := newDecoder(text).Decode(&in); err != nil {
		return c, err
	}
	var n numbers
	o := &c.Order
	o.Type, o.CartID, o.Seller, o.Buyer = purchase.New, in.ID, in.Seller.party(), in.Buyer.party()
	for _, from := range in.Lines {
		unspsc := ""
		for _, class := range from.Item.Classifications {
			if class.List == unspscList {
				unspsc = class.Code
			}
		}
		at := from.Location
		o.Currency = at.Price.Currency
		add(&c, purchase.Line{
			Name: from.Item.Name, SKU: cmp.Or(from.Item.Article, from.Item.Standard.ID),
			StandardID: cart.Identifier{Scheme: from.Item.Standard.Scheme, ID: from.Item.Standard.ID},
			Unit:       at.Quantity.Unit, Quantity: n.read("BatchQuantity", at.Quantity.Number),
			UnitPrice: n.read("PriceAmount", at.Price.Amount), PriceBasisQuantity: n.read("BaseQuantity", at.Basis),
			Currency: at.Price.Currency,
		}, unspsc)
	}
	return c, n.err
}

// ociField is the name of a field of SAP OCI 3 to 5, such as NEW_ITEM-PRICE[1].
var ociField = regexp.MustCompile(`^NEW_ITEM-([A-Z0-9_]+)\[([1-9][0-9]{0,4})\]$`)

// readOCI reads the fields of an OCI cart. A form without any is a visit that was cancelled.
func readOCI(fields []transfer.Field) (port.ReceivedCart, error) {
	items := map[int]map[string]string{}
	for _, f := range fields {
		parts := ociField.FindStringSubmatch(f.Name)
		if parts == nil {
			continue
		}
		index, err := strconv.Atoi(parts[2])
		if err != nil {
			return port.ReceivedCart{}, err
		}
		if items[index] == nil {
			items[index] = map[string]string{}
		}
		items[index][parts[1]] = f.Value
	}
	if len(items) == 0 {
		return port.ReceivedCart{Cancelled: true}, nil
	}
	c := port.ReceivedCart{Kind: "OCI"}
	c.Order.Type = purchase.New
	var n numbers
	number := func(field string, item map[string]string) money.Decimal { // some buyers take a decimal comma
		return n.read(field, strings.Replace(item[field], ",", ".", 1))
	}
	for _, index := range slices.Sorted(maps.Keys(items)) {
		item := items[index]
		l := purchase.Line{
			Name: item["DESCRIPTION"], SKU: cmp.Or(item["VENDORMAT"], item["MATNR"]), Unit: item["UNIT"],
			Quantity: number("QUANTITY", item), UnitPrice: number("PRICE", item), PriceBasisQuantity: number("PRICEUNIT", item),
			Currency: item["CURRENCY"],
		}
		c.Order.CartID, c.Order.Currency = cmp.Or(c.Order.CartID, item["EXT_QUOTE_ID"]), cmp.Or(c.Order.Currency, l.Currency)
		add(&c, l, cmp.Or(item["EXT_CATEGORY_ID"], item["EXT_CATEGORY"], item["MATGROUP"]))
	}
	return c, n.err
}

// PerMany reports whether a price is for another number of units than one.
func PerMany(basis money.Decimal) bool { return basis.Sign() > 0 && basis.Cmp(money.FromInt(1)) != 0 }
