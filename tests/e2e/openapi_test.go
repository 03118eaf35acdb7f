package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/punchgate/punchgate/tests/mongotest"
)

// judge is what client sends by: it compares each answer of the gateway with the description, whatever the test asks.
var judge = &described{next: http.DefaultTransport, read: sync.OnceValues(readDescription)}

// TestMain fails the run where any answer was not as described.
func TestMain(m *testing.M) {
	code := mongotest.Main(m)
	for _, finding := range judge.findings {
		fmt.Println("not as described:", finding)
		code = max(code, 1)
	}
	os.Exit(code)
}

// described compares answers with the description and collects what differs. Requests are not compared: many tests send
// wrong ones.
type described struct {
	next http.RoundTripper
	read func() (*description, error)

	mu       sync.Mutex
	findings []string // each once
}

type description struct {
	doc     *openapi3.T
	router  routers.Router
	problem *openapi3.Schema
}

func readDescription() (*description, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("../../adapters/web/openapi.yaml")
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	for _, schema := range doc.Components.Schemas {
		seal(schema)
	}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			for _, response := range operation.Responses.Map() {
				for _, content := range response.Value.Content {
					seal(content.Schema)
				}
			}
		}
	}
	for _, mediaType := range []string{"text/html", "text/javascript", "text/csv", "text/xml", "application/xml"} {
		openapi3filter.RegisterBodyDecoder(mediaType, openapi3filter.FileBodyDecoder)
	}
	router, err := gorillamux.NewRouter(doc)
	return &description{doc, router, doc.Components.Schemas["Problem"].Value}, err
}

// seal makes every member that is not described a finding. The description itself leaves answers open, so that they can get
// more members.
func seal(of *openapi3.SchemaRef) {
	schema := of.Value
	if len(schema.Properties) > 0 && schema.AdditionalProperties.Has == nil {
		schema.AdditionalProperties.Has = new(bool)
	}
	for _, member := range schema.Properties {
		if member.Ref == "" { // what stands by its name is sealed by itself
			seal(member)
		}
	}
	if schema.Items != nil && schema.Items.Ref == "" {
		seal(schema.Items)
	}
}

// RoundTrip sends the request and judges the answer.
func (d *described) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.next.RoundTrip(r)
	if err != nil || response.Header.Get("X-Request-Id") == "" { // answered by another server than the gateway
		return response, err
	}
	content, err := io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(content))
	if err != nil {
		return response, err
	}
	if route, err := d.check(r, response, content); err != nil {
		d.report(fmt.Sprintf("%s %s, status %d: %v", r.Method, route, response.StatusCode, err))
	}
	return response, nil
}

var errDefect = errors.New("a defect of the gateway")

// check returns the path of the route, with its parameters by name, and what is wrong with the answer.
func (d *described) check(r *http.Request, response *http.Response, content []byte) (string, error) {
	description, err := d.read()
	if err != nil {
		return r.URL.Path, err
	}
	route, parameters, err := description.router.FindRoute(r)
	switch {
	case strings.HasPrefix(r.URL.Path, "/admin/"): // pages for people
		if response.StatusCode == http.StatusInternalServerError {
			return r.URL.Path, errDefect
		}
		return r.URL.Path, nil
	case err != nil:
		return r.URL.Path, description.checkNoRoute(response, content)
	case response.StatusCode == http.StatusInternalServerError:
		return route.Path, errDefect
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route},
		Status:                 response.StatusCode,
		Header:                 response.Header,
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true, MultiError: true,
			SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.DisableSchemaErrorDetails()},
		},
	}
	input.SetBodyBytes(content)
	return route.Path, openapi3filter.ValidateResponse(r.Context(), input)
}

// checkNoRoute judges the answer of an address, or of a method at an address, that is not described.
func (d *description) checkNoRoute(response *http.Response, content []byte) error {
	mediaType := response.Header.Get("Content-Type")
	if s := response.StatusCode; s != http.StatusNotFound && s != http.StatusMethodNotAllowed || mediaType != "application/problem+json" {
		return fmt.Errorf("the route is not described, but answers with %s", mediaType)
	}
	var problem any
	if err := json.Unmarshal(content, &problem); err != nil {
		return err
	}
	return d.problem.VisitJSON(problem)
}

func (d *described) report(finding string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(d.findings, finding) {
		d.findings = append(d.findings, finding)
	}
}

// canned answers every request alike.
type canned struct {
	status          int
	mediaType, body string
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "x")
	w.Header().Set("Content-Type", c.mediaType)
	w.WriteHeader(c.status)
	io.WriteString(w, c.body)
	response := w.Result()
	response.Request = r
	return response, nil
}

func TestAnAnswerThatIsNotAsDescribedIsFound(t *testing.T) {
	const (
		asJSON    = "application/json"
		asProblem = "application/problem+json"
		policy    = `{"eligible":true,"checkout":"blocked","action":"none","label":"Skicka order","redirect":"/","reasons":[]}`
		notFound  = `{"type":"about:blank","title":"Not Found","status":404,"detail":"nothing","code":"x.not_found"}`
		link      = `{"links":[{"id":"a","connection":"b","url":"https://x.example.com/","created_at":"2026-11-23T10:15:00Z"%s}]}`
	)
	for name, c := range map[string]struct {
		method, path string
		answer       canned
		good         bool
	}{
		"as described":                  {"GET", "/v1/storefront/checkout-policy", canned{200, asJSON, policy}, true},
		"a list as described":           {"GET", "/v1/admin/connections/c/links", canned{200, asJSON, fmt.Sprintf(link, "")}, true},
		"a page as described":           {"GET", "/punchout/papper.x", canned{404, "text/html; charset=utf-8", "<!DOCTYPE html>"}, true},
		"a problem for a program":       {"GET", "/punchout/papper.x", canned{404, asProblem, notFound}, true},
		"nothing at the address":        {"GET", "/nothing/here", canned{404, asProblem, notFound}, true},
		"a method that is not taken":    {"DELETE", "/healthz", canned{405, asProblem, strings.ReplaceAll(notFound, "404", "405")}, true},
		"another status":                {"GET", "/v1/storefront/checkout-policy", canned{404, asProblem, notFound}, false},
		"another media type":            {"GET", "/v1/storefront/checkout-policy", canned{200, "text/plain", policy}, false},
		"a member too many":             {"GET", "/v1/storefront/checkout-policy", canned{200, asJSON, policy[:len(policy)-1] + `,"x":1}`}, false},
		"a member too few":              {"GET", "/v1/storefront/checkout-policy", canned{200, asJSON, strings.Replace(policy, `"label"`, `"action"`, 1)}, false},
		"a value of no such kind":       {"GET", "/v1/storefront/checkout-policy", canned{200, asJSON, strings.Replace(policy, "none", "nothing", 1)}, false},
		"a member of a list's thing":    {"GET", "/v1/admin/connections/c/links", canned{200, asJSON, fmt.Sprintf(link, `,"x":1`)}, false},
		"a time that is none":           {"GET", "/v1/admin/connections/c/links", canned{200, asJSON, strings.Replace(fmt.Sprintf(link, ""), "T10", " 10", 1)}, false},
		"no JSON":                       {"GET", "/v1/storefront/checkout-policy", canned{200, asJSON, "{"}, false},
		"a defect":                      {"GET", "/readyz", canned{500, asProblem, strings.ReplaceAll(notFound, "404", "500")}, false},
		"a problem without a code":      {"GET", "/nothing/here", canned{404, asProblem, strings.Replace(notFound, `"code"`, `"kode"`, 1)}, false},
		"a route that is not described": {"GET", "/v1/storefront/secrets", canned{200, asJSON, "{}"}, false},
		"no Retry-After":                {"GET", "/readyz", canned{503, asProblem, strings.ReplaceAll(notFound, "404", "503")}, false},
		"a redirect to nowhere":         {"GET", "/punchout/papper.x", canned{303, "text/html", ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := &described{next: c.answer, read: judge.read}
			response, err := d.RoundTrip(httptest.NewRequest(c.method, "http://127.0.0.1:8080"+c.path, nil))
			if err != nil {
				t.Fatal(err)
			}
			if content, err := io.ReadAll(response.Body); err != nil || string(content) != c.answer.body {
				t.Errorf("the test gets %q, %v", content, err)
			}
			if (len(d.findings) == 0) != c.good {
				t.Errorf("findings: %v", d.findings)
			}
		})
	}
}
