package web

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/completion"
	"github.com/punchgate/punchgate/application/login"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/secret"
)

// takeOrder takes a purchase order document. One whose format holds the credentials is answered by a document.
func (s *Server) takeOrder(c *gin.Context) {
	request, err := startRequest(c)
	defer s.turn(c, len(request.Body))()
	var reply login.Reply
	isDocument := false
	if err == nil {
		reply, isDocument, err = s.use.Login.Order(c.Request.Context(), s.call(c, request))
	}
	switch {
	case err != nil:
		s.refuseOrder(c, request, err)
	case isDocument:
		s.answerDocument(c, reply)
	default:
		s.submitOrder(c, request)
	}
}

// refuseOrder tells a refusal in the form that the sender reads.
func (s *Server) refuseOrder(c *gin.Context, r port.StartRequest, err error) {
	if isCXML(r) {
		if told, ok := s.use.Login.Refuse(r, err); ok {
			s.answerDocument(c, told)
			return
		}
	}
	if fault.KindOf(err) == fault.Unauthenticated {
		c.Header("WWW-Authenticate", `Basic realm="purchase orders", charset="UTF-8"`)
	}
	s.refuse(c, err)
}

// isCXML reports whether whoever sent a document expects cXML back also where nobody knows the connection: access points of
// Peppol send XML to the same address. Of a body that was too large the media type is all that is known.
func isCXML(r port.StartRequest) bool {
	if len(r.Body) == 0 {
		return strings.HasPrefix(r.ContentType, "text/xml")
	}
	return bytes.Contains(r.Body[:min(len(r.Body), 2<<10)], []byte("<cXML"))
}

func (s *Server) submitOrder(c *gin.Context, r port.StartRequest) {
	d := completion.Document{From: origin(c), MediaType: r.ContentType, Body: r.Body}
	if user, password, ok := c.Request.BasicAuth(); ok {
		d.User, d.Password = user, secret.New(password)
	} else if method, token, _ := strings.Cut(c.GetHeader("Authorization"), " "); strings.EqualFold(method, "Bearer") {
		d.Token = secret.New(strings.TrimSpace(token))
	}
	received, err := s.use.Completion.Submit(c.Request.Context(), d)
	if err != nil {
		s.refuseOrder(c, r, err)
		return
	}
	s.answerReceived(c, received)
}

// answerReceived answers 202 while an operator has to find the order of a document.
func (s *Server) answerReceived(c *gin.Context, r completion.Received) {
	status, body := http.StatusOK, gin.H{"purchase_order": viewReceipt(r.Receipt)}
	if r.Order == nil {
		status = http.StatusAccepted
	} else {
		body["order"] = gin.H{"number": r.Order.Number(), "status": r.Order.Status().String()}
	}
	s.answer(c, status, body)
}

type receiptView struct {
	ID         receipt.ID `json:"id"`
	Connection string     `json:"connection"`
	Format     string     `json:"format"`
	DocumentID string     `json:"document_id"`
	Number     string     `json:"number"`
	Type       string     `json:"type"`
	Test       bool       `json:"test"`
	Status     string     `json:"status"`
	Order      order.ID   `json:"order,omitempty"`
	Refusal    string     `json:"refusal,omitempty"`
	ReceivedAt time.Time  `json:"received_at"`
}

func viewReceipt(r *receipt.Receipt) receiptView {
	s := r.Snapshot()
	return receiptView{
		s.ID, string(s.Connection), s.Format, s.DocumentID, s.Number, s.Type, s.Test, s.Status.String(), s.Order, s.Refusal.Message, s.ReceivedAt,
	}
}

// listReceipts lists purchase order documents of a status, the oldest first.
func (s *Server) listReceipts(c *gin.Context) {
	status, err := receipt.ParseStatus(c.DefaultQuery("status", receipt.Unmatched.String()))
	if err != nil {
		s.refuse(c, err)
		return
	}
	limit, err := limit(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	page, next, err := s.use.Completion.Receipts(c.Request.Context(), tenantOf(c), status, c.Query("cursor"), limit)
	if err != nil {
		s.refuse(c, err)
		return
	}
	views := make([]receiptView, len(page))
	for i := range page {
		views[i] = viewReceipt(page[i])
	}
	s.answer(c, http.StatusOK, gin.H{"purchase_orders": views, "next_cursor": next})
}

func (s *Server) receiptDocument(c *gin.Context) {
	_, content, err := s.use.Completion.Receipt(c.Request.Context(), tenantOf(c), receipt.ID(c.Param("id")))
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.attach(c, c.Param("id")+".xml", content.MediaType, content.Body)
}

// attach answers with a document as a file; what came from outside must not be shown as a page of the gateway.
func (s *Server) attach(c *gin.Context, fileName, mediaType string, body []byte) {
	c.Header("Content-Disposition", `attachment; filename="`+safeFileName(fileName)+`"`)
	if mediaType == "" {
		mediaType = "application/octet-stream"
	}
	c.Data(http.StatusOK, mediaType, body)
}

func (s *Server) tieReceipt(c *gin.Context) {
	var request struct {
		Order string `json:"order"`
	}
	if !s.decode(c, &request) {
		return
	}
	if request.Order == "" {
		s.refuse(c, missing("/order"))
		return
	}
	received, err := s.use.Completion.Tie(c.Request.Context(), tenantOf(c), receipt.ID(c.Param("id")), order.ID(request.Order))
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.answerReceived(c, received)
}

func (s *Server) confirmOrder(c *gin.Context) {
	var request struct {
		PurchaseOrder string `json:"purchase_order"`
	}
	if !s.decodeOptional(c, &request) {
		return
	}
	o, err := s.use.Completion.ConfirmByHand(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")), request.PurchaseOrder)
	reply(s, c, http.StatusOK, o, err, orderView)
}

func (s *Server) rejectOrder(c *gin.Context) {
	var request struct {
		Reason string `json:"reason"`
	}
	if !s.decodeOptional(c, &request) {
		return
	}
	o, err := s.use.Completion.Reject(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")), request.Reason)
	reply(s, c, http.StatusOK, o, err, orderView)
}

// decodeOptional is decode for a body that may be left out.
func (s *Server) decodeOptional(c *gin.Context, into any) bool {
	if c.Request.ContentLength == 0 {
		return true
	}
	return s.decode(c, into)
}

func (s *Server) respond(c *gin.Context) {
	content, err := wholeBody(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	var b api.OrderResponse
	if err := strictjson.Decode(content, &b); err != nil {
		s.refuse(c, err)
		return
	}
	if b.Status == "" {
		s.refuse(c, missing("/status"))
		return
	}
	id := order.ID(c.Param("id"))
	said, repeated, err := s.use.Answering.Respond(c.Request.Context(), tenantOf(c), id, response(b), answer.DigestOf(content))
	status := http.StatusCreated
	if repeated {
		status = http.StatusOK
	}
	reply(s, c, status, said, err, func(a *answer.Answer) any { return gin.H{"answer": viewAnswer(a)} })
}

func response(b api.OrderResponse) answering.Response {
	r := answering.Response{Status: string(b.Status), Note: b.Note, PromisedFrom: b.PromisedFrom, PromisedTo: b.PromisedTo}
	for _, l := range b.Lines {
		r.Lines = append(r.Lines, answering.Line{CartLine: l.Line, OrderResponseLine: port.OrderResponseLine{
			LineNumber: l.LineNumber, Status: string(l.Status), Quantity: l.Quantity, PromisedFrom: l.PromisedFrom, PromisedTo: l.PromisedTo,
			Note: l.Note,
		}})
	}
	return r
}

func viewAnswer(a *answer.Answer) any {
	s := a.Snapshot()
	d := s.Delivery
	return api.Answer{
		ID: string(s.ID), Position: s.Position, Kind: api.AnswerKind(s.Kind.String()), Status: api.AnswerStatus(s.Says), CreatedAt: s.CreatedAt,
		Delivery: api.Delivery{
			Wanted: d.Wanted, Attempts: d.Attempts, LastError: d.LastError, NextAttempt: d.Due, DeliveredAt: d.DeliveredAt,
		},
	}
}

func (s *Server) listAnswers(c *gin.Context) {
	all, err := s.use.Answering.Answers(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")))
	listAll(s, c, "answers", all, err, viewAnswer)
}

// responseDocument answers with the document of the last response, or of the answer that the query names.
func (s *Server) responseDocument(c *gin.Context) {
	position, err := position(c.Query("position"))
	if err != nil {
		s.refuse(c, err)
		return
	}
	d, err := s.use.Answering.Document(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")), position)
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.attach(c, d.FileName, d.MediaType, d.Body)
}

func position(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Malformed, "answer.position", "position must be a whole number from 1")
	}
	return n, nil
}

func (s *Server) deliverAnswer(c *gin.Context) {
	n, err := position(c.Param("position"))
	if err != nil {
		s.refuse(c, err)
		return
	}
	a, err := s.use.Answering.DeliverAgain(c.Request.Context(), tenantOf(c), answer.IDOf(order.ID(c.Param("id")), n))
	reply(s, c, http.StatusOK, a, err, func(a *answer.Answer) any { return gin.H{"answer": viewAnswer(a)} })
}
