package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/adapters/virtualbuyer"
	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

const (
	shopID        tenant.ID   = "papper-och-penna"
	ineligible    customer.ID = "kafe-kanel"
	decidingField             = "punchout"
)

// organisation is a customer of the demo; one with a GLN buys by PunchOut.
type organisation struct {
	id                customer.ID
	number, name, gln string
}

// buyers are those that buy by PunchOut and have a connection, each in turn; others have none.
var (
	buyers = []organisation{
		{"goteborgs-stad", "10001", "Göteborgs stad", "7381030000004"},
		{"region-skane", "10002", "Region Skåne", "7381030000028"},
	}
	others = []organisation{
		{"ekbacka-kommun", "10003", "Ekbacka kommun", "7381030000035"},
		{"nordfjard-energi", "10004", "Nordfjärd Energi AB", "7381030000042"},
		{ineligible, "20001", "Kafé Kanel", ""},
		{"bjorkskolan", "20002", "Björkskolan", ""},
		{"lind-strom", "20003", "Advokatbyrån Lind & Ström", ""},
		{"brf-sjoutsikten", "20004", "Brf Sjöutsikten", ""},
	}
)

var seller = cart.Party{
	Name:       "Papper och Penna AB",
	Endpoint:   cart.Identifier{Scheme: "0088", ID: "7300010000001"},
	Identifier: cart.Identifier{Scheme: "0088", ID: "7300010000001"},
}

// seeder sets the demo up. It may be interrupted anywhere and begun again.
type seeder struct {
	admin  *administration.Service
	access *access.Service
	state  *State
	folder string
}

// seed brings shop, customers, connections, links and keys into being where they are not yet, and lets them know where
// shop and buyer listen this time.
func (s *seeder) seed(ctx context.Context, installed []port.Format, shopURL, buyerURL string) error {
	if err := s.seedTenant(ctx, shopURL); err != nil {
		return err
	}
	for _, b := range slices.Concat(buyers, others) {
		p := customer.Profile{
			Number: b.number, Name: b.name, Active: true, Values: map[string]string{decidingField: strconv.FormatBool(b.gln != "")},
		}
		if b.gln != "" {
			p.Buyer = cart.Party{Endpoint: cart.Identifier{Scheme: "0088", ID: b.gln}, Identifier: cart.Identifier{Scheme: "0088", ID: b.gln}}
		}
		if err := s.seedCustomer(ctx, b.id, p); err != nil {
			return err
		}
	}
	s.state.Ineligible = ineligible
	for i, format := range installed {
		if err := s.seedConnection(ctx, format, buyers[i%len(buyers)], buyerURL); err != nil {
			return err
		}
	}
	if err := s.seedKeys(ctx); err != nil {
		return err
	}
	if err := s.seedPolicyKey(ctx, shopURL); err != nil {
		return err
	}
	return s.seedAdministrator(ctx)
}

func (s *seeder) seedTenant(ctx context.Context, shopURL string) error {
	fields := []tenant.Field{{Name: decidingField, Label: "Handlar via PunchOut", Type: tenant.Checkbox}}
	settings := tenant.Defaults()
	settings.DecidingField, settings.LandingURL, settings.Seller = decidingField, shopURL+"/punchout", seller
	settings.CatalogueURL = shopURL + "/catalogue"
	_, err := s.admin.CreateTenant(ctx, shopID, seller.Name, fields, settings)
	if err == nil && len(s.state.Connections) > 0 {
		return errors.New(fileName + " and the store in " + s.folder + " do not belong together: delete the folder to begin a new demo")
	}
	if errors.Is(err, port.ErrTenantExists) {
		var kept *tenant.Tenant
		if kept, err = s.admin.Tenant(ctx, shopID); err != nil {
			return err
		}
		state := kept.Snapshot()
		state.Settings.LandingURL, state.Settings.CatalogueURL = settings.LandingURL, settings.CatalogueURL
		_, err = s.admin.ChangeTenant(ctx, shopID, state.Name, state.Fields, state.Settings, nil)
	}
	s.state.Tenant = shopID
	if err != nil || s.state.CatalogueSecret != "" {
		return err
	}
	secret, err := s.admin.ReplaceCatalogueSecret(ctx, shopID)
	if err != nil {
		return err
	}
	s.state.CatalogueSecret = secret.Reveal()
	return s.state.save(s.folder)
}

func (s *seeder) seedCustomer(ctx context.Context, id customer.ID, p customer.Profile) error {
	_, err := s.admin.CreateCustomer(ctx, shopID, id, p)
	if errors.Is(err, port.ErrCustomerExists) {
		return nil
	}
	return err
}

// seedConnection makes a connection of the format. A connection that the state does not know, because the demo was
// interrupted, gets a new password.
func (s *seeder) seedConnection(ctx context.Context, format port.Format, who organisation, buyerURL string) error {
	address, err := url.Parse(buyerURL)
	if err != nil {
		return err
	}
	_, documents := format.(port.StartResponder)
	forms := takesForms(format)
	known := slices.IndexFunc(s.state.Connections, func(c ConnectionState) bool { return c.Format == format.Name() })
	if known >= 0 {
		c, err := s.admin.Connection(ctx, shopID, s.state.Connections[known].ID)
		if err != nil {
			return err
		}
		s.state.Connections[known].Forms = forms
		p := c.Profile()
		p.Return.Hosts = []string{address.Host}
		p.Ordering.Format = orderFormat(documents)
		_, err = s.admin.ChangeConnection(ctx, shopID, c.ID(), p, nil)
		return err
	}
	made := ConnectionState{
		ID: connection.ID(strings.ReplaceAll(format.Name(), ".", "-")), Format: format.Name(), Customer: who.id,
		User: "demo-" + string(who.id), Password: rand.Text(),
		Forms: forms, Documents: documents,
	}
	wanted := profile(made, address.Host)
	wanted.Name = who.name + ", " + formats.Describe(format).Label
	_, _, err = s.admin.CreateConnection(ctx, shopID, made.ID, wanted, secret.New(made.Password))
	if errors.Is(err, port.ErrConnectionExists) {
		_, replaced := s.admin.ReplaceSecret(ctx, shopID, made.ID, secret.New(made.Password), 0)
		_, changed := s.admin.ChangeConnection(ctx, shopID, made.ID, wanted, nil)
		err = errors.Join(replaced, changed)
	}
	if err != nil {
		return err
	}
	link, err := s.admin.CreateLink(ctx, shopID, made.ID)
	if err != nil {
		return err
	}
	made.Link = link.Address()
	s.state.Connections = append(s.state.Connections, made)
	return s.state.save(s.folder)
}

// takesForms reports whether the start call can be a form.
func takesForms(format port.Format) bool {
	decoder, ok := format.(port.LoginDecoder)
	if !ok {
		return false
	}
	form := url.Values{"USERNAME": {"a"}, "PASSWORD": {"b"}, "HOOK_URL": {"https://buyer.example.com/"}}
	_, err := decoder.DecodeLogin(port.StartRequest{
		Method: http.MethodPost, ContentType: "application/x-www-form-urlencoded", Body: []byte(form.Encode()),
	})
	return err == nil
}

// orderFormat is that of the purchase orders: systems that start by cXML documents order by them, others as Proceedo does.
func orderFormat(documents bool) string {
	if documents {
		return virtualbuyer.CXMLOrders
	}
	return virtualbuyer.PeppolOrders
}

// The domain and identities of the cXML credentials that each connection accepts.
const (
	credentialDomain = "NetworkID"
	sellerIdentity   = "papper-och-penna"
)

// profile accepts a form and, where the format knows it, a document; the identities go with the latter.
func profile(c ConnectionState, buyerHost string) connection.Profile {
	p := connection.Profile{
		Customer: c.Customer, Format: c.Format, Active: true,
		Login:    connection.Login{Method: connection.Any, Names: connection.Presets[connection.DefaultPreset], User: c.User},
		Return:   connection.Return{FromCall: true, Hosts: []string{buyerHost}, Transfer: connection.Browser},
		Ordering: connection.Ordering{Format: orderFormat(c.Documents), Login: connection.BasicOrBearer},
	}
	if c.Documents {
		buyerID := []connection.Identity{{Domain: credentialDomain, ID: c.User}}
		p.Login.From, p.Login.Sender = buyerID, buyerID
		p.Login.To = []connection.Identity{{Domain: credentialDomain, ID: sellerIdentity}}
	}
	return p
}

func (s *seeder) seedKeys(ctx context.Context) error {
	for _, k := range []struct {
		text  *string
		of    tenant.ID
		scope apikey.Scope
	}{
		{&s.state.Keys.Platform, tenant.Platform, apikey.Platform}, {&s.state.Keys.Storefront, shopID, apikey.Storefront},
		{&s.state.Keys.ERP, shopID, apikey.ERP}, {&s.state.Keys.Admin, shopID, apikey.Admin},
	} {
		if *k.text != "" {
			continue
		}
		_, text, err := s.admin.CreateKey(ctx, k.of, "demo", []apikey.Scope{k.scope})
		if err != nil {
			return err
		}
		*k.text = text.Reveal()
		if err := s.state.save(s.folder); err != nil {
			return err
		}
	}
	return nil
}

const adminEmail = "anna@papper-och-penna.example"

// seedAdministrator creates who signs in to the operators' pages. One that the state does not know, because the demo was interrupted,
// gets a new password.
func (s *seeder) seedAdministrator(ctx context.Context) error {
	if s.state.AdminLogin.Password != "" {
		return nil
	}
	password := s.access.GeneratePassword(ctx)
	_, err := s.access.CreateUser(ctx, shopID, user.Profile{
		Email: adminEmail, Name: "Anna Åkesson", Role: user.Administrator, Active: true,
	}, password)
	if errors.Is(err, user.ErrEmail) {
		var there *user.User
		if there, err = s.access.UserByEmail(ctx, adminEmail); err == nil {
			_, err = s.access.SetPassword(ctx, shopID, there.ID(), password)
		}
	}
	if err != nil {
		return err
	}
	s.state.AdminLogin = Login{adminEmail, password.Reveal()}
	return s.state.save(s.folder)
}

// seedPolicyKey makes the key that the shop publishes. It is bound to where the shop listens, so another one takes its place when that
// changed.
func (s *seeder) seedPolicyKey(ctx context.Context, shopURL string) error {
	if s.state.PolicyOrigin == shopURL {
		return nil
	}
	if _, id, _, err := apikey.Parse(secret.New(s.state.PolicyKey)); err == nil {
		if _, err := s.admin.RevokeKey(ctx, shopID, id); err != nil {
			return err
		}
	}
	_, text, err := s.admin.CreateKey(ctx, shopID, "demo, in the shop's pages", []apikey.Scope{apikey.Policy}, shopURL)
	if err != nil {
		return err
	}
	s.state.PolicyKey, s.state.PolicyOrigin = text.Reveal(), shopURL
	return s.state.save(s.folder)
}
