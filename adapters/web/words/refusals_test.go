package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// aside are the packages whose refusals no call between the gateway and a procurement system, shop or ERP gets: operators do, by the API or
// on pages, in the refusal itself.
var aside = []string{
	"adapters/virtualbuyer", "adapters/web/desk", "adapters/web/desk/form", "adapters/web/spreadsheet", "application/access",
	"application/administration", "application/deadletters", "application/erasure", "application/listing", "application/preview",
	"application/trial", "domain/apikey", "domain/audit", "domain/buyersystem", "domain/signin", "domain/tenant", "domain/traffic", "domain/user",
}

// elsewhere are further codes of this kind. A code that ends in a point stands for all that begin so.
var elsewhere = []string{
	"answer.not_found", "answer.position", "answer.state", "changed_since_read", "connection.exists", "connection.invalid", "customer.exists", "customer.invalid",
	"event.", "feed.", "gateway.", "list.", "login.unknown_method", "oidc.", "order.decision", "order_policy.", "ordering.", "policy.", "query.",
	"receipt.decided", "receipt.not_found", "receipt.other_connection", "return.not_url", "return.unknown_transfer", "route.", "table.columns", "tenant.exists",
	// Why something is not erased.
	"order.needed", "session.open", "session.untold",
	// What a name that is not in a closed set is refused with, and what stores and use cases tell each other.
	"answer.exists", "answer.unknown_kind", "idempotency.exists", "idempotency.not_found", "order.unknown_status", "receipt.exists",
	"receipt.unknown_status", "session.unknown_status", "store.taken", "throttle.",
}

func TestEachCodeThatACallIsRefusedWithIsExplainedInBothLanguages(t *testing.T) {
	codes := codesInSource(t)
	if len(codes) < 150 {
		t.Fatalf("only %d codes are found in the source", len(codes))
	}
	for code, places := range codes {
		told := Explain("en", code) != Explanation{} && Explain("sv", code) != Explanation{}
		exempt := slices.ContainsFunc(elsewhere, func(other string) bool { return covers(other, code) }) ||
			!slices.ContainsFunc(places, func(place string) bool { return !slices.Contains(aside, place) })
		switch {
		case !told && !exempt:
			t.Errorf("%s, of %s, is not explained in refusals.txt", code, places)
		case told && exempt:
			t.Errorf("%s is explained, and said to be no refusal of a call", code)
		}
	}
	for _, other := range elsewhere {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(codes)), func(code string) bool { return covers(other, code) }) {
			t.Errorf("nothing is refused with %s", other)
		}
	}
	for code := range explanations["en"] {
		if _, ok := codes[code]; !ok {
			t.Errorf("%s is explained, and nothing is refused with it", code)
		}
	}
}

func covers(other, code string) bool {
	return code == other || strings.HasSuffix(other, ".") && strings.HasPrefix(code, other)
}

func TestEachExplanationIsWhole(t *testing.T) {
	var seen []string
	for entry := range strings.SplitSeq(strings.TrimSpace(refusalsText), "\n\n") {
		lines := strings.Split(entry, "\n")
		if strings.HasPrefix(entry, "#") {
			continue
		}
		if len(lines) != 5 || len(seen) > 0 && lines[0] <= seen[len(seen)-1] {
			t.Errorf("%q has %d lines, or is out of order", lines[0], len(lines))
			continue
		}
		seen = append(seen, lines[0])
		for _, line := range lines[1:] {
			if !strings.HasSuffix(line, ".") && !strings.HasSuffix(line, "?") {
				t.Errorf("%s: %q is no sentence", lines[0], line)
			}
		}
	}
	if len(seen) != len(explanations["sv"]) || len(seen) < 90 {
		t.Errorf("there are %d", len(seen))
	}
}

// codesInSource returns the codes with which faults are made, and in which packages.
func codesInSource(t *testing.T) map[string][]string {
	t.Helper()
	codes := map[string][]string{}
	for _, root := range []string{"domain", "application", "adapters"} {
		err := filepath.WalkDir(filepath.Join("..", "..", "..", root), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) < 2 {
					return true
				}
				made, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || made.Sel.Name != "New" && made.Sel.Name != "Newf" {
					return true
				}
				if of, ok := made.X.(*ast.Ident); !ok || of.Name != "fault" {
					return true
				}
				if code, ok := call.Args[1].(*ast.BasicLit); ok && code.Kind == token.STRING {
					text, err := strconv.Unquote(code.Value)
					if err != nil {
						t.Error(err)
					}
					codes[text] = append(codes[text], strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../../"))
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return codes
}
