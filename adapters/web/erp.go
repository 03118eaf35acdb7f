package web

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/application/erp"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
)

func (s *Server) feed(c *gin.Context) {
	query, err := feedQuery(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	page, next, err := s.use.ERP.Feed(c.Request.Context(), tenantOf(c), query)
	if err != nil {
		s.refuse(c, err)
		return
	}
	views := make([]api.Order, len(page))
	for i := range page {
		views[i] = viewOrder(page[i])
	}
	s.answer(c, http.StatusOK, api.OrderPage{Orders: views, NextCursor: next})
}

func feedQuery(c *gin.Context) (erp.Query, error) {
	q := erp.Query{Cursor: c.Query("cursor"), Limit: erp.DefaultLimit}
	var err error
	if q.Status, err = order.ParseStatus(c.DefaultQuery("status", order.Confirmed.String())); err != nil {
		return q, err
	}
	if text := c.Query("limit"); text != "" {
		if q.Limit, err = strconv.Atoi(text); err != nil || q.Limit < 1 || q.Limit > erp.MaxLimit {
			return q, fault.Newf(fault.Malformed, "feed.limit", "limit must be a whole number from 1 to %d", erp.MaxLimit)
		}
	}
	if text := c.Query("test"); text != "" {
		if q.IncludeTest, err = strconv.ParseBool(text); err != nil {
			return q, fault.New(fault.Malformed, "feed.test", "test must be true or false")
		}
	}
	return q, nil
}

func (s *Server) order(c *gin.Context) {
	o, err := s.use.ERP.Get(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")))
	s.answerOrder(c, o, err)
}

func (s *Server) answerOrder(c *gin.Context, o erp.Order, err error) {
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.answer(c, http.StatusOK, viewOrder(o))
}

func (s *Server) document(c *gin.Context) {
	d, err := s.use.ERP.Document(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")))
	if err != nil {
		s.refuse(c, err)
		return
	}
	c.Header("Content-Disposition", `attachment; filename="`+safeFileName(d.FileName)+`"`)
	c.Data(http.StatusOK, d.MediaType, d.Body)
}

// safeFileName keeps letters, digits, points, hyphens and underscores: the name holds the cart's id, which a shop chooses.
func safeFileName(name string) string {
	safe := []byte(name)
	for i, b := range safe {
		if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && b != '.' && b != '-' && b != '_' {
			safe[i] = '_'
		}
	}
	return string(safe)
}

func (s *Server) exported(c *gin.Context) {
	var request api.ExportOrderJSONRequestBody
	if !s.decode(c, &request) {
		return
	}
	o, err := s.use.ERP.Exported(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")), request.ERPReference)
	s.answerOrder(c, o, err)
}
