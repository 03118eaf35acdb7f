package web

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/desk"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// description reads openapi.yaml; its examples are checked against their schemas, too.
func description(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// operations returns what is described, by method and path.
func operations(doc *openapi3.T) map[string]*openapi3.Operation {
	all := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			all[method+" "+path] = operation
		}
	}
	return all
}

func TestEveryRouteIsDescribedAndTheReverse(t *testing.T) {
	s, err := New(Config{}, Services{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	parameter := regexp.MustCompile(`:(\w+)`)
	var served []string
	for _, route := range s.handler.(*gin.Engine).Routes() {
		if route.Path == desk.Root || strings.HasPrefix(route.Path, desk.Root+"/") {
			continue // pages are for people
		}
		served = append(served, route.Method+" "+parameter.ReplaceAllString(route.Path, "{$1}"))
	}
	described := operations(description(t))
	for _, route := range served {
		if described[route] == nil {
			t.Errorf("%s is served, but not described", route)
		}
	}
	for route := range described {
		if !slices.Contains(served, route) {
			t.Errorf("%s is described, but not served", route)
		}
	}
}

func TestEachCallIsDescribedWithTheRefusalsThatItsKindHas(t *testing.T) {
	names := map[string]string{}
	for route, operation := range operations(description(t)) {
		if other, taken := names[operation.OperationID]; taken || operation.OperationID == "" {
			t.Errorf("%s: the operation id %q is %s's", route, operation.OperationID, other)
		}
		names[operation.OperationID] = route
		var want []string
		if operation.Security == nil { // the default: by key
			want = append(want, "401", "403", "429", "500", "503")
		}
		if b := operation.RequestBody; b != nil {
			want = append(want, "400", "413")
			if json := b.Value.Content["application/json"]; json != nil && !closed(json.Schema.Value) {
				t.Errorf("%s: the body may have members that are not described", route)
			}
		}
		for _, status := range want {
			if operation.Responses.Value(status) == nil {
				t.Errorf("%s: status %s is not described", route, status)
			}
		}
	}
}

func TestEveryChangingCallTakesAnIdempotencyKeyAndSaysWhatItRefuses(t *testing.T) {
	for route, operation := range operations(description(t)) {
		method, path, _ := strings.Cut(route, " ")
		if !strings.HasPrefix(path, "/v1/") || method == "GET" || method == "OPTIONS" || strings.HasSuffix(path, "/preview") { // which changes nothing
			continue
		}
		if operation.Parameters.GetByInAndName("header", "Idempotency-Key") == nil {
			t.Errorf("%s takes none", route)
		}
		if operation.Responses.Value("400") == nil || operation.Responses.Value("409") == nil && !strings.HasSuffix(path, "/exchange") {
			t.Errorf("%s does not say that it refuses one that is too long or was used for another call", route)
		}
	}
}

func TestEveryActionOfTheAuditLogIsDescribed(t *testing.T) {
	var described []string
	for _, name := range description(t).Components.Schemas["AuditEntry"].Value.Properties["action"].Value.Enum {
		described = append(described, fmt.Sprint(name))
	}
	var known []string
	for _, action := range audit.Actions() {
		known = append(known, action.String())
	}
	if !slices.Equal(described, known) {
		t.Errorf("described are %q, not %q", described, known)
	}
}

func closed(s *openapi3.Schema) bool {
	return s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has
}

// TestTheSchemasHaveTheMembersOfTheViews compares what is described with what the server reads and writes, member by member.
func TestTheSchemasHaveTheMembersOfTheViews(t *testing.T) {
	doc := description(t)
	for name, view := range map[string]any{
		"Cart": cart.Cart{}, "Problem": api.Problem{}, "Visit": api.Visit{}, "Order": api.Order{}, "Tenant": body.Tenant{},
		"Customer": body.Customer{}, "Connection": body.Connection{}, "Link": body.Link{}, "Key": body.Key{}, "User": body.User{}, "NewUser": body.NewUser{}, "CheckoutPolicy": api.CheckoutPolicy{},
		"AuditEntry": body.AuditEntry{}, "Call": body.Call{}, "OneCall": body.OneCall{}, "Timeline": body.Timeline{},
		"ConnectionDraft": body.Connection{}, "Preview": previewView{}, "Trial": trialView{}, "Replay": replayView{},
		"AdminOrder": body.Order{}, "AdminSession": body.Session{}, "Overview": body.Overview{}, "Import": body.Import{}, "Ticking": body.Ticking{},
	} {
		compare(t, name, reflect.TypeOf(view), doc.Components.Schemas[name].Value)
	}
}

// compare reports members that only the type or only the schema has, and those that are always written but not required in
// a schema of answers.
func compare(t *testing.T, path string, typ reflect.Type, schema *openapi3.Schema) {
	t.Helper()
	for len(schema.AllOf) > 0 {
		schema = schema.AllOf[0].Value
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	marshaler := reflect.TypeFor[json.Marshaler]()
	switch {
	case typ == reflect.TypeFor[money.Decimal](), typ.Implements(reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()):
		expect(t, path, schema, "string")
	case typ.Implements(marshaler): // JSON as it came
		expect(t, path, schema, "object")
	case typ.Kind() == reflect.Struct:
		members := map[string]reflect.Type{}
		for field := range typ.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			members[name] = field.Type
		}
		for name, member := range members {
			if property := schema.Properties[name]; property == nil {
				t.Errorf("%s/%s is not described", path, name)
			} else {
				compare(t, path+"/"+name, member, property.Value)
			}
		}
		for name := range schema.Properties {
			if _, ok := members[name]; !ok {
				t.Errorf("%s/%s is described, but does not exist", path, name)
			}
		}
	case typ == reflect.TypeFor[[]byte]():
		expect(t, path, schema, "string")
	case typ.Kind() == reflect.Slice:
		expect(t, path, schema, "array")
		compare(t, path+"/0", typ.Elem(), schema.Items.Value)
	case typ.Kind() == reflect.Map:
		expect(t, path, schema, "object")
		compare(t, path+"/x", typ.Elem(), schema.AdditionalProperties.Schema.Value)
	default:
		kinds := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer"}
		expect(t, path, schema, kinds[typ.Kind()])
	}
}

func expect(t *testing.T, path string, schema *openapi3.Schema, kind string) {
	t.Helper()
	if !schema.Type.Is(kind) {
		t.Errorf("%s is described as %v, but is a JSON %s", path, schema.Type, kind)
	}
}

func TestTheExamplesAreReadByTheServer(t *testing.T) {
	into := map[string]func() any{
		"sendCart":         func() any { return &cart.Cart{} },
		"createTenant":     func() any { b := body.NewTenant(); return &b },
		"putSettings":      func() any { b := body.NewTenant(); return &b },
		"createCustomer":   func() any { return &body.Customer{} },
		"putCustomer":      func() any { return &body.Customer{} },
		"createConnection": func() any { b := body.NewConnection(); return &b },
		"putConnection":    func() any { b := body.NewConnection(); return &b },
	}
	tried := 0
	for route, operation := range operations(description(t)) {
		read, ok := into[operation.OperationID]
		if !ok {
			continue
		}
		for name, example := range examples(operation.RequestBody.Value.Content["application/json"]) {
			value := read()
			if err := strictjson.Decode(example, value); err != nil {
				t.Errorf("%s, example %s: %v", route, name, err)
			}
			if c, ok := value.(*cart.Cart); ok {
				if err := c.Check(); err != nil {
					t.Errorf("%s, example %s: %+v", route, name, err)
				}
			}
			tried++
		}
	}
	if tried < len(into) {
		t.Errorf("%d examples of %d bodies", tried, len(into))
	}
}

// examples returns the examples of a body as JSON, by name.
func examples(of *openapi3.MediaType) map[string][]byte {
	all := map[string]any{}
	if of.Example != nil {
		all["the only one"] = of.Example
	}
	for name, each := range of.Examples {
		all[name] = each.Value.Value
	}
	encoded := map[string][]byte{}
	for name, value := range all {
		encoded[name], _ = json.Marshal(value)
	}
	return encoded
}

// TestTheLimitsOfTextsAreTheCarts puts a text of the largest length that the description allows, and a longer one, into each
// member of a cart in turn.
func TestTheLimitsOfTextsAreTheCarts(t *testing.T) {
	doc := description(t)
	content := doc.Paths.Value("/v1/storefront/sessions/{id}/cart").Post.RequestBody.Value.Content["application/json"]
	full := examples(content)["full"]
	schema := doc.Components.Schemas["Cart"].Value
	texts := textMembers(t, "", full, schema)
	if len(texts) < 50 {
		t.Fatalf("only %d texts in the example: %v", len(texts), slices.Sorted(maps.Keys(texts)))
	}
	for path, limit := range texts {
		if !tooLong(t, full, path, int(limit)+1) {
			t.Errorf("%s: %d characters are accepted, %d are described", path, limit+1, limit)
		}
		if tooLong(t, full, path, int(limit)) {
			t.Errorf("%s: %d characters are refused, but described", path, limit)
		}
	}
}

// textMembers returns the limits of the texts in a JSON document, by JSON Pointer.
func textMembers(t *testing.T, path string, document []byte, schema *openapi3.Schema) map[string]uint64 {
	t.Helper()
	found := map[string]uint64{}
	for len(schema.AllOf) > 0 {
		schema = schema.AllOf[0].Value
	}
	var members map[string]json.RawMessage
	var items []json.RawMessage
	switch {
	case json.Unmarshal(document, &members) == nil:
		for name, value := range members {
			member := schema.AdditionalProperties.Schema
			if property := schema.Properties[name]; property != nil {
				member = property
			}
			maps.Copy(found, textMembers(t, path+"/"+name, value, member.Value))
		}
	case json.Unmarshal(document, &items) == nil:
		for i, value := range items {
			maps.Copy(found, textMembers(t, fmt.Sprintf("%s/%d", path, i), value, schema.Items.Value))
		}
	case schema.MaxLength != nil:
		found[path] = *schema.MaxLength
	}
	return found
}

// tooLong reports whether the cart refuses a text of n characters at the place as too long.
func tooLong(t *testing.T, document []byte, path string, n int) bool {
	t.Helper()
	var tree any
	if err := json.Unmarshal(document, &tree); err != nil {
		t.Fatal(err)
	}
	put(tree, strings.Split(path, "/")[1:], strings.Repeat("ö", n))
	changed, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	var c cart.Cart
	if err := strictjson.Decode(changed, &c); err != nil {
		t.Fatal(err)
	}
	for _, d := range detailsOf(c.Check()) {
		if d.Path == path && d.Code == "too_long" {
			return true
		}
	}
	return false
}

func put(tree any, path []string, value string) {
	switch node := tree.(type) {
	case map[string]any:
		if len(path) == 1 {
			node[path[0]] = value
			return
		}
		put(node[path[0]], path[1:], value)
	case []any:
		var i int
		fmt.Sscan(path[0], &i)
		put(node[i], path[1:], value)
	}
}
