package peppol

import (
	"strings"
	"testing"
)

// unwritten are the parts of the model that no cart becomes, each with the reason. docs/formats.md lists them, too.
var unwritten = map[string]string{
	itemPath + "/cac:CommodityClassification/cbc:ItemClassificationCode/@name": "the neutral cart has no name of a class; buyers look it up",
	itemPath + "/cac:AdditionalItemProperty/cbc:ID/@schemeDataURI":             "the neutral cart names a scheme by its identifier alone",
	itemPath + "/cac:AdditionalItemProperty/cbc:ID/@schemeVersionID":           "likewise",
}

const itemPath = "/ubl:Catalogue/cac:CatalogueLine/cac:Item"

// parts returns the paths of an element, its attributes and all below it.
func parts(e *element, path string) []string {
	all := []string{path}
	for _, a := range e.attrs {
		all = append(all, path+"/@"+a.name)
	}
	for _, c := range e.children {
		all = append(all, parts(c, path+"/"+c.name)...)
	}
	return all
}

// written returns the paths of all elements and attributes of the expected documents.
func written(t *testing.T) map[string]bool {
	t.Helper()
	paths := map[string]bool{}
	var walk func(n *node, path string)
	walk = func(n *node, path string) {
		paths[path] = true
		for _, a := range n.attrs {
			paths[path+"/@"+a.Name.Local] = true
		}
		for _, c := range n.children {
			walk(c, path+"/"+c.name)
		}
	}
	for _, name := range inputs(t, "carts", ".json") {
		document, _ := encode(t, outgoing(readCart(t, name)))
		root, err := read(strings.NewReader(string(document)))
		if err != nil {
			t.Fatal(err)
		}
		walk(root, "/"+root.name)
	}
	return paths
}

func TestEveryPartOfTheModelIsWrittenFromSomeCart(t *testing.T) {
	all := parts(current.catalogue, "/"+current.catalogue.name)
	found := written(t)
	for _, path := range all {
		if reason := unwritten[path]; found[path] == (reason != "") {
			t.Errorf("%s: written %v, reason not to: %q", path, found[path], reason)
		}
	}
	t.Logf("%d elements and attributes, %d of them not written", len(all), len(unwritten))
}
