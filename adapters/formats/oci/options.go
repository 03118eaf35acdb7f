package oci

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/domain/codelist"
)

// settings are the options of a connection. An empty text is the same as an absent member.
type settings struct {
	options.Common // of its hidden fields, one with the name of an echoed parameter gives way to it
	// Functions are those that the connection offers. By default OCI 3 has none and the later versions have all four;
	// vendors disagree on which version brought them.
	Functions []string `json:"functions"`
	// HookURL is "keep", the return address with its query as action, or "split", the query as hidden fields.
	HookURL string `json:"hook_url"`
	Method  string `json:"method"` // POST or GET
	// Charset is UTF-8 or ISO-8859-1, where the start call names none.
	Charset string `json:"charset"`
	// DecimalComma writes numbers with a comma.
	DecimalComma bool `json:"decimal_comma"`
	// Units are the buyer's codes for units of UN/ECE Recommendation 20.
	Units map[string]string `json:"units"`
	// UNSPSC says where the class of an article goes: ext_category_id, ext_category or, since buyers read one or the other, both.
	UNSPSC string `json:"unspsc"`
	// MatGroup writes the UNSPSC code in MATGROUP, too.
	MatGroup bool `json:"matgroup"`
	// Matnr writes the buyer's article number as MATNR, in the place of DESCRIPTION.
	Matnr bool `json:"matnr"`
	// Vendor is the supplier's number in the buyer's system.
	Vendor string `json:"vendor"`
	// Manufacturers are the buyer's keys of manufacturers, by their names in the cart.
	Manufacturers map[string]string `json:"manufacturers"`
	// CustFields are CUST_FIELD1 to CUST_FIELD5.
	CustFields map[string]custField `json:"cust_fields"`
	// ExtraFields are further fields of each line, by their names without NEW_ITEM-.
	ExtraFields map[string]string `json:"extra_fields"`
	// LongText is "one" field for the whole text, or one for each of its "lines".
	LongText string `json:"longtext"`
}

// custField is where the value of a CUST_FIELD comes from.
type custField struct {
	Extrinsic string `json:"extrinsic"` // of the line
	Value     string `json:"value"`     // where the line has no such extrinsic
}

const (
	hookKeep, hookSplit           = "keep", "split"
	charsetUTF8, charsetLatin1    = "UTF-8", "ISO-8859-1"
	inCategoryID, inCategory      = "ext_category_id", "ext_category"
	inBoth                        = "both"
	longTextInOne, longTextByLine = "one", "lines"
)

func (f *Format) readOptions(raw json.RawMessage) (settings, error) {
	var s settings
	if f.version > version3 {
		s.Functions = slices.Clone(functions)
	}
	if err := options.Read(raw, &s); err != nil {
		return s, err
	}
	byMethod := hookKeep
	if s.Method == http.MethodGet {
		byMethod = hookSplit
	}
	for _, d := range []struct {
		member *string
		value  string
	}{
		{&s.HookURL, byMethod}, {&s.Method, http.MethodPost}, {&s.Charset, charsetLatin1}, {&s.UNSPSC, inBoth},
		{&s.LongText, longTextInOne},
	} {
		if *d.member == "" {
			*d.member = d.value
		}
	}
	return s, options.Check(
		func(report options.Report) { s.check(report, f.version) },
		func(report options.Report) { s.Check(report, checkHidden) },
	)
}

// extraName is the shape of a field's name.
var extraName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

func (s *settings) check(report options.Report, v version) {
	oneOf := func(path, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			report(path, "unknown_value", "must be one of "+strings.Join(allowed, ", "))
		}
	}
	fits := func(path string, c column, value string) {
		if limit := c.length(v); utf8.RuneCountInString(value) > limit {
			report(path, "too_long", "must have at most "+strconv.Itoa(limit)+" characters")
		}
		if value != oneLine(value) || outsideLatin1(value) {
			report(path, "not_plain", "must be one line in characters of ISO-8859-1, without blanks around it")
		}
	}
	oneOf("hook_url", s.HookURL, hookKeep, hookSplit)
	oneOf("method", s.Method, http.MethodPost, http.MethodGet)
	oneOf("charset", s.Charset, charsetUTF8, charsetLatin1)
	oneOf("unspsc", s.UNSPSC, inCategoryID, inCategory, inBoth)
	oneOf("longtext", s.LongText, longTextInOne, longTextByLine)
	if s.Method == http.MethodGet && s.HookURL == hookKeep {
		report("hook_url", "lost", "must be split with the method GET, for browsers drop the query of the address")
	}
	for i, name := range s.Functions {
		oneOf("functions/"+strconv.Itoa(i), name, functions...)
	}
	fits("vendor", vendor, s.Vendor)
	for _, code := range slices.Sorted(maps.Keys(s.Units)) {
		path := options.Path("units", code)
		if !codelist.Unit(code) {
			report(path, "unknown_unit", "is not a unit of UN/ECE Recommendation 20")
		}
		if s.Units[code] == "" {
			report(path, "missing", "needs the buyer's code")
		}
		fits(path, unit, s.Units[code])
	}
	for _, name := range slices.Sorted(maps.Keys(s.Manufacturers)) {
		fits(options.Path("manufacturers", name), manufactCode, s.Manufacturers[name])
	}
	for _, name := range slices.Sorted(maps.Keys(s.CustFields)) {
		c, known := columnOf(name, v)
		if !known || c < custField1 || c > custField5 {
			report(options.Path("cust_fields", name), "unknown_value", "must be one of CUST_FIELD1 to CUST_FIELD5")
			continue
		}
		fits(options.Path("cust_fields", name)+"/value", c, s.CustFields[name].Value)
	}
	for _, name := range slices.Sorted(maps.Keys(s.ExtraFields)) {
		path := options.Path("extra_fields", name)
		switch c, known := columnOf(name, v); {
		case known && !extra(c), strings.HasPrefix(name, longTexts):
			report(path, "repeated", "is a field that the format writes by itself")
		case c == attachmentPurpose && known:
			oneOf(path, s.ExtraFields[name], strings.Split(sets[c], "")...)
		case known:
			fits(path, c, s.ExtraFields[name])
		case !extraName.MatchString(name):
			report(path, "not_field_name", "must be a name in capitals, digits and underscores, without NEW_ITEM-")
		}
	}
}

// extra reports whether the field has no source in the cart, so that it may be one of the extra fields.
func extra(c column) bool { return c == systemName || c == contractItem || c == attachmentPurpose }

// ofLine reports whether readers of the form take the name for one of a line's field, also with another sign after NEW_ITEM.
func ofLine(name string) bool {
	return strings.HasPrefix(strings.ToUpper(strings.TrimSpace(name)), "NEW_ITEM")
}

func checkHidden(report options.Report, path, name string) {
	options.CheckFieldName(report, path, name)
	if ofLine(name) {
		report(path, "repeated", "fields that begin with NEW_ITEM belong to the lines; use extra_fields")
	}
}
