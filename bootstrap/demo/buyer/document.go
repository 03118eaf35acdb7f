package buyer

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

	"github.com/punchgate/punchgate/domain/money"
)

// document is what the pages show of a cart, whatever its format.
type document struct {
	Kind          string
	ID            string // of the cart; the ping names the order by it
	Seller, Buyer string
	Currency      string
	Stated        money.Decimal // the total that the document states; absent where it states none
	Test          bool
	Cancelled     bool // the person came back without a cart
	Lines         []line
}

// line is one article. The price is net, for Basis units.
type line struct {
	Name, Article, Unit, UNSPSC string
	Key                         string // the supplier's own of the line; goes back in the purchase order
	Quantity, Price, Basis      money.Decimal
	Currency                    string
}

// PerMany reports whether the price is for another number of units than one.
func (l line) PerMany() bool { return l.Basis.Sign() > 0 && l.Basis.Cmp(money.FromInt(1)) != 0 }

// Sum returns the line's quantity times its price.
func (l line) Sum() money.Decimal {
	sum := l.Quantity.Mul(l.Price)
	if l.Basis.Sign() > 0 {
		sum = sum.Quo(l.Basis)
	}
	return sum
}

// Total returns the sum of the lines, net.
func (d document) Total() money.Decimal {
	total := money.FromInt(0)
	for _, l := range d.Lines {
		total = total.Add(l.Sum())
	}
	return total
}

// readXML reads a cXML message or a UBL catalogue, told by the name of the root.
func readXML(text string) (document, error) {
	root, err := rootOf(text)
	if err != nil {
		return document{}, err
	}
	switch root {
	case "cXML":
		return readCXML(text)
	case "Catalogue":
		return readCatalogue(text)
	default:
		return document{Kind: root}, fmt.Errorf("the document is a %s, which is no cart", root)
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
	decoder := xml.NewDecoder(strings.NewReader(text)) //nolint:gosec // it reads into plain structs
	decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return decoder
}

// numbers reads decimals and keeps the first that is none.
type numbers struct{ err error }

func (n *numbers) read(what, text string) money.Decimal {
	d, err := money.Parse(strings.TrimSpace(text))
	if err != nil && n.err == nil {
		n.err = fmt.Errorf("%s %q is not a number: %w", what, clip(text, 40), err)
	}
	return d
}

// cxmlMessage is a PunchOutOrderMessage (cXML 1.2.014 and later), as far as it is shown.
type cxmlMessage struct {
	From    string `xml:"Header>From>Credential>Identity"`
	To      string `xml:"Header>To>Credential>Identity"`
	Message struct {
		Mode   string `xml:"deploymentMode,attr"`
		Status struct {
			Code string `xml:"code,attr"`
		} `xml:"Status"`
		Order *struct {
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

func readCXML(text string) (document, error) {
	var message cxmlMessage
	d := document{Kind: "cXML PunchOutOrderMessage"}
	if err := newDecoder(text).Decode(&message); err != nil {
		return d, err
	}
	order := message.Message.Order
	if order == nil {
		return d, errors.New("the cXML document has no PunchOutOrderMessage")
	}
	var n numbers
	d.ID, d.Seller, d.Buyer = order.Header.Supplier.ID, strings.TrimSpace(message.From), strings.TrimSpace(message.To)
	d.Test = message.Message.Mode == "test"
	d.Currency, d.Stated = order.Header.Total.Currency, n.read("Total", order.Header.Total.Amount)
	d.Cancelled = len(order.Items) == 0 && message.Message.Status.Code == "204"
	for _, item := range order.Items {
		l := line{
			Name: strings.TrimSpace(item.Detail.Description.Short), Article: item.Article, Key: item.Key, Unit: item.Detail.Unit,
			Quantity: n.read("quantity", item.Quantity), Price: n.read("UnitPrice", item.Detail.Price.Amount),
			Basis: n.read("PriceBasisQuantity", item.Detail.Basis.Quantity), Currency: item.Detail.Price.Currency,
		}
		if l.Name == "" {
			l.Name = strings.TrimSpace(item.Detail.Description.Text)
		}
		for _, c := range item.Detail.Classifications {
			if strings.EqualFold(c.Domain, "UNSPSC") {
				l.UNSPSC = strings.TrimSpace(c.Code)
			}
		}
		d.Lines = append(d.Lines, l)
	}
	return d, n.err
}

// catalogue is a UBL 2.1 Catalogue as Peppol BIS Punch Out 3 (transaction T77) uses it, as far as it is shown.
type catalogue struct {
	ID     string          `xml:"ID"`
	Seller string          `xml:"ProviderParty>PartyLegalEntity>RegistrationName"`
	Buyer  string          `xml:"ReceiverParty>PartyLegalEntity>RegistrationName"`
	Lines  []catalogueLine `xml:"CatalogueLine"`
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
		Name            string `xml:"Name"`
		Article         string `xml:"SellersItemIdentification>ID"`
		Standard        string `xml:"StandardItemIdentification>ID"`
		Classifications []struct {
			List string `xml:"listID,attr"`
			Code string `xml:",chardata"`
		} `xml:"CommodityClassification>ItemClassificationCode"`
	} `xml:"Item"`
}

// unspscList is UNSPSC's name in UNCL7143.
const unspscList = "TST"

func readCatalogue(text string) (document, error) {
	var c catalogue
	d := document{Kind: "UBL Catalogue (Peppol BIS Punch Out 3)"}
	if err := newDecoder(text).Decode(&c); err != nil {
		return d, err
	}
	var n numbers
	d.ID, d.Seller, d.Buyer = c.ID, c.Seller, c.Buyer
	for _, from := range c.Lines {
		l := line{
			Name: from.Item.Name, Article: cmp.Or(from.Item.Article, from.Item.Standard), Unit: from.Location.Quantity.Unit,
			Quantity: n.read("BatchQuantity", from.Location.Quantity.Number), Price: n.read("PriceAmount", from.Location.Price.Amount),
			Basis: n.read("BaseQuantity", from.Location.Basis), Currency: from.Location.Price.Currency,
		}
		for _, class := range from.Item.Classifications {
			if class.List == unspscList {
				l.UNSPSC = class.Code
			}
		}
		d.Currency = l.Currency
		d.Lines = append(d.Lines, l)
	}
	return d, n.err
}

// ociField is the name of a field of SAP OCI 3 to 5, such as NEW_ITEM-PRICE[1].
var ociField = regexp.MustCompile(`^NEW_ITEM-([A-Z0-9_]+)\[([1-9][0-9]{0,4})\]$`)

// readOCI reads the fields of an OCI cart. A form without any is a visit that was cancelled.
func readOCI(fields []Field) (document, error) {
	items := map[int]map[string]string{}
	for _, f := range fields {
		parts := ociField.FindStringSubmatch(f.Name)
		if parts == nil {
			continue
		}
		index, err := strconv.Atoi(parts[2])
		if err != nil {
			return document{}, err
		}
		if items[index] == nil {
			items[index] = map[string]string{}
		}
		items[index][parts[1]] = f.Value
	}
	if len(items) == 0 {
		return document{Cancelled: true}, nil
	}
	d := document{Kind: "OCI"}
	var n numbers
	for _, index := range slices.Sorted(maps.Keys(items)) {
		item := items[index]
		l := line{
			Name: item["DESCRIPTION"], Article: cmp.Or(item["VENDORMAT"], item["MATNR"]), Unit: item["UNIT"],
			Quantity: n.read("QUANTITY", item["QUANTITY"]), Price: n.read("PRICE", item["PRICE"]), Basis: n.read("PRICEUNIT", item["PRICEUNIT"]),
			Currency: item["CURRENCY"], UNSPSC: cmp.Or(item["EXT_CATEGORY_ID"], item["EXT_CATEGORY"], item["MATGROUP"]),
		}
		d.ID, d.Currency = cmp.Or(d.ID, item["EXT_QUOTE_ID"]), cmp.Or(d.Currency, l.Currency)
		d.Lines = append(d.Lines, l)
	}
	return d, n.err
}

// indent puts each element of a document on a line of its own, for reading. What is not well-formed stays as it is.
func indent(text string) string {
	decoder := newDecoder(text)
	var out strings.Builder
	depth, begin := 0, int64(0)
	within := false // an element whose tag was just begun, or its text
	newLine := func() {
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		out.WriteString(strings.Repeat("  ", max(0, min(depth, maxDepth))))
	}
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			return text
		}
		end := decoder.InputOffset()
		raw := text[begin:end]
		begin = end
		switch token.(type) {
		case xml.StartElement:
			newLine()
			depth++
			within = true
		case xml.EndElement:
			depth--
			if !within {
				newLine()
			}
			within = false
		case xml.CharData:
			if raw = strings.TrimSpace(raw); raw != "" {
				within = true
			}
		default:
			newLine()
		}
		out.WriteString(raw)
	}
}

// maxDepth bounds the indentation.
const maxDepth = 20
