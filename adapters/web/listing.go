package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/spreadsheet"
	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// filterOf reads which sessions or orders the query selects.
func filterOf[S fmt.Stringer](c *gin.Context, parse func(name string) (S, error)) (f port.Filter[S], err error) {
	f.Connection = connection.ID(c.Query("connection"))
	if name := c.Query("status"); name != "" {
		if f.Status, err = parse(name); err != nil {
			return f, errQuery.With(fault.Detail{Path: "status", Code: "unknown_status", Message: fault.Text(err)})
		}
	}
	f.Created, err = spanOf(c)
	return f, err
}

func spanOf(c *gin.Context) (s port.Span, err error) {
	for name, at := range map[string]*time.Time{"from": &s.From, "to": &s.To} {
		text := c.Query(name)
		if text == "" {
			continue
		}
		if *at, err = time.Parse(time.RFC3339, text); err != nil || at.UTC().Year() < 0 || at.UTC().Year() > 9999 {
			return s, errQuery.With(fault.Detail{
				Path: name, Code: "not_time", Message: "must be a time such as 2026-11-24T12:00:00+01:00 (RFC 3339)",
			})
		}
	}
	return s, nil
}

// found answers with a page of a list, and, where the query asks for it, with how many there are on all pages.
func found[A, B any, S fmt.Stringer](
	s *Server, c *gin.Context, name string, parse func(string) (S, error),
	read func(context.Context, tenant.ID, listing.Query[S]) ([]A, string, error),
	count func(context.Context, tenant.ID, port.Filter[S]) (int, error), view func(A) B,
) {
	size, err := limit(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	counted, err := optionalBool(c, "count")
	if err != nil {
		s.refuse(c, err)
		return
	}
	f, err := filterOf(c, parse)
	if err != nil {
		s.refuse(c, err)
		return
	}
	ctx, of := c.Request.Context(), tenantOf(c)
	page, next, err := read(ctx, of, listing.Query[S]{Search: c.Query("search"), Filter: f, Cursor: c.Query("cursor"), Limit: size})
	if err != nil {
		s.refuse(c, err)
		return
	}
	views := make([]B, len(page))
	for i := range page {
		views[i] = view(page[i])
	}
	answer := gin.H{name: views, "next_cursor": next}
	if counted != nil && *counted && c.Query("search") == "" {
		if answer["count"], err = count(ctx, of, f); err != nil {
			s.refuse(c, err)
			return
		}
	}
	s.answer(c, http.StatusOK, answer)
}

func (s *Server) listSessions(c *gin.Context) {
	found(s, c, "sessions", session.ParseStatus, s.use.Listing.Sessions, s.use.Listing.CountSessions, body.OfSession)
}

func (s *Server) getSession(c *gin.Context) {
	of, made, err := s.use.Listing.Session(c.Request.Context(), tenantOf(c), session.ID(c.Param("id")))
	reply(s, c, http.StatusOK, of, err, func(of listing.Session) any { return body.OfOneSession(of, made) })
}

func (s *Server) listAdminOrders(c *gin.Context) {
	found(s, c, "orders", order.ParseStatus, s.use.Listing.Orders, s.use.Listing.CountOrders, body.OfOrder)
}

func (s *Server) adminOrder(c *gin.Context) {
	of, sent, err := s.use.Listing.Order(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")))
	reply(s, c, http.StatusOK, of, err, func(of listing.Order) any {
		b := body.OfOrder(of)
		b.Cart, b.Document = sent, c.Request.URL.Path+"/document"
		return b
	})
}

// ordersTable streams the orders that the query selects. What fails on the way cuts the answer off, so that nobody takes a part for the
// whole.
func (s *Server) ordersTable(c *gin.Context) {
	f, err := filterOf(c, order.ParseStatus)
	if err != nil {
		s.refuse(c, err)
		return
	}
	w := spreadsheet.NewWriter(c.Writer)
	begun := false
	err = s.use.Listing.EachOrder(c.Request.Context(), tenantOf(c), f, func(page []listing.Order) error {
		if !begun {
			begun = true
			c.Header("Content-Type", spreadsheet.MediaType)
			c.Header("Content-Disposition", `attachment; filename="orders.csv"`)
			if err := w.Row(body.OrderColumns()...); err != nil {
				return err
			}
		}
		for _, each := range page {
			if err := w.Row(body.OrderCells(each)...); err != nil {
				return err
			}
		}
		return w.Flush()
	})
	s.endTable(c, begun, err)
}

// endTable ends the answer of a table of which a part may be sent already.
func (s *Server) endTable(c *gin.Context, begun bool, err error) {
	switch {
	case err != nil && !begun:
		s.refuse(c, err)
	case err != nil:
		_ = s.classify(c, err) // which logs it
		panic(http.ErrAbortHandler)
	}
}

func (s *Server) overview(c *gin.Context) {
	span, err := spanOf(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	o, err := s.use.Listing.Overview(c.Request.Context(), tenantOf(c), span)
	reply(s, c, http.StatusOK, o, err, func(o listing.Overview) any { return body.OfOverview(o) })
}
