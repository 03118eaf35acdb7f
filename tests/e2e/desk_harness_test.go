package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/domain/tenant"
	users "github.com/punchgate/punchgate/domain/user"
)

// deskUser is somebody at the operator's pages of the gateway's shop, without script.
type deskUser struct {
	g           *gateway
	token, csrf string
}

// atDesk creates a user of the gateway's shop and signs them in.
func (g *gateway) atDesk(s *access.Service, name string, role users.Role) *deskUser {
	g.t.Helper()
	of := g.shop.id
	if role == users.Platform {
		of = tenant.Platform
	}
	newUser(g.t, s, of, name, role)
	token := signIn(g.t, s, name)
	who, err := s.Authenticate(g.t.Context(), token)
	if err != nil {
		g.t.Fatal(err)
	}
	return &deskUser{g, token.Reveal(), who.CSRF}
}

func (u *deskUser) send(method, path, body string) answer {
	u.g.t.Helper()
	r := request(u.g.t, method, u.g.url+"/admin/shops/"+string(u.g.shop.id)+path, "application/x-www-form-urlencoded", body)
	r.AddCookie(&http.Cookie{Name: "punchgate", Value: u.token})
	return send(u.g.t, r)
}

// open returns a page of the shop.
func (u *deskUser) open(path string) answer { return u.send(http.MethodGet, path, "") }

// submit sends a form of the page.
func (u *deskUser) submit(path string, values url.Values) answer {
	values.Set("csrf", u.csrf)
	return u.send(http.MethodPost, path, values.Encode())
}

// inputs returns what a browser would send of the form that leads to an action as it is on the page; "" is that of the page itself.
func inputs(t *testing.T, page, action string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if to, _ := attribute(n, "action"); n.Type == html.ElementNode && n.Data == "form" && strings.HasSuffix(to, action) && (action != "" || to == "") {
			if method, _ := attribute(n, "method"); method == "post" {
				return valuesIn(n)
			}
		}
	}
	t.Fatalf("no form leads to %q on the page: %s", action, page)
	return nil
}

func attribute(n *html.Node, name string) (value string, found bool) {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return "", false
	}
	return n.Attr[i].Val, true
}

// valuesIn are the inputs of a form (HTML, section 4.10.22.4).
func valuesIn(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name, _ := attribute(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		value, _ := attribute(n, "value")
		_, checked := attribute(n, "checked")
		kind, _ := attribute(n, "type")
		switch {
		case n.Data == "textarea":
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			values.Add(name, text)
		case n.Data == "select":
			chosen := ""
			for o := range n.Descendants() {
				if _, selected := attribute(o, "selected"); selected {
					chosen, _ = attribute(o, "value")
				}
			}
			values.Add(name, chosen)
		case n.Data == "input" && (kind != "checkbox" && kind != "radio" || checked):
			values.Add(name, value)
		}
	}
	return values
}
