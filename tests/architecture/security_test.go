package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// attack is a row of a table of attacks in SECURITY.md.
type attack struct {
	name  string
	tests []string
}

var testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9]*)`")

// attacks reads the rows of the tables whose first column is Attack.
func attacks(text string) (rows []attack) {
	inTable := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "| Attack "):
			inTable = true
		case !strings.HasPrefix(line, "|"):
			inTable = false
		case inTable && !strings.HasPrefix(line, "|---"):
			row := attack{name: strings.TrimSpace(strings.Split(line, "|")[1])}
			for _, found := range testName.FindAllStringSubmatch(line, -1) {
				row.tests = append(row.tests, found[1])
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// testsOf returns the names of all tests of a tree.
func testsOf(t *testing.T, tree fs.FS) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	walk(t, tree, func(file string, _ *ast.File) {
		if !strings.HasSuffix(file, "_test.go") {
			return
		}
		source, err := fs.ReadFile(tree, file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parsed.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
	})
	return names
}

func TestEveryAttackOfTheThreatModelHasATestByItsName(t *testing.T) {
	text, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testsOf(t, os.DirFS("../.."))
	rows := attacks(string(text))
	if len(rows) < 30 {
		t.Errorf("SECURITY.md has %d attacks", len(rows))
	}
	for _, row := range rows {
		if len(row.tests) == 0 {
			t.Errorf("%q names no test", row.name)
		}
		for _, name := range row.tests {
			if !tests[name] {
				t.Errorf("%q names %s, which is not there", row.name, name)
			}
		}
	}
	for _, found := range testName.FindAllStringSubmatch(string(text), -1) {
		if !tests[found[1]] {
			t.Errorf("SECURITY.md names %s, which is not there", found[1])
		}
	}
}

func TestAnAttackWithoutATestIsFound(t *testing.T) {
	rows := attacks("| Attack | Why | Tests |\n|---|---|---|\n| a | b | `TestX`, `FuzzY` |\n| c | d | none |\n\n| Else | x |\n|---|---|\n| e | f |\n")
	if len(rows) != 2 || len(rows[0].tests) != 2 || len(rows[1].tests) != 0 || rows[1].name != "c" {
		t.Errorf("read as %+v", rows)
	}
	if names := testsOf(t, os.DirFS(".")); !names["TestAnAttackWithoutATestIsFound"] || names["attacks_"] || len(names) < 5 {
		t.Errorf("the tests of this folder are %v", names)
	}
}
