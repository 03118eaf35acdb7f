// Package demo sets up a shop with customers and connections in a gateway, and runs the demo shop and the virtual buyer
// beside it, on this machine only. Both are ordinary clients of the gateway's public API, on ports of their own.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap/demo/buyer"
	"github.com/punchgate/punchgate/bootstrap/demo/shop"
)

// Config is what the demo needs of the gateway beside it.
type Config struct {
	Folder                  string
	SeedFile                string // written once everything answers; empty for none
	GatewayAddr, GatewayURL string
	Admin                   *administration.Service
	Access                  *access.Service
	Formats                 *formats.Registry
	State                   *State
}

// Demo is a running shop and buyer.
type Demo struct {
	seed    Seed
	servers []*http.Server
}

// Seed tells programs where everything is and how to get in.
type Seed struct {
	GatewayURL  string           `json:"gateway_url"`
	ShopURL     string           `json:"shop_url"`
	BuyerURL    string           `json:"buyer_url"`
	Keys        Keys             `json:"keys"`
	Tenant      SeedTenant       `json:"tenant"`
	Connections []SeedConnection `json:"connections"`
	Ineligible  string           `json:"ineligible_customer_id"`
	AdminLogin  Login            `json:"admin_login"`
}

// SeedTenant is the demo's tenant.
type SeedTenant struct {
	ID string `json:"id"`
}

// SeedConnection is one connection with all that a start call needs.
type SeedConnection struct {
	Format      string            `json:"format"`
	CustomerID  string            `json:"customer_id"`
	LinkURL     string            `json:"link_url"`
	Method      string            `json:"method"`
	Login       map[string]string `json:"login,omitempty"`      // where it can be a form
	Credentials buyer.Credentials `json:"credentials,omitzero"` // where the format's start call can be a document
}

// Start sets the demo up and runs shop and buyer. It returns once both answer.
func Start(ctx context.Context, c Config) (*Demo, error) {
	shopListener, err := listenNear(c.GatewayAddr, 1)
	if err != nil {
		return nil, err
	}
	buyerListener, err := listenNear(c.GatewayAddr, 2)
	if err != nil {
		return nil, errors.Join(err, shopListener.Close())
	}
	d := &Demo{seed: Seed{GatewayURL: c.GatewayURL, ShopURL: address(shopListener), BuyerURL: address(buyerListener)}}
	usable, err := startable(c.Formats)
	if err != nil {
		return nil, errors.Join(err, shopListener.Close(), buyerListener.Close())
	}
	seeder := &seeder{c.Admin, c.Access, c.State, c.Folder}
	if err := seeder.seed(ctx, usable, d.seed.ShopURL, d.seed.BuyerURL); err != nil {
		return nil, errors.Join(err, shopListener.Close(), buyerListener.Close())
	}
	debug.FreeOSMemory() // hashing the passwords took much for a moment
	d.describe(c.State)
	d.serve(shopListener, d.shop(c.State))
	d.serve(buyerListener, d.buyer())
	if err := d.await(ctx); err != nil {
		d.Stop()
		return nil, err
	}
	if c.SeedFile != "" {
		if err := writeJSON(c.SeedFile, d.seed); err != nil {
			d.Stop()
			return nil, fmt.Errorf("seed file: %w", err)
		}
	}
	return d, nil
}

// startable returns the formats with which a PunchOut can be made: not those of purchase orders only.
func startable(registry *formats.Registry) ([]port.Format, error) {
	var all []port.Format
	for _, name := range registry.Names() {
		f, err := registry.Get(name)
		if err != nil {
			return nil, err
		}
		can := formats.Capabilities(f)
		if slices.Contains(can, formats.Login) && slices.Contains(can, formats.Cart) {
			all = append(all, f)
		}
	}
	return all, nil
}

// listenNear takes the port so many after the gateway's, or a free one where the gateway took a free one or the port is
// taken.
func listenNear(gatewayAddr string, after int) (net.Listener, error) {
	_, text, err := net.SplitHostPort(gatewayAddr)
	if err != nil {
		return nil, err
	}
	if port, err := strconv.Atoi(text); err == nil && port > 0 {
		if listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port+after))); err == nil {
			return listener, nil
		}
	}
	return net.Listen("tcp", "127.0.0.1:0")
}

func address(l net.Listener) string { return "http://" + l.Addr().String() }

// describe makes the seed from what is known.
func (d *Demo) describe(s *State) {
	d.seed.Keys, d.seed.Tenant.ID, d.seed.Ineligible, d.seed.AdminLogin = s.Keys, string(s.Tenant), string(s.Ineligible), s.AdminLogin
	for _, c := range s.Connections {
		returns := buyer.Connection{Format: c.Format}
		seed := SeedConnection{
			Format: c.Format, CustomerID: string(c.Customer), LinkURL: d.seed.GatewayURL + "/punchout/" + c.Link, Method: http.MethodPost,
		}
		if c.Forms {
			seed.Login = map[string]string{"USERNAME": c.User, "PASSWORD": c.Password, "HOOK_URL": d.seed.BuyerURL + returns.ReturnPath()}
		}
		if c.Documents {
			seed.Credentials = buyer.Credentials{
				FromDomain: credentialDomain, FromIdentity: c.User, ToDomain: credentialDomain, ToIdentity: sellerIdentity,
				SenderDomain: credentialDomain, SenderIdentity: c.User, SharedSecret: c.Password,
			}
		}
		d.seed.Connections = append(d.seed.Connections, seed)
	}
}

func (d *Demo) shop(state *State) http.Handler {
	return shop.New(shop.Config{
		Gateway: client.New(d.seed.GatewayURL, d.seed.Keys.Storefront),
		Customers: []shop.Customer{
			{Number: buyers[0].number, Name: buyers[0].name, PunchOut: true},
			{Number: "20001", Name: "Kafé Kanel"},
			{Number: "20002", Name: "Björkskolan"},
		},
		CatalogueSecret: state.CatalogueSecret,
		Script:          shop.Script{Gateway: d.seed.GatewayURL, Key: state.PolicyKey},
	})
}

func (d *Demo) buyer() http.Handler {
	config := buyer.Config{BaseURL: d.seed.BuyerURL}
	for _, c := range d.seed.Connections {
		config.Connections = append(config.Connections, buyer.Connection{
			Name: seller.Name, Format: c.Format, LinkURL: c.LinkURL, Method: c.Method, Login: c.Login, Credentials: c.Credentials,
			OrderFormat: orderFormat(c.Credentials != buyer.Credentials{}), Functions: c.Format == "oci-4" || c.Format == "oci-5",
		})
	}
	return buyer.New(config)
}

const (
	headerTimeout = 10 * time.Second
	stopTimeout   = 5 * time.Second
)

func (d *Demo) serve(l net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: time.Minute, WriteTimeout: time.Minute}
	d.servers = append(d.servers, server)
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("the demo stopped", "error", err)
		}
	}()
}

// await returns once gateway, shop and buyer answer.
func (d *Demo) await(ctx context.Context) error {
	for _, address := range []string{d.seed.GatewayURL + "/readyz", d.seed.ShopURL + "/", d.seed.BuyerURL + "/"} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		if err := response.Body.Close(); err != nil {
			return err
		}
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %d", address, response.StatusCode)
		}
	}
	return nil
}

// Stop ends shop and buyer.
func (d *Demo) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	for _, server := range d.servers {
		if err := server.Shutdown(ctx); err != nil {
			slog.Warn("the demo did not stop in time", "error", err)
		}
	}
}

// Welcome says what to open.
func (d *Demo) Welcome() string {
	return fmt.Sprintf(`Punchgate demo is up. Open the virtual buyer and punch out, and see at the operators' pages what came of it:

  buyer    %s
  shop     %s
  gateway  %s
  pages    %s/admin
           %s
           %s

Ctrl+C stops it. Started again, it has the same keys, links and orders.
`, d.seed.BuyerURL, d.seed.ShopURL, d.seed.GatewayURL, d.seed.GatewayURL, d.seed.AdminLogin.Email, d.seed.AdminLogin.Password)
}
