package sqlite

import (
	"slices"
	"testing"
)

func TestEveryTableOfTenantsIsEmptiedWithTheTenant(t *testing.T) {
	s := open(t, newPath(t))
	rows, err := s.readers.QueryContext(t.Context(),
		`SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'tenant'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	tables := 0
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if tables++; name != "tenants" && !slices.Contains(append(ofShops, belongings...), name) {
			t.Errorf("%s is not", name)
		}
	}
	if err := rows.Err(); err != nil || tables < len(belongings) {
		t.Errorf("%d tables, %v", tables, err)
	}
}
