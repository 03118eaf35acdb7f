package cxml

import (
	"bytes"
	"io"
	"regexp"
)

// sharedSecret is an element with a secret, also under the other names that buyers give it, such as SharedSecret1.
var sharedSecret = regexp.MustCompile(`(?s)(<(?:[\w.-]+:)?SharedSecret\w*(?:\s(?:[^>]*[^/>])?)?>).*?(</(?:[\w.-]+:)?SharedSecret)`)

// redacted returns a document that was read, with stars in the place of its secrets. A document in UTF-16 becomes one in
// UTF-8, without a byte-order mark.
func redacted(document []byte) ([]byte, error) {
	if bytes.IndexByte(document, 0) >= 0 {
		text, err := decoded(bytes.NewReader(document))
		if err != nil {
			return nil, err
		}
		if document, err = io.ReadAll(text); err != nil {
			return nil, err
		}
	}
	return sharedSecret.ReplaceAll(document, []byte("${1}***${2}")), nil
}
