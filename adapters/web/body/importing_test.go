package body

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

func importer(t *testing.T) *tenant.Tenant {
	t.Helper()
	shop, err := tenant.New("papper", "Papper", []tenant.Field{
		{Name: "punchout", Label: "Handlar via PunchOut", Type: tenant.Checkbox}, {Name: "discount", Label: "Rabatt (%)", Type: tenant.Number},
		{Name: "note", Type: tenant.Text},
	}, tenant.Defaults(), now)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func TestATableOfCustomersIsReadInSwedishAndEnglish(t *testing.T) {
	until := time.Date(2027, 1, 1, 0, 0, 0, 0, time.Local)
	want := administration.Row{Line: 2, ID: "goteborg", Profile: customer.Profile{
		Number: "10042", Name: "Göteborgs stad", Active: true, ContractFrom: time.Date(2026, 1, 1, 0, 0, 0, 0, time.Local), ContractUntil: until,
		Buyer: cart.Party{
			Name: "Göteborg", Endpoint: cart.Identifier{Scheme: "0088", ID: "7381030000004"},
			Identifier: cart.Identifier{Scheme: "0007", ID: "2120001355"}, Reference: "4711",
		},
		Values: map[string]string{"punchout": "true", "discount": "1234.5", "note": "ring först"},
	}}
	for name, file := range map[string]string{
		"Swedish": "Id;Nummer;Namn;Aktiv;Avtal från;Avtal till;Köparens namn;Peppol-ID;Organisationsnummer;Er referens;Handlar via PunchOut;Rabatt (%);note\n" +
			"goteborg;10042;Göteborgs stad;Ja;2026-01-01;2026-12-31;Göteborg;0088:7381030000004;212000-1355;4711;x;1 234,5;ring först\n",
		"English": "id,number,name,active,contract_from,contract_until,buyer_name,buyer_endpoint,buyer_identifier,buyer_reference,punchout,discount,NOTE\n" +
			"goteborg,10042,Göteborgs stad,true,2026-01-01,2026-12-31,Göteborg,0088:7381030000004,0007:2120001355,4711,1,1234.5,ring först\n",
	} {
		table, err := ReadCustomers([]byte(file), importer(t))
		if err != nil || len(table.Rows) != 1 || table.Ignored != nil {
			t.Fatal(name, err, table)
		}
		got := table.Rows[0]
		for _, path := range append(administration.MemberPaths(), "/fields/punchout", "/fields/discount", "/fields/note") {
			if !slices.Contains(got.Members, path) {
				t.Errorf("%s: %s is not among the members", name, path)
			}
		}
		got.Members = nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read is\n%+v, not\n%+v", name, got, want)
		}
	}
}

func TestEveryColumnIsOfAMember(t *testing.T) {
	known := append(administration.MemberPaths(), "/id")
	if slices.Sort(known); !slices.Equal(known, ColumnPaths()) {
		t.Errorf("columns are of %q, and members are %q", ColumnPaths(), known)
	}
	for name, path := range columnNames {
		if memberReaders[path] == nil || plainName(name) != name {
			t.Errorf("the column %s is of %s", name, path)
		}
	}
}

func TestWhatCannotBeReadStandsInItsRow(t *testing.T) {
	table, err := ReadCustomers([]byte("nr;Telefon;aktiv;från;avtal från;peppol-id;punchout;namn\n"+
		"1;031;kanske;x;igår;7381030000004;ibland;A\n2;;;;;;;B\n3;;nej;;;;;C;D\n"), importer(t))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(table.Ignored, []string{"Telefon", "från"}) {
		t.Errorf("passed over are %q", table.Ignored)
	}
	var wrong [][]string
	for _, row := range table.Rows {
		var all []string
		for _, d := range row.Wrong {
			all = append(all, d.Path+" "+d.Code)
		}
		wrong = append(wrong, all)
	}
	want := [][]string{
		{"/active not_checkbox", "/contract_from not_date", "/buyer/endpoint no_scheme", "/fields/punchout not_checkbox"}, nil, {" too_many_cells"},
	}
	if !reflect.DeepEqual(wrong, want) {
		t.Errorf("wrong are %q, not %q", wrong, want)
	}
	second, third := table.Rows[1], table.Rows[2]
	if slices.Contains(second.Members, "/active") || !slices.Contains(third.Members, "/active") || third.Profile.Active {
		t.Errorf("an empty cell says %v of whether a customer is active, and no says %v", second.Members, third.Members)
	}
	if second.Profile.Values["punchout"] != "false" {
		t.Errorf("an empty box is %q", second.Profile.Values["punchout"])
	}
}

func TestOfTooManyRowsNoMoreAreReadThanTellIt(t *testing.T) {
	table, err := ReadCustomers([]byte("nr\n"+strings.Repeat("1\n", 2*administration.MaxRows)), importer(t))
	if err != nil || len(table.Rows) != administration.MaxRows+1 {
		t.Errorf("%d rows are read: %v", len(table.Rows), err)
	}
}

func TestATableWithoutColumnsIsRefused(t *testing.T) {
	for file, want := range map[string]string{
		"Namn;Telefon\nA;1\n":                              "/columns missing",
		"10042;Göteborgs stad\n":                           "/columns missing",
		"nummer;Kundnr;namn\n1;1;A\n":                      "/columns/1 repeated",
		"nummer;punchout;Handlar via PunchOut\n1;ja;nej\n": "/columns/2 repeated",
	} {
		_, err := ReadCustomers([]byte(file), importer(t))
		if f := fault.From(err); !errors.Is(err, errColumns) || len(f.Details) != 1 || f.Details[0].Path+" "+f.Details[0].Code != want {
			t.Errorf("%q is answered with %v", file, err)
		}
	}
}
