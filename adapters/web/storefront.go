package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/storefront"
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

var _ storefront.ServerInterface = (*Server)(nil)

// refuseParameter refuses a parameter that the generated code cannot read.
func (s *Server) refuseParameter(c *gin.Context, err error, _ int) {
	s.refuse(c, errParameter.Because(err))
}

var errParameter = fault.New(fault.Malformed, "request.parameter", "a parameter is not readable, or stands twice")

// ExchangeToken spends the token of the landing address.
func (s *Server) ExchangeToken(c *gin.Context, params api.ExchangeTokenParams) {
	var request api.ExchangeTokenJSONRequestBody
	if !s.decode(c, &request) {
		return
	}
	err := checkKey(params.IdempotencyKey)
	if err == nil && request.Token == "" {
		err = missing("/token")
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	visit, err := s.use.Checkout.Exchange(c.Request.Context(), tenantOf(c), request.Token, params.IdempotencyKey)
	s.answerVisit(c, http.StatusOK, visit, err)
}

func (s *Server) answerVisit(c *gin.Context, status int, visit checkout.Visit, err error) {
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.answer(c, status, viewVisit(visit))
}

// OpenSession opens a session for a customer who logged in to the shop.
func (s *Server) OpenSession(c *gin.Context, _ api.OpenSessionParams) {
	var request api.OpenSessionJSONRequestBody
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

// ExtendSession gives a session more time.
func (s *Server) ExtendSession(c *gin.Context, id api.SessionParameter, _ api.ExtendSessionParams) {
	visit, err := s.use.Checkout.Extend(c.Request.Context(), tenantOf(c), session.ID(id))
	s.answerVisit(c, http.StatusOK, visit, err)
}

// CheckoutPolicy tells whether the shop's own checkout is open.
func (s *Server) CheckoutPolicy(c *gin.Context, params api.CheckoutPolicyParams) {
	question := checkout.Question{
		Customer: customer.ID(params.Customer), Number: params.CustomerNumber, Session: session.ID(params.Session),
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

// SendCart makes an order of a session's cart.
func (s *Server) SendCart(c *gin.Context, id api.SessionParameter, params api.SendCartParams) {
	if err := checkKey(params.IdempotencyKey); err != nil {
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
	made, err := s.use.Transfer.Send(c.Request.Context(), tenantOf(c), session.ID(id), &sent,
		order.Request{Key: params.IdempotencyKey, Digest: hex.EncodeToString(digest[:])})
	if err != nil {
		s.refuse(c, err)
		return
	}
	status := http.StatusCreated
	if made.Repeated {
		status = http.StatusOK
	}
	s.answer(c, status, api.Sent{
		Order: api.OrderReference{
			ID: string(made.Order.ID()), Number: made.Order.Number(), Status: api.OrderStatus(made.Order.Status().String()),
		},
		TransferURL: s.transferURL(made.Token),
		Warnings:    body.OfWarnings(made.Warnings),
	})
}

// PreviewCart tells what the buyer's system will make of a cart.
func (s *Server) PreviewCart(c *gin.Context, id api.SessionParameter) {
	var tried cart.Cart
	if !s.decode(c, &tried) {
		return
	}
	made, err := s.use.Preview.Preview(c.Request.Context(), tenantOf(c), preview.Question{Session: session.ID(id)}, &tried)
	reply(s, c, http.StatusOK, made, err, func(p preview.Preview) any { return api.Warnings{Warnings: body.OfWarnings(p.Document.Warnings)} })
}

func (s *Server) transferURL(token string) string { return s.config.PublicURL + "/transfer/" + token }

// CancelSession ends a session without a cart.
func (s *Server) CancelSession(c *gin.Context, id api.SessionParameter, _ api.CancelSessionParams) {
	token, err := s.use.Checkout.Cancel(c.Request.Context(), tenantOf(c), session.ID(id))
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.answer(c, http.StatusOK, api.Cancelled{TransferURL: s.transferURL(token)})
}
