package bench

import (
	"encoding/json"
	"encoding/xml"
	"strconv"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/port"
)

// The return form of OCI, which is no XML: its fields as elements.
type (
	form struct {
		XMLName xml.Name    `xml:"form" json:"-"`
		Action  string      `xml:"action,attr" json:"action"`
		Method  string      `xml:"method,attr" json:"method"`
		Charset string      `xml:"accept_charset,attr" json:"accept_charset"`
		Target  string      `xml:"target,attr" json:"target"`
		Fields  []formField `xml:"field" json:"fields"`
	}
	formField struct {
		Name  string `xml:"name,attr" json:"name"`
		Value string `xml:"value,attr" json:"value"`
	}
)

func inForm(o *port.Outgoing) any {
	c := o.Cart
	f := &form{Action: o.ReturnURL, Method: "POST", Charset: "ISO-8859-1", Target: "_top", Fields: []formField{{o.CorrelationField, o.Correlation}}}
	for i := range c.Lines {
		l, item := &c.Lines[i], strconv.Itoa(i+1)
		for _, field := range [...]formField{
			{"NEW_ITEM-DESCRIPTION[" + item + "]", l.Name},
			{"NEW_ITEM-LONGTEXT_" + item + ":132[]", l.Description},
			{"NEW_ITEM-QUANTITY[" + item + "]", l.Quantity.String() + ".000"},
			{"NEW_ITEM-UNIT[" + item + "]", l.Unit},
			{"NEW_ITEM-PRICE[" + item + "]", l.UnitPrice.String() + "0"},
			{"NEW_ITEM-CURRENCY[" + item + "]", c.Currency},
			{"NEW_ITEM-PRICEUNIT[" + item + "]", "1"},
			{"NEW_ITEM-LEADTIME[" + item + "]", strconv.Itoa(*l.LeadTimeDays)},
			{"NEW_ITEM-VENDORMAT[" + item + "]", l.SKU},
			{"NEW_ITEM-EXT_PRODUCT_ID[" + item + "]", l.SKU},
			{"NEW_ITEM-MANUFACTMAT[" + item + "]", l.ManufacturerSKU},
			{"NEW_ITEM-EXT_QUOTE_ID[" + item + "]", c.ID},
			{"NEW_ITEM-EXT_QUOTE_ITEM[" + item + "]", l.ID},
			{"NEW_ITEM-ATTACHMENT[" + item + "]", l.URL},
			{"NEW_ITEM-EXT_CATEGORY_ID[" + item + "]", l.Unspsc()},
			{"NEW_ITEM-EXT_CATEGORY[" + item + "]", l.Unspsc()},
			{"NEW_ITEM-EXT_SCHEMA_TYPE[" + item + "]", "UNSPSC"},
		} {
			f.Fields = append(f.Fields, field)
		}
	}
	return f
}

// formOfJSON returns the form that the format wrote as JSON, as encoding/xml writes it.
func formOfJSON(t *testing.T, document string) string {
	t.Helper()
	var f form
	if err := json.Unmarshal([]byte(document), &f); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	encodeXML(t, &b, &f)
	return b.String()
}
