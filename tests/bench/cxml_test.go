package bench

import (
	"encoding/xml"
	"strconv"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/money"
)

// The PunchOutOrderMessage of cXML.
type (
	cxmlDocument struct {
		XMLName   xml.Name `xml:"cXML"`
		PayloadID string   `xml:"payloadID,attr"`
		Timestamp string   `xml:"timestamp,attr"`
		Version   string   `xml:"version,attr"`
		Lang      string   `xml:"xml:lang,attr"`
		Header    struct {
			From      []cxmlCredential `xml:"From>Credential"`
			To        []cxmlCredential `xml:"To>Credential"`
			Sender    []cxmlCredential `xml:"Sender>Credential"`
			UserAgent string           `xml:"Sender>UserAgent"`
		}
		Message struct {
			Mode   string      `xml:"deploymentMode,attr"`
			Cookie string      `xml:"PunchOutOrderMessage>BuyerCookie"`
			Head   cxmlHead    `xml:"PunchOutOrderMessage>PunchOutOrderMessageHeader"`
			Items  []*cxmlItem `xml:"PunchOutOrderMessage>ItemIn"`
		}
	}
	cxmlCredential struct {
		Domain   string `xml:"domain,attr"`
		Identity string
	}
	cxmlHead struct {
		Allowed string    `xml:"operationAllowed,attr"`
		Total   cxmlMoney `xml:"Total>Money"`
		Tax     cxmlTax
		Order   struct {
			ID string `xml:"orderID,attr"`
		} `xml:"SupplierOrderInfo"`
	}
	cxmlMoney struct {
		Currency string `xml:"currency,attr"`
		Value    string `xml:",chardata"`
	}
	cxmlText struct {
		Lang string `xml:"xml:lang,attr"`
		Text string `xml:",chardata"`
	}
	cxmlTax struct {
		Money       cxmlMoney
		Description cxmlText
		Detail      struct {
			Category    string     `xml:"category,attr"`
			Rate        string     `xml:"percentageRate,attr"`
			Taxable     *cxmlMoney `xml:"TaxableAmount>Money"`
			Amount      cxmlMoney  `xml:"TaxAmount>Money"`
			Description cxmlText
		} `xml:"TaxDetail"`
	}
	cxmlClass struct {
		Domain string `xml:"domain,attr"`
		Code   string `xml:",chardata"`
	}
	cxmlExtrinsic struct {
		Name string `xml:"name,attr"`
		Text string `xml:",chardata"`
	}
	cxmlItem struct {
		Quantity string `xml:"quantity,attr"`
		SKU      string `xml:"ItemID>SupplierPartID"`
		Key      string `xml:"ItemID>SupplierPartAuxiliaryID"`
		Detail   struct {
			Price              cxmlMoney `xml:"UnitPrice>Money"`
			Description        cxmlText
			UnitOfMeasure      string
			Classification     []cxmlClass
			ManufacturerPartID string
			ManufacturerName   string
			URL                string
			LeadTime           string
			Extrinsic          cxmlExtrinsic
		} `xml:"ItemDetail"`
		Tax cxmlTax
	}
)

func inCXML(o *port.Outgoing) any {
	c := o.Cart
	d := &cxmlDocument{PayloadID: o.DocumentID, Timestamp: o.Now.Format("2006-01-02T15:04:05-07:00"), Version: "1.2.014", Lang: c.Language}
	d.Header.From, d.Header.To, d.Header.Sender = cxmlCredentials(o.To), cxmlCredentials(o.From), cxmlCredentials(o.To)
	d.Header.UserAgent = "Punchgate"
	d.Message.Mode, d.Message.Cookie = "production", o.Correlation
	head := &d.Message.Head
	head.Allowed, head.Order.ID = "edit", c.ID
	for _, t := range c.Taxes() { // one rate
		net := cxmlMoney{c.Currency, t.Net.String()}
		head.Total, head.Tax = net, cxmlTaxOf(t.Tax, t.Amount, c.Currency)
		head.Tax.Detail.Taxable = &net
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		item := &cxmlItem{Quantity: l.Quantity.String(), SKU: l.SKU, Key: l.Key}
		item.Detail.Price = cxmlMoney{c.Currency, l.UnitPrice.String()}
		item.Detail.Description = cxmlText{c.Language, l.Name + "\n" + l.Description}
		item.Detail.UnitOfMeasure = l.Unit
		for _, class := range l.Classifications {
			item.Detail.Classification = append(item.Detail.Classification, cxmlClass{class.Scheme, class.Code})
		}
		item.Detail.ManufacturerPartID, item.Detail.ManufacturerName = l.ManufacturerSKU, l.Manufacturer
		item.Detail.URL, item.Detail.LeadTime = l.URL, strconv.Itoa(*l.LeadTimeDays)
		item.Detail.Extrinsic = cxmlExtrinsic{"GTIN", l.GTIN}
		item.Tax = cxmlTaxOf(l.Tax, l.Total().Mul(l.Tax.Percent).Quo(hundred).Round(2), c.Currency)
		d.Message.Items = append(d.Message.Items, item)
	}
	return d
}

var hundred, cents = money.FromInt(100), money.MustParse("0.00")

func cxmlCredentials(identities []connection.Identity) (all []cxmlCredential) {
	for _, i := range identities {
		all = append(all, cxmlCredential{i.Domain, i.ID})
	}
	return all
}

func cxmlTaxOf(t cart.Tax, amount money.Decimal, currency string) cxmlTax {
	tax := cxmlTax{Money: cxmlMoney{currency, amount.Add(cents).String()}, Description: cxmlText{"en", "VAT"}}
	tax.Detail.Category, tax.Detail.Rate = "vat", t.Percent.String()
	tax.Detail.Amount, tax.Detail.Description = tax.Money, cxmlText{"en", t.Category}
	return tax
}
