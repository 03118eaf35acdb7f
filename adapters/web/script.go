package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// storefrontScript is what shops include in their pages.
//
//go:embed storefront.js
var storefrontScript []byte

var storefrontTag = func() string {
	digest := sha256.Sum256(storefrontScript)
	return `"` + hex.EncodeToString(digest[:16]) + `"`
}()

// script serves the shops' script to pages of every origin. It is the same for everybody, so any page may read it, which a browser needs
// to check its digest (Subresource Integrity).
func (s *Server) script(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=3600")
	c.Header("ETag", storefrontTag)
	c.Header("Cross-Origin-Resource-Policy", "cross-origin")
	c.Header("Access-Control-Allow-Origin", "*")
	if strings.Contains(c.GetHeader("If-None-Match"), storefrontTag) {
		c.Status(http.StatusNotModified)
		return
	}
	c.Data(http.StatusOK, "text/javascript; charset=utf-8", storefrontScript)
}
