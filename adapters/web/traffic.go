package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/application/timeline"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/traffic"
)

// trafficQuery reads which calls the query selects.
func trafficQuery(c *gin.Context) (q timeline.Query, err error) {
	q = timeline.Query{Connection: connection.ID(c.Query("connection")), Text: strings.TrimSpace(c.Query("search"))}
	if q.Limit, err = limit(c); err != nil {
		return q, err
	}
	wrong := func(name, code string, why error) error {
		return errQuery.With(fault.Detail{Path: name, Code: code, Message: fault.Text(why)})
	}
	if name := c.Query("step"); name != "" {
		if q.Step, err = traffic.ParseStep(name); err != nil {
			return q, wrong("step", "unknown_step", err)
		}
	}
	if names := c.Query("verdict"); names != "" {
		for name := range strings.SplitSeq(names, ",") {
			v, err := traffic.ParseVerdict(name)
			if err != nil {
				return q, wrong("verdict", "unknown_verdict", err)
			}
			q.Verdicts = append(q.Verdicts, v)
		}
	}
	for name, id := range map[string]*traffic.ID{"cursor": &q.Before, "after": &q.After} {
		if *id, err = traffic.ParseID(c.Query(name)); err != nil {
			return q, wrong(name, "not_cursor", err)
		}
	}
	return q, nil
}

// listTraffic lists the calls between the gateway and others, the last first.
func (s *Server) listTraffic(c *gin.Context) {
	q, err := trafficQuery(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	page, more, err := s.use.Timeline.Traffic(c.Request.Context(), tenantOf(c), q)
	if err != nil {
		s.refuse(c, err)
		return
	}
	calls, lang := make([]body.Call, len(page)), choose(c, "")
	for i := range page {
		calls[i] = body.OfCall(lang, page[i])
	}
	next, latest := traffic.ID(""), q.After
	if more {
		next = page[len(page)-1].ID
	}
	if len(page) > 0 {
		latest = page[0].ID
	}
	s.answer(c, http.StatusOK, gin.H{"calls": calls, "next_cursor": next, "latest": latest})
}

func (s *Server) getCall(c *gin.Context) {
	one, err := s.use.Timeline.Open(c.Request.Context(), tenantOf(c), traffic.ID(c.Param("id")))
	reply(s, c, http.StatusOK, one, err, func(one timeline.Opened) any { return body.OfOneCall(choose(c, ""), one) })
}

func (s *Server) sessionTimeline(c *gin.Context) {
	t, err := s.use.Timeline.OfSession(c.Request.Context(), tenantOf(c), session.ID(c.Param("id")))
	s.answerTimeline(c, t, err)
}

func (s *Server) orderTimeline(c *gin.Context) {
	t, err := s.use.Timeline.OfOrder(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")))
	s.answerTimeline(c, t, err)
}

func (s *Server) answerTimeline(c *gin.Context, t *timeline.Timeline, err error) {
	reply(s, c, http.StatusOK, t, err, func(t *timeline.Timeline) any { return body.OfTimeline(choose(c, ""), t) })
}
