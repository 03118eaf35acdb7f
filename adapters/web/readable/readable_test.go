package readable_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/domain/transfer"
)

func TestDocumentsAreShownForReading(t *testing.T) {
	for name, c := range map[string]struct{ mediaType, body, want string }{
		"each element of an XML document on a line": {
			"text/xml; charset=UTF-8", `<?xml version="1.0"?><a><b c="1">text</b><d/><e><f>&lt;</f></e></a>`,
			"<?xml version=\"1.0\"?>\n<a>\n  <b c=\"1\">text</b>\n  <d/>\n  <e>\n    <f>&lt;</f>\n  </e>\n</a>",
		},
		"a document that is not well-formed as it is": {"application/xml", `<a><b`, `<a><b`},
		"JSON indented":     {"application/json", `{"a":[1]}`, "{\n  \"a\": [\n    1\n  ]\n}"},
		"JSON that is none": {"application/json", `{`, `{`},
		"JSON with brackets in its texts": {
			"application/json", `["[[[[[[[[[[[[[[[[[[[[[\"[","]"]`, "[\n  \"[[[[[[[[[[[[[[[[[[[[[\\\"[\",\n  \"]\"\n]",
		},
		"JSON that is deep, as it is": {
			"application/json", strings.Repeat("[", 9999) + strings.Repeat("]", 9999), strings.Repeat("[", 9999) + strings.Repeat("]", 9999),
		},
		"a form a field a line": {"application/x-www-form-urlencoded", "a=1&b=x%0Ay+z", "a=1\nb=x\\ny z\n"},
		"a form that is none":   {"application/x-www-form-urlencoded", "a=%", "a=%"},
		"a text as it is":       {"text/plain", "a\nb", "a\nb"},
		"ISO-8859-1 where the document declares it": {
			"text/xml", "<?xml version='1.0' encoding='iso-8859-1'?><a>\xe5</a>", "<?xml version='1.0' encoding='iso-8859-1'?>\n<a>å</a>",
		},
		"ISO-8859-1 where nothing is declared": {"text/plain", "\xe5", "å"},
		"a byte order mark is left out":        {"text/plain", "\ufeffa", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := readable.Text(c.mediaType, []byte(c.body)); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestAFormShowsEachFieldOnALine(t *testing.T) {
	form := transfer.Form{Method: "POST", Action: "https://buyer.example.com/return", Fields: []transfer.Field{
		{Name: "NEW_ITEM-LONGTEXT_1:132[]", Value: "a\nb\\"}, {Name: "cxml-base64", Source: transfer.DocumentBase64},
	}}
	want := "POST https://buyer.example.com/return\nNEW_ITEM-LONGTEXT_1:132[]=a\\nb\\\\\ncxml-base64=(the document, in Base64)\n"
	if got := readable.Document(&transfer.Document{MediaType: "application/json", Body: []byte("{}"), Form: form}); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestADifferenceShowsTheLinesAroundIt(t *testing.T) {
	old := "a\nb\nc\nd\ne\nf\ng\nh\nlast"
	want := readable.Difference{Changed: 3, Hunks: []readable.Hunk{{2, 2, []readable.Line{
		{readable.Same, "b"}, {readable.Same, "c"}, {readable.Same, "d"}, {readable.Removed, "e"}, {readable.Added, "E"}, {readable.Added, "EE"},
		{readable.Same, "f"}, {readable.Same, "g"}, {readable.Same, "h"},
	}}}}
	if got := readable.Compare(old, strings.Replace(old, "e", "E\nEE", 1)+"\n"); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := readable.Compare(old, old); !reflect.DeepEqual(got, readable.Difference{}) {
		t.Errorf("equal texts differ: %+v", got)
	}
}

// Each line of the largest cart is changed, which a search for the smallest difference would not end with.
func TestALargeDifferenceIsFoundAndCut(t *testing.T) {
	var old, changed strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&old, "<line>\n<id>%d</id>\n<unit>EA</unit>\n<name>%s</name>\n</line>\n", i, strings.Repeat("å", 600))
		fmt.Fprintf(&changed, "<line>\n<id>%d</id>\n<unit>PCE</unit>\n<name>%s</name>\n</line>\n", i, strings.Repeat("å", 600))
	}
	d := readable.Compare(old.String(), changed.String())
	shown := 0
	for _, h := range d.Hunks {
		for _, l := range h.Lines {
			shown++
			if len(l.Text) > 600 {
				t.Fatalf("a line is shown with %d bytes", len(l.Text))
			}
		}
	}
	if d.Changed != 20_000 || !d.More || shown != 400 {
		t.Errorf("%d lines changed, %d shown, more: %v", d.Changed, shown, d.More)
	}
}

func TestAnOutlineIsReadWithoutKnowingXML(t *testing.T) {
	const document = `<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE cXML SYSTEM "cXML.dtd"><!-- x -->
<c:cXML xmlns:c="urn:c" xmlns="urn:d" xml:lang="sv"><Header><Credential domain="DUNS" type="a"><Identity>12 &amp;
3</Identity></Credential><Empty/></Header></c:cXML>`
	const want = "cXML (lang: sv)\n  Header\n    Credential (domain: DUNS, type: a)\n      Identity: 12 & 3\n    Empty"
	if read := readable.Outline("text/xml; charset=UTF-8", []byte(document)); read != want {
		t.Errorf("%q", read)
	}
	for mediaType, body := range map[string]string{"text/xml": "<a><b", "application/json": `{"a":1}`, "text/plain": "<a>b</a>"} {
		if read := readable.Outline(mediaType, []byte(body)); read != readable.Text(mediaType, []byte(body)) {
			t.Errorf("%s: %q", mediaType, read)
		}
	}
}
