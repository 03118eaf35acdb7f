package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

const (
	actorKey   = "actor"
	madeKey    = "made"
	refusalKey = "refusal"
)

// made names what the call made, for the audit log.
func made[ID ~string](c *gin.Context, id ID) { c.Set(madeKey, string(id)) }

// audited writes the entry of an action on the tenant's things before the handler runs, and what came of it afterwards.
// parameter is the path's with the identifier of what is acted on; empty where the action makes it.
func (s *Server) audited(action audit.Action, parameter string) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.audit(c, tenantOf(c), action, c.Param(parameter))
	}
}

// auditedFor is audited for an action of the gateway's operator on the things of the tenant that the path names.
func (s *Server) auditedFor(action audit.Action) gin.HandlerFunc {
	return func(c *gin.Context) {
		of, err := s.use.Administration.Tenant(c.Request.Context(), tenant.ID(c.Param("id")))
		if err != nil {
			s.refuse(c, err)
			return
		}
		s.audit(c, of.ID(), action, "")
	}
}

func (s *Server) audit(c *gin.Context, of tenant.ID, action audit.Action, target string) {
	actor, _ := c.Get(actorKey)
	by, _ := actor.(audit.Actor)
	conclude, err := s.use.Auditing.Begin(c.Request.Context(), audit.Entry{
		Tenant: of, Actor: by, Action: action, Target: target, Request: requestID(c), Client: c.ClientIP(),
	})
	if err != nil {
		s.refuse(c, err)
		return
	}
	outcome := audit.Outcome{Result: audit.Failed, Code: errInternal.Code} // of a panic
	defer func() { conclude(c.Request.Context(), outcome) }()
	c.Next()
	switch status, code := c.Writer.Status(), c.GetString(refusalKey); {
	case status >= http.StatusInternalServerError:
		outcome = audit.Outcome{Result: audit.Failed, Code: code, Made: c.GetString(madeKey)}
	case status >= http.StatusBadRequest:
		outcome = audit.Outcome{Result: audit.Refused, Code: code}
	default:
		outcome = audit.Outcome{Result: audit.Done, Made: c.GetString(madeKey)}
	}
}

var errInternal = fault.New(fault.Internal, "internal", "internal error")

func (s *Server) listAudit(c *gin.Context) { s.answerAudit(c, tenantOf(c)) }

// listTenantAudit answers with the log of the tenant that the path names; that of the gateway's operator is tenant.Platform's.
func (s *Server) listTenantAudit(c *gin.Context) {
	of := tenant.ID(c.Param("id"))
	if of != tenant.Platform {
		if _, err := s.use.Administration.Tenant(c.Request.Context(), of); err != nil {
			s.refuse(c, err)
			return
		}
	}
	s.answerAudit(c, of)
}

func (s *Server) answerAudit(c *gin.Context, of tenant.ID) {
	limit, err := limit(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	page, next, err := s.use.Auditing.List(c.Request.Context(), of, c.Query("cursor"), limit)
	if err != nil {
		s.refuse(c, err)
		return
	}
	views := make([]body.AuditEntry, len(page))
	for i := range page {
		views[i] = body.OfAuditEntry(page[i])
	}
	s.answer(c, http.StatusOK, gin.H{"entries": views, "next_cursor": next})
}
