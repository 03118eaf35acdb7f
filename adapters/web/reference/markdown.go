package reference

import (
	"bytes"
	"html/template"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	table "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// heading is one of the parts of a text.
type heading struct{ Title, Anchor string }

// reader reads CommonMark with tables; HTML in it is left out.
var reader = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// markdown returns a text for a page, and its parts.
func markdown(source string) (template.HTML, []heading) {
	html, parts, _ := rendered([]byte(source), func(address string) string { return address })
	return html, parts
}

// rendered does so with links led elsewhere; a link that leads nowhere is left out. It returns the title, too, which does not stand in
// the text.
func rendered(source []byte, led func(string) string) (template.HTML, []heading, string) {
	document := reader.Parser().Parse(text.NewReader(source))
	var parts []heading
	title := ""
	var nowhere []ast.Node
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the visitor knows no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			id, _ := n.AttributeString("id")
			anchor, _ := id.([]byte)
			switch n.Level {
			case 1:
				title = string(plain(n, source))
				nowhere = append(nowhere, n)
			case 2:
				parts = append(parts, heading{string(plain(n, source)), string(anchor)})
			}
		case *ast.Link:
			if n.Destination = []byte(led(string(n.Destination))); len(n.Destination) == 0 {
				nowhere = append(nowhere, n)
			}
		case *table.Table:
			n.SetAttributeString("tabindex", "0") // a wide one is moved by keys
		case *ast.Image:
			n.Destination = []byte(led(string(n.Destination)))
		}
		return ast.WalkContinue, nil
	})
	for _, n := range nowhere {
		parent := n.Parent()
		if n.Kind() == ast.KindLink {
			for child := n.FirstChild(); child != nil; {
				next := child.NextSibling()
				parent.InsertBefore(parent, n, child)
				child = next
			}
		}
		parent.RemoveChild(parent, n)
	}
	var html bytes.Buffer
	if err := reader.Renderer().Render(&html, source, document); err != nil {
		return "", nil, "" // a buffer takes everything
	}
	return template.HTML(html.String()), parts, title //nolint:gosec // goldmark escapes what it writes, and leaves HTML out
}

// plain returns the text of a node.
func plain(n ast.Node, source []byte) (all []byte) {
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if t, ok := child.(*ast.Text); ok {
			all = append(all, t.Segment.Value(source)...)
		} else {
			all = append(all, plain(child, source)...)
		}
	}
	return all
}

// guide is a page of a file of Markdown.
type guide struct {
	Title, Path string
	Text        template.HTML
	Parts       []heading
}

// guidesRoot is where the guides lie.
const guidesRoot = Root + "/guides"

func (b *builder) readGuides(all fs.FS) error {
	return fs.WalkDir(all, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(all, name)
		base, isText := strings.CutSuffix(name, ".md")
		if !isText {
			b.made[path.Join(guidesRoot, name)] = File{mime.TypeByExtension(path.Ext(name)), content}
			return err
		}
		text, parts, title := rendered(content, ledFromGuide)
		b.guides = append(b.guides, &guide{title, path.Join(guidesRoot, base), text, parts})
		return err
	})
}

// ledFromGuide returns where a link of a guide leads on the pages: to another guide, to the description, out into the web, or nowhere,
// since the rest of the repository is not served.
func ledFromGuide(address string) string {
	file, anchor, _ := strings.Cut(address, "#")
	if anchor != "" {
		anchor = "#" + anchor
	}
	switch {
	case strings.Contains(address, "://"), file == "":
		return address
	case strings.HasSuffix(file, "openapi.yaml"):
		return Root
	case strings.Contains(file, "/") && !strings.HasPrefix(file, "pictures/"):
		return ""
	}
	return path.Join(guidesRoot, strings.TrimSuffix(file, ".md")) + anchor
}
