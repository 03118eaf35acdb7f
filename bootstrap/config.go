package bootstrap

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/punchgate/punchgate/adapters/oidc"
	"github.com/punchgate/punchgate/adapters/outbound"
	"github.com/punchgate/punchgate/adapters/secrets"
	"github.com/punchgate/punchgate/domain/secret"
)

// Config is what the operator sets, by flags or by the environment; a flag wins.
type Config struct {
	Addr       string
	PublicURL  string
	Store      string
	DataDir    string
	MongoDBURI secret.Text
	// MasterKey holds one or several keys in Base64: the first makes, all check.
	MasterKey      secret.Text
	TrustedProxies []string
	// PushNetworks and PushHosts are the private networks and the hosts that the gateway may call.
	PushNetworks outbound.Networks
	PushHosts    []string
	LogLevel     slog.Level
	// LogJSON writes the log as one JSON object a line.
	LogJSON bool
	// MetricsAddr is where the metrics are, on a listener of their own; without it, clients on this machine find them at /metrics.
	MetricsAddr string
	// TLSCert and TLSKey are PEM files; with them the gateway speaks TLS.
	TLSCert, TLSKey string
	// Drain is how long the gateway goes on answering after it was told to stop, so that load balancers see in time that it will.
	Drain time.Duration
	// LoopbackHTTP accepts return addresses and makes calls on loopback by plain http.
	LoopbackHTTP bool
	// OIDC is the identity provider by which users sign in, beside passwords.
	OIDC oidc.Config
}

// setting is one configuration value. The flag --data-dir is the environment's PUNCHGATE_DATA_DIR.
type setting struct {
	flag, initial, usage string
	read                 func(c *Config, value string) error
}

// checkAddr refuses what cannot be listened on.
func checkAddr(v string) error {
	_, port, err := net.SplitHostPort(v)
	if n, numberErr := strconv.Atoi(port); err != nil || numberErr != nil || n < 0 || n > 65535 {
		return errors.New("must be host:port, such as 127.0.0.1:8080")
	}
	return nil
}

var settings = []setting{
	{"addr", "127.0.0.1:8080", "address to listen on; port 0 takes a free one", func(c *Config, v string) error {
		c.Addr = v
		return checkAddr(v)
	}},
	{"public-url", "", "how callers reach the gateway (default: the address it listens on)", func(c *Config, v string) error {
		c.PublicURL = strings.TrimSuffix(v, "/")
		u, err := url.Parse(v)
		if v == "" {
			return nil
		}
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
			return errors.New("must be an address without a path, such as https://punchout.example.com")
		}
		return nil
	}},
	{"store", sqliteStore, "where everything is kept: " + strings.Join(stores, " or "), func(c *Config, v string) error {
		if c.Store = v; !slices.Contains(stores, v) {
			return fmt.Errorf("%q is not a store of this build; it has: %s", v, strings.Join(stores, ", "))
		}
		return nil
	}},
	{"data-dir", "data", "folder of the SQLite store", func(c *Config, v string) error {
		if c.DataDir = v; v == "" {
			return errors.New("must name a folder")
		}
		return nil
	}},
	{"master-key-file", "", "file with the master key, in the place of " + masterKeyVariable, func(c *Config, v string) error {
		if v == "" {
			return nil
		}
		if !c.MasterKey.Empty() {
			return errors.New("there is " + masterKeyVariable + ", too; set only one of them")
		}
		content, err := os.ReadFile(v) //nolint:gosec // whoever runs the gateway names the path
		if err != nil {
			return err
		}
		c.MasterKey = secret.New(string(content))
		keys, err := secrets.ParseMasterKeys(c.MasterKey)
		if err == nil && len(keys) == 0 {
			err = errors.New("holds no key; it takes 32 random bytes in Base64, as from: openssl rand -base64 32")
		}
		return err
	}},
	{"trusted-proxies", "", "addresses or networks whose X-Forwarded-For is believed, separated by commas", func(c *Config, v string) error {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			_, addressErr := netip.ParseAddr(part)
			if _, networkErr := netip.ParsePrefix(part); addressErr != nil && networkErr != nil {
				return fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", part)
			}
			c.TrustedProxies = append(c.TrustedProxies, part)
		}
		return nil
	}},
	{"push-networks", "", "private networks and hosts to call, such as 10.0.0.0/8,erp.internal", func(c *Config, v string) error {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			if network, err := netip.ParsePrefix(part); err == nil {
				c.PushNetworks = append(c.PushNetworks, network)
				continue
			}
			if u, err := url.Parse("https://" + part); err != nil || u.Host != part || u.Port() != "" {
				return fmt.Errorf("%q is neither a network such as 10.0.0.0/8 nor the name of a host", part)
			}
			c.PushHosts = append(c.PushHosts, part)
		}
		return nil
	}},
	{"log-level", "info", "debug, info, warn or error", func(c *Config, v string) error {
		if err := c.LogLevel.UnmarshalText([]byte(v)); err != nil {
			return errors.New("must be debug, info, warn or error")
		}
		return nil
	}},
	{"metrics-addr", "", "address of a listener for /metrics alone (default: /metrics answers this machine)", func(c *Config, v string) error {
		if c.MetricsAddr = v; v == "" {
			return nil
		}
		return checkAddr(v)
	}},
	{"tls-cert", "", "PEM file with the gateway's own certificate and those between it and its root; read anew when it changes",
		func(c *Config, v string) error {
			c.TLSCert = v
			return nil
		}},
	{"tls-key", "", "PEM file with the key of the certificate", func(c *Config, v string) error {
		c.TLSKey = v
		return nil
	}},
	{"drain", "5s", "how long to go on answering after SIGTERM, with /readyz at 503, before closing", func(c *Config, v string) (err error) {
		if c.Drain, err = time.ParseDuration(v); err != nil || c.Drain < 0 || c.Drain > time.Hour {
			return errors.New("must be a duration from 0s to 1h, such as 5s")
		}
		return nil
	}},
	{"log-format", "text", "text, or json for one object a line", func(c *Config, v string) error {
		if c.LogJSON = v == "json"; v != "text" && !c.LogJSON {
			return errors.New("must be text or json")
		}
		return nil
	}},
	{"oidc-issuer", "", "address of the identity provider by which users sign in, beside passwords", func(c *Config, v string) error {
		c.OIDC.Issuer = v
		u, err := url.Parse(v)
		if v == "" {
			return nil
		}
		safe := err == nil && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
		if !safe || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return errors.New("must be an https address, such as https://login.example.com/realms/shop")
		}
		return nil
	}},
	{"oidc-client-id", "", "what the identity provider calls the gateway", func(c *Config, v string) error {
		c.OIDC.ClientID = v
		return nil
	}},
	{"oidc-name", "OpenID Connect", "what the button calls the identity provider", func(c *Config, v string) error {
		c.OIDC.Name = v
		return nil
	}},
	{"allow-loopback-http", "false", "return addresses and calls on this machine by http, for trials", func(c *Config, v string) (err error) {
		if c.LoopbackHTTP, err = strconv.ParseBool(v); err != nil {
			return errors.New("must be true or false")
		}
		return nil
	}},
}

// The stores of this build.
const (
	sqliteStore  = "sqlite"
	mongoDBStore = "mongodb"
)

var stores = []string{sqliteStore, mongoDBStore}

// Setting is one configuration value, for guides and checks of files that set them.
type Setting struct{ Flag, Variable, Default string }

// Settings returns all of them; secrets have no flag.
func Settings() []Setting {
	all := []Setting{{Variable: masterKeyVariable}, {Variable: mongoDBURIVariable}, {Variable: oidcSecretVariable}}
	for _, s := range settings {
		all = append(all, Setting{s.flag, variable(s.flag), s.initial})
	}
	return all
}

// What holds a secret has no flag: command lines are read by every user of a machine.
const (
	masterKeyVariable  = "PUNCHGATE_MASTER_KEY"
	mongoDBURIVariable = "PUNCHGATE_MONGODB_URI"
	oidcSecretVariable = "PUNCHGATE_OIDC_CLIENT_SECRET" //nolint:gosec // it is the name of one
)

// addFlags declares the settings on a command, but those left out. initial replaces the initial values of some.
func addFlags(flags *pflag.FlagSet, initial map[string]string, without ...string) {
	for _, s := range settings {
		if slices.Contains(without, s.flag) {
			continue
		}
		value, ok := initial[s.flag]
		if !ok {
			value = s.initial
		}
		flags.String(s.flag, value, s.usage+" ["+variable(s.flag)+"]")
	}
}

// addOnly declares these settings alone.
func addOnly(flags *pflag.FlagSet, only ...string) {
	var without []string
	for _, s := range settings {
		if !slices.Contains(only, s.flag) {
			without = append(without, s.flag)
		}
	}
	addFlags(flags, nil, without...)
}

func variable(flag string) string {
	return "PUNCHGATE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// readConfig reads the settings, or says which one is wrong.
func readConfig(flags *pflag.FlagSet) (Config, error) {
	c := Config{
		MasterKey: secret.New(os.Getenv(masterKeyVariable)), MongoDBURI: secret.New(os.Getenv(mongoDBURIVariable)),
		OIDC: oidc.Config{ClientSecret: secret.New(os.Getenv(oidcSecretVariable))},
	}
	for _, s := range settings {
		flag := flags.Lookup(s.flag)
		if flag == nil {
			continue
		}
		value, name := flag.Value.String(), "--"+s.flag
		if fromEnvironment, set := os.LookupEnv(variable(s.flag)); set && !flag.Changed {
			value, name = fromEnvironment, variable(s.flag)
		}
		if err := s.read(&c, value); err != nil {
			return c, usageError{fmt.Errorf("%s: %w", name, err)}
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return c, usageError{errors.New("PUNCHGATE_TLS_CERT and PUNCHGATE_TLS_KEY: give both or neither")}
	}
	if (c.OIDC.Issuer == "") != (c.OIDC.ClientID == "") {
		return c, usageError{errors.New("PUNCHGATE_OIDC_ISSUER and PUNCHGATE_OIDC_CLIENT_ID: give both or neither")}
	}
	return c, nil
}
