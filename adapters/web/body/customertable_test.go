package body

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

// exporter is a shop whose fields are named as columns are, and as each other.
func exporter(t *testing.T) *tenant.Tenant {
	t.Helper()
	shop, err := tenant.New("papper", "Papper", []tenant.Field{
		{Name: "punchout", Label: "Handlar via PunchOut", Type: tenant.Checkbox}, {Name: "vip", Label: "VIP", Type: tenant.Checkbox},
		{Name: "reference", Label: "Er referens", Type: tenant.Text}, {Name: "a", Label: "Not", Type: tenant.Text},
		{Name: "b", Label: "Not", Type: tenant.Text}, {Name: "discount", Type: tenant.Number},
	}, tenant.Defaults(), now)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func TestATableOfCustomersThatIsWrittenIsReadAgain(t *testing.T) {
	shop := exporter(t)
	full := customer.Profile{
		Number: "10042", Name: "=Göteborgs; \"stad\"", Active: true, ContractFrom: time.Date(2026, 1, 1, 0, 0, 0, 0, time.Local),
		ContractUntil: time.Date(2027, 1, 1, 0, 0, 0, 0, time.Local), Buyer: party,
		Values: map[string]string{"punchout": "true", "vip": "false", "reference": "R", "a": "+1", "b": "2", "discount": "-12.5"},
	}
	odd := customer.Profile{
		Name: "Bara namn", ContractUntil: time.Date(2026, 12, 31, 12, 34, 56, 789, time.UTC), Values: map[string]string{"punchout": "false", "vip": "false"},
		Buyer: cart.Party{Identifier: cart.Identifier{Scheme: "0007", ID: "5560000001"}},
	}
	for _, lang := range []string{"sv", "en"} {
		var file bytes.Buffer
		write := WriteCustomers(&file, shop, lang)
		for id, p := range map[customer.ID]customer.Profile{"full": full, "odd": odd} {
			c, err := customer.New(shop, id, p, now)
			if err == nil {
				err = write([]*customer.Customer{c})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		table, err := ReadCustomers(file.Bytes(), shop)
		if err != nil || len(table.Rows) != 2 || table.Ignored != nil {
			t.Fatalf("%s: %v, %+v of %s", lang, err, table, file.String())
		}
		for _, row := range table.Rows {
			want := map[customer.ID]customer.Profile{"full": full, "odd": odd}[row.ID]
			for name, value := range row.Profile.Values { // a gap is no value
				if value == "" {
					delete(row.Profile.Values, name)
				}
			}
			if !row.Profile.ContractUntil.Equal(want.ContractUntil) || row.Wrong != nil {
				t.Errorf("%s: the contract ends at %s, %v", lang, row.Profile.ContractUntil, row.Wrong)
			}
			row.Profile.ContractUntil = want.ContractUntil
			if !reflect.DeepEqual(row.Profile, want) {
				t.Errorf("%s: read is\n%+v, not\n%+v", lang, row.Profile, want)
			}
		}
	}
	swedish := CustomerColumns(shop, "sv")
	for _, name := range []string{"Nummer", "Buyer reference", "Handlar via PunchOut", "reference", "a", "b", "discount"} {
		if !slices.Contains(swedish, name) {
			t.Errorf("there is no column %s in %q", name, swedish)
		}
	}
}
