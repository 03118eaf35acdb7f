package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/reference"
)

// reference answers with a page of the API's reference. All are made when the first is asked for.
func (s *Server) reference(c *gin.Context) {
	pages, err := s.pages()
	if err != nil {
		s.refuseAny(c, err)
		return
	}
	file, ok := pages[c.Request.URL.Path]
	if !ok {
		s.refuseAny(c, errNoRoute)
		return
	}
	c.Header("Content-Security-Policy", reference.Policy)
	c.Data(http.StatusOK, file.MediaType, file.Content)
}
