// Package words says refusals in the language of whoever reads them. The English words are those of the refusals themselves; the
// Swedish ones stand here, by the English ones where these are fixed, else by the code. What has no Swedish words is said in English.
package words

import "github.com/punchgate/punchgate/domain/fault"

// Detail says what is wrong in one place. lang is sv or en.
func Detail(lang string, d fault.Detail) string {
	if lang == "sv" {
		if said, ok := swedish[d.Message]; ok {
			return said
		}
		if said, ok := swedishByCode[d.Code]; ok {
			return said
		}
	}
	return d.Message
}

// Refusal says why something is not done, without its details. lang is sv or en.
func Refusal(lang string, f *fault.Fault) string {
	if lang == "sv" {
		if said, ok := swedish[f.Message]; ok {
			return said
		}
		if said, ok := swedishByCode[f.Code]; ok {
			return said
		}
	}
	return f.Message
}
