package bootstrap_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/buyersystem"
)

// carts make the encoder tell what a rule adds to: members of the one line, and members of the connection file.
var carts = map[string]struct{ members, connection string }{
	"proceedo.unspsc":             {`"sku":"1"`, ``},
	"sap.description_length":      {`"sku":"1","name":"` + x(41) + `"`, ``},
	"sap.vendormat_length":        {`"sku":"` + x(41) + `"`, ``},
	"sap.product_id_length":       {`"sku":"` + x(41) + `"`, ``},
	"sap.manufactmat_length":      {`"sku":"1","manufacturer_sku":"` + x(41) + `"`, ``},
	"sap.matnr_length_oci3":       {`"sku":"1","buyer_sku":"` + x(19) + `"`, `,"options":{"matnr":true}`},
	"sap.matnr_length":            {`"sku":"1","buyer_sku":"` + x(41) + `"`, `,"options":{"matnr":true}`},
	"sap.matgroup_length":         {`"sku":"1"`, `,"mapping":{"version":1,"lines":{"NEW_ITEM-MATGROUP":{"value":"` + x(11) + `"}}}`},
	"sap.quantity_decimals":       {`"sku":"1","quantity":"1.2345"`, ``},
	"sap.price_decimals":          {`"sku":"1","unit_price":"12345678901.123456789"`, ``},
	"sap.contract_length":         {`"sku":"1","contract_id":"` + x(11) + `"`, ``},
	"sap.quote_item_length":       {`"sku":"1","id":"` + x(11) + `"`, ``},
	"sap.category_length":         {`"sku":"1","classifications":[{"scheme":"` + x(11) + `","code":"1"}]`, ``},
	"sap.attachment_length":       {`"sku":"1","url":"https://shop.example.com/` + x(255) + `"`, ``},
	"sap.attachment_title_length": {`"sku":"1","attachments":[{"url":"https://shop.example.com/","description":"` + x(256) + `"}]`, ``},
	"sap.cust_field_length":       {`"sku":"1","extrinsics":{"a/b":"` + x(11) + `"}`, `,"options":{"cust_fields":{"CUST_FIELD1":{"extrinsic":"a/b"}}}`},
	"sap.code_characters":         {`"sku":"1","contract_id":"Ω"`, ``},
	"sap.characters":              {`"sku":"1","name":"Ω 漢字"`, ``},
	"other.form_fields":           {``, ``},
}

func x(n int) string { return strings.Repeat("x", n) }

func TestWhatARuleAddsToIsToldByTheEncoder(t *testing.T) {
	systems, err := buyersystem.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range systems {
		for _, r := range s.Rules {
			if r.ToldBy == "" {
				continue
			}
			example, ok := carts[r.ID]
			if !ok {
				t.Errorf("%s has no cart", r.ID)
			}
			for _, format := range r.Formats {
				t.Run(r.ID+" in "+format, func(t *testing.T) {
					lines := []string{line(example.members)}
					if example.members == "" {
						lines = nil
						for i := range 200 {
							lines = append(lines, line(fmt.Sprintf(`"sku":"%d"`, i)))
						}
					}
					connection := file(t, `{"buyer_system":"`+s.Name+`"`+example.connection+`}`)
					status, _, stderr := cli(t, `{"id":"C-1","currency":"SEK","lines":[`+strings.Join(lines, ",")+`]}`,
						"encode", "--format", format, "--cart", "-", "--connection", connection)
					told := func(line string) bool {
						return strings.HasPrefix(line, "warning "+r.ToldBy+": /") && strings.Contains(line, "; remedy: "+r.Remedy.EN+"; source: "+r.Source)
					}
					if all := strings.Split(stderr, "\n"); status != 0 || !slices.ContainsFunc(all, told) || slices.ContainsFunc(all, func(line string) bool {
						return strings.HasPrefix(line, "warning "+r.ID)
					}) {
						t.Errorf("status %d, not told, or twice: %s", status, stderr)
					}
				})
			}
		}
	}
}

// line is a line with the members, and whatever else it needs.
func line(members string) string {
	for _, needed := range []string{
		`"name":"Papper"`, `"quantity":"1"`, `"unit":"EA"`, `"unit_price":"1"`, `"tax":{"category":"Z"}`,
	} {
		if name, _, _ := strings.Cut(needed, ":"); !strings.Contains(members, name+":") {
			members += "," + needed
		}
	}
	return "{" + members + "}"
}
