package reference

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// pretty writes an example as JSON with its members in the order of the schema; a text as it is.
func pretty(value any, schema *openapi3.Schema) string {
	if text, ok := value.(string); ok {
		return text
	}
	var b strings.Builder
	write(&b, value, schema, "\n")
	return b.String()
}

// inline is the longest list or object that stands on one line, in bytes.
const inline = 100

func write(b *strings.Builder, value any, schema *openapi3.Schema, line string) {
	if schema == nil {
		schema = &openapi3.Schema{}
	}
	var opening, closing string
	var parts []string
	part := func(name string, value any, schema *openapi3.Schema) {
		var p strings.Builder
		p.WriteString(name)
		write(&p, value, schema, line+"  ")
		parts = append(parts, p.String())
	}
	switch v := value.(type) {
	case map[string]any:
		opening, closing = "{", "}"
		flat := flatten(schema)
		names := slices.Sorted(mapKeys(v))
		order := ordered(flat)
		slices.SortStableFunc(names, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
		for _, name := range names {
			part(scalar(name)+": ", v[name], memberOf(flat, name))
		}
	case []any:
		opening, closing = "[", "]"
		for _, item := range v {
			part("", item, items(schema))
		}
	default:
		b.WriteString(scalar(value))
		return
	}
	short := strings.Join(parts, ", ")
	if len(short) <= inline && !strings.Contains(short, "\n") {
		b.WriteString(opening + short + closing)
		return
	}
	b.WriteString(opening + line + "  " + strings.Join(parts, ","+line+"  ") + line + closing)
}

func scalar(value any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil { // which no value of a description is
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// memberOf returns the schema of a member, nil where there is none.
func memberOf(of *openapi3.Schema, name string) *openapi3.Schema {
	switch property := of.Properties[name]; {
	case property != nil:
		return property.Value
	case of.AdditionalProperties.Schema != nil:
		return of.AdditionalProperties.Schema.Value
	}
	return nil
}

func items(of *openapi3.Schema) *openapi3.Schema {
	if flat := flatten(of); flat.Items != nil {
		return flat.Items.Value
	}
	if len(of.AllOf) == 1 {
		return items(of.AllOf[0].Value)
	}
	return nil
}

// curl returns a sample call of the operation.
func (b *builder) curl(o *operation, parameters openapi3.Parameters, described *openapi3.Operation) string {
	if strings.HasPrefix(o.Path, "$") { // a call by the gateway
		return ""
	}
	var query, headers []string
	for _, p := range parameters {
		switch {
		case p.Value.In == "query" && p.Value.Required:
			query = append(query, p.Value.Name+"="+strings.ToUpper(p.Value.Name))
		case p.Value.Name == "Idempotency-Key":
			headers = append(headers, `-H "Idempotency-Key: $(uuidgen)"`)
		case p.Value.In == "header" && p.Value.Required:
			headers = append(headers, fmt.Sprintf(`-H %s`, quoted(p.Value.Name+": "+strings.ToUpper(p.Value.Name))))
		}
	}
	address := b.gateway + o.Path
	if len(query) > 0 {
		address += "?" + strings.Join(query, "&")
	}
	lines := []string{"curl " + quoted(address)}
	if o.Method != "GET" && (o.Method != "POST" || o.Body == nil) {
		lines[0] = "curl -X " + o.Method + " " + quoted(address)
	}
	if len(o.Keys) > 0 && o.Keys[0].Name == "key" {
		lines = append(lines, `-H "Authorization: Bearer $KEY"`)
	}
	lines = append(lines, headers...)
	if described.RequestBody != nil {
		lines = append(lines, sent(described.RequestBody.Value.Content)...)
	}
	return strings.Join(lines, " \\\n  ")
}

// sent returns the arguments that send the first example of a body.
func sent(all openapi3.Content) []string {
	if c := all.Get("application/x-www-form-urlencoded"); c != nil && c.Example != nil {
		fields, _ := c.Example.(map[string]any)
		var lines []string
		for _, name := range slices.Sorted(mapKeys(fields)) {
			lines = append(lines, "--data-urlencode "+quoted(name+"="+fmt.Sprint(fields[name])))
		}
		return lines
	}
	for _, mediaType := range slices.Sorted(mapKeys(all)) {
		if c := all[mediaType]; mediaType == "application/json" && len(exampleNames(c)) > 0 {
			value := c.Example
			if name := exampleNames(c)[0]; name != "" {
				value = c.Examples[name].Value.Value
			}
			return []string{"-H 'Content-Type: application/json'", "-d " + quoted(pretty(value, c.Schema.Value))}
		}
	}
	for _, mediaType := range slices.Sorted(mapKeys(all)) {
		if strings.HasSuffix(mediaType, "xml") {
			return []string{"-H 'Content-Type: " + mediaType + "'", "--data-binary @document.xml"}
		}
	}
	return nil
}

// quoted is a text as one word of the shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
