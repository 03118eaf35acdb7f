package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/strictjson"
	"github.com/punchgate/punchgate/application/checkout"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
)

// decode reads the JSON body into a pointer, or answers with a refusal and reports false.
func (s *Server) decode(c *gin.Context, into any) bool {
	content, err := wholeBody(c)
	if err == nil {
		err = strictjson.Decode(content, into)
	}
	if err != nil {
		s.refuse(c, err)
	}
	return err == nil
}

// missing refuses a request without a member or parameter.
func missing(path string) error {
	return fault.New(fault.Malformed, "request.missing", "the request lacks "+path).With(
		fault.Detail{Path: path, Code: "missing", Message: "is required"})
}

func (s *Server) exchange(c *gin.Context) {
	var request struct {
		Token string `json:"token"`
	}
	if !s.decode(c, &request) {
		return
	}
	key, err := idempotencyKey(c)
	if err == nil && request.Token == "" {
		err = missing("/token")
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	visit, err := s.use.Checkout.Exchange(c.Request.Context(), tenantOf(c), request.Token, key)
	s.answerVisit(c, http.StatusOK, visit, err)
}

func (s *Server) answerVisit(c *gin.Context, status int, visit checkout.Visit, err error) {
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.answer(c, status, viewVisit(visit))
}

func (s *Server) openSession(c *gin.Context) {
	var request struct {
		Customer   string `json:"customer"`
		Connection string `json:"connection"`
	}
	if !s.decode(c, &request) {
		return
	}
	switch {
	case request.Customer == "":
		s.refuse(c, missing("/customer"))
		return
	case request.Connection == "":
		s.refuse(c, missing("/connection"))
		return
	}
	opened, err := s.use.Login.Direct(c.Request.Context(), tenantOf(c), customer.ID(request.Customer), connection.ID(request.Connection))
	if err != nil {
		s.refuse(c, err)
		return
	}
	visit, err := s.use.Checkout.Visit(c.Request.Context(), tenantOf(c), opened)
	s.answerVisit(c, http.StatusCreated, visit, err)
}

func (s *Server) extendSession(c *gin.Context) {
	visit, err := s.use.Checkout.Extend(c.Request.Context(), tenantOf(c), session.ID(c.Param("id")))
	s.answerVisit(c, http.StatusOK, visit, err)
}

func (s *Server) checkoutPolicy(c *gin.Context) {
	question := checkout.Question{
		Customer: customer.ID(c.Query("customer")), Number: c.Query("customer_number"), Session: session.ID(c.Query("session")),
	}
	if (question.Customer == "") == (question.Number == "") {
		s.refuse(c, fault.New(fault.Malformed, "request.customer", "give either customer or customer_number"))
		return
	}
	policy, visit, err := s.use.Checkout.Policy(c.Request.Context(), tenantOf(c), question)
	if key := c.GetString(publishedKey); key != "" && err == nil {
		policy = policy.Public()
		if visit == nil { // else he knows a session of the customer, which nobody guesses
			asked := string(question.Customer) + "/" + question.Number
			err = s.use.Authentication.Ask(c.Request.Context(), tenantOf(c), apikey.ID(key), c.ClientIP(), asked)
		}
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.answer(c, http.StatusOK, viewPolicy(policy, visit))
}

func (s *Server) sendCart(c *gin.Context) {
	key, err := idempotencyKey(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	content, err := wholeBody(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	var sent cart.Cart
	if err := strictjson.Decode(content, &sent); err != nil {
		s.refuse(c, err)
		return
	}
	digest := sha256.Sum256(content)
	made, err := s.use.Transfer.Send(c.Request.Context(), tenantOf(c), session.ID(c.Param("id")), &sent,
		order.Request{Key: key, Digest: hex.EncodeToString(digest[:])})
	if err != nil {
		s.refuse(c, err)
		return
	}
	status := http.StatusCreated
	if made.Repeated {
		status = http.StatusOK
	}
	s.answer(c, status, gin.H{
		"order":        gin.H{"id": made.Order.ID(), "number": made.Order.Number(), "status": made.Order.Status().String()},
		"transfer_url": s.transferURL(made.Token),
		"warnings":     viewWarnings(made.Warnings),
	})
}

// previewCart answers with what would become of the cart in the body.
func (s *Server) previewCart(c *gin.Context) {
	var tried cart.Cart
	if !s.decode(c, &tried) {
		return
	}
	question := preview.Question{Session: session.ID(c.Param("id"))}
	made, err := s.use.Preview.Preview(c.Request.Context(), tenantOf(c), question, &tried)
	reply(s, c, http.StatusOK, made, err, func(p preview.Preview) any {
		return gin.H{"warnings": viewWarnings(p.Document.Warnings)}
	})
}

func (s *Server) transferURL(token string) string { return s.config.PublicURL + "/transfer/" + token }

func (s *Server) cancelSession(c *gin.Context) {
	token, err := s.use.Checkout.Cancel(c.Request.Context(), tenantOf(c), session.ID(c.Param("id")))
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.answer(c, http.StatusOK, gin.H{"transfer_url": s.transferURL(token)})
}
