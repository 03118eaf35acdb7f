package web

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// readyTimeout is less than the patience of those who ask whether the gateway is ready.
const readyTimeout = 2 * time.Second

var errStopping = fault.New(fault.Unavailable, "gateway.stopping", "the gateway is about to stop")

// ready tells whether new requests should come here.
func (s *Server) ready(c *gin.Context) {
	if s.stops.Load() {
		s.refuse(c, errStopping)
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), readyTimeout)
	defer cancel()
	started := time.Now()
	err := s.use.Stores.Ready(ctx)
	state := api.StoreState{Engine: s.use.Stores.Engine, Reachable: err == nil, TookUs: int(time.Since(started).Microseconds())}
	if err != nil {
		p := s.problemOf(c, port.ErrUnavailable.Because(err))
		p.Store = state
		s.answerProblem(c, p)
		return
	}
	s.answer(c, http.StatusOK, gin.H{"status": "ready", "store": state})
}

// metrics answers who calls from this machine itself: a request that a proxy on it hands on is somebody else's.
func (s *Server) metrics(c *gin.Context) {
	peer, err := netip.ParseAddrPort(c.Request.RemoteAddr)
	local := err == nil && peer.Addr().Unmap().IsLoopback()
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		local = local && c.GetHeader(header) == ""
	}
	if !local || s.config.Metrics == nil {
		s.refuseAny(c, errNoRoute)
		return
	}
	s.config.Metrics.ServeHTTP(c.Writer, c.Request)
}
