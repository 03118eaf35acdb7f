package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/application/erasure"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
)

type keptView struct {
	Kind    string       `json:"kind"`
	ID      string       `json:"id"`
	Code    string       `json:"code"`
	Message string       `json:"message"`
	Reasons []api.Detail `json:"reasons"`
}

// erase erases personal data. The audit log has what it was asked for, but of a person's address only a code.
func (s *Server) erase(c *gin.Context) {
	var b struct {
		Email         string `json:"email"`
		Session       string `json:"session"`
		Order         string `json:"order"`
		PurchaseOrder string `json:"purchase_order"`
	}
	if !s.decode(c, &b) {
		return
	}
	what := erasure.Subject{
		Email: b.Email, Session: session.ID(b.Session), Order: order.ID(b.Order), PurchaseOrder: receipt.ID(b.PurchaseOrder),
	}
	made(c, s.use.Erasure.Name(tenantOf(c), what)) // before, since an erasure that fails may have erased a part
	r, err := s.use.Erasure.Erase(c.Request.Context(), tenantOf(c), what)
	if err != nil {
		s.refuse(c, err)
		return
	}
	kept := make([]keptView, len(r.Kept))
	for i, k := range r.Kept {
		kept[i] = keptView{k.Kind, k.ID, k.Refusal.Code, k.Refusal.Message, body.OfDetails(k.Refusal.Details)}
	}
	s.answer(c, http.StatusOK, gin.H{
		"erased": gin.H{"sessions": r.Sessions, "orders": r.Orders, "purchase_orders": r.Receipts, "answers": r.Answers},
		"kept":   kept,
	})
}
