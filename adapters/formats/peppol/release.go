package peppol

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/codelist"
)

// Release is the Peppol BIS release that documents are written and judged by, named by year and month as its folder is.
// docs/peppol-release.md says how to take over the next one.
const Release = "2025-05"

//go:embed release
var releases embed.FS

// release is what changes with a Peppol BIS release, read from its folder.
type release struct {
	label              string // May 2025
	catalogue          *element
	schemaLocationRule string // forbids the root the attribute of that name
	rules              map[string][]placed
	lists              map[string]codeList // by the names of their files

	// Of the lists, those that the code asks for.
	addresses, identifiers, currencies, countries, units, taxes, mediaTypes, itemTypes, orderTypes codeList
}

// current is the release that this build has.
var current = func() *release {
	folder, err := fs.Sub(releases, path.Join("release", Release))
	if err != nil {
		panic(err)
	}
	r, err := readRelease(folder, Release)
	if err != nil {
		panic(err) // the binary was built with files that its own tests refuse
	}
	return r
}()

// codeList says whether a code is in a list.
type codeList func(code string) bool

// domainLists are the lists that a release need not repeat, for the domain's follow it; a file of the release wins.
func domainLists() map[string]codeList {
	return map[string]codeList{
		"iso3166": codelist.Country, "rec20": codelist.Unit, "uncl5305": codelist.TaxCategory,
	}
}

// readRelease reads the folder of the release with that name. It refuses files that name another release or none, and
// what the code has no list, kind or check for.
func readRelease(folder fs.FS, name string) (*release, error) {
	month, err := time.Parse("2006-01", name)
	if err != nil {
		return nil, fmt.Errorf("a release is named by year and month: %w", err)
	}
	r := &release{label: month.Format("January 2006"), lists: domainLists()}
	files, err := fs.Glob(folder, "codes/*.txt")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		lines, err := readTable(folder, file, name)
		if err != nil {
			return nil, err
		}
		known := make(map[string]bool, len(lines))
		for _, line := range lines {
			known[line] = true
		}
		r.lists[strings.TrimSuffix(path.Base(file), ".txt")] = func(code string) bool { return known[code] }
	}
	for list, asked := range map[string]*codeList{
		"eas": &r.addresses, "icd": &r.identifiers, "iso4217": &r.currencies, "iso3166": &r.countries, "rec20": &r.units,
		"uncl5305": &r.taxes, "mimecode": &r.mediaTypes, "uncl7143": &r.itemTypes, "uncl1001-order": &r.orderTypes,
	} {
		if *asked = r.lists[list]; *asked == nil {
			return nil, fmt.Errorf("the release %s has no codes/%s.txt", name, list)
		}
	}
	model, err := readTable(folder, "model.txt", name)
	if err != nil {
		return nil, err
	}
	if err := r.readModel(model); err != nil {
		return nil, fmt.Errorf("model.txt: %w", err)
	}
	lines, err := readTable(folder, "rules.txt", name)
	if err != nil {
		return nil, err
	}
	if err := r.readRules(lines); err != nil {
		return nil, fmt.Errorf("rules.txt: %w", err)
	}
	return r, nil
}

// readTable returns the lines of a file but for its comments, of which one names the release.
func readTable(folder fs.FS, file, release string) ([]string, error) {
	text, err := fs.ReadFile(folder, file)
	if err != nil {
		return nil, err
	}
	var lines []string
	named := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "# release: "+release:
			named = true
		case !blank(line) && line[0] != '#':
			lines = append(lines, line)
		}
	}
	if !named {
		return nil, fmt.Errorf("%s does not name the release %s", file, release)
	}
	return lines, nil
}
