package desk

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/desk/form"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
)

// act does something to the shop's things, or to those of whoever runs the gateway, and writes it into the audit log. do returns the
// identifier of what it made.
func (d *Desk) act(c *gin.Context, action audit.Action, target string, do func(context.Context) (made string, err error)) error {
	return d.use.Auditing.Do(c.Request.Context(), audit.Entry{
		Tenant: tenantOf(c), Actor: audit.ByUser(whoOf(c).User), Action: action, Target: target,
		Request: d.edge.RequestID(c), Client: c.ClientIP(),
	}, do)
}

// submit reads a form into a body and does with it what is to be done, as act. While somebody types, and where an input is not
// readable, it is checked and not done, so that all that is wrong is told at once: do must obey administration.CheckOnly.
func (d *Desk) submit(
	c *gin.Context, f Form, body any, action audit.Action, target string, do func(context.Context) (made string, err error),
) error {
	unreadable := form.Decode(f.Values, body)
	if unreadable == nil && !checking(c) {
		return d.act(c, action, target, do)
	}
	_, err := do(administration.CheckOnly(c.Request.Context()))
	if unreadable == nil {
		return err
	}
	refusal := fault.From(unreadable)
	if fault.KindOf(err) == fault.Invalid {
		return refusal.With(append(refusal.Details, fault.From(err).Details...)...)
	}
	return refusal
}
