// Package buyersystem knows what procurement systems do to carts that they receive: which values they cut, change or refuse
// without telling the shop. Each system is one file in the folder systems, each rule in it has its source, and a mark whether
// that source is the maker's own text. A new rule, or a limit that turned out otherwise, is a change of those files.
//
// Who warns of what: the format's encoder of what the document loses on its way out, the rules here of what the buyer's
// system loses after that. Where the format itself has the limit (the lengths of SAP OCI), the encoder has cut already; such a
// rule has told_by, the code of the encoder's warning, says nothing by itself, and adds effect, values, remedy and source to
// that warning. So nothing is told twice, and nothing is told that the options of the connection prevent.
//
// A rule names members of the neutral cart, those of a line after "lines/". A few stand for what documents make of several:
// lines/sku is the article number, else the GTIN or the standard identifier; lines/text the name and the description, which
// cXML writes as one text; lines/unit_price the price of one unit; lines/total a line's total; lines/unspsc the UNSPSC code,
// or the connection's default; fields/NAME the format's field that a mapping set; cart the whole.
package buyersystem

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/language"
	"github.com/punchgate/punchgate/domain/transfer"
)

// System is a procurement system with what it does to carts. The systems of this package are shared; nobody changes them.
type System struct {
	Name  string `json:"name"`  // such as coupa
	Label string `json:"label"` // for people
	// DefaultFor are the formats whose connections have this system where they name none.
	DefaultFor []string `json:"default_for"`
	Rules      []Rule   `json:"rules"`
}

// Rule is one thing that a system does to a value.
type Rule struct {
	ID      string   `json:"id"`      // stable, such as coupa.unit_known
	Formats []string `json:"formats"` // empty for all
	Members []string `json:"members"`
	// Check names the check that finds the value; Limit, Characters and Codes are its argument. Without a check the rule
	// only adds to what the encoder tells.
	Check      string   `json:"check"`
	Limit      int      `json:"limit"`
	Characters string   `json:"characters"`
	Codes      []string `json:"codes"`
	// ToldBy is the code of the encoder's warning that the rule adds to, instead of one of its own.
	ToldBy string          `json:"told_by"`
	Effect transfer.Effect `json:"effect"`
	// Becomes is the value that a changed one is replaced by, where the check does not compute it.
	Becomes  language.Text `json:"becomes"`
	Says     language.Text `json:"says"` // what the system does
	Remedy   language.Text `json:"remedy"`
	Source   string        `json:"source"` // document and section
	Evidence string        `json:"evidence"`
}

// The kinds of evidence for a rule.
const (
	Primary   = "P" // read in the maker's own text or in a specification
	Secondary = "S" // read in what others write of it
	Observed  = "O" // seen in documents of the system, or told by its users
	Uncertain = "U" // concluded from something near it, or contradicted
)

// Verified reports whether the rule was read in the text of those who must know.
func (r *Rule) Verified() bool { return r.Evidence == Primary }

// In reports whether the rule holds for carts in the format.
func (r *Rule) In(format string) bool {
	return len(r.Formats) == 0 || slices.Contains(r.Formats, format)
}

//go:embed systems
var files embed.FS

// systems are all, in the order of their names.
var systems = sync.OnceValues(func() ([]*System, error) {
	const folder = "systems"
	entries, err := files.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var all []*System
	for _, entry := range entries {
		content, err := files.ReadFile(path.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		s, err := Parse(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		all = append(all, s)
	}
	return all, nil
})

// All returns the systems that the gateway knows, in the order of their names.
func All() ([]*System, error) { return systems() }

// Get returns the system of that name, or a fault with the names that there are.
func Get(name string) (*System, error) {
	all, err := systems()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return nil, fault.Newf(fault.Invalid, "buyer_system.unknown", "%q is not a buyer system; there are %s", name, strings.Join(names, ", "))
}

// For returns the system of a connection: the one that it names, else the one that its format is of, or nil.
func For(name, format string) (*System, error) {
	if name != "" {
		return Get(name)
	}
	all, err := systems()
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if slices.Contains(s.DefaultFor, format) {
			return s, nil
		}
	}
	return nil, nil
}

// Parse reads the file of a system, and refuses it with what is wrong: members, checks and effects that there are not, an
// argument too many or too few, and texts that are missing.
func Parse(content []byte) (*System, error) {
	var s System
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return nil, err
	}
	if s.Name == "" || s.Label == "" {
		return nil, fmt.Errorf("a system has a name and a label")
	}
	seen := map[string]bool{}
	for i := range s.Rules {
		r := &s.Rules[i]
		if wrong := r.wrong(); wrong != "" {
			return nil, fmt.Errorf("rule %q: %s", r.ID, wrong)
		}
		if seen[r.ID] || !strings.HasPrefix(r.ID, s.Name+".") {
			return nil, fmt.Errorf("rule %q: the id must be unique and begin with %s and a point", r.ID, s.Name)
		}
		seen[r.ID] = true
	}
	return &s, nil
}

// wrong says what is wrong with the rule, if anything.
func (r *Rule) wrong() string {
	if len(r.Members) == 0 {
		return "names no member"
	}
	for _, name := range r.Members {
		if _, known := memberOf(name); !known {
			return fmt.Sprintf("%q is not a member", name)
		}
	}
	c, known := checks[r.Check]
	switch {
	case r.Check == "" && r.ToldBy == "":
		return "needs a check or told_by"
	case r.Check != "" && !known:
		return fmt.Sprintf("%q is not a check", r.Check)
	case (r.Limit > 0) != (c.argument == takesLimit), (r.Characters != "") != (c.argument == takesCharacters),
		(len(r.Codes) > 0) != (c.argument == takesCodes):
		return "the arguments are not those of its check"
	}
	switch r.Effect {
	case transfer.Cut, transfer.Changed, transfer.Refused:
	default:
		return fmt.Sprintf("%q is not an effect", r.Effect)
	}
	if !slices.Contains([]string{Primary, Secondary, Observed, Uncertain}, r.Evidence) {
		return fmt.Sprintf("%q is not a kind of evidence", r.Evidence)
	}
	for _, text := range []language.Text{r.Says, r.Remedy} {
		if text.EN == "" || text.SV == "" {
			return "says and remedy are needed in both languages"
		}
	}
	if (r.Becomes.EN == "") != (r.Becomes.SV == "") {
		return "becomes is needed in both languages"
	}
	if r.Source == "" {
		return "has no source"
	}
	return ""
}
