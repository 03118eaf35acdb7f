// Package web is the HTTP edge of the gateway: the address that procurement systems call, the APIs of shop and ERP, and
// the pages that a buyer's browser sees. Handlers decode, call a use case and encode; the one table from a refusal to its
// status is in problem.go. The API is described in openapi.yaml. Handlers hand on the request's context and never gin's
// own, which gin uses for another request while a store may still look at it.
package web

import (
	"crypto/rand"
	_ "embed"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/desk"
	"github.com/punchgate/punchgate/adapters/web/reference"
	"github.com/punchgate/punchgate/adapters/web/storefront"
	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/auditing"
	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/checkout"
	"github.com/punchgate/punchgate/application/completion"
	"github.com/punchgate/punchgate/application/correlation"
	"github.com/punchgate/punchgate/application/deadletters"
	"github.com/punchgate/punchgate/application/erasure"
	"github.com/punchgate/punchgate/application/erp"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/idempotency"
	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/login"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/timeline"
	"github.com/punchgate/punchgate/application/transfer"
	"github.com/punchgate/punchgate/application/trial"
	"github.com/punchgate/punchgate/docs"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// Module provides the server; it needs a Config.
var Module = fx.Module("web", fx.Provide(New))

// Config is what the operator sets.
type Config struct {
	// PublicURL is the address under which callers reach the gateway, without a path, such as https://punchout.example.com.
	PublicURL string
	// TrustedProxies are addresses or networks whose X-Forwarded-For is believed.
	TrustedProxies []string
	// Metrics answers clients on this machine at /metrics; nil where there is nothing at that address.
	Metrics http.Handler
}

// Limits of a request.
const (
	maxHeader       = 64 << 10
	headerTimeout   = 10 * time.Second
	requestTimeout  = 60 * time.Second
	ResponseTimeout = 90 * time.Second // after it, no request runs any more
	idleTimeout     = 2 * time.Minute
)

// Services are the use cases that the server calls.
type Services struct {
	fx.In

	Access         *access.Service
	Login          *login.Service
	Checkout       *checkout.Service
	Preview        *preview.Service
	Trial          *trial.Service
	Buyer          port.VirtualBuyer
	Transfer       *transfer.Service
	Completion     *completion.Service
	ERP            *erp.Service
	Listing        *listing.Service
	Timeline       *timeline.Service
	Answering      *answering.Service
	Administration *administration.Service
	Idempotency    *idempotency.Service
	Auditing       *auditing.Service
	DeadLetters    *deadletters.Service
	Erasure        *erasure.Service
	Formats        *formats.Registry
	Recording      *recording.Service
	Stores         port.Stores
	Authentication *authentication.Service
	// Middleware is around everything else, such as what measures requests.
	Middleware []gin.HandlerFunc `group:"middleware"`
}

// Server serves HTTP.
type Server struct {
	config  Config
	use     Services
	log     *slog.Logger
	handler http.Handler
	large   chan struct{} // a place for each large document that is read
	stops   atomic.Bool
	pages   func() (map[string]reference.File, error) // of the reference, by path
}

// New makes a server, or says what is wrong with the configuration.
func New(config Config, use Services, log *slog.Logger) (*Server, error) {
	s := &Server{config: config, use: use, log: log, large: make(chan struct{}, largeDocuments)}
	s.pages = sync.OnceValues(func() (map[string]reference.File, error) {
		return reference.New(openAPI, docs.Guides, config.PublicURL)
	})
	engine, err := s.routes()
	s.handler = engine
	return s, err
}

// Stop tells whoever asks at /readyz that the gateway is about to stop, and ends the connections that are kept open, each with its
// next answer. All else is answered as before.
func (s *Server) Stop() { s.stops.Store(true) }

// Handler returns all routes.
func (s *Server) Handler() http.Handler { return s.handler }

// HTTP returns a server with limits for slow and greedy clients; its address is left to the caller.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      ResponseTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

//go:embed openapi.yaml
var openAPI []byte

func (s *Server) routes() (*gin.Engine, error) {
	operators := desk.New(desk.Services{
		Access: s.use.Access, Administration: s.use.Administration, Answering: s.use.Answering, Auditing: s.use.Auditing,
		Checkout: s.use.Checkout, Completion: s.use.Completion, DeadLetters: s.use.DeadLetters, Erasure: s.use.Erasure, ERP: s.use.ERP,
		Formats: s.use.Formats, Listing: s.use.Listing, Timeline: s.use.Timeline, Transfer: s.use.Transfer, Preview: s.use.Preview,
		Trial: s.use.Trial, Buyer: s.use.Buyer,
	}, pagesEdge{s})
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false // gin's own redirect would repeat a password in the address
	if err := r.SetTrustedProxies(s.config.TrustedProxies); err != nil {
		return nil, errors.New("TRUSTED_PROXIES: must be addresses or networks such as 10.0.0.0/8")
	}
	r.RemoteIPHeaders = []string{forwardedFor} // a header that a proxy does not set would be the client's own
	r.Use(oneForwardedFor)
	r.Use(s.use.Middleware...)
	r.Use(s.observe, s.recoverPanic, limitBody)
	r.NoRoute(ofPages(operators.RefuseRoute), func(c *gin.Context) { s.refuseAny(c, errNoRoute) })
	r.NoMethod(ofPages(operators.RefuseMethod), s.refuseMethod)

	r.GET("/punchout/:link", s.recorded(traffic.StartCall), s.punchOut)
	r.POST("/punchout/:link", s.recorded(traffic.StartCall), s.punchOut)
	r.GET("/punchout/:link/complete", s.recorded(traffic.Completion), s.complete)
	r.POST("/punchout/:link/complete", s.recorded(traffic.Completion), s.complete)
	r.POST("/punchout/:link/orders", s.recorded(traffic.PurchaseOrder), s.takeOrder)
	r.GET("/transfer/:token", s.recorded(traffic.Transfer), s.transferPage)
	r.GET("/storefront.js", s.script)

	operators.Routes(r)

	r.Use(s.checkQuery) // of the API from here on; the formats read their own queries
	const sessions, policy = "/v1/storefront/sessions", "/v1/storefront/checkout-policy"
	shop := r.Group("",
		butAt(s.needs(apikey.Storefront), "GET "+policy, "OPTIONS "+policy), // which a browser asks without a key
		at(s.needs(apikey.Storefront, apikey.Policy), "GET "+policy),
		// An exchange keeps its idempotency key in the session, and a cart that was sent in the order.
		at(s.once, "POST "+sessions, "POST "+sessions+"/:id/extend", "POST "+sessions+"/:id/cancel"),
		at(s.recorded(traffic.Direct), "POST "+sessions), at(s.recorded(traffic.Exchange), "POST "+sessions+"/exchange"),
		at(s.recorded(traffic.Cart), "POST "+sessions+"/:id/cart"), at(s.recorded(traffic.Cancel), "POST "+sessions+"/:id/cancel"),
		at(s.audited(audit.SessionCancel, "id"), "POST "+sessions+"/:id/cancel"))
	storefront.RegisterHandlersWithOptions(shop, s, storefront.GinServerOptions{ErrorHandler: s.refuseParameter})

	orders := r.Group("/v1/erp", s.needs(apikey.ERP), s.once)
	orders.GET("/orders", s.feed)
	orders.GET("/orders/:id", s.order)
	orders.GET("/orders/:id/document", s.document)
	orders.POST("/orders/:id/exported", s.recorded(traffic.Export), s.audited(audit.OrderExport, "id"), s.exported)
	orders.POST("/orders/:id/response", s.recorded(traffic.Response), s.audited(audit.OrderRespond, "id"), s.respond)
	orders.GET("/orders/:id/response", s.responseDocument)
	orders.GET("/orders/:id/responses", s.listAnswers)

	platform := r.Group("/v1/admin/tenants", s.needs(apikey.Platform), s.once)
	platform.GET("", s.listTenants)
	platform.POST("", s.audited(audit.TenantCreate, ""), s.createTenant)
	platform.GET("/:id", s.getTenant)
	platform.DELETE("/:id", s.audited(audit.TenantRemove, "id"), s.removeTenant)
	platform.GET("/:id/audit", s.listTenantAudit)
	platform.POST("/:id/keys", s.auditedFor(audit.KeyCreate), s.createTenantKey)
	s.userRoutes(platform.Group("/:id/users", s.within))

	admin := r.Group("/v1/admin", s.needs(apikey.Admin), s.once)
	admin.GET("/settings", s.getSettings)
	admin.PUT("/settings", s.audited(audit.TenantChange, ""), s.putSettings)
	admin.POST("/settings/catalogue-secret", s.audited(audit.TenantCatalogue, ""), s.replaceCatalogueSecret)
	admin.GET("/customers", s.listCustomers)
	admin.POST("/customers", s.audited(audit.CustomerCreate, ""), s.createCustomer)
	admin.GET("/customers.csv", s.customersTable)
	admin.POST("/customers/tick", s.audited(audit.CustomersTick, ""), s.tickCustomers)
	admin.POST("/customers/import", s.audited(audit.CustomersImport, ""), s.importCustomers)
	admin.POST("/customers/import/preview", s.previewCustomers)
	admin.GET("/customers/:id", s.getCustomer)
	admin.PUT("/customers/:id", s.audited(audit.CustomerChange, "id"), s.putCustomer)
	admin.GET("/connections", s.listConnections)
	admin.POST("/connections", s.audited(audit.ConnectionCreate, ""), s.createConnection)
	admin.GET("/connections/:id", s.getConnection)
	admin.PUT("/connections/:id", s.audited(audit.ConnectionChange, "id"), s.putConnection)
	admin.POST("/connections/:id/secret", s.audited(audit.ConnectionSecret, "id"), s.replaceSecret)
	admin.GET("/connections/:id/links", s.listLinks)
	admin.POST("/connections/:id/links", s.audited(audit.LinkCreate, ""), s.createLink)
	admin.POST("/connections/:id/answer-secret", s.audited(audit.ConnectionAnswer, "id"), s.replaceAnswerSecret)
	admin.POST("/connections/preview", s.previewDraft)
	admin.POST("/connections/:id/preview", s.previewConnection)
	admin.POST("/connections/:id/replay", s.replayConnection)
	admin.POST("/connections/:id/trial", s.audited(audit.ConnectionTry, "id"), s.tryConnection)
	admin.GET("/links", s.listNetworkLinks)
	admin.POST("/links", s.audited(audit.LinkCreate, ""), s.createNetworkLink)
	admin.POST("/links/:id/revoke", s.audited(audit.LinkRevoke, "id"), s.revokeLink)
	admin.GET("/audit", s.listAudit)
	admin.GET("/traffic", s.listTraffic)
	admin.GET("/traffic/:id", s.getCall)
	admin.POST("/erasures", s.audited(audit.PersonalDataErase, ""), s.erase)
	admin.GET("/formats", s.listFormats)
	admin.GET("/keys", s.listKeys)
	admin.POST("/keys", s.audited(audit.KeyCreate, ""), s.createKey)
	admin.POST("/keys/:id/revoke", s.audited(audit.KeyRevoke, "id"), s.revokeKey)
	s.userRoutes(admin.Group("/users"))
	admin.GET("/overview", s.overview)
	admin.GET("/sessions", s.listSessions)
	admin.GET("/sessions/:id", s.getSession)
	admin.GET("/sessions/:id/timeline", s.sessionTimeline)
	admin.GET("/orders.csv", s.ordersTable)
	admin.GET("/orders", s.listAdminOrders)
	admin.GET("/orders/:id", s.adminOrder)
	admin.GET("/orders/:id/document", s.document)
	admin.GET("/orders/:id/timeline", s.orderTimeline)
	admin.POST("/orders/:id/push", s.audited(audit.OrderPush, "id"), s.pushOrder)
	admin.POST("/orders/:id/cancel", s.audited(audit.OrderCancel, "id"), s.cancelOrder)
	admin.POST("/orders/:id/confirm", s.audited(audit.OrderConfirm, "id"), s.confirmOrder)
	admin.POST("/orders/:id/reject", s.audited(audit.OrderReject, "id"), s.rejectOrder)
	admin.GET("/orders/:id/answers", s.listAnswers)
	admin.POST("/orders/:id/answers/:position/deliver", s.audited(audit.AnswerDeliver, "id"), s.deliverAnswer)
	admin.GET("/webhooks", s.listWebhooks)
	admin.POST("/webhooks", s.audited(audit.WebhookCreate, ""), s.createWebhook)
	admin.GET("/webhooks/:id", s.getWebhook)
	admin.PUT("/webhooks/:id", s.audited(audit.WebhookChange, "id"), s.putWebhook)
	admin.DELETE("/webhooks/:id", s.audited(audit.WebhookRemove, "id"), s.removeWebhook)
	admin.POST("/webhooks/:id/secret", s.audited(audit.WebhookSecret, "id"), s.replaceWebhookSecret)
	admin.GET("/dead-letters", s.listDeadLetters)
	admin.POST("/dead-letters/deliver", s.audited(audit.DeadLettersDeliver, ""), s.deliverDeadLetters)
	admin.GET("/purchase-orders", s.listReceipts)
	admin.GET("/purchase-orders/:id/document", s.receiptDocument)
	admin.POST("/purchase-orders/:id/tie", s.audited(audit.PurchaseOrderTie, "id"), s.tieReceipt)

	r.HEAD("/healthz", func(c *gin.Context) { c.Status(http.StatusOK) })
	r.HEAD("/readyz", s.ready)
	r.GET("/healthz", func(c *gin.Context) { s.answer(c, http.StatusOK, gin.H{"status": "ok"}) })
	r.GET("/readyz", s.ready)
	r.GET("/metrics", s.metrics)
	for _, path := range []string{"/docs", "/docs/:page", "/docs/guides/:guide", "/docs/guides/pictures/:picture"} {
		r.GET(path, s.reference)
	}
	r.GET("/openapi.yaml", func(c *gin.Context) { c.Data(http.StatusOK, "application/yaml", openAPI) })
	return r, nil
}

// at puts something around the handlers of some routes of a group alone, "METHOD PATH": generated routes are registered together.
func at(around gin.HandlerFunc, routes ...string) gin.HandlerFunc {
	return func(c *gin.Context) {
		if slices.Contains(routes, c.Request.Method+" "+c.FullPath()) {
			around(c)
		}
	}
}

// butAt puts something around the handlers of all routes of a group but some.
func butAt(around gin.HandlerFunc, routes ...string) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !slices.Contains(routes, c.Request.Method+" "+c.FullPath()) {
			around(c)
		}
	}
}

var errNoRoute = fault.New(fault.NotFound, "route.not_found", "there is nothing at this address")

// ofPages lets the operator's pages refuse what is addressed to them.
func ofPages(refuse gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		if strings.HasPrefix(c.Request.URL.Path, desk.Root+"/") {
			refuse(c)
		}
	}
}

// refuseMethod is the one refusal without a kind: the HTTP router knows it, the use cases do not.
func (s *Server) refuseMethod(c *gin.Context) {
	c.Data(http.StatusMethodNotAllowed, "application/problem+json", []byte(`{"type":"about:blank","title":"Method Not Allowed",`+
		`"status":405,"detail":"this address does not take this method","code":"route.method"}`))
}

const (
	requestKey = "request"
	tenantKey  = "tenant"
)

// pagesEdge is what the operator's pages see of the server.
type pagesEdge struct{ *Server }

// Classify logs a refusal and returns it with its status.
func (e pagesEdge) Classify(c *gin.Context, err error) (*fault.Fault, int) {
	f := e.classify(c, err)
	return f, statuses[f.Kind]
}

// Inside returns the server as calls from within reach it.
func (e pagesEdge) Inside(client string) trial.Gateway { return inside{e.Server, client} }

// RequestID returns what the log calls the request.
func (pagesEdge) RequestID(c *gin.Context) string { return requestID(c) }

// PublicURL returns the address under which callers reach the gateway.
func (e pagesEdge) PublicURL() string { return e.config.PublicURL }

func requestID(c *gin.Context) string { return c.GetString(requestKey) }

// tenantOf returns the tenant of the caller's key.
func tenantOf(c *gin.Context) tenant.ID { return tenant.ID(c.GetString(tenantKey)) }

// secure sets the headers by which a browser keeps what it got to itself. Pages have their own policies. There is no
// Cross-Origin-Opener-Policy: it would part a PunchOut in a window of its own from the procurement system that waits for it.
func (s *Server) secure(c *gin.Context) {
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer") // addresses hold links and tokens
	c.Header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	c.Header("Cross-Origin-Resource-Policy", "same-origin")
	if strings.HasPrefix(s.config.PublicURL, "https://") {
		c.Header("Strict-Transport-Security", "max-age=31536000")
	}
}

const forwardedFor = "X-Forwarded-For"

// oneForwardedFor makes one list of a header that stands several times: gin reads the first alone, which is the client's own
// where a proxy adds another.
func oneForwardedFor(c *gin.Context) {
	if lines := c.Request.Header.Values(forwardedFor); len(lines) > 1 {
		c.Request.Header.Set(forwardedFor, strings.Join(lines, ","))
	}
}

var probes = []string{"/healthz", "/readyz", "/metrics"}

// observe logs each request by its route, never by its address: addresses hold links, tokens and passwords.
func (s *Server) observe(c *gin.Context) {
	started := time.Now()
	c.Set(requestKey, rand.Text()[:12])
	c.Request = c.Request.WithContext(correlation.From(correlation.Begin(c.Request.Context()), requestID(c)))
	c.Header("X-Request-Id", requestID(c))
	s.secure(c)
	if s.stops.Load() {
		c.Header("Connection", "close")
	}
	c.Next()
	level := slog.LevelInfo
	if slices.Contains(probes, c.FullPath()) {
		level = slog.LevelDebug // they come every few seconds
	}
	s.log.LogAttrs(c.Request.Context(), level, "request", slog.String("method", c.Request.Method), slog.String("route", c.FullPath()),
		slog.Int("status", c.Writer.Status()), slog.Duration("took", time.Since(started)), slog.String("request", requestID(c)),
		slog.String("client", c.ClientIP()))
}

// recoverPanic turns a defect into a plain 500. The stack goes to the log.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		if defect := recover(); defect == http.ErrAbortHandler { //nolint:errorlint // net/http asks for this very value
			panic(defect)
		} else if defect != nil {
			s.log.ErrorContext(c.Request.Context(), "panic", "error", defect, "route", c.FullPath(), "stack", string(debug.Stack()))
			if !c.Writer.Written() {
				s.refuseAny(c, errInternal)
			}
		}
	}()
	c.Next()
}

// Documents are read before anybody knows who sent them, and take many times their size in memory while they are.
const (
	largeDocument  = 256 << 10
	largeDocuments = 4 // that are read at once
)

// turn waits until a document of so many bytes may be read, and returns what ends its turn.
func (s *Server) turn(c *gin.Context, size int) (end func()) {
	if size < largeDocument {
		return func() {}
	}
	select {
	case s.large <- struct{}{}:
		return func() { <-s.large }
	case <-c.Request.Context().Done(): // nobody waits for the answer any more
		return func() {}
	}
}

func limitBody(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, body.Max)
}

var errInterrupted = fault.New(fault.Malformed, "body.incomplete", "the body did not come whole")

// wholeBody reads the whole body.
func wholeBody(c *gin.Context) ([]byte, error) {
	if c.Request.ContentLength > body.Max {
		return nil, body.ErrTooLarge // no use in waiting for it
	}
	b, err := io.ReadAll(c.Request.Body)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, body.ErrTooLarge
	}
	if err != nil {
		return nil, errInterrupted.Because(err)
	}
	c.Set(bodyKey, b)
	return b, nil
}

// checkQuery refuses a query that is not readable or names a parameter twice: of two customers, one would be passed over
// in silence.
func (s *Server) checkQuery(c *gin.Context) {
	query, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		s.refuse(c, errQuery)
		return
	}
	for name, values := range query {
		if len(values) > 1 || !utf8.ValidString(name+values[0]) {
			s.refuse(c, errQuery.With(fault.Detail{
				Path: strings.ToValidUTF8(name, "?"), Code: "doubled_or_broken", Message: "stands twice or is not UTF-8",
			}))
			return
		}
	}
}

var errQuery = fault.New(fault.Malformed, "query.malformed", "the query is not readable")

// needs lets through callers whose key has one of the scopes; with a publishable one, from a page of its origins alone.
func (s *Server) needs(anyOf ...apikey.Scope) gin.HandlerFunc {
	return func(c *gin.Context) {
		if of := insideOf(c).shop; of != "" && (slices.Contains(anyOf, apikey.Storefront) || slices.Contains(anyOf, apikey.ERP)) {
			c.Set(tenantKey, string(of))
			return
		}
		method, presented, _ := strings.Cut(c.GetHeader("Authorization"), " ")
		if !strings.EqualFold(method, "Bearer") {
			s.refuse(c, apikey.ErrUnknown)
			return
		}
		key, err := s.use.Authentication.Key(c.Request.Context(), c.ClientIP(), secret.New(strings.TrimSpace(presented)), anyOf...)
		if err != nil {
			s.refuseKey(c, key, err)
			return
		}
		if err := s.share(c, key); err != nil {
			s.refuse(c, err)
			return
		}
		state := key.Snapshot()
		c.Set(tenantKey, string(state.Tenant))
		c.Set(actorKey, audit.Actor{Tenant: state.Tenant, Key: state.ID, Label: state.Label})
	}
}

// refuseKey refuses a caller. The key is that of the caller, where it is one that may not do this, else nil; the use of a revoked
// one is told in the audit log.
func (s *Server) refuseKey(c *gin.Context, key *apikey.Key, refusal error) {
	if key != nil && !key.Snapshot().RevokedAt.IsZero() {
		if err := s.use.Auditing.RevokedKey(c.Request.Context(), key.Snapshot(), requestID(c), c.ClientIP()); err != nil {
			s.log.ErrorContext(c.Request.Context(), "the use of a revoked key was not noted", "error", err, "request", requestID(c))
		}
	}
	s.refuse(c, refusal)
}
