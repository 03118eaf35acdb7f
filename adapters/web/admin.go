package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/spreadsheet"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/erp"
	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// reply answers with a view of what a use case returned, or with its refusal.
func reply[T any](s *Server, c *gin.Context, status int, result T, err error, view func(T) any) {
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.answer(c, status, view(result))
}

// replyTagged is reply for what can be replaced: the answer's tag lets the caller do so only as long as it is as it was read.
func replyTagged[T, B any](s *Server, c *gin.Context, result T, err error, view func(T) B) {
	reply(s, c, http.StatusOK, result, err, func(result T) any {
		b := view(result)
		if tag, err := body.Tag(b); err == nil { // else the answer cannot be written either
			c.Header("ETag", tag)
		}
		return b
	})
}

// unchanged refuses what is not as the caller read it, where the header If-Match says how that was.
func unchanged[T, B any](c *gin.Context, view func(T) B) administration.Check[T] {
	return body.Unchanged(strings.Join(c.Request.Header.Values("If-Match"), ","), view)
}

// list answers with a page of things. after and limit are the query's.
func list[T any](s *Server, c *gin.Context, name string, page func(after string, limit int) ([]T, error), view func(T) any) {
	limit, err := limit(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	found, err := page(c.Query("after"), limit)
	listAll(s, c, name, found, err, view)
}

// optionalBool returns what a parameter of the query says, nil where it is absent.
func optionalBool(c *gin.Context, name string) (*bool, error) {
	text := c.Query(name)
	if text == "" {
		return nil, nil //nolint:nilnil // absent is an answer
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		return nil, errQuery.With(fault.Detail{Path: name, Code: "not_boolean", Message: "must be true or false"})
	}
	return &value, nil
}

// limit returns how many things a page has at most.
func limit(c *gin.Context) (int, error) {
	text := c.Query("limit")
	if text == "" {
		return erp.DefaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > erp.MaxLimit {
		return 0, fault.Newf(fault.Malformed, "list.limit", "limit must be a whole number from 1 to %d", erp.MaxLimit)
	}
	return n, nil
}

// listAll answers with things that are never many.
func listAll[T any](s *Server, c *gin.Context, name string, found []T, err error, view func(T) any) {
	reply(s, c, http.StatusOK, found, err, func(found []T) any {
		views := make([]any, len(found))
		for i := range found {
			views[i] = view(found[i])
		}
		return gin.H{name: views}
	})
}

func tenantView(t *tenant.Tenant) any             { return body.OfTenant(t) }
func customerView(c *customer.Customer) any       { return body.OfCustomer(c) }
func connectionView(c *connection.Connection) any { return body.OfConnection(c) }
func (s *Server) linkView(l *connection.Link) any { return body.OfLink(l, s.linkURL("")) }
func storedKeyView(k *apikey.Key) any             { return body.OfKey(k, secret.Text{}) }

func (s *Server) listTenants(c *gin.Context) {
	list(s, c, "tenants", func(after string, limit int) ([]*tenant.Tenant, error) {
		return s.use.Administration.Tenants(c.Request.Context(), tenant.ID(after), limit)
	}, tenantView)
}

func (s *Server) createTenant(c *gin.Context) {
	b := body.NewTenant()
	if !s.decode(c, &b) {
		return
	}
	fields, settings, err := b.Read()
	if err != nil {
		s.refuse(c, err)
		return
	}
	t, err := s.use.Administration.CreateTenant(c.Request.Context(), b.ID, b.Name, fields, settings)
	reply(s, c, http.StatusCreated, t, err, func(t *tenant.Tenant) any {
		made(c, t.ID())
		return body.OfTenant(t)
	})
}

func (s *Server) getTenant(c *gin.Context) {
	t, err := s.use.Administration.Tenant(c.Request.Context(), tenant.ID(c.Param("id")))
	reply(s, c, http.StatusOK, t, err, tenantView)
}

func (s *Server) removeTenant(c *gin.Context) {
	if err := s.use.Erasure.Tenant(c.Request.Context(), tenant.ID(c.Param("id"))); err != nil {
		s.refuse(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

func (s *Server) createTenantKey(c *gin.Context) { s.makeKey(c, tenant.ID(c.Param("id"))) }

func (s *Server) getSettings(c *gin.Context) {
	t, err := s.use.Administration.Tenant(c.Request.Context(), tenantOf(c))
	replyTagged(s, c, t, err, body.OfTenant)
}

// putSettings changes what the body names: a setting that a client does not know of, such as how long personal data is kept, must not
// fall back to its default unseen.
func (s *Server) putSettings(c *gin.Context) {
	stored, err := s.use.Administration.Tenant(c.Request.Context(), tenantOf(c))
	if err != nil {
		s.refuse(c, err)
		return
	}
	b := body.OfTenant(stored)
	asRead, err := body.Tag(b)
	if err != nil {
		s.refuse(c, err)
		return
	}
	if !s.decode(c, &b) {
		return
	}
	fields, settings, err := b.Read()
	if err != nil {
		s.refuse(c, err)
		return
	}
	check := unchanged(c, body.OfTenant)
	if c.GetHeader("If-Match") == "" { // what the body leaves out must not be set back to what it was a moment ago
		check = body.Unchanged(asRead, body.OfTenant)
	}
	t, err := s.use.Administration.ChangeTenant(c.Request.Context(), tenantOf(c), b.Name, fields, settings, check)
	replyTagged(s, c, t, err, body.OfTenant)
}

func (s *Server) replaceCatalogueSecret(c *gin.Context) {
	plain, err := s.use.Administration.ReplaceCatalogueSecret(c.Request.Context(), tenantOf(c))
	reply(s, c, http.StatusOK, plain, err, func(plain secret.Text) any { return gin.H{"secret": plain.Reveal()} })
}

func (s *Server) listCustomers(c *gin.Context) {
	ticked, err := optionalBool(c, "ticked")
	if err != nil {
		s.refuse(c, err)
		return
	}
	list(s, c, "customers", func(after string, limit int) ([]*customer.Customer, error) {
		q := port.CustomerQuery{Beginning: c.Query("search"), After: customer.ID(after), Limit: limit}
		if ticked == nil {
			return s.use.Administration.Customers(c.Request.Context(), tenantOf(c), q)
		}
		return s.use.Administration.CustomersTicked(c.Request.Context(), tenantOf(c), *ticked, q)
	}, customerView)
}

// customersTable streams all customers as a table that can be imported again. What fails on the way cuts the answer off, so that nobody
// takes a part for the whole.
func (s *Server) customersTable(c *gin.Context) {
	shop, err := s.use.Administration.Tenant(c.Request.Context(), tenantOf(c))
	if err != nil {
		s.refuse(c, err)
		return
	}
	write, begun := body.WriteCustomers(c.Writer, shop, "en"), false
	err = s.use.Administration.EachCustomer(c.Request.Context(), shop.ID(), func(page []*customer.Customer) error {
		if !begun {
			begun = true
			c.Header("Content-Type", spreadsheet.MediaType)
			c.Header("Content-Disposition", `attachment; filename="customers.csv"`)
		}
		return write(page)
	})
	s.endTable(c, begun, err)
}

// tickCustomers ticks a box for many customers.
func (s *Server) tickCustomers(c *gin.Context) {
	var b struct {
		Customers []customer.ID `json:"customers"`
		Field     string        `json:"field"`
		Ticked    bool          `json:"ticked"`
	}
	if !s.decode(c, &b) {
		return
	}
	all, err := s.use.Administration.TickCustomers(c.Request.Context(), tenantOf(c), b.Customers, b.Field, b.Ticked)
	reply(s, c, http.StatusOK, all, err, func(all []administration.Ticked) any { return body.OfTicked(all) })
}

func (s *Server) importCustomers(c *gin.Context)  { s.importTable(c, false) }
func (s *Server) previewCustomers(c *gin.Context) { s.importTable(c, true) }

func (s *Server) importTable(c *gin.Context, preview bool) {
	file, err := wholeBody(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	shop, err := s.use.Administration.Tenant(c.Request.Context(), tenantOf(c))
	if err != nil {
		s.refuse(c, err)
		return
	}
	table, err := body.ReadCustomers(file, shop)
	if err != nil {
		s.refuse(c, err)
		return
	}
	all, err := s.use.Administration.ImportCustomers(c.Request.Context(), shop.ID(), table.Rows, preview)
	reply(s, c, http.StatusOK, all, err, func(all []administration.Imported) any { return body.OfImport(table, all, preview) })
}

func (s *Server) createCustomer(c *gin.Context) {
	b := body.Customer{Active: true}
	if !s.decode(c, &b) {
		return
	}
	who, err := s.use.Administration.CreateCustomer(c.Request.Context(), tenantOf(c), b.ID, b.Read())
	reply(s, c, http.StatusCreated, who, err, func(who *customer.Customer) any {
		made(c, who.ID())
		return body.OfCustomer(who)
	})
}

func (s *Server) getCustomer(c *gin.Context) {
	found, err := s.use.Administration.Customer(c.Request.Context(), tenantOf(c), customer.ID(c.Param("id")))
	replyTagged(s, c, found, err, body.OfCustomer)
}

func (s *Server) putCustomer(c *gin.Context) {
	b := body.Customer{Active: true}
	if !s.decode(c, &b) {
		return
	}
	id := customer.ID(c.Param("id"))
	changed, err := s.use.Administration.ChangeCustomer(c.Request.Context(), tenantOf(c), id, b.Read(), unchanged(c, body.OfCustomer))
	replyTagged(s, c, changed, err, body.OfCustomer)
}

func (s *Server) listConnections(c *gin.Context) {
	list(s, c, "connections", func(after string, limit int) ([]*connection.Connection, error) {
		return s.use.Administration.Connections(c.Request.Context(), tenantOf(c), port.ConnectionQuery{
			Beginning: c.Query("search"), Customer: customer.ID(c.Query("customer")), Format: c.Query("format"),
			After: connection.ID(after), Limit: limit,
		})
	}, connectionView)
}

func (s *Server) createConnection(c *gin.Context) {
	b := body.NewConnection()
	if !s.decode(c, &b) {
		return
	}
	profile, err := b.Read()
	if err != nil {
		s.refuse(c, err)
		return
	}
	with, plain, err := s.use.Administration.CreateConnection(c.Request.Context(), tenantOf(c), b.ID, profile, secret.New(b.Secret))
	reply(s, c, http.StatusCreated, with, err, func(with *connection.Connection) any {
		made(c, with.ID())
		view := body.OfConnection(with)
		if b.Secret == "" {
			view.Secret = plain.Reveal() // told this once
		}
		return view
	})
}

func (s *Server) getConnection(c *gin.Context) {
	found, err := s.use.Administration.Connection(c.Request.Context(), tenantOf(c), connection.ID(c.Param("id")))
	replyTagged(s, c, found, err, body.OfConnection)
}

func (s *Server) putConnection(c *gin.Context) {
	b := body.NewConnection()
	if !s.decode(c, &b) {
		return
	}
	profile, err := b.Read()
	if err == nil && b.Secret != "" {
		err = connection.ErrInvalid.With(fault.Detail{
			Path: "/secret", Code: "misplaced", Message: "is replaced by POST to the connection's /secret",
		})
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	id := connection.ID(c.Param("id"))
	changed, err := s.use.Administration.ChangeConnection(c.Request.Context(), tenantOf(c), id, profile, unchanged(c, body.OfConnection))
	replyTagged(s, c, changed, err, body.OfConnection)
}

func (s *Server) replaceSecret(c *gin.Context) {
	var b struct {
		Secret              string `json:"secret"`
		KeepPreviousSeconds int64  `json:"keep_previous_seconds"`
	}
	if !s.decode(c, &b) {
		return
	}
	plain, err := s.use.Administration.ReplaceSecret(
		c.Request.Context(), tenantOf(c), connection.ID(c.Param("id")), secret.New(b.Secret), body.Seconds(b.KeepPreviousSeconds),
	)
	reply(s, c, http.StatusOK, plain, err, func(plain secret.Text) any {
		if b.Secret != "" {
			return gin.H{}
		}
		return gin.H{"secret": plain.Reveal()}
	})
}

func (s *Server) listLinks(c *gin.Context) {
	found, err := s.use.Administration.Links(c.Request.Context(), tenantOf(c), connection.ID(c.Param("id")))
	listAll(s, c, "links", found, err, s.linkView)
}

func (s *Server) createLink(c *gin.Context) {
	l, err := s.use.Administration.CreateLink(c.Request.Context(), tenantOf(c), connection.ID(c.Param("id")))
	s.answerNewLink(c, l, err)
}

func (s *Server) listNetworkLinks(c *gin.Context) {
	all, err := s.use.Administration.NetworkLinks(c.Request.Context(), tenantOf(c))
	listAll(s, c, "links", all, err, s.linkView)
}

// createNetworkLink makes a link of the tenant: the credentials in a document select the connection.
func (s *Server) createNetworkLink(c *gin.Context) {
	if !s.decodeOptional(c, &struct{}{}) {
		return
	}
	l, err := s.use.Administration.CreateNetworkLink(c.Request.Context(), tenantOf(c))
	s.answerNewLink(c, l, err)
}

func (s *Server) answerNewLink(c *gin.Context, l *connection.Link, err error) {
	reply(s, c, http.StatusCreated, l, err, func(l *connection.Link) any {
		made(c, l.Snapshot().ID)
		return s.linkView(l)
	})
}

func (s *Server) replaceAnswerSecret(c *gin.Context) {
	var b struct {
		Secret string `json:"secret"`
	}
	if !s.decode(c, &b) {
		return
	}
	id := connection.ID(c.Param("id"))
	changed, err := s.use.Administration.ReplaceAnswerSecret(c.Request.Context(), tenantOf(c), id, secret.New(b.Secret))
	reply(s, c, http.StatusOK, changed, err, connectionView)
}

func (s *Server) revokeLink(c *gin.Context) {
	revoked, err := s.use.Administration.RevokeLink(c.Request.Context(), tenantOf(c), connection.LinkID(c.Param("id")))
	reply(s, c, http.StatusOK, revoked, err, s.linkView)
}

func (s *Server) listKeys(c *gin.Context) {
	found, err := s.use.Administration.Keys(c.Request.Context(), tenantOf(c))
	listAll(s, c, "keys", found, err, storedKeyView)
}

func (s *Server) createKey(c *gin.Context) { s.makeKey(c, tenantOf(c)) }

func (s *Server) makeKey(c *gin.Context, of tenant.ID) {
	var b body.NewKey
	if !s.decode(c, &b) {
		return
	}
	scopes, err := b.Read()
	if err != nil {
		s.refuse(c, err)
		return
	}
	k, text, err := s.use.Administration.CreateKey(c.Request.Context(), of, b.Label, scopes, b.Origins...)
	reply(s, c, http.StatusCreated, k, err, func(k *apikey.Key) any {
		made(c, k.Snapshot().ID)
		return body.OfKey(k, text)
	})
}

func (s *Server) revokeKey(c *gin.Context) {
	revoked, err := s.use.Administration.RevokeKey(c.Request.Context(), tenantOf(c), apikey.ID(c.Param("id")))
	reply(s, c, http.StatusOK, revoked, err, storedKeyView)
}

// orderView is the body of an order that was changed.
func orderView(o *order.Order) any { return body.OfOrder(listing.Order{Order: o}) }

func (s *Server) pushOrder(c *gin.Context) {
	due, err := s.use.Transfer.PushAgain(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")))
	reply(s, c, http.StatusOK, due, err, orderView)
}

func (s *Server) cancelOrder(c *gin.Context) {
	cancelled, err := s.use.Completion.Cancel(c.Request.Context(), tenantOf(c), order.ID(c.Param("id")))
	reply(s, c, http.StatusOK, cancelled, err, orderView)
}
