// Package reference makes pages for people of the API's description and of the guides: the reference at /docs. The pages are made once,
// of openapi.yaml (OpenAPI 3.0) and of Markdown (CommonMark with tables), and need no script and nothing from elsewhere. What a page
// leaves out of the description: examples of refusals, which are all alike.
package reference

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Root is the path of the first page; the others lie below it.
const Root = "/docs"

// Policy is the content security policy of the pages.
const Policy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

//go:embed templates/*.html reference.css
var files embed.FS

// File is one of the answers below Root.
type File struct {
	MediaType string
	Content   []byte
}

// New makes all pages, by their paths. description is an OpenAPI document, guides holds files of Markdown and their pictures, and
// gateway is the address for samples, such as https://punchout.example.com.
func New(description []byte, guides fs.FS, gateway string) (map[string]File, error) {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true // members stand in the order of the description
	doc, err := loader.LoadFromData(description)
	if err != nil {
		return nil, err
	}
	shown, err := template.New("").ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	b := &builder{doc: doc, gateway: strings.TrimRight(gateway, "/"), shown: shown, made: map[string]File{}}
	style, err := files.ReadFile("reference.css")
	b.made[Root+"/reference.css"] = File{"text/css; charset=utf-8", style}
	b.readGroups()
	return b.made, errors.Join(err, b.readGuides(guides), b.write())
}

// builder makes the pages.
type builder struct {
	doc     *openapi3.T
	gateway string
	shown   *template.Template
	groups  []*group
	guides  []*guide
	made    map[string]File
}

// group is the operations of a tag, and the page of them.
type group struct {
	Title, Path string
	Description template.HTML
	Operations  []*operation
	Types       []typeView // what bodies are made of, in the order in which they are first named
}

// operation is one call.
type operation struct {
	ID, Method, Path, Summary string
	Description               template.HTML
	Keys                      []key
	Parameters                []member
	Body                      *body
	Answers                   []answer
	Refusals                  []answer
	Curl                      string
	Calls                     []*operation // what the gateway calls in turn
}

// key is one of the ways in which a caller shows who he is.
type key struct {
	Name        string
	Description template.HTML
}

// body is what is sent.
type body struct {
	Required bool
	Contents []content
}

// content is a body in one media type.
type content struct {
	MediaTypes string // those that have it alike
	Type       typeRef
	Members    []member
	Examples   []example
}

// answer is one of the answers to a call.
type answer struct {
	Status      string
	Description template.HTML
	Headers     []member
	Contents    []content
}

// example is shown as text.
type example struct{ Summary, Text string }

// view is what a template is given.
type view struct {
	Title   string
	Current string // path of the page
	Groups  []*group
	Guides  []*guide
	Group   *group        // of a page of operations
	Text    template.HTML // of any other
	Parts   []heading     // of it
}

func (b *builder) write() error {
	text, parts := markdown(b.doc.Info.Description)
	pages := []view{{Title: b.doc.Info.Title + " API", Current: Root, Text: text, Parts: parts}}
	for _, g := range b.groups {
		pages = append(pages, view{Title: g.Title, Current: g.Path, Group: g})
	}
	for _, g := range b.guides {
		pages = append(pages, view{Title: g.Title, Current: g.Path, Text: g.Text, Parts: g.Parts})
	}
	var errs []error
	for _, v := range pages {
		v.Groups, v.Guides = b.groups, b.guides
		var page bytes.Buffer
		errs = append(errs, b.shown.ExecuteTemplate(&page, "page.html", v))
		b.made[v.Current] = File{"text/html; charset=utf-8", page.Bytes()}
	}
	return errors.Join(errs...)
}

// most is the largest number of operations on a page: with more, each thing that their addresses name has a page.
const most = 20

func (b *builder) readGroups() {
	for _, tag := range b.doc.Tags {
		text, _ := markdown(tag.Description)
		title, named := tag.Extensions["x-displayName"].(string)
		if !named {
			title = tag.Name
		}
		all := b.tagged(tag.Name)
		if len(all) <= most {
			b.group(&group{Title: title, Path: path.Join(Root, tag.Name), Description: text}, all)
			continue
		}
		for len(all) > 0 {
			thing := all[0].thing()
			of := func(p place) bool { return p.thing() == thing }
			those, others := filter(all, of)
			b.group(&group{Title: title + ": " + thing, Path: path.Join(Root, tag.Name+"-"+thing), Description: text}, those)
			all = others
		}
	}
}

func filter(all []place, of func(place) bool) (those, others []place) {
	for _, p := range all {
		if of(p) {
			those = append(those, p)
		} else {
			others = append(others, p)
		}
	}
	return those, others
}

func (b *builder) group(g *group, all []place) {
	types := &types{doc: b.doc, group: g, known: map[string]bool{}}
	for _, p := range all {
		g.Operations = append(g.Operations, b.operation(types, p.method, p.path, p.item, p.item.GetOperation(p.method)))
	}
	types.describe()
	b.groups = append(b.groups, g)
}

// place is where the description has an operation.
type place struct {
	method, path string
	item         *openapi3.PathItem
}

// thing is what the address names, such as "customers" of /v1/admin/customers/{id}.
func (p place) thing() string { return strings.Split(p.path+"///", "/")[3] }

// tagged returns the operations of a tag in the order of the description.
func (b *builder) tagged(tag string) (all []place) {
	for path, item := range b.doc.Paths.Map() {
		for _, method := range methods(item) {
			if slices.Contains(item.GetOperation(method).Tags, tag) {
				all = append(all, place{method, path, item})
			}
		}
	}
	slices.SortFunc(all, func(a, b place) int {
		return before(a.item.GetOperation(a.method).Origin, b.item.GetOperation(b.method).Origin)
	})
	return all
}

func methods(item *openapi3.PathItem) (all []string) {
	for method := range item.Operations() {
		all = append(all, method)
	}
	slices.SortFunc(all, func(a, b string) int { return before(item.GetOperation(a).Origin, item.GetOperation(b).Origin) })
	return all
}

// before compares two places in the description.
func before(a, b *openapi3.Origin) int {
	if a == nil || b == nil || a.Key == nil || b.Key == nil {
		return 0
	}
	if a.Key.Line != b.Key.Line {
		return a.Key.Line - b.Key.Line
	}
	return a.Key.Column - b.Key.Column
}

func (b *builder) operation(of *types, method, path string, item *openapi3.PathItem, o *openapi3.Operation) *operation {
	text, _ := markdown(o.Description)
	made := &operation{ID: o.OperationID, Method: method, Path: path, Summary: o.Summary, Description: text, Keys: b.keys(o)}
	parameters := append(slices.Clone(item.Parameters), o.Parameters...)
	for _, p := range parameters {
		made.Parameters = append(made.Parameters, of.parameter(p.Value))
	}
	if o.RequestBody != nil {
		made.Body = &body{o.RequestBody.Value.Required, of.contents(o.RequestBody.Value.Content)}
		for i, c := range made.Body.Contents {
			made.Body.Contents[i].Examples = c.Examples[min(1, len(c.Examples)):] // the first is in the sample
		}
	}
	for _, status := range statuses(o) {
		response := o.Responses.Value(status).Value
		text, _ := markdown(*response.Description)
		a := answer{Status: status, Description: text}
		if status >= "400" && response.Content.Get("application/problem+json") != nil {
			made.Refusals = append(made.Refusals, a)
			continue
		}
		for _, name := range slices.Sorted(mapKeys(response.Headers)) {
			header := response.Headers[name].Value
			a.Headers = append(a.Headers, of.parameter(&openapi3.Parameter{
				Name: name, In: "header", Required: header.Required, Description: header.Description, Schema: header.Schema,
			}))
		}
		a.Contents = of.contents(response.Content)
		made.Answers = append(made.Answers, a)
	}
	for _, name := range slices.Sorted(mapKeys(o.Callbacks)) {
		for address, called := range o.Callbacks[name].Value.Map() {
			for _, method := range methods(called) {
				call := b.operation(of, method, strings.Trim(address, "{}"), called, called.GetOperation(method))
				call.ID, call.Keys = o.OperationID+"-"+name, nil
				made.Calls = append(made.Calls, call)
			}
		}
	}
	made.Curl = b.curl(made, parameters, o)
	return made
}

func statuses(o *openapi3.Operation) []string { return slices.Sorted(mapKeys(o.Responses.Map())) }

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range m {
			if !yield(name) {
				return
			}
		}
	}
}

// keys returns how a caller of the operation shows who he is; nothing where everybody may call.
func (b *builder) keys(o *openapi3.Operation) (all []key) {
	wanted := b.doc.Security
	if o.Security != nil {
		wanted = *o.Security
	}
	for _, requirement := range wanted {
		for name := range requirement {
			text, _ := markdown(b.doc.Components.SecuritySchemes[name].Value.Description)
			all = append(all, key{name, text})
		}
	}
	return all
}
