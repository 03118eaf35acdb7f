package buyersystem_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/buyer-systems.md")

// introduction stands before the tables.
const introduction = `# What buyer systems do to carts

Procurement systems cut, change and refuse values, mostly without telling the shop. A connection that names its system
(` + "`buyer_system`" + `) is told beforehand: in the warnings of a cart that is sent, in a preview, and on standard error by
` + "`punchgate encode`" + `. Each warning has the line, the value before and after, the remedy and the source.

A rule is *verified* where its source is the maker's own text; every other may be wrong, and is worth a trial with the buyer. *By
the encoder*: the format itself has the limit, so the document is written within it, and its warning of this code gets effect,
remedy and source. Members are those of the neutral cart; ` + "`lines/sku`" + ` is the article number, else GTIN or standard identifier,
` + "`lines/text`" + ` name and description together, ` + "`lines/unspsc`" + ` the UNSPSC code or the connection's default, and ` + "`fields/NAME`" + ` the
format's field that a mapping set.

The tables are written from the files in [domain/buyersystem/systems](../domain/buyersystem/systems) by ` + "`make golden`" + `; change them there.
`

func TestTheTablesOfTheGuideAreThoseOfTheData(t *testing.T) {
	var b strings.Builder
	b.WriteString(introduction)
	for _, s := range all(t) {
		fmt.Fprintf(&b, "\n## %s: %s\n\n", s.Name, s.Label)
		if len(s.DefaultFor) > 0 {
			fmt.Fprintf(&b, "The system of every connection of format %s that names none.\n\n", strings.Join(s.DefaultFor, ", "))
		}
		b.WriteString("| Rule | Formats | Members | What happens | Effect | Remedy | Source | Verified |\n|---|---|---|---|---|---|---|---|\n")
		for _, r := range s.Rules {
			verified := "no"
			if r.Verified() {
				verified = "yes"
			}
			says := r.Says.EN
			if r.ToldBy != "" {
				says += " (by the encoder: `" + r.ToldBy + "`)"
			}
			fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s | %s | %s | %s |\n", r.ID, strings.Join(r.Formats, ", "),
				strings.Join(r.Members, "`, `"), says, r.Effect, r.Remedy.EN, r.Source, verified)
		}
	}
	const guide = "../../docs/buyer-systems.md"
	if *update {
		if err := os.WriteFile(guide, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != b.String() {
		t.Error("docs/buyer-systems.md says otherwise than the data; run make golden and read the difference")
	}
}
