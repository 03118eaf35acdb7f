package spreadsheet

import (
	"errors"
	"reflect"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func TestTablesAreReadHoweverTheyWereSaved(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String("Nummer;Namn\r\n1;Åmåls kommun – \u201cöst\u201d\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file string
		want []Row
	}{
		"semicolons":             {"number;name\n1;Åre, kommun\n", []Row{{1, []string{"number", "name"}}, {2, []string{"1", "Åre, kommun"}}}},
		"a byte order mark":      {"\ufeffnumber;name\r\n1;Åre\r\n", []Row{{1, []string{"number", "name"}}, {2, []string{"1", "Åre"}}}},
		"commas":                 {"number,name\n1,\"Åre, kommun\"\n", []Row{{1, []string{"number", "name"}}, {2, []string{"1", "Åre, kommun"}}}},
		"tabs":                   {"number\tname\n1\tÅre\n", []Row{{1, []string{"number", "name"}}, {2, []string{"1", "Åre"}}}},
		"Windows-1252":           {latin, []Row{{1, []string{"Nummer", "Namn"}}, {2, []string{"1", "Åmåls kommun – \u201cöst\u201d"}}}},
		"a separator in quotes":  {"\"a,b,c\";d\n1;2\n", []Row{{1, []string{"a,b,c", "d"}}, {2, []string{"1", "2"}}}},
		"one column":             {"number\n1,5\n", []Row{{1, []string{"number"}}, {2, []string{"1,5"}}}},
		"empty lines and spaces": {"\n number ; name \n;;\n 1;\t\n\n2;x", []Row{{2, []string{"number", "name"}}, {4, []string{"1", ""}}, {6, []string{"2", "x"}}}},
		"a cell of two lines":    {"a;b\n\"x\ny\";1\n2;3\n", []Row{{1, []string{"a", "b"}}, {2, []string{"x\ny", "1"}}, {4, []string{"2", "3"}}}},
		"a quote in a cell":      {"a;b\n5\" rör;1\n", []Row{{1, []string{"a", "b"}}, {2, []string{"5\" rör", "1"}}}},
		"rows of other lengths":  {"a;b\n1\n1;2;3\n", []Row{{1, []string{"a", "b"}}, {2, []string{"1"}}, {3, []string{"1", "2", "3"}}}},
	} {
		if got, err := Read([]byte(c.file), 10); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: read are %+v, %v, not %+v", name, got, err, c.want)
		}
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("number;name\n")
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]error{"": ErrEmpty, "\ufeff": ErrEmpty, "\n;;\n": ErrEmpty, "PK\x03\x04\x00\x00": ErrUnreadable, wide: ErrUnreadable} {
		if rows, err := Read([]byte(file), 10); !errors.Is(err, want) {
			t.Errorf("%q is read as %+v, %v", file, rows, err)
		}
	}
}

func TestNoMoreRowsAreReadThanAskedFor(t *testing.T) {
	if rows, err := Read([]byte("a\n\n1\n;\n2\n3\n"), 3); err != nil || len(rows) != 3 || rows[2].Line != 5 {
		t.Errorf("read are %+v, %v", rows, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"number;name\n1;Åre\n", "a,b\n\"x\ny\",\"\n", "a\tb\r\n\xe5;\xff", "\"", "\ufeff;"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := Read(file, 1000)
		if err != nil {
			return
		}
		last := 0
		for _, row := range rows {
			if row.Line <= last || len(row.Cells) == 0 {
				t.Fatalf("%q is read as %+v", file, rows)
			}
			last = row.Line
		}
	})
}
