// Package desk is the operator's desk: the pages under /admin on which the people of a shop, and of whoever runs the gateway, set
// PunchOut up and see what happens. They are written by the server, in Swedish and English, call the same use cases as the admin API
// and work without script; desk.js adds what is nicer with it (checks while typing, copying, pages that follow what happens).
//
// To add a page: a template in pages (it defines "title" and "main"), a handler in a file of the page's name, its routes below, and
// its tests in tests/browser. Texts stand in the templates in both languages, side by side.
package desk

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/auditing"
	"github.com/punchgate/punchgate/application/checkout"
	"github.com/punchgate/punchgate/application/completion"
	"github.com/punchgate/punchgate/application/deadletters"
	"github.com/punchgate/punchgate/application/erasure"
	"github.com/punchgate/punchgate/application/erp"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/application/timeline"
	"github.com/punchgate/punchgate/application/transfer"
	"github.com/punchgate/punchgate/application/trial"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/user"
)

// Services are the use cases that the pages call.
type Services struct {
	Access         *access.Service
	Administration *administration.Service
	Auditing       *auditing.Service
	Answering      *answering.Service
	Checkout       *checkout.Service
	Completion     *completion.Service
	DeadLetters    *deadletters.Service
	Erasure        *erasure.Service
	ERP            *erp.Service
	Formats        *formats.Registry
	Listing        *listing.Service
	Timeline       *timeline.Service
	Transfer       *transfer.Service
	Preview        *preview.Service
	Trial          *trial.Service
	Buyer          port.VirtualBuyer
}

// Edge is what the pages need of the server that they are a part of.
type Edge interface {
	// Classify logs a refusal and returns it with its HTTP status.
	Classify(c *gin.Context, err error) (refusal *fault.Fault, status int)
	// RequestID returns what the log calls the request.
	RequestID(c *gin.Context) string
	// PublicURL returns the address under which callers reach the gateway, without a path.
	PublicURL() string
	// Inside returns the server as calls from within reach it, on behalf of a client's address.
	Inside(client string) trial.Gateway
}

// Desk serves the pages.
type Desk struct {
	use  Services
	edge Edge
}

// New makes the pages.
func New(use Services, edge Edge) *Desk { return &Desk{use, edge} }

// Root is where the pages are.
const Root = "/admin"

// Routes adds the routes of all pages.
func (d *Desk) Routes(r gin.IRouter) {
	r = r.Group(Root, d.secure, d.chooseLanguage)
	r.GET("/assets/:name", d.asset)

	r.GET("/sign-in", d.signInPage)
	r.POST("/sign-in", d.signIn)

	r.GET(strings.TrimPrefix(oidcPath, Root), d.toProvider)
	r.GET(strings.TrimPrefix(callbackPath, Root), d.fromProvider)

	in := r.Group("", d.signedIn)
	in.POST("/sign-out", d.signOut)
	own := in.Group("/account", d.ownShop)
	own.GET("", d.account)
	own.POST("/language", d.saveLanguage)
	own.POST("/password", d.changePassword)
	own.POST("/sign-out", d.signOutEverywhere)
	in.GET("", d.home)
	in.GET("/shops", d.shops)
	platform := in.Group("", d.ofPlatform)
	platform.POST("/shops", d.createShop)
	platform.GET("/keys", d.keys)
	platform.POST("/keys", d.createKey)
	platform.POST("/keys/:id/revoke", d.revokeKey)
	platform.GET("/audit", d.audit)
	d.userRoutes(platform, platform)

	shop := in.Group("/shops/:shop", d.ofShop)
	change := shop.Group("", d.mayChange)
	shop.GET("", d.overview)
	shop.GET("/orders", d.orders)
	shop.GET("/orders.csv", d.ordersTable)
	shop.GET("/orders/:id", d.order)
	shop.GET("/orders/:id/timeline", d.orderTimeline)
	shop.GET("/orders/:id/document", d.orderDocument)
	shop.GET("/orders/:id/document/raw", d.rawDocument)
	change.POST("/orders/:id/confirm", d.decide(audit.OrderConfirm, d.confirmOrder))
	change.POST("/orders/:id/reject", d.decide(audit.OrderReject, d.rejectOrder))
	change.POST("/orders/:id/cancel", d.decide(audit.OrderCancel, d.cancelOrder))
	change.POST("/orders/:id/push", d.decide(audit.OrderPush, d.pushOrder))
	change.POST("/orders/:id/answers/:position/deliver", d.deliverAnswer)
	shop.GET("/sessions", d.sessions)
	shop.GET("/sessions/:id", d.session)
	change.POST("/sessions/:id/cancel", d.cancelSession)
	shop.GET("/traffic", d.traffic)
	shop.GET("/traffic/:id", d.call)
	shop.GET("/connections", d.connections)
	change.GET("/connections/-/new", d.newConnection) // no identifier begins with a hyphen
	change.POST("/connections/-/new", d.createConnection)
	conn := shop.Group("/connections/:id", d.ofConnection)
	changeConn := conn.Group("", d.mayChange)
	conn.GET("", d.connection)
	changeConn.POST("", d.saveConnection)
	conn.GET("/test", d.trial)
	changeConn.POST("/test", d.runTrial)
	conn.GET("/replay", d.replay)
	conn.POST("/replay", d.runReplay)
	conn.GET("/links", d.links)
	changeConn.POST("/links", d.createLink)
	conn.GET("/secrets", d.secrets)
	changeConn.POST("/secrets", d.replaceSecret)
	changeConn.POST("/answer-secret", d.replaceAnswerSecret)
	conn.GET("/mapping", d.mapping)
	changeConn.POST("/mapping", d.saveMapping)
	conn.GET("/handover", d.handover)
	shop.GET("/links", d.networkLinks)
	change.POST("/links", d.createNetworkLink)
	change.POST("/links/:link/revoke", d.revokeLink)
	shop.GET("/settings", d.settings)
	change.POST("/settings", d.saveSettings)
	change.POST("/settings/catalogue-secret", d.replaceCatalogueSecret)
	shop.GET("/customers", d.customers)
	change.POST("/customers/-/tick", d.tickCustomers)
	shop.GET("/customers.csv", d.customersTable)
	shop.GET("/customers/-/template.csv", d.customersTemplate)
	change.GET("/customers/-/import", d.importForm)
	change.POST("/customers/-/import/preview", d.previewImport)
	change.POST("/customers/-/import", d.importCustomers)
	change.GET("/customers/-/new", d.newCustomer)
	change.POST("/customers/-/new", d.createCustomer)
	shop.GET("/customers/:id", d.customer)
	change.POST("/customers/:id", d.saveCustomer)
	shop.GET("/fields", d.customFields)
	change.POST("/fields", d.saveFields)
	change.POST("/fields/new", d.createField)
	change.POST("/fields/:name/raise", d.raiseField)
	change.POST("/fields/:name/remove", d.removeField)
	shop.GET("/webhooks", d.webhooks)
	change.POST("/webhooks", d.createWebhook)
	shop.GET("/webhooks/:id", d.webhook)
	change.POST("/webhooks/:id", d.saveWebhook)
	change.POST("/webhooks/:id/secret", d.replaceWebhookSecret)
	change.POST("/webhooks/:id/remove", d.removeWebhook)
	shop.GET("/dead-letters", d.deadLetters)
	change.POST("/dead-letters/deliver", d.deliverDeadLetters)
	shop.GET("/purchase-orders", d.purchaseOrders)
	shop.GET("/purchase-orders/:id", d.purchaseOrder)
	shop.GET("/purchase-orders/:id/document", d.purchaseOrderDocument)
	change.POST("/purchase-orders/:id/tie", d.tiePurchaseOrder)
	shop.GET("/keys", d.keys)
	change.POST("/keys", d.createKey)
	change.POST("/keys/:id/revoke", d.revokeKey)
	shop.GET("/audit", d.audit)
	change.GET("/erasure", d.erasure)
	change.POST("/erasure", d.erase)
	d.userRoutes(shop, change)
}

// home leads to where a user has most to do.
func (d *Desk) home(c *gin.Context) {
	who := whoOf(c).User
	if who.Role() == user.Platform {
		c.Redirect(http.StatusSeeOther, Root+"/shops")
		return
	}
	c.Redirect(http.StatusSeeOther, shopPath(who.Tenant(), ""))
}
