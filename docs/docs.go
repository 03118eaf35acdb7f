// Package docs holds the guides, which the gateway serves with the reference of its API.
package docs

import "embed"

// Guides are the guides and their pictures.
//
//go:embed *.md *.svg pictures
var Guides embed.FS
