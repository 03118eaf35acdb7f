package web

import (
	"cmp"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"golang.org/x/net/html"

	"github.com/punchgate/punchgate/application/login"
	"github.com/punchgate/punchgate/application/transfer"
	"github.com/punchgate/punchgate/domain/eligibility"
	"github.com/punchgate/punchgate/domain/fault"
	domain "github.com/punchgate/punchgate/domain/transfer"
)

func TestEveryTextIsThereInBothLanguages(t *testing.T) {
	swedish, english := slices.Sorted(maps.Keys(texts["sv"])), slices.Sorted(maps.Keys(texts["en"]))
	if !slices.Equal(swedish, english) {
		t.Fatalf("pages in Swedish %v, in English %v", swedish, english)
	}
	for page, text := range texts["sv"] {
		if !slices.Equal(slices.Sorted(maps.Keys(text)), slices.Sorted(maps.Keys(texts["en"][page]))) {
			t.Errorf("%s: texts in Swedish %v, in English %v", page, text, texts["en"][page])
		}
	}
	for lang, all := range texts {
		for page, text := range all {
			for _, key := range []string{"Title", "Body"} {
				if strings.TrimSpace(text[key]) == "" {
					t.Errorf("%s: %s has no %s", lang, page, key)
				}
			}
		}
		for _, kind := range fault.Kinds() {
			if all["refusal."+kind.String()] == nil {
				t.Errorf("%s: no text for a refusal of kind %s", lang, kind)
			}
		}
		for _, page := range []string{"transfer", "cancelled", "pushing", "pushed"} {
			if all[page] == nil {
				t.Errorf("%s: no text for %s", lang, page)
			}
		}
		for _, page := range []string{"transfer", "cancelled"} {
			if all[page]["Button"] == "" {
				t.Errorf("%s: no button on %s", lang, page)
			}
		}
	}
}

func TestEveryReasonHasASwedishText(t *testing.T) {
	for _, rule := range slices.Concat(eligibility.StartRules, eligibility.SendRules) {
		if got := reasonText("sv", fault.Detail{Code: rule.Name, Message: rule.Reason}); got == rule.Reason {
			t.Errorf("%s is told in English: %s", rule.Name, got)
		}
		if got := reasonText("en", fault.Detail{Code: rule.Name, Message: rule.Reason}); got != rule.Reason {
			t.Errorf("%s is told in English as %s", rule.Name, got)
		}
	}
}

// element is a start tag of a page.
type element struct {
	name       string
	attributes map[string]string
}

// elements reads a page by the HTML rules.
func elements(t *testing.T, page string) []element {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []element
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			e := element{n.Data, map[string]string{}}
			for _, a := range n.Attr {
				e.attributes[a.Key] = a.Val
			}
			all = append(all, e)
		}
	}
	return all
}

// checkPage fails the test where a page runs or loads what its policy does not name, or lacks its language.
func checkPage(t *testing.T, w *httptest.ResponseRecorder, lang string) []element {
	t.Helper()
	policy := w.Header().Get("Content-Security-Policy")
	_, rest, _ := strings.Cut(policy, "script-src 'nonce-")
	nonce, _, _ := strings.Cut(rest, "'")
	if len(nonce) < 20 || !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %s", policy)
	}
	all := elements(t, w.Body.String())
	for _, e := range all {
		if (e.name == "script" || e.name == "style") && e.attributes["nonce"] != nonce {
			t.Errorf("<%s> has the nonce %q, the policy %q", e.name, e.attributes["nonce"], nonce)
		}
		for name := range e.attributes {
			if strings.HasPrefix(name, "on") || name == "style" || name == "src" || name == "href" {
				t.Errorf("<%s> has the attribute %s", e.name, name)
			}
		}
		if e.name == "html" && e.attributes["lang"] != lang {
			t.Errorf("the page is in %q, want %q", e.attributes["lang"], lang)
		}
	}
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("media type %s", got)
	}
	return all
}

func request(lang string) *http.Request {
	r := httptest.NewRequest("GET", "/x", nil)
	r.Header.Set("Accept-Language", lang)
	r.Header.Set("Accept", "text/html,application/json;q=0.1")
	return r
}

func TestRefusalPagesAreSafeAndInThePersonsLanguage(t *testing.T) {
	for lang := range texts {
		for _, kind := range fault.Kinds() {
			t.Run(lang+" "+kind.String(), func(t *testing.T) {
				s, _ := edge(t)
				w := serve(s, request(lang), func(c *gin.Context) {
					s.refusePage(c, fault.New(kind, "some.code", "m").With(fault.Detail{Code: "x", Message: `<script>alert(1)</script>`}))
				})
				checkPage(t, w, lang)
				if w.Code != statuses[kind] || !strings.Contains(w.Body.String(), "some.code") || !strings.Contains(w.Body.String(), texts[lang]["refusal."+kind.String()]["Title"]) {
					t.Errorf("%d: %s", w.Code, w.Body)
				}
				if strings.Contains(w.Body.String(), "<script>alert") {
					t.Errorf("what came in stands on the page as it is: %s", w.Body)
				}
			})
		}
	}
}

func TestAProgramGetsAProblemAndAPersonAPage(t *testing.T) {
	for accept, mediaType := range map[string]string{
		"":                                 "text/html; charset=utf-8",
		"*/*":                              "text/html; charset=utf-8",
		"text/html,application/xhtml+xml":  "text/html; charset=utf-8",
		"text/html, application/json;q=.5": "text/html; charset=utf-8",
		"application/json":                 "application/problem+json",
		"application/problem+json":         "application/problem+json",
		"application/json, text/xml":       "application/problem+json",
	} {
		s, _ := edge(t)
		r := httptest.NewRequest("GET", "/x", nil)
		r.Header.Set("Accept", accept)
		w := serve(s, r, func(c *gin.Context) { s.refusePage(c, errNoRoute) })
		if got := w.Header().Get("Content-Type"); got != mediaType || w.Code != http.StatusNotFound {
			t.Errorf("Accept %q: %d %s", accept, w.Code, got)
		}
	}
}

func TestTheTransferPageCarriesTheFormUnchanged(t *testing.T) {
	const value = "\"><script>alert(1)</script>'&amp;\nå"
	for lang := range texts {
		s, _ := edge(t)
		shown := transfer.Page{
			Form:   domain.Form{Action: "https://buyer.example.com/return?a=1&b=2", Method: "POST", AcceptCharset: "ISO-8859-1", Target: "_top"},
			Fields: []domain.Field{{Name: "~caller", Value: "CTLG"}, {Name: `NEW_ITEM-DESCRIPTION["1"]`, Value: value}},
		}
		w := serve(s, request(lang), func(c *gin.Context) {
			s.showForm(c, "transfer.html", []string{"https://buyer.example.com"}, page{Language: lang, Data: shown}, transferText(shown))
		})
		fields := map[string]string{}
		for _, e := range checkPage(t, w, lang) {
			switch e.name {
			case "form":
				want := map[string]string{
					"id": "transfer", "method": "POST", "action": shown.Form.Action, "accept-charset": "ISO-8859-1", "target": "_top",
				}
				if !reflect.DeepEqual(e.attributes, want) {
					t.Errorf("form %v, want %v", e.attributes, want)
				}
			case "input":
				fields[e.attributes["name"]] = e.attributes["value"]
			}
		}
		if want := map[string]string{"~caller": "CTLG", `NEW_ITEM-DESCRIPTION["1"]`: value}; !reflect.DeepEqual(fields, want) {
			t.Errorf("fields %q, want %q", fields, want)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.HasSuffix(policy, "form-action https://buyer.example.com") {
			t.Errorf("policy %s", policy)
		}
	}
}

func TestThePageIsInTheCharsetOfItsForm(t *testing.T) {
	for charset, want := range map[string]struct{ mediaType, value string }{
		"":           {"text/html; charset=utf-8", `value="Blå €"`},
		"UTF-8":      {"text/html; charset=utf-8", `value="Blå €"`},
		"ISO-8859-1": {"text/html; charset=iso-8859-1", "value=\"Bl\xe5 &#8364;\""}, // what the charset lacks is still in the field
	} {
		s, _ := edge(t)
		answer := &login.Answer{Form: domain.Form{AcceptCharset: charset}, Fields: []domain.Field{{Name: "a", Value: "Blå €"}}}
		w := serve(s, request("sv"), func(c *gin.Context) { s.answerPage(c, answer, nil) })
		meta := `<meta charset="` + strings.ToLower(cmp.Or(charset, "utf-8")) + `">`
		if w.Header().Get("Content-Type") != want.mediaType || !strings.Contains(w.Body.String(), want.value) || !strings.Contains(w.Body.String(), meta) {
			t.Errorf("%s: %v %q", charset, w.Header(), w.Body)
		}
	}
	s, _ := edge(t)
	w := serve(s, request("sv"), func(c *gin.Context) { s.answerPage(c, &login.Answer{Form: domain.Form{AcceptCharset: "klingon"}}, nil) })
	if w.Code != http.StatusInternalServerError {
		t.Errorf("a charset of nobody is answered %d", w.Code)
	}
}

// A procurement system that validates waits for the form to come; one that searches reads the page.
func TestTheAnswerToAFunctionHasHiddenFieldsOnlyAndSubmitsItselfWhereItMust(t *testing.T) {
	form := domain.Form{Action: "https://buyer.example.com/return", Method: "POST", AcceptCharset: "UTF-8", Target: "_top"}
	fields := []domain.Field{{Name: "NEW_ITEM-DESCRIPTION[1]", Value: "a"}, {Name: "NEW_ITEM-DESCRIPTION[2]", Value: "b"}}
	for sentence, c := range map[string]struct {
		answer        login.Answer
		forms, inputs int
		submits       bool
		action        string
	}{
		"VALIDATE":                        {login.Answer{Form: form, Fields: fields, FormAction: []string{"https://buyer.example.com"}, Submits: true}, 1, 2, true, "https://buyer.example.com"},
		"BACKGROUND_SEARCH":               {login.Answer{Form: form, Fields: fields, FormAction: []string{"https://buyer.example.com"}}, 1, 2, false, "https://buyer.example.com"},
		"BACKGROUND_SEARCH without a hit": {login.Answer{Form: form, FormAction: []string{"https://buyer.example.com"}}, 1, 0, false, "https://buyer.example.com"},
		"VALIDATE of what is gone":        {login.Answer{Gone: true, Submits: true}, 0, 0, false, "'none'"},
	} {
		t.Run(sentence, func(t *testing.T) {
			s, _ := edge(t)
			w := serve(s, request("en"), func(g *gin.Context) { s.answerPage(g, &c.answer, nil) })
			count := map[string]int{}
			for _, e := range checkPage(t, w, "en") {
				count[e.name]++
				if e.name == "input" && e.attributes["type"] != "hidden" {
					t.Errorf("a field is %v", e.attributes)
				}
			}
			if count["form"] != c.forms || count["input"] != c.inputs || count["button"]+count["img"]+count["link"] != 0 {
				t.Errorf("the page has %v", count)
			}
			if submits := strings.Contains(w.Body.String(), "submit.call("); submits != c.submits {
				t.Errorf("submits itself: %v", submits)
			}
			if policy := w.Header().Get("Content-Security-Policy"); w.Code != 200 || !strings.HasSuffix(policy, "form-action "+c.action) {
				t.Errorf("%d, policy %s", w.Code, policy)
			}
			if !strings.Contains(w.Body.String(), "history.replaceState") {
				t.Error("a password in the address stays there")
			}
		})
	}
}

func TestThePageOfAPushedCartHasNothingToPost(t *testing.T) {
	s, _ := edge(t)
	shown := transfer.Page{Pushed: true}
	w := serve(s, request("sv"), func(c *gin.Context) {
		s.showForm(c, "transfer.html", nil, page{Language: "sv", Data: shown}, transferText(shown))
	})
	for _, e := range checkPage(t, w, "sv") {
		if e.name == "form" || e.name == "script" {
			t.Errorf("the page has a <%s>", e.name)
		}
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.HasSuffix(policy, "form-action 'none'") {
		t.Errorf("policy %s", policy)
	}
}

func TestNoTwoPagesHaveTheSameNonce(t *testing.T) {
	s, _ := edge(t)
	seen := map[string]bool{}
	for range 100 {
		w := serve(s, request("en"), func(c *gin.Context) { s.refusePage(c, errNoRoute) })
		seen[w.Header().Get("Content-Security-Policy")] = true
	}
	if len(seen) != 100 {
		t.Errorf("%d nonces on 100 pages", len(seen))
	}
}

func TestTheLanguageIsTheBrowsersElseTheShops(t *testing.T) {
	for name, c := range map[string]struct{ browser, shop, want string }{
		"the browser asks for Swedish":                  {"sv", "en", "sv"},
		"the browser asks for Swedish of Finland":       {"sv-FI,fi;q=0.5", "en", "sv"},
		"the browser likes English better":              {"en-GB,sv;q=0.5", "sv", "en"},
		"the browser likes Swedish better":              {"en;q=0.3,sv;q=0.9", "en", "sv"},
		"the browser says nothing":                      {"", "sv", "sv"},
		"the browser says nothing readable":             {";;;", "sv", "sv"},
		"the browser asks for neither":                  {"de,fr;q=0.5", "sv", "sv"},
		"neither browser nor shop has one of the two":   {"de", "de", "en"},
		"nobody says anything":                          {"", "", "en"},
		"the browser's second choice is one of the two": {"de,sv;q=0.1", "en", "sv"},
	} {
		t.Run(name, func(t *testing.T) {
			g, _ := gin.CreateTestContext(httptest.NewRecorder())
			g.Request = request(c.browser)
			if got := choose(g, c.shop); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestTheTextOfTheTransferPageSaysWhatItDoes(t *testing.T) {
	for want, p := range map[string]transfer.Page{
		"cancelled": {Cancelled: true},
		"transfer":  {},
		"pushing":   {Pushed: true},
		"pushed":    {Pushed: true, Arrived: true},
	} {
		if got := transferText(p); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
