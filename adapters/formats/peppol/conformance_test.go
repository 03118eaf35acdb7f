package peppol

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
)

// checker is peppol-check, a second opinion that shares no code with this package.
type checker struct{ home string }

// theChecker finds it beside the repository, or where PUNCHGATE_SHARED says. Without it a test is skipped, unless
// PUNCHGATE_INTEGRATION asks for it.
func theChecker(t *testing.T) checker {
	t.Helper()
	home := filepath.Join(cmp.Or(os.Getenv("PUNCHGATE_SHARED"), filepath.Join("..", "..", "..", "..", "shared")), "peppol-check")
	build := cmp.Or(os.Getenv("PEPPOL_CHECK_BUILD"), filepath.Join(home, "build"))
	for _, needed := range []string{filepath.Join(home, "bin", "peppol-check"), filepath.Join(build, "Main.class")} {
		if _, err := os.Stat(needed); err != nil {
			if os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
				t.Fatalf("peppol-check is not set up: %v", err)
			}
			t.Skipf("peppol-check is not set up (its setup.sh does it): %v", err)
		}
	}
	return checker{home}
}

// verdict is what peppol-check says of one document.
type verdict struct {
	File     string
	Fatal    bool
	Findings []struct{ Flag, Rule, XPath, Message string }
}

func (c checker) run(t *testing.T, arguments ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join(c.home, "bin", "peppol-check"), arguments...)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() > 1) {
		t.Fatalf("peppol-check: %v: %s", err, &complaint)
	}
	return out
}

// check judges all documents as carts in one run.
func (c checker) check(t *testing.T, documents map[string][]byte) map[string]verdict {
	t.Helper()
	return c.judge(t, documents, "-t", "T77")
}

// judge judges all documents in one run, each as what it says it is unless the options say otherwise.
func (c checker) judge(t *testing.T, documents map[string][]byte, options ...string) map[string]verdict {
	t.Helper()
	folder := t.TempDir()
	names := slices.Sorted(maps.Keys(documents))
	var list bytes.Buffer
	for i, name := range names {
		file := filepath.Join(folder, strconv.Itoa(i)+".xml")
		if err := os.WriteFile(file, documents[name], 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&list, file)
	}
	index := filepath.Join(folder, "files")
	if err := os.WriteFile(index, list.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	var report struct{ Files []verdict }
	if err := json.Unmarshal(c.run(t, append(options, "--json", "-q", "--files-from", index)...), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Files) != len(names) {
		t.Fatalf("%d verdicts for %d documents", len(report.Files), len(names))
	}
	verdicts := map[string]verdict{}
	for i, name := range names {
		verdicts[name] = report.Files[i]
	}
	return verdicts
}

func TestPeppolCheckFindsNothingFatalInWhatIsEncoded(t *testing.T) {
	check := theChecker(t)
	documents := map[string][]byte{}
	for _, name := range []string{"contract", "minimal", "full", "nasty"} {
		documents[name], _ = encode(t, outgoing(readCart(t, name)))
	}
	documents["1000 lines"], _ = encode(t, outgoing(manyLines(t, 1000)))
	drawn := rapid.Custom(randomCart)
	for i := range 300 {
		c := drawn.Example(i)
		var b bytes.Buffer
		if _, err := New().EncodeCart(&b, outgoing(c)); err == nil {
			documents["random "+strconv.Itoa(i)] = b.Bytes()
		} else if f := fault.From(err); f.Kind != fault.Invalid || len(f.Details) == 0 {
			t.Errorf("refused without a word: %v", err)
		}
	}
	if len(documents) < 50 {
		t.Fatalf("only %d of 300 random carts were encoded", len(documents)-5)
	}
	t.Logf("%d documents", len(documents))
	for name, v := range check.check(t, documents) {
		if v.Fatal {
			t.Errorf("%s: %+v", name, v.Findings)
		}
	}
}

func TestTheModelDemandsWhatPeppolCheckDescribes(t *testing.T) {
	want := strings.Split(strings.Trim(string(theChecker(t).run(t, "--describe", "T77")), "\n"), "\n")
	for i, line := range want { // the names of code lists are the project's own
		if words := strings.Split(line, "\t"); strings.HasSuffix(words[2], "code list") {
			list, _, _ := strings.Cut(words[3], ":")
			want[i] = strings.Join(append(words[:3], list), "\t")
			if words[2] == "code list" {
				want[i] = strings.Join(append(words[:3], ""), "\t")
			}
		}
	}
	got := describe(current.catalogue, "/"+current.catalogue.name)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("only here: %q\nonly there: %q", without(got, want), without(want, got))
	}
}

func TestEveryElementThatPeppolCheckDescribesIsWrittenFromSomeCart(t *testing.T) {
	found, missing := written(t), 0
	described := map[string]bool{}
	for line := range strings.Lines(string(theChecker(t).run(t, "--describe", "T77"))) {
		words := strings.Split(strings.Trim(line, "\n"), "\t")
		path, list, _ := strings.Cut(words[3], ":")
		switch words[2] {
		case "mandatory element", "at most 1":
			described[words[1]+"/"+words[3]] = true
		case "mandatory attribute":
			described[words[1]+"/@"+path] = true
		case "attribute code list":
			described[words[1]+"/@"+path] = list != ""
		case "no other element": // which is how it tells those that may be repeated
			described[strings.TrimSuffix(words[1], "/*")] = true
		}
	}
	for path := range described {
		if !found[path] {
			missing++
			t.Errorf("%s is in no document", path)
		}
	}
	t.Logf("%d elements and attributes described, %d missing", len(described), missing)
}

func describe(e *element, path string) (lines []string) {
	add := func(rule, path, demand, of string) { lines = append(lines, rule+"\t"+path+"\t"+demand+"\t"+of) }
	if e == current.catalogue {
		add(current.schemaLocationRule, path, "no schemaLocation", "")
	}
	if e.fixed != "" {
		add(e.valueRule, path, "fixed value", e.fixed)
	}
	if e.list != nil {
		add(e.valueRule, path, "code list", "")
	}
	for _, a := range e.attrs {
		if a.mandatory {
			add(a.missingRule, path, "mandatory attribute", a.name)
		}
		if a.list != nil {
			add(a.listRule, path, "attribute code list", a.name)
		}
	}
	for _, c := range e.children {
		if c.mandatory {
			add(c.missingRule, path, "mandatory element", c.name)
		}
		if !c.many {
			add(ruleTooMany, path, "at most 1", c.name)
		}
		lines = append(lines, describe(c, path+"/"+c.name)...)
	}
	if len(e.children) > 0 {
		add(e.unknownRule, path+"/*", "no other element", "")
	}
	return lines
}

func without(these, those []string) []string {
	return slices.DeleteFunc(slices.Clone(these), func(s string) bool { return slices.Contains(those, s) })
}

func TestTheCodeListsAreThoseOfPeppolCheck(t *testing.T) {
	home := theChecker(t).home
	for name, files := range map[string][]string{ // ours, and theirs
		"iso4217": {"ISO4217_2015"}, "iso3166": {"ISO3166-1_Alpha2"}, "eas": {"eas"}, "icd": {"ICD"}, "uncl7143": {"UNCL7143"},
		"uncl1001": {"UNCL1001", "Image"}, "uncl1001-order": {"UNCL1001_T01"}, "boolean": {"TrueFalse"},
		"mimecode": {"MimeCode"}, "rec20": {"UNECERec20-11e"},
	} {
		theirs := map[string]bool{}
		for _, file := range files {
			text, err := os.ReadFile(filepath.Join(home, "data", "structure", "codelist", file+".xml"))
			if err != nil {
				t.Fatal(err)
			}
			var list struct {
				Codes []struct {
					ID string `xml:"Id"`
				} `xml:"Code"`
			}
			if err := xml.Unmarshal(text, &list); err != nil {
				t.Fatal(err)
			}
			for _, code := range list.Codes {
				theirs[strings.TrimSpace(code.ID)] = true
			}
		}
		for code := range theirs {
			if !current.lists[name](code) {
				t.Errorf("%s lacks %q", name, code)
			}
		}
		for _, code := range listed(t, name) {
			if !theirs[code] {
				t.Errorf("%s has %q, which is not theirs", name, code)
			}
		}
	}
}

// listed returns the codes of a list of the release, or of the domain's where the release has none of its own.
func listed(t *testing.T, name string) []string {
	t.Helper()
	file := filepath.Join("release", Release, "codes", name+".txt")
	if _, err := os.Stat(file); err != nil {
		file = filepath.Join("..", "..", "..", "domain", "codelist", name+".txt")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for line := range strings.Lines(string(text)) {
		if line[0] != '#' {
			codes = append(codes, strings.Fields(line)[0])
		}
	}
	if len(codes) == 0 {
		t.Fatalf("the list %s has no codes", name)
	}
	return codes
}

// index.tsv lists fragments with the rule that each is about, whether it must fire, and how often.
func TestTheRulesAgreeWithThePublishedUnitTests(t *testing.T) {
	folder := filepath.Join(theChecker(t).home, "testdata")
	index, err := os.ReadFile(filepath.Join(folder, "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	judged := 0
	for line := range strings.Lines(string(index)) {
		words := strings.Split(strings.TrimSpace(line), "\t")
		if words[6] != "unit-punch-out" && words[6] != "unit-common" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, words[0]))
		if err != nil {
			t.Fatal(err)
		}
		root, err := read(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", words[0], err)
		}
		v := validator{release: current}
		v.checkRules(root)
		hits := slices.DeleteFunc(v.findings, func(f port.Finding) bool { return f.Rule != words[2] })
		if want, _ := strconv.Atoi(words[4]); len(hits) != want {
			t.Errorf("%s: %s fires %d times, not %d", words[0], words[2], len(hits), want)
		}
		for _, hit := range hits {
			if hit.Fatal != (words[5] == "error") {
				t.Errorf("%s: %s is %s there", words[0], words[2], words[5])
			}
		}
		judged++
	}
	if judged < 40 {
		t.Errorf("only %d fragments were judged", judged)
	}
}

func TestPeppolCheckAgreesOnChangedDocuments(t *testing.T) {
	check := theChecker(t)
	text, err := os.ReadFile(filepath.Join(check.home, "testdata", "samples", "T77-full.xml"))
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string][]byte{}
	least, err := os.ReadFile(filepath.Join(check.home, "testdata", "samples", "T77-minimal.xml"))
	if err != nil {
		t.Fatal(err)
	}
	documents["T77-full.xml"], documents["T77-minimal.xml"] = text, least
	for _, original := range []string{string(text), golden(t, "minimal")} {
		maps.Copy(documents, mutants(t, original))
	}
	fired := map[string]int{} // documents by what peppol-check finds
	agree, same := 0, 0
	for name, v := range check.check(t, documents) {
		var ours, theirs []string
		fatal := false
		for _, f := range validate(t, documents[name]) {
			if strings.HasPrefix(f.Rule, "PUNCHGATE") {
				continue
			}
			fatal = fatal || f.Fatal
			if published(f.Rule) {
				ours = append(ours, f.Rule+" "+f.Path+" "+severity(f.Fatal))
			}
		}
		rules := map[string]bool{}
		for _, f := range v.Findings {
			rules[f.Rule] = true
			if published(f.Rule) {
				theirs = append(theirs, f.Rule+" "+f.XPath+" "+f.Flag)
			}
		}
		for rule := range rules {
			fired[rule]++
		}
		if fatal != v.Fatal {
			t.Errorf("%s: fatal here %v, there %v: %+v", name, fatal, v.Fatal, v.Findings)
			continue
		}
		agree++
		slices.Sort(ours)
		slices.Sort(theirs)
		if !slices.Equal(ours, theirs) {
			t.Errorf("%s:\nhere  %q\nthere %q", name, without(ours, theirs), without(theirs, ours))
			continue
		}
		same++
	}
	t.Logf("%d documents: %d verdicts agree, %d with the same rules and flags at the same places", len(documents), agree, same)
	known := check.rules(t)
	for _, rule := range known {
		if fired[rule] == 0 {
			t.Errorf("no changed document breaks %s", rule)
		}
	}
	t.Logf("%d rules, each broken by %d documents or more", len(known), slices.Min(slices.Collect(maps.Values(fired))))
}

func severity(fatal bool) string {
	if fatal {
		return "fatal"
	}
	return "warning"
}

// rules returns the identifiers of all rules that peppol-check has for carts.
func (c checker) rules(t *testing.T) []string {
	t.Helper()
	known := map[string]bool{ruleTooMany: true, ruleAttribute: true, ruleSchema: true, ruleBase64: true}
	for line := range strings.Lines(string(c.run(t, "--describe", "T77"))) {
		id, _, _ := strings.Cut(line, "\t")
		known[id] = true
	}
	for _, file := range []string{"PEPPOL-M-T77.sch", "common/rules.sch", "common/empty-elements.sch"} {
		text, err := os.ReadFile(filepath.Join(c.home, "data", "rules", "sch", "parts", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`assert id="([^"]+)"`).FindAllSubmatch(text, -1)
		if len(found) == 0 {
			t.Fatalf("%s has no rules", file)
		}
		for _, id := range found {
			known[string(id[1])] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

// published tells the rules that name element and place in both tools; the schema's findings are worded freely.
func published(rule string) bool {
	return rule != ruleSchema && rule != ruleRead
}

// What is put into each element and each attribute, one at a time.
var (
	mutantTexts = []string{" ", "x", "0", "-1", "1.5", "+1", " 1 ", "1e3", "1234567890123456789012345", "true", "S", "O", "DK",
		"2025-02-30", "2025-07-01", "2025-06-01Z", "12:00:00Z", "25:00:00", "ServiceIndicator", "PRODUCT_IMAGE", "+AA=", "AB=="}
	mutantValues = []string{"", "x", "0088", "0007", "0192", "0208", "0151", "0201", "0210", "0211", "0160", "EA", " EA",
		"XCG", "TST", "image/png"}
	mutantIdentifiers = []cart.Identifier{ // right and wrong ones
		{Scheme: "0007", ID: "5560360793"}, {Scheme: "0007", ID: "5560360794"}, {Scheme: "0007", ID: "-560360793"},
		{Scheme: "0088", ID: " 7381030000004 "}, {Scheme: "0088", ID: "73810 30000004"},
		{Scheme: "0151", ID: "51824753556"}, {Scheme: "0151", ID: "51824753557"},
		{Scheme: "0192", ID: "974760673"}, {Scheme: "0192", ID: "974760674"}, {Scheme: "0192", ID: "000000000"},
		{Scheme: "0201", ID: "UFABCD"}, {Scheme: "0201", ID: "UFABC-"},
		{Scheme: "0208", ID: "0202239951"}, {Scheme: "0208", ID: "0202239952"},
		{Scheme: "0210", ID: "RSSMRA85T10A562S"}, {Scheme: "9907", ID: "RSSMRA85T10A562S"}, {Scheme: "9907", ID: "RSSMRA85T10A562"},
		{Scheme: "0211", ID: "IT07643520567"}, {Scheme: "0211", ID: "it07643520568"}, {Scheme: "9906", ID: "IT07643520567"},
		{Scheme: "9906", ID: "IT07643520568"}, {Scheme: "9906", ID: "IT7"},
	}
	mutantAttributes = []string{"schemeID", "unitCode", "currencyID", "languageID", "listID", "filename",
		"schemeURI", "format", "unknown"}
)

// mutants changes a document in one place each: every element and attribute in every way that is in the list.
func mutants(t *testing.T, original string) map[string][]byte {
	t.Helper()
	fresh := func() *node {
		root, err := read(strings.NewReader(original))
		if err != nil {
			t.Fatal(err)
		}
		return root
	}
	documents := map[string][]byte{}
	add := func(what string, at int, change func(n *node)) {
		root := fresh()
		n := elements(root)[at]
		name := root.nodes("cbc:ID")[0].text + " " + n.path() + " " + what
		change(n)
		documents[name] = serialize(root)
	}
	for i, n := range elements(fresh()) {
		if n.parent != nil {
			place := slices.Index(n.parent.children, n)
			add("removed", i, func(n *node) { n.parent.children = slices.Delete(n.parent.children, place, place+1) })
			add("doubled", i, func(n *node) { n.parent.children = slices.Insert(n.parent.children, place, n) })
			add("put first", i, func(n *node) {
				rest := slices.Delete(n.parent.children, place, place+1)
				n.parent.children = slices.Insert(rest, 0, n)
			})
			add("put last", i, func(n *node) {
				n.parent.children = append(slices.Delete(n.parent.children, place, place+1), n)
			})
			add("renamed", i, func(n *node) { n.name = "cbc:Note" })
		}
		add("emptied", i, func(n *node) { n.text, n.children = "", nil })
		for _, text := range mutantTexts {
			add("with text "+strconv.Quote(text), i, func(n *node) { n.text = text })
		}
		for _, child := range []string{"cbc:ID", "cac:Item", "ext:UBLExtensions", "cbc:StartDate"} {
			add("with child "+child, i, func(n *node) { n.children = append(n.children, &node{name: child, text: "1"}) })
		}
		for _, name := range mutantAttributes {
			add("with attribute "+name, i, func(n *node) { set(n, xml.Name{Local: name}, "x") })
		}
		for _, name := range []xml.Name{{Space: nsInstance, Local: "schemaLocation"}, {Space: nsInstance, Local: "nil"},
			{Space: nsXML, Local: "lang"}} {
			add("with attribute of a namespace "+name.Local, i, func(n *node) { set(n, name, "true") })
		}
		if _, given := n.attr("schemeID"); given {
			for _, id := range mutantIdentifiers {
				add("as "+strconv.Quote(id.Scheme+":"+id.ID), i, func(n *node) {
					set(n, xml.Name{Local: "schemeID"}, id.Scheme)
					n.text = id.ID
				})
			}
		}
		for _, a := range n.attrs {
			add("without "+a.Name.Local, i, func(n *node) {
				n.attrs = slices.DeleteFunc(n.attrs, func(b xml.Attr) bool { return b.Name == a.Name })
			})
			for _, value := range mutantValues {
				add("with "+a.Name.Local+" "+strconv.Quote(value), i, func(n *node) { set(n, a.Name, value) })
			}
		}
	}
	return documents
}

func set(n *node, name xml.Name, value string) {
	n.attrs = append(slices.DeleteFunc(n.attrs, func(a xml.Attr) bool { return a.Name == name }), xml.Attr{Name: name, Value: value})
}

// elements returns an element and all below it.
func elements(n *node) []*node {
	all := []*node{n}
	for _, c := range n.children {
		all = append(all, elements(c)...)
	}
	return all
}

func serialize(root *node) []byte {
	var b bytes.Buffer
	var write func(n *node)
	write = func(n *node) {
		name := strings.TrimPrefix(n.name, "ubl:")
		b.WriteString("<" + name)
		if n == root {
			fmt.Fprintf(&b, ` xmlns=%q xmlns:cac=%q xmlns:cbc=%q xmlns:ext=%q xmlns:xsi=%q`,
				nsCatalogue, nsAggregate, nsBasic, nsExtension, nsInstance)
		}
		for _, a := range n.attrs {
			b.WriteString(" " + map[string]string{"": "", nsInstance: "xsi:", nsXML: "xml:"}[a.Name.Space] + a.Name.Local + `="`)
			_ = xml.EscapeText(&b, []byte(a.Value))
			b.WriteString(`"`)
		}
		b.WriteString(">")
		_ = xml.EscapeText(&b, []byte(n.text))
		for _, c := range n.children {
			write(c)
		}
		b.WriteString("</" + name + ">")
	}
	write(root)
	return b.Bytes()
}
