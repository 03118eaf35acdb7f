package options

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
)

// Form are the options of every format whose document travels in one field of a form. A format embeds it in its own.
type Form struct {
	// Field is the form field that carries the document.
	Field string `json:"field"`
	Common
}

// Common are the options of every format that goes back by a form.
type Common struct {
	// HiddenFields are further fields of the form.
	HiddenFields map[string]string `json:"hidden_fields"`
	// DefaultUNSPSC classifies lines without a UNSPSC code.
	DefaultUNSPSC string `json:"default_unspsc"`
	// Target is the frame that answers the form.
	Target string `json:"target"`
}

// Report takes what is wrong with a member; path is its JSON Pointer under /options, without the first slash.
type Report func(path, code, message string)

// Check runs the checks of a format and returns ErrInvalid with all that they report.
func Check(checks ...func(Report)) error {
	var details []fault.Detail
	for _, check := range checks {
		check(func(path, code, message string) {
			details = append(details, fault.Detail{Path: "/options/" + path, Code: code, Message: message})
		})
	}
	if details != nil {
		return ErrInvalid.With(details...)
	}
	return nil
}

// Check reports what is wrong; Field must have its default by then.
func (f *Form) Check(report Report) {
	CheckFieldName(report, "field", f.Field)
	f.Common.Check(report, f.CheckOther)
}

// Check reports what is wrong; other reports a name that cannot be that of a hidden field.
func (f *Common) Check(report Report, other func(report Report, path, name string)) {
	for _, name := range slices.Sorted(maps.Keys(f.HiddenFields)) {
		other(report, Path("hidden_fields", name), name)
	}
	if f.DefaultUNSPSC != "" && !cart.Unspsc8(f.DefaultUNSPSC) {
		report("default_unspsc", "not_unspsc", "a UNSPSC code has 8 digits and no dots")
	}
	if strings.ContainsFunc(f.Target, unprintable) {
		report("target", "not_frame", "must be a frame's name without blanks or control characters")
	}
}

// CheckOther reports a name that cannot be that of another field of the form.
func (f *Form) CheckOther(report Report, path, name string) {
	CheckFieldName(report, path, name)
	if strings.EqualFold(name, f.Field) {
		report(path, "repeated", "is the name of the field that carries the document")
	}
}

// CheckHiddenName is a format's port.FieldMapper.CheckFormField: it refuses what other reports of the name.
func CheckHiddenName(name string, other func(report Report, path, name string)) (why error) {
	other(func(_, code, message string) {
		if why == nil {
			why = fault.New(fault.Invalid, code, message)
		}
	}, "", name)
	return why
}

// Path returns the path of a member of an object within the options (RFC 6901 section 3).
func Path(object, member string) string {
	return object + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(member)
}

// CheckFieldName reports a name that cannot be that of a form field.
func CheckFieldName(report Report, path, name string) {
	if name == "" || strings.ContainsFunc(name, unprintable) {
		report(path, "not_field_name", "must be a name without blanks or control characters")
	}
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
