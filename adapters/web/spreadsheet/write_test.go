package spreadsheet

import (
	"strings"
	"testing"
)

func TestATableIsWrittenAsSpreadsheetProgramsReadIt(t *testing.T) {
	var b strings.Builder
	w := NewWriter(&b)
	for _, row := range [][]string{
		{"number", "name"}, {"P1", "Åre; \"Kommun\"\nvåning 2"}, {"", "-5"}, {"=1+1", "+46"}, {"@SUM(A1)", "\tx"}, {"a=b", "'x"}, {"'=1", "''"},
	} {
		if err := w.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	read, err := Read([]byte(b.String()), 10)
	if err != nil || read[len(read)-1].Cells[0] != "'=1" || read[len(read)-1].Cells[1] != "''" {
		t.Errorf("read again is %+v, %v", read, err)
	}
	want := "\ufeffnumber;name\r\nP1;\"Åre; \"\"Kommun\"\"\r\nvåning 2\"\r\n;'-5\r\n'=1+1;'+46\r\n'@SUM(A1);'\tx\r\na=b;'x\r\n''=1;''\r\n"
	if b.String() != want {
		t.Errorf("written is\n%q, not\n%q", b.String(), want)
	}
}
