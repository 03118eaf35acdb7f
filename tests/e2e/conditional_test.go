package e2e

import (
	"strings"
	"sync"
	"testing"
)

// TestTwoOperatorsDoNotOverwriteEachOtherUnseen has both read the same and change it, of each thing that can be replaced.
func TestTwoOperatorsDoNotOverwriteEachOtherUnseen(t *testing.T) {
	g := withShop(t)
	_, id := g.connect("oci-5", fixedReturn)
	hook := g.api(g.shop.key, "POST", "/v1/admin/webhooks", `{"url":"https://erp.example.com/a","types":[]}`).want(t, 201).text("id")
	user := g.api(g.shop.key, "POST", "/v1/admin/users", `{"email":"anna@example.com","name":"Anna","role":"reader"}`).want(t, 201).text("id")
	for path, change := range map[string]func(read string) (first, second string){
		"/v1/admin/settings":                  renamed("Papper och Penna AB"),
		"/v1/admin/customers/goteborg":        renamed("K-goteborg"),
		"/v1/admin/connections/" + string(id): renamed(g.api(g.shop.key, "GET", "/v1/admin/connections/"+string(id), "").want(t, 200).text("name")),
		"/v1/admin/users/" + user:             renamed("Anna"),
		"/v1/admin/webhooks/" + hook:          renamed("https://erp.example.com/a"),
	} {
		t.Run(path, func(t *testing.T) {
			read := g.api(g.shop.key, "GET", path, "")
			tag := read.header.Get("ETag")
			if again := g.api(g.shop.key, "GET", path, "").header.Get("ETag"); tag == "" || again != tag {
				t.Fatalf("read again, the tag is %s after %s", again, tag)
			}
			first, second := change(read.body)
			put := func(body, tag string) answer { return g.api(g.shop.key, "PUT", path, body, "If-Match", tag) }
			changed := put(first, tag)
			changed.want(t, 200)
			if read := g.api(g.shop.key, "GET", path, "").header.Get("ETag"); changed.header.Get("ETag") != read || read == tag {
				t.Errorf("the change is told with the tag %s, and read with %s after %s", changed.header.Get("ETag"), read, tag)
			}
			if refusal := put(second, tag).want(t, 412); refusal.text("code") != "changed_since_read" {
				t.Errorf("the second is refused with %v", refusal)
			}
			if now := g.api(g.shop.key, "GET", path, ""); now.body != changed.body {
				t.Errorf("the refused change made of\n%s\nthis:\n%s", changed.body, now.body)
			}
			put(second, `"other", `+changed.header.Get("ETag")).want(t, 200)
			put(first, "*").want(t, 200)
			g.api(g.shop.key, "PUT", path, second).want(t, 200) // as ever
		})
	}
}

// renamed changes a text: it returns two bodies that have others where the one that was read has this one.
func renamed(text string) func(read string) (string, string) {
	return func(read string) (string, string) {
		return strings.Replace(read, text, text+"1", 1), strings.Replace(read, text, text+"2", 1)
	}
}

func TestOfManyChangesOfTheSameThatWasReadOneWins(t *testing.T) {
	g := withShop(t)
	tag := g.api(g.shop.key, "GET", "/v1/admin/customers/goteborg", "").header.Get("ETag")
	var all sync.WaitGroup
	answers := make([]answer, 8)
	for i := range answers {
		all.Go(func() {
			answers[i] = g.api(g.shop.key, "PUT", "/v1/admin/customers/goteborg", `{"name":"`+strings.Repeat("x", i+1)+`"}`, "If-Match", tag)
		})
	}
	all.Wait()
	won := 0
	for _, a := range answers {
		if a.status == 200 {
			won++
		} else if a.status != 412 {
			t.Errorf("answered %d: %s", a.status, a.body)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d changes went through", won, len(answers))
	}
}

func TestTheTagOfAChangeIsThatOfWhatIsReadAlsoWhereTimesHaveAnOffset(t *testing.T) {
	g := withShop(t)
	const path, body = "/v1/admin/customers/goteborg", `{"name":"Göteborg","contract_until":"2027-01-01T00:00:00+01:00"}`
	changed := g.api(g.shop.key, "PUT", path, body)
	changed.want(t, 200)
	if read := g.api(g.shop.key, "GET", path, ""); read.header.Get("ETag") != changed.header.Get("ETag") {
		t.Errorf("told is %s, and read %s", changed.body, read.body)
	}
	g.api(g.shop.key, "PUT", path, body, "If-Match", changed.header.Get("ETag")).want(t, 200)
}
