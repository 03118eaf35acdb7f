// Package administration sets up tenants, customers, connections, links and keys.
package administration

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/idempotency"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Service sets up.
type Service struct {
	stores  port.Stores
	formats *formats.Registry
	mapper  port.Mapper
	secrets port.Secrets
	clock   port.Clock
	ids     port.IDs
	log     *slog.Logger
}

// New makes the service.
func New(
	stores port.Stores, registry *formats.Registry, mapper port.Mapper, secrets port.Secrets, clock port.Clock, ids port.IDs,
	log *slog.Logger,
) *Service {
	return &Service{Checking(stores), registry, mapper, secrets, clock, ids, log}
}

// newID returns an identifier for what a call creates.
func (s *Service) newID(ctx context.Context, what string) string {
	return idempotency.ID(ctx, s.ids, what)
}

// ErrMasterKey refuses to work on a store whose secrets were made with another master key.
var ErrMasterKey = fault.New(fault.Conflict, "master_key.other", "the store was set up with another master key")

// MasterKeyCheck is a platform key that was revoked from the start, so that it opens nothing. Its verifier is of a known
// text, by which another master key is told.
const MasterKeyCheck apikey.ID = "master-key-check"

// CheckMasterKey refuses a master key that the store's secrets were not made with. The first one is remembered.
func (s *Service) CheckMasterKey(ctx context.Context) error {
	known := secret.New(string(MasterKeyCheck))
	kept, err := s.stores.Keys.Get(ctx, tenant.Platform, MasterKeyCheck)
	if errors.Is(err, apikey.ErrUnknown) {
		check, err := apikey.New(tenant.Platform, MasterKeyCheck, "tells the master key", []apikey.Scope{apikey.Platform},
			s.secrets.HashGenerated(known), s.clock.Now())
		if err != nil {
			return err
		}
		check.Revoke(s.clock.Now())
		err = s.stores.Keys.Create(ctx, check)
		if errors.Is(err, port.ErrTaken) { // another process began at the same moment
			return s.CheckMasterKey(ctx)
		}
		return err
	}
	if err != nil {
		return err
	}
	same, err := s.secrets.Verify(ctx, kept.Snapshot().Verifier, known)
	if err == nil && !same {
		err = ErrMasterKey
	}
	return err
}

// CreateTenant creates a tenant; with an empty identifier the gateway chooses one.
func (s *Service) CreateTenant(
	ctx context.Context, id tenant.ID, name string, fields []tenant.Field, settings tenant.Settings,
) (*tenant.Tenant, error) {
	if id == "" {
		id = tenant.ID(s.newID(ctx, "tenant"))
	}
	if err := s.checkFormats(settings); err != nil {
		return nil, err
	}
	t, err := tenant.New(id, name, fields, settings, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return idempotency.Create(ctx, t, s.stores.Tenants.Create,
		func() (*tenant.Tenant, error) { return s.stores.Tenants.Get(ctx, id) },
		func(there *tenant.Tenant) bool {
			was, is := there.Snapshot(), t.Snapshot()
			formats := slices.Equal(was.Settings.AllowedFormats, is.Settings.AllowedFormats)
			was.Settings.AllowedFormats, is.Settings.AllowedFormats = nil, nil
			return formats && was.Name == is.Name && slices.Equal(was.Fields, is.Fields) && reflect.DeepEqual(was.Settings, is.Settings)
		})
}

// Tenant returns a tenant.
func (s *Service) Tenant(ctx context.Context, id tenant.ID) (*tenant.Tenant, error) {
	return s.stores.Tenants.Get(ctx, id)
}

// Tenants returns at most limit tenants with identifiers after the given one.
func (s *Service) Tenants(ctx context.Context, after tenant.ID, limit int) ([]*tenant.Tenant, error) {
	return s.stores.Tenants.List(ctx, after, limit)
}

// Check is asked of a thing as it is at the moment at which it would be changed. Its refusal changes nothing; nil asks nothing.
type Check[T any] func(current T) error

func (c Check[T]) ask(current T) error {
	if c == nil {
		return nil
	}
	return c(current)
}

// ChangeTenant replaces name, fields and settings of a tenant.
func (s *Service) ChangeTenant(
	ctx context.Context, id tenant.ID, name string, fields []tenant.Field, settings tenant.Settings, check Check[*tenant.Tenant],
) (*tenant.Tenant, error) {
	if err := s.checkFormats(settings); err != nil {
		return nil, err
	}
	return s.stores.Tenants.Update(ctx, id, func(t *tenant.Tenant) error {
		if err := check.ask(t); err != nil {
			return err
		}
		return t.Change(name, fields, settings)
	})
}

// ReplaceCatalogueSecret generates the secret that signs questions to the shop, and returns it this once. The one until now
// signs no more.
func (s *Service) ReplaceCatalogueSecret(ctx context.Context, of tenant.ID) (secret.Text, error) {
	plain := s.signingSecret(ctx)
	sealed, err := s.secrets.Seal(plain, tenant.CataloguePurpose, string(of))
	if err != nil {
		return secret.Text{}, err
	}
	_, err = s.stores.Tenants.Update(ctx, of, func(t *tenant.Tenant) error {
		t.SetCatalogueSecret(sealed)
		return nil
	})
	return plain, err
}

// signingSecret generates a secret of the shape of Standard Webhooks, whose secrets are 24 to 64 bytes.
func (s *Service) signingSecret(ctx context.Context) secret.Text {
	return secret.New("whsec_" + base64.StdEncoding.EncodeToString([]byte(s.newID(ctx, "secret 1")+s.newID(ctx, "secret 2"))))
}

func (s *Service) checkFormats(settings tenant.Settings) error {
	for _, name := range settings.AllowedFormats {
		if _, err := s.formats.Get(name); err != nil {
			return tenant.ErrInvalid.With(fault.Detail{Path: "/settings/allowed_formats", Code: "unknown_format", Message: err.Error()})
		}
	}
	return nil
}

// CreateCustomer creates a customer; with an empty identifier the gateway chooses one.
func (s *Service) CreateCustomer(ctx context.Context, of tenant.ID, id customer.ID, p customer.Profile) (*customer.Customer, error) {
	shop, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return nil, err
	}
	if id == "" {
		id = customer.ID(s.newID(ctx, "customer"))
	} else if !tenant.Identifier(string(id)) {
		return nil, customer.ErrInvalid.With(notIdentifier)
	}
	c, err := customer.New(shop, id, p, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return idempotency.Create(ctx, c, s.stores.Customers.Create,
		func() (*customer.Customer, error) { return s.stores.Customers.Get(ctx, of, id) },
		func(there *customer.Customer) bool {
			was, is := there.Snapshot().Profile, c.Snapshot().Profile
			return was.Number == is.Number && was.Name == is.Name && was.Active == is.Active && was.Buyer == is.Buyer &&
				was.ContractFrom.Equal(is.ContractFrom) && was.ContractUntil.Equal(is.ContractUntil) && maps.Equal(was.Values, is.Values)
		})
}

var notIdentifier = fault.Detail{
	Path: "/id", Code: "not_identifier",
	Message: "must be 1 to 64 lower-case letters, digits, hyphens or underscores, and begin with a letter or digit",
}

// Customer returns a customer.
func (s *Service) Customer(ctx context.Context, of tenant.ID, id customer.ID) (*customer.Customer, error) {
	return s.stores.Customers.Get(ctx, of, id)
}

// Customers returns a page of customers.
func (s *Service) Customers(ctx context.Context, of tenant.ID, q port.CustomerQuery) ([]*customer.Customer, error) {
	return s.stores.Customers.List(ctx, of, q)
}

// SeveralCustomers returns those of the customers that there are, by their identifiers.
func (s *Service) SeveralCustomers(
	ctx context.Context, of tenant.ID, ids []customer.ID,
) (map[customer.ID]*customer.Customer, error) {
	found, err := s.stores.Customers.Several(ctx, of, ids)
	byID := map[customer.ID]*customer.Customer{}
	for _, who := range found {
		byID[who.ID()] = who
	}
	return byID, err
}

// exportPage is how many customers are read at a time where all are.
const exportPage = 500

// EachCustomer hands on all customers, a page at a time.
func (s *Service) EachCustomer(ctx context.Context, of tenant.ID, do func(page []*customer.Customer) error) error {
	for after := customer.ID(""); ; {
		page, err := s.stores.Customers.List(ctx, of, port.CustomerQuery{After: after, Limit: exportPage})
		if err == nil && (len(page) > 0 || after == "") {
			err = do(page)
		}
		if err != nil || len(page) < exportPage {
			return err
		}
		after = page[len(page)-1].ID()
	}
}

// ChangeCustomer replaces a customer's profile.
func (s *Service) ChangeCustomer(
	ctx context.Context, of tenant.ID, id customer.ID, p customer.Profile, check Check[*customer.Customer],
) (*customer.Customer, error) {
	shop, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return nil, err
	}
	return s.stores.Customers.Update(ctx, of, id, func(c *customer.Customer) error {
		if err := check.ask(c); err != nil {
			return err
		}
		return c.Change(shop, p)
	})
}

// CreateConnection creates a connection; with an empty identifier the gateway chooses one. Where no secret is given, one
// is generated; it is returned this once and can never be read again.
func (s *Service) CreateConnection(
	ctx context.Context, of tenant.ID, id connection.ID, p connection.Profile, chosen secret.Text,
) (*connection.Connection, secret.Text, error) {
	if _, err := s.stores.Customers.Get(ctx, of, p.Customer); err != nil {
		return nil, secret.Text{}, err
	}
	if id == "" {
		id = connection.ID(s.newID(ctx, "connection"))
	} else if !tenant.Identifier(string(id)) {
		return nil, secret.Text{}, connection.ErrInvalid.With(notIdentifier)
	}
	if err := joined(append(s.checkProfile(of, p), checkChosen(chosen))); err != nil {
		return nil, secret.Text{}, err
	}
	credential, plain, err := s.credential(ctx, chosen)
	if err != nil {
		return nil, secret.Text{}, err
	}
	c, err := connection.New(of, id, p, []connection.Credential{credential}, s.clock.Now())
	if err != nil {
		return nil, secret.Text{}, err
	}
	made, err := idempotency.Create(ctx, c, s.stores.Connections.Create,
		func() (*connection.Connection, error) { return s.stores.Connections.Get(ctx, of, id) },
		func(there *connection.Connection) bool { return there.Has(credential) })
	return made, plain, err
}

// Connection returns a connection.
func (s *Service) Connection(ctx context.Context, of tenant.ID, id connection.ID) (*connection.Connection, error) {
	return s.stores.Connections.Get(ctx, of, id)
}

// Connections returns a page of connections.
func (s *Service) Connections(ctx context.Context, of tenant.ID, q port.ConnectionQuery) ([]*connection.Connection, error) {
	return s.stores.Connections.List(ctx, of, q)
}

// ConnectionsOf returns the connections of customers.
func (s *Service) ConnectionsOf(ctx context.Context, of tenant.ID, who ...customer.ID) ([]*connection.Connection, error) {
	if len(who) == 0 {
		return nil, nil
	}
	return s.stores.Connections.ByCustomer(ctx, of, who...)
}

// ChangeConnection replaces a connection's profile; its credentials stay.
func (s *Service) ChangeConnection(
	ctx context.Context, of tenant.ID, id connection.ID, p connection.Profile, check Check[*connection.Connection],
) (*connection.Connection, error) {
	parts := s.checkParts(p)
	return s.stores.Connections.Update(ctx, of, id, func(c *connection.Connection) error {
		if err := check.ask(c); err != nil {
			return err
		}
		return joined(append(slices.Clone(parts), c.Change(p)))
	})
}

// ReplaceSecret gives a connection another secret, generated where none is given. The one until now stays good for keepPrevious.
func (s *Service) ReplaceSecret(
	ctx context.Context, of tenant.ID, id connection.ID, chosen secret.Text, keepPrevious time.Duration,
) (secret.Text, error) {
	if err := checkOverlap(keepPrevious, connection.ErrInvalid); err != nil {
		return secret.Text{}, err
	}
	credential, plain, err := s.credential(ctx, chosen)
	if err != nil {
		return secret.Text{}, err
	}
	_, err = s.stores.Connections.Update(ctx, of, id, func(c *connection.Connection) error {
		c.Replace(credential, credential.CreatedAt.Add(keepPrevious))
		return nil
	})
	return plain, err
}

// longestOverlap is for how long a secret that was replaced may stay good.
const longestOverlap = 30 * 24 * time.Hour

func checkOverlap(keepPrevious time.Duration, refusal *fault.Fault) error {
	if keepPrevious >= 0 && keepPrevious <= longestOverlap {
		return nil
	}
	return refusal.With(fault.Detail{
		Path: "/keep_previous_seconds", Code: "out_of_range", Message: "the secret until now can be kept for at most 30 days",
	})
}

// The number of characters of a secret that a person chooses.
const (
	shortest = 8
	longest  = 1024
)

// checkChosen refuses a secret that somebody chose, if it is too short or too long. An empty one is generated.
func checkChosen(chosen secret.Text) error {
	if n := len(chosen.Reveal()); n > 0 && n < shortest || n > longest {
		return connection.ErrInvalid.With(fault.Detail{
			Path: "/secret", Code: "length", Message: "a chosen secret has 8 to 1024 characters; leave it out to have one generated",
		})
	}
	return nil
}

func (s *Service) credential(ctx context.Context, chosen secret.Text) (connection.Credential, secret.Text, error) {
	c := connection.Credential{ID: s.newID(ctx, "credential"), CreatedAt: s.clock.Now()}
	if chosen.Empty() {
		generated := secret.New(s.newID(ctx, "secret"))
		c.Verifier = s.secrets.HashGenerated(generated)
		return c, generated, nil
	}
	if err := checkChosen(chosen); err != nil {
		return c, secret.Text{}, err
	}
	if ChecksOnly(ctx) {
		return c, chosen, nil // hashing is slow on purpose
	}
	verifier, err := s.secrets.HashChosen(ctx, chosen)
	c.Verifier = verifier
	return c, chosen, err
}

// CheckConnection refuses a profile that no connection of the tenant can have, as CreateConnection does. Nothing is stored.
func (s *Service) CheckConnection(ctx context.Context, of tenant.ID, p connection.Profile) error {
	found := s.checkProfile(of, p)
	if p.Customer != "" {
		_, err := s.stores.Customers.Get(ctx, of, p.Customer)
		if errors.Is(err, port.ErrCustomerNotFound) {
			err = connection.ErrInvalid.With(fault.Detail{Path: "/customer", Code: "unknown_customer", Message: port.ErrCustomerNotFound.Message})
		}
		found = append(found, err)
	}
	return joined(found)
}

// checkProfile returns all that the connection itself, the formats and the mapper refuse.
func (s *Service) checkProfile(of tenant.ID, p connection.Profile) []error {
	_, err := connection.New(of, "draft", p, nil, s.clock.Now())
	return append(s.checkParts(p), err)
}

// joined makes one refusal of several, with all that they say of members. Another kind of error stands alone.
func joined(found []error) error {
	found = slices.DeleteFunc(found, func(err error) bool { return err == nil })
	if len(found) == 1 {
		return found[0]
	}
	var details []fault.Detail
	for _, err := range found {
		f := fault.From(err)
		if f.Kind != fault.Invalid {
			return err
		}
		details = append(details, f.Details...)
	}
	if len(details) == 0 {
		return nil
	}
	return connection.ErrInvalid.With(details...)
}

// checkParts returns what each of the formats and the mapper of this build refuse, of those that can be asked.
func (s *Service) checkParts(p connection.Profile) (found []error) {
	if err := s.checkOrdering(p.Ordering); err != nil {
		found = append(found, err)
	}
	if p.Format == "" { // which the connection itself refuses
		return found
	}
	f, err := formats.As[port.CartEncoder](s.formats, p.Format, formats.Cart)
	switch {
	case errors.Is(err, formats.ErrUnknown):
		err = connection.ErrInvalid.With(fault.Detail{Path: "/format", Code: "unknown_format", Message: err.Error()})
	case err != nil: // such as a format of purchase orders only
		err = connection.ErrInvalid.With(fault.Detail{Path: "/format", Code: "no_cart_format", Message: err.Error()})
	default:
		if err = f.CheckOptions(p.Options); err == nil {
			err = s.mapper.Check(p.Mapping, f, p.Options)
		}
	}
	if err != nil {
		found = append([]error{err}, found...)
	}
	return found
}

func (s *Service) checkOrdering(o connection.Ordering) error {
	if o.Format == "" {
		return nil
	}
	f, err := formats.As[port.OrderDecoder](s.formats, o.Format, formats.Order)
	if err != nil {
		return connection.ErrInvalid.With(fault.Detail{Path: "/ordering/format", Code: "no_order_format", Message: err.Error()})
	}
	if err := f.CheckOptions(o.Options); err != nil {
		refusal := *fault.From(err)
		details := slices.Clone(refusal.Details)
		for i := range details {
			details[i].Path = "/ordering" + details[i].Path
		}
		return refusal.With(details...)
	}
	return nil
}

// CreateLink makes another link of a connection.
func (s *Service) CreateLink(ctx context.Context, of tenant.ID, id connection.ID) (*connection.Link, error) {
	c, err := s.stores.Connections.Get(ctx, of, id)
	if err != nil {
		return nil, err
	}
	return s.createLink(ctx, connection.NewLink(c, connection.LinkID(s.newID(ctx, "link")), s.clock.Now()))
}

// CreateNetworkLink makes another link that serves all connections of the tenant.
func (s *Service) CreateNetworkLink(ctx context.Context, of tenant.ID) (*connection.Link, error) {
	return s.createLink(ctx, connection.NewNetworkLink(of, connection.LinkID(s.newID(ctx, "link")), s.clock.Now()))
}

func (s *Service) createLink(ctx context.Context, l *connection.Link) (*connection.Link, error) {
	state := l.Snapshot()
	return idempotency.Create(ctx, l, s.stores.Links.Create,
		func() (*connection.Link, error) { return s.stores.Links.Get(ctx, state.Tenant, state.ID) }, idempotency.Own)
}

// NetworkLinks returns the links that serve all connections of the tenant.
func (s *Service) NetworkLinks(ctx context.Context, of tenant.ID) ([]*connection.Link, error) {
	return s.stores.Links.ByConnection(ctx, of, "")
}

// ReplaceAnswerSecret changes what the shop presents where answers to purchase orders go; an empty secret takes it away.
func (s *Service) ReplaceAnswerSecret(
	ctx context.Context, of tenant.ID, id connection.ID, presented secret.Text,
) (*connection.Connection, error) {
	if wrong := cart.CheckText("/secret", presented.Reveal(), longest); wrong != nil {
		return nil, connection.ErrInvalid.With(wrong...)
	}
	return s.stores.Connections.Update(ctx, of, id, func(c *connection.Connection) error {
		if presented.Empty() {
			c.SetAnswerSecret("")
			return nil
		}
		sealed, err := s.secrets.Seal(presented, answering.SecretPurpose(c)...)
		c.SetAnswerSecret(sealed)
		return err
	})
}

// Links returns the links of a connection.
func (s *Service) Links(ctx context.Context, of tenant.ID, id connection.ID) ([]*connection.Link, error) {
	if _, err := s.stores.Connections.Get(ctx, of, id); err != nil {
		return nil, err
	}
	return s.stores.Links.ByConnection(ctx, of, id)
}

// RevokeLink ends a link.
func (s *Service) RevokeLink(ctx context.Context, of tenant.ID, id connection.LinkID) (*connection.Link, error) {
	return s.stores.Links.Update(ctx, of, id, func(l *connection.Link) error {
		l.Revoke(s.clock.Now())
		return nil
	})
}

// CreateKey makes an API key and returns its text, which can never be read again. A key of the scope policy, and no other, has the
// origins of the shop's pages.
func (s *Service) CreateKey(
	ctx context.Context, of tenant.ID, label string, scopes []apikey.Scope, origins ...string,
) (*apikey.Key, secret.Text, error) {
	if of != tenant.Platform {
		if _, err := s.stores.Tenants.Get(ctx, of); err != nil {
			return nil, secret.Text{}, err
		}
	}
	id, proof := apikey.ID(s.newID(ctx, "key")), s.newID(ctx, "secret")
	k, err := apikey.New(of, id, label, scopes, s.secrets.HashGenerated(secret.New(proof)), s.clock.Now(), origins...)
	if err != nil {
		return nil, secret.Text{}, err
	}
	made, err := idempotency.Create(ctx, k, s.stores.Keys.Create,
		func() (*apikey.Key, error) { return s.stores.Keys.Get(ctx, of, id) }, idempotency.Own)
	return made, apikey.Text(of, id, proof), err
}

// Keys returns the keys of a tenant.
func (s *Service) Keys(ctx context.Context, of tenant.ID) ([]*apikey.Key, error) {
	return s.stores.Keys.List(ctx, of)
}

// ErrKeyNotFound refuses the identifier of no key.
var ErrKeyNotFound = fault.New(fault.NotFound, "key.not_found", "there is no such key")

// RevokeKey ends a key.
func (s *Service) RevokeKey(ctx context.Context, of tenant.ID, id apikey.ID) (*apikey.Key, error) {
	revoked, err := s.stores.Keys.Update(ctx, of, id, func(k *apikey.Key) error {
		k.Revoke(s.clock.Now())
		return nil
	})
	if errors.Is(err, apikey.ErrUnknown) { // which is said to callers whose own key is unknown
		return nil, ErrKeyNotFound
	}
	return revoked, err
}
