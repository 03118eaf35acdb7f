// Package language checks language tags and holds texts in the languages of the gateway.
package language

import "strings"

// Tag reports whether s has the shape of a language tag, which xml:lang takes: groups of one to eight letters or
// digits, the first of letters only, joined by hyphens (RFC 5646 section 2.1).
func Tag(s string) bool {
	for i, part := range strings.Split(s, "-") {
		if part == "" || len(part) > 8 {
			return false
		}
		for _, r := range part {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
			if !letter && (i == 0 || r < '0' || r > '9') {
				return false
			}
		}
	}
	return true
}
