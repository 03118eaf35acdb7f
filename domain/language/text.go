package language

import "strings"

// Text is a text for people, in the languages of the gateway.
type Text struct {
	EN string `json:"en"`
	SV string `json:"sv"`
}

// In returns the text in the language (BCP 47): Swedish for sv, else English.
func (t Text) In(language string) string {
	if primary, _, _ := strings.Cut(language, "-"); strings.EqualFold(primary, "sv") {
		return t.SV
	}
	return t.EN
}
