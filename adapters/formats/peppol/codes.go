package peppol

import (
	"embed"
	"strings"

	"github.com/punchgate/punchgate/domain/codelist"
)

// codes holds the code lists of the release, one code a line; the first line of each file names the release.
//
//go:embed codes/*.txt
var codes embed.FS

// codeList says whether a code is in a list.
type codeList func(code string) bool

// The release's own lists. Units and countries are those of the domain, which follow the same release; the domain's
// currencies are newer than the release.
var (
	currencies    = embedded("iso4217")
	addresses     = embedded("eas")
	identifiers   = embedded("icd")
	itemTypes     = embedded("uncl7143")
	documentTypes = embedded("uncl1001")
	mediaTypes    = embedded("mimecode")
)

// lists are the code lists by the names that the model has for them.
var lists = map[string]codeList{
	"boolean":       func(code string) bool { return code == "true" || code == "false" },
	"country":       codelist.Country,
	"currency":      currencies,
	"document-type": documentTypes,
	"eas":           addresses,
	"icd":           identifiers,
	"item-type":     itemTypes,
	"media-type":    mediaTypes,
	"unit":          codelist.Unit,
}

func embedded(name string) codeList {
	text, err := codes.ReadFile("codes/" + name + ".txt")
	if err != nil {
		panic(err) // the binary was built without its own files
	}
	known := map[string]bool{}
	for code := range strings.Lines(string(text)) {
		if code[0] != '#' {
			known[strings.TrimSpace(code)] = true
		}
	}
	return func(code string) bool { return known[code] }
}
