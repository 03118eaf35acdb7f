// Package architecture holds the import rule: which folder may import what. It reads imports with go/parser and builds
// nothing. The decision records beside it say why the house is laid out as it is; testdata/bad is a tree in which each rule
// is broken, and every breach stands in a comment of the file that commits it.
package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/punchgate/punchgate"

// textTools are folders below adapters/formats that every format may import.
var textTools = []string{"adapters/formats/xmltext", "adapters/formats/startform", "adapters/formats/options"}

// storeDocuments is a folder below adapters/store that every store may import.
const storeDocuments = "adapters/store/document"

// strictJSON is a folder that whatever takes carts in JSON from outside may import.
const strictJSON = "adapters/strictjson"

// rule says what the Go files of a folder and below may import beside the standard library.
type rule struct {
	folder string
	own    []string // folders of this module
	others []string // modules of others
}

// anyModule stands for all modules of others.
const anyModule = "*"

// rules are in the order in which they are asked: the first whose folder holds the file decides.
var rules = []rule{
	{"domain/money", []string{"domain"}, []string{"github.com/cockroachdb/apd/v3"}},
	{"domain", []string{"domain"}, nil},
	{"application", []string{"domain", "application"}, nil},
	{"adapters/formats", append([]string{"domain", "application/port"}, textTools...), []string{anyModule}},
	{"adapters/web/api", []string{"domain"}, nil},
	{"adapters/web/client", []string{"domain", "adapters/web/api", "adapters/web/client"}, nil},
	{"adapters/web", []string{"domain", "application", "adapters/formats/startform", strictJSON, "docs"}, []string{anyModule}}, // the ping is a form, too
	{storeDocuments, []string{"domain", "application/port"}, nil},
	{"adapters/store", []string{"domain", "application", storeDocuments}, []string{anyModule}},
	{"adapters", []string{"domain", "application", strictJSON}, []string{anyModule}},
	{"docs", nil, nil},
	{"bootstrap", []string{"domain", "application", "adapters", "bootstrap"}, []string{anyModule}},
	{"tests", []string{"."}, []string{anyModule}},
}

// forTests are folders that the tests of every folder may import, and nothing else.
var forTests = []string{"tests/contract", "tests/mongotest"}

// testModule may be imported by the tests of every folder: it draws what properties are tried on.
const testModule = "pgregory.net/rapid"

func TestImportRuleHolds(t *testing.T) {
	for _, breach := range breaches(t, os.DirFS("../..")) {
		t.Error(breach)
	}
}

func TestEachRuleBites(t *testing.T) {
	bad := os.DirFS("testdata/bad")
	var want []string
	walk(t, bad, func(file string, parsed *ast.File) {
		for _, group := range parsed.Comments {
			for line := range strings.Lines(group.Text()) {
				if breach, ok := strings.CutPrefix(strings.TrimSpace(line), "breach: "); ok {
					want = append(want, file+": "+breach)
				}
			}
		}
	})
	got := breaches(t, bad)
	for _, breach := range want {
		if !slices.Contains(got, breach) {
			t.Errorf("not found: %s", breach)
		}
	}
	for _, breach := range got {
		if !slices.Contains(want, breach) {
			t.Errorf("found, but not meant as one: %s", breach)
		}
	}
	for _, r := range rules {
		if !slices.ContainsFunc(want, func(b string) bool { return strings.Contains(b, ": "+r.folder+" may not import ") }) {
			t.Errorf("no file of the bad tree breaks the rule of %s", r.folder)
		}
	}
}

func TestEmptyRuledFolderIsABreach(t *testing.T) {
	tree := fstest.MapFS{}
	for _, r := range rules {
		tree[r.folder+"/doc.go"] = &fstest.MapFile{Data: []byte("// Package x is an example.\npackage x\n")}
	}
	if got := breaches(t, tree); len(got) > 0 {
		t.Fatalf("a good tree is answered with %q", got)
	}
	for _, r := range rules {
		without := fstest.MapFS{}
		for file, data := range tree {
			if !within(file, r.folder) {
				without[file] = data
			}
		}
		if got, want := breaches(t, without), r.folder+": holds no Go file, so its rule proves nothing"; !slices.Contains(got, want) {
			t.Errorf("the tree without %s is answered with %q", r.folder, got)
		}
	}
}

// breaches returns all that is against the rule in a tree, "FILE: WHAT".
func breaches(t *testing.T, tree fs.FS) []string {
	t.Helper()
	var found []string
	report := func(where, format string, args ...any) {
		found = append(found, where+": "+fmt.Sprintf(format, args...))
	}
	ruled, commented := map[string]bool{}, map[string]bool{}
	firstFile := map[string]string{}
	walk(t, tree, func(file string, parsed *ast.File) {
		folder := path.Dir(file)
		if _, seen := firstFile[folder]; !seen {
			firstFile[folder] = file
		}
		commented[folder] = commented[folder] || parsed.Doc != nil
		for i, name := range strings.Split(folder, "/") {
			if slices.Contains([]string{"internal", "utils", "common", "models"}, name) || i == 0 && (name == "pkg" || name == "cmd") {
				report(file, "a folder named %s says nothing of what lives there, or shuts partners out", name)
			}
		}
		i := slices.IndexFunc(rules, func(r rule) bool { return within(file, r.folder) })
		if i < 0 {
			report(file, "lies in no folder that has a rule")
			return
		}
		for _, r := range rules {
			ruled[r.folder] = ruled[r.folder] || within(file, r.folder)
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !rules[i].allows(file, imported) {
				report(file, "%s may not import %s", rules[i].folder, strings.TrimPrefix(imported, module+"/"))
			}
		}
	})
	for _, r := range rules {
		if !ruled[r.folder] {
			report(r.folder, "holds no Go file, so its rule proves nothing")
		}
	}
	for folder, file := range firstFile {
		if !commented[folder] {
			report(file, "no file of this package has a package comment")
		}
	}
	slices.Sort(found)
	return found
}

// allows reports whether the file may import the package.
func (r rule) allows(file, imported string) bool {
	test := strings.HasSuffix(file, "_test.go")
	target, ours := strings.CutPrefix(imported, module+"/")
	switch {
	case ours && folderOf(target, forTests) != "":
		return test || within(file, folderOf(target, forTests))
	case ours:
		return within(target, adapter(file)) || slices.ContainsFunc(r.own, func(folder string) bool { return within(target, folder) })
	case !strings.Contains(strings.Split(imported, "/")[0], "."): // the standard library
		return true
	}
	return test && within(imported, testModule) ||
		slices.ContainsFunc(r.others, func(m string) bool { return m == anyModule || within(imported, m) })
}

// folderOf returns the folder of a list that holds the target; empty where none does.
func folderOf(target string, folders []string) string {
	i := slices.IndexFunc(folders, func(folder string) bool { return within(target, folder) })
	if i < 0 {
		return ""
	}
	return folders[i]
}

// adapter returns the folder of the adapter that the file belongs to, or the file itself, which nothing lies within. The
// client for shops and its types are compiled into shops, so they are no part of the web adapter.
func adapter(file string) string {
	parts := strings.Split(file, "/")
	depth := 2 // adapters/web
	if len(parts) > 2 && (parts[1] == "formats" || parts[1] == "store") {
		depth = 3 // adapters/store/sqlite
	}
	if parts[0] != "adapters" || len(parts) <= depth || within(file, "adapters/web/client") || within(file, "adapters/web/api") {
		return path.Clean(file)
	}
	return path.Join(parts[:depth]...)
}

// within reports whether name is the folder or lies below it.
func within(name, folder string) bool {
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
}

// walk visits every Go file of the tree but those in dot folders and testdata.
func walk(t *testing.T, tree fs.FS, visit func(file string, parsed *ast.File)) {
	t.Helper()
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || name != "." && strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly|parser.ParseComments)
		if err == nil {
			visit(name, parsed)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
