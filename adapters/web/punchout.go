package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/formats/startform"
	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/completion"
	"github.com/punchgate/punchgate/application/login"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

// punchOut takes the start call. A browser is led on at once (303), so that no password stays in its address bar; a
// function that asks for data is answered with its form.
func (s *Server) punchOut(c *gin.Context) {
	request, err := startRequest(c)
	defer s.turn(c, len(request.Body))()
	var reply login.Reply
	if err == nil {
		reply, err = s.use.Login.Start(c.Request.Context(), s.call(c, request))
	}
	if err != nil {
		told, ok := s.use.Login.Refuse(request, err)
		if !ok {
			s.refusePage(c, err, reply.FrameAncestors...)
			return
		}
		reply = told
	}
	switch {
	case reply.Document != nil:
		s.answerDocument(c, reply)
	case reply.Answer != nil:
		s.answerPage(c, reply.Answer, reply.FrameAncestors)
	default:
		// Some browsers look at the frame on the way, too.
		c.Header("Content-Security-Policy", "default-src 'none'"+frameAncestors(reply.FrameAncestors))
		c.Redirect(http.StatusSeeOther, reply.Location)
	}
}

// answerDocument answers a program with a document, in which a refusal is told, too.
func (s *Server) answerDocument(c *gin.Context, reply login.Reply) {
	if reply.Refusal != nil {
		_ = s.classify(c, reply.Refusal) // for the log
	}
	c.Data(http.StatusOK, reply.MediaType, reply.Document)
}

func startRequest(c *gin.Context) (port.StartRequest, error) {
	content, err := wholeBody(c)
	return port.StartRequest{
		Method: c.Request.Method, Query: c.Request.URL.RawQuery, ContentType: c.GetHeader("Content-Type"), Body: content,
	}, err
}

func (s *Server) call(c *gin.Context, r port.StartRequest) login.Call {
	from := origin(c)
	return login.Call{From: from, Endpoint: s.linkURL(from.Link), Request: r}
}

// origin says where a call to a link came from. The address is that of the client, as trusted proxies tell it.
func origin(c *gin.Context) authentication.Origin {
	return authentication.Origin{Link: c.Param("link"), Address: c.ClientIP(), Trial: insideOf(c).trial}
}

func (s *Server) linkURL(link string) string { return s.config.PublicURL + "/punchout/" + link }

// complete takes the ping that completes an order.
func (s *Server) complete(c *gin.Context) {
	request, err := startRequest(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	parameters, err := startform.Parse(request)
	if err != nil {
		s.refuse(c, err)
		return
	}
	ping := completion.Ping{From: origin(c), Method: c.Request.Method, Parameter: parameters.Get}
	user, password, ok := c.Request.BasicAuth()
	if ok {
		ping.BasicUser, ping.BasicPassword = user, secret.New(password)
	}
	done, err := s.use.Completion.Complete(c.Request.Context(), ping)
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.answer(c, http.StatusOK, gin.H{"order": gin.H{"number": done.Number(), "status": done.Status().String()}})
}

// wantsJSON reports whether the caller is a program that asked for JSON rather than a person's browser.
func wantsJSON(c *gin.Context) bool {
	accept := c.GetHeader("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}
