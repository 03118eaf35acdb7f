package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	users "github.com/punchgate/punchgate/domain/user"
)

// platformKey makes a key of who runs the gateway.
func (g *gateway) platformKey() string {
	g.t.Helper()
	_, text, err := g.admin.CreateKey(g.t.Context(), tenant.Platform, "op", []apikey.Scope{apikey.Platform})
	if err != nil {
		g.t.Fatal(err)
	}
	return text.Reveal()
}

func TestUsersAreManagedByTheAPIOfTheirTenantAndOfThePlatform(t *testing.T) {
	g, s := withUsers(t)
	platform := g.platformKey()
	for _, c := range []struct{ key, base, role, other string }{
		{g.shop.key, "/v1/admin/users", "administrator", "reader"},
		{platform, "/v1/admin/tenants/papper/users", "reader", "administrator"},
		{platform, "/v1/admin/tenants/-/users", "platform", "platform"},
	} {
		t.Run(c.base, func(t *testing.T) {
			email := strings.NewReplacer("/", "", "-", "p").Replace(c.base) + "@Example.com"
			body := fmt.Sprintf(`{"email":%q,"name":"Anna","role":%q,"language":"en","password":%q}`, email, c.role, annasPassword)
			made := g.api(c.key, "POST", c.base, body)
			id := made.want(t, 201).text("id")
			at := c.base + "/" + id
			if !strings.Contains(made.body, `"role":"`+c.role+`","language":"en","active":true,"has_password":true`) ||
				strings.Contains(made.body, "argon2") {
				t.Errorf("%s", made.body)
			}
			token, _, err := s.SignIn(t.Context(), here, email, secret.New(annasPassword))
			if err != nil {
				t.Fatal(err)
			}
			got := g.api(c.key, "GET", at, "")
			changed := g.api(c.key, "PUT", at, strings.Replace(got.body, `"role":"`+c.role+`"`, `"role":"`+c.other+`"`, 1))
			if now := changed.want(t, 200); now.text("role") != c.other || now.text("language") != "en" {
				t.Errorf("%s", changed.body)
			}
			if list := g.api(c.key, "GET", c.base, ""); !strings.Contains(list.body, id) {
				t.Errorf("%s", list.body)
			}
			g.api(c.key, "POST", at+"/sign-out", "").want(t, 200)
			_, err = s.Authenticate(t.Context(), token)
			wantFault(t, "who was signed out", err, signin.ErrEnded)

			generated := g.api(c.key, "POST", at+"/password", `{}`).want(t, 200).text("password")
			if _, _, err := s.SignIn(t.Context(), here, email, secret.New(generated)); err != nil {
				t.Errorf("by the generated password: %v", err)
			}
			if chosen := g.api(c.key, "POST", at+"/password", `{"password":"ett nytt lösenord"}`); chosen.status != 200 || chosen.body != "{}" {
				t.Errorf("a chosen password is answered %d %s", chosen.status, chosen.body)
			}
			if short := g.api(c.key, "POST", at+"/password", `{"password":"för kort"}`); short.status != 422 ||
				!strings.Contains(short.body, `"path":"/password"`) {
				t.Errorf("%s", short.body)
			}
			if c.role == "platform" {
				g.api(c.key, "DELETE", at, "").want(t, 409)
				newUser(t, s, tenant.Platform, "op", users.Platform)
			}
			off := g.api(c.key, "PUT", at, strings.Replace(changed.body, `"active":true`, `"active":false`, 1)).want(t, 200)
			if off.at("disabled_at") == nil {
				t.Errorf("%v", off)
			}
			_, _, err = s.SignIn(t.Context(), here, email, secret.New("ett nytt lösenord"))
			wantFault(t, "who is not active", err, access.ErrCredentials)
			if a := g.api(c.key, "DELETE", at, ""); a.status != 204 {
				t.Errorf("%d %s", a.status, a.body)
			}
			g.api(c.key, "GET", at, "").want(t, 404)
		})
	}
	for _, path := range []string{"/v1/admin/tenants/none/users", "/v1/admin/tenants/papper/users/none"} {
		g.api(platform, "GET", path, "").want(t, 404)
	}
	log := g.api(platform, "GET", "/v1/admin/tenants/papper/audit", "")
	for _, action := range []string{"user.create", "user.change", "user.replace_password", "user.sign_out", "user.remove", "user.sign_in"} {
		if !strings.Contains(log.body, `"action":"`+action+`"`) {
			t.Errorf("the audit log does not tell of %s", action)
		}
	}
	if own := g.api(platform, "GET", "/v1/admin/tenants/-/audit", ""); !strings.Contains(own.body, `"action":"user.create"`) {
		t.Error("the platform's audit log does not tell of its users")
	}
	if strings.Contains(g.logs.String(), annasPassword) || strings.Contains(log.body, annasPassword) {
		t.Error("a password is in a log")
	}
}

func TestAUserIsRefusedWithEachMemberThatIsWrong(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, "papper", "taken", users.Reader)
	for name, c := range map[string]struct {
		body   string
		status int
		paths  []string
	}{
		"nothing":        {`{}`, 422, []string{"/email", "/name", "/role"}},
		"an odd role":    {`{"email":"a@example.com","name":"A","role":"root"}`, 422, []string{"/role"}},
		"a role too far": {`{"email":"a@example.com","name":"A","role":"platform","password":"kort"}`, 422, []string{"/role", "/password"}},
		"a taken address": {
			`{"email":"TAKEN@example.com","name":"A","role":"reader"}`, 409, []string{"/email"},
		},
		"an unknown member": {`{"email":"a@example.com","name":"A","role":"reader","verifier":"x"}`, 400, nil},
	} {
		a := g.api(g.shop.key, "POST", "/v1/admin/users", c.body).want(t, c.status)
		var paths []string
		for _, member := range []string{"errors", "reasons"} {
			found, _ := a.at(member).([]any)
			for _, each := range found {
				path, _ := each.(map[string]any)["path"].(string)
				paths = append(paths, path)
			}
		}
		if c.paths != nil && !slices.Equal(paths, c.paths) {
			t.Errorf("%s: %q, not %q", name, paths, c.paths)
		}
	}
}

func TestACreatedUserIsThereOnceHoweverOftenItIsAskedFor(t *testing.T) {
	g, _ := withUsers(t)
	body := `{"email":"anna@example.com","name":"Anna","role":"reader"}`
	ask := func() answer { return g.api(g.shop.key, "POST", "/v1/admin/users", body, "Idempotency-Key", "one") }
	if first, again := ask(), ask(); first.status != 201 || first.body != again.body {
		t.Errorf("%d %s and then %s", first.status, first.body, again.body)
	}
}
