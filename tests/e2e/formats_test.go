package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// documentedOptions reads the options of each format off its guide.
func documentedOptions(t *testing.T) map[string][]string {
	t.Helper()
	guide, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|")
	parts := strings.Split(string(guide), "\n## ")
	read := func(part string) (names []string) {
		table, _, _ := strings.Cut(part, "\n| Rule |")
		table, _, _ = strings.Cut(table, "\n| Code |")
		for _, found := range row.FindAllStringSubmatch(table, -1) {
			names = append(names, found[1])
		}
		return names
	}
	common, all := read(parts[0]), map[string][]string{}
	for _, part := range parts[1:] {
		title, _, _ := strings.Cut(part, "\n")
		for name := range strings.SplitSeq(title, ", ") {
			all[name] = append(read(part), common...)
		}
	}
	all["proceedo-cxml"] = append(all["proceedo-cxml"], all["cxml-1.2"]...)
	all["peppol-bis-ordering-3"] = nil
	for name := range all {
		all[name] = slices.DeleteFunc(all[name], func(option string) bool { return strings.HasPrefix(name, "oci-") && option == "field" })
		slices.Sort(all[name])
		all[name] = slices.Compact(all[name])
	}
	return all
}

func TestFormatsTellOfAllOptionsThatTheirGuideHasAndThatConnectionsTake(t *testing.T) {
	g := withShop(t)
	var told struct {
		Formats []struct {
			Name, Label string
			About       struct{ EN, SV string }
			Options     []struct {
				Name, Kind string
				Choices    []string
				Example    json.RawMessage
				About      struct{ EN, SV string }
			}
		}
	}
	if err := json.Unmarshal([]byte(g.api(g.shop.key, "GET", "/v1/admin/formats", "").body), &told); err != nil {
		t.Fatal(err)
	}
	documented := documentedOptions(t)
	if len(told.Formats) != len(documented) {
		t.Errorf("%d formats are told of, the guide has %d", len(told.Formats), len(documented))
	}
	// Values that not every text and number is.
	needed := map[string]string{
		"default_unspsc": `{"default_unspsc":"14111507"}`, "dtd_version": `{"dtd_version":"1.2.020"}`,
		"price_basis": `{"price_basis":true,"dtd_version":"1.2.036"}`,
	}
	for _, f := range told.Formats {
		var names []string
		for _, o := range f.Options {
			names = append(names, o.Name)
			if o.About.EN == "" || o.About.SV == "" {
				t.Errorf("%s does not say what %s is", f.Name, o.Name)
			}
			value := map[string]string{"text": `"x"`, "boolean": "true", "integer": "40", "pairs": string(o.Example), "object": string(o.Example)}[o.Kind]
			if len(o.Choices) > 0 {
				value = strconv.Quote(o.Choices[0])
			}
			if o.Kind == "choices" {
				value = "[" + value + "]"
			}
			options := cmp.Or(needed[o.Name], fmt.Sprintf("{%q:%s}", o.Name, value))
			draft := g.api(g.shop.key, "POST", "/v1/admin/connections/preview", fmt.Sprintf(
				`{"connection":{"name":"N","customer":"goteborg","format":%q,"login":{"user":"u"},"return":{"fixed":"https://b.example.com/"},"options":%s}}`,
				f.Name, options))
			draft.want(t, 200)
			if strings.Contains(draft.body, `"/connection/`) {
				t.Errorf("%s does not take %s: %s", f.Name, options, draft.body)
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, documented[f.Name]) {
			t.Errorf("%s tells of %v, its guide of %v", f.Name, names, documented[f.Name])
		}
		if f.Label == "" || f.About.EN == "" || f.About.SV == "" {
			t.Errorf("%s says too little of itself: %+v", f.Name, f)
		}
	}
}
