package reference_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/net/html"

	"github.com/punchgate/punchgate/adapters/web/reference"
	"github.com/punchgate/punchgate/docs"
)

// pageLimit is the most that a page may weigh, in bytes.
const pageLimit = 200_000

// made returns the pages of this gateway, each as its elements.
func made(t *testing.T) (files map[string]reference.File, pages map[string]*html.Node, description []byte) {
	t.Helper()
	description, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if files, err = reference.New(description, docs.Guides, "https://punchout.example.com"); err != nil {
		t.Fatal(err)
	}
	pages = map[string]*html.Node{}
	for path, f := range files {
		if strings.HasPrefix(f.MediaType, "text/html") {
			if pages[path], err = html.Parse(strings.NewReader(string(f.Content))); err != nil {
				t.Fatal(err)
			}
		}
	}
	return files, pages, description
}

// attributes returns the values of an attribute in a page, with the names of their elements.
func attributes(page *html.Node, name string) (all [][2]string) {
	for n := range page.Descendants() {
		for _, a := range n.Attr {
			if a.Key == name {
				all = append(all, [2]string{n.Data, a.Val})
			}
		}
	}
	return all
}

func TestEveryOperationAndGuideHasItsPlace(t *testing.T) {
	files, pages, description := made(t)
	doc, err := openapi3.NewLoader().LoadFromData(description)
	if err != nil {
		t.Fatal(err)
	}
	index := string(files[reference.Root].Content)
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			link := regexp.MustCompile(`href="([^"]*)#` + o.OperationID + `"`).FindStringSubmatch(index)
			if link == nil {
				t.Errorf("the first page leads to no %s %s", method, path)
				continue
			}
			if on := string(files[link[1]].Content); !strings.Contains(on, `id="`+o.OperationID+`"`) || !strings.Contains(on, html.EscapeString(path)) {
				t.Errorf("%s has no %s %s", link[1], method, path)
			}
		}
	}
	guides, err := docs.Guides.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, guide := range guides {
		if name, text := strings.CutSuffix(guide.Name(), ".md"); text && pages[reference.Root+"/guides/"+name] == nil {
			t.Errorf("there is no page of %s", guide.Name())
		}
	}
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	_, pages, _ := made(t)
	files, _, _ := made(t)
	anchors := map[string]bool{}
	for path, page := range pages {
		for _, id := range attributes(page, "id") {
			if anchors[path+"#"+id[1]] {
				t.Errorf("%s has #%s twice", path, id[1])
			}
			anchors[path+"#"+id[1]] = true
		}
	}
	for path, page := range pages {
		for _, link := range attributes(page, "href") {
			to, anchor, _ := strings.Cut(link[1], "#")
			if to == "" {
				to = path
			}
			switch {
			case strings.HasPrefix(to, "https://"), to == "/openapi.yaml":
			case files[to].Content == nil:
				t.Errorf("%s leads to %s, which does not exist", path, link[1])
			case anchor != "" && !anchors[to+"#"+anchor]:
				t.Errorf("%s leads to %s, which is on no page", path, link[1])
			}
		}
	}
}

func TestAPageNeedsNothingFromElsewhereAndIsLight(t *testing.T) {
	files, pages, _ := made(t)
	style := len(files[reference.Root+"/reference.css"].Content)
	for path, page := range pages {
		if weight := len(files[path].Content) + style; weight > pageLimit {
			t.Errorf("%s weighs %d bytes", path, weight)
		}
		for n := range page.Descendants() {
			if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style") {
				t.Errorf("%s has an element %s", path, n.Data)
			}
		}
		for _, name := range []string{"src", "style", "onclick"} {
			for _, value := range attributes(page, name) {
				if name != "src" || !strings.HasPrefix(value[1], reference.Root) {
					t.Errorf("%s has %s=%q", path, name, value[1])
				}
			}
		}
	}
	if css := string(files[reference.Root+"/reference.css"].Content); strings.Contains(css, "url(") || strings.Contains(css, "@import") {
		t.Error("the style sheet loads something")
	}
}

const small = `
openapi: 3.0.3
info: {title: Small, version: "1", description: "Text with <b>HTML</b> and a [link](https://example.com)."}
tags: [{name: things, description: Things}]
security: [{key: []}]
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    put:
      tags: [things]
      operationId: putThing
      summary: Change a thing
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string, maxLength: 255}}]
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Thing"}
            example: {size: "2", name: "it's", parts: [{colour: red}]}
      responses:
        "200":
          description: Done.
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
components:
  securitySchemes: {key: {type: http, scheme: bearer, description: An API key.}}
  schemas:
    Thing:
      allOf:
        - $ref: "#/components/schemas/Base"
        - {type: object, required: [size], properties: {size: {type: string, minLength: 1}}}
    Base:
      type: object
      additionalProperties: false
      properties:
        name: {type: string, maxLength: 20, description: What it is called.}
        size: {type: string, pattern: "^[0-9]+$"}
        parts:
          type: array
          items:
            type: object
            required: [colour]
            properties: {colour: {type: string, enum: [red, blue]}}
`

func TestAnOperationIsShownWithSampleTypesAndLimits(t *testing.T) {
	files, err := reference.New([]byte(small), docs.Guides, "https://gw.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(files["/docs/things"].Content), "")
	text = strings.Join(strings.Fields(html.UnescapeString(text)), " ")
	for _, want := range []string{
		"Change a thing", "PUT /things/{id}", "An API key.", "id string in the path required", "at most 255 characters",
		`curl -X PUT 'https://gw.example.com/things/{id}' \ -H "Authorization: Bearer $KEY" \ -H "Idempotency-Key: $(uuidgen)" \ ` +
			`-H 'Content-Type: application/json' \ -d '{"name": "it'\''s", "size": "2", "parts": [{"colour": "red"}]}'`,
		"200 Done.",
		"Thing objectNo other members. name string What it is called. at most 20 characters size string required matches ^[0-9]+$",
		"parts list of object parts[].colour string required red, blue",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	if index := string(files["/docs"].Content); strings.Contains(index, "<b>") || !strings.Contains(index, `<a href="https://example.com">link</a>`) {
		t.Errorf("the text is %s", index)
	}
}

func TestWhatIsNoDescriptionIsAnError(t *testing.T) {
	if _, err := reference.New([]byte("openapi: ["), docs.Guides, ""); err == nil {
		t.Error("it is accepted")
	}
}
