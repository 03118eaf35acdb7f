package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/domain/apikey"
)

// publishedKey is where a request keeps the identifier of a publishable key.
const publishedKey = "published key"

// preflightAge is for how long a browser asks no second time, in seconds; none remembers it longer.
const preflightAge = "7200"

// CheckoutPolicyPreflight tells a browser that a page may ask for the checkout policy with a key (CORS, in the Fetch standard, section
// 3.2). It comes without the key, so every origin is told so; whether the key is that of the page is seen when it asks.
func (s *Server) CheckoutPolicyPreflight(c *gin.Context) {
	c.Header("Vary", "Origin")
	if origin, err := apikey.Origin(c.GetHeader("Origin")); err == nil {
		c.Header("Access-Control-Allow-Origin", origin)
		c.Header("Access-Control-Allow-Methods", http.MethodGet)
		c.Header("Access-Control-Allow-Headers", "Authorization")
		c.Header("Access-Control-Max-Age", preflightAge)
	}
	c.Status(http.StatusNoContent)
}

// share lets the page that presents a publishable key read the answer, refusals included, and refuses a page of another origin. Other
// keys are secrets of a server: what they are answered no page may read.
func (s *Server) share(c *gin.Context, key *apikey.Key) error {
	if !key.Publishable() {
		return nil
	}
	c.Header("Vary", "Origin")
	origin := c.GetHeader("Origin")
	if err := key.CheckOrigin(origin); err != nil {
		return err
	}
	c.Header("Access-Control-Allow-Origin", origin)
	c.Header("Access-Control-Expose-Headers", "Retry-After")
	c.Set(publishedKey, string(key.Snapshot().ID))
	return nil
}
