package bootstrap

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/bootstrap/demo"
)

func demoCommand(extra []fx.Option) *cobra.Command {
	var seedFile string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run the gateway with a demo shop and a virtual buyer, on this machine only",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			config, err := readConfig(c.Flags())
			if err != nil {
				return err
			}
			if host, _, err := net.SplitHostPort(config.Addr); err != nil || !loopback(host) {
				return usageError{errors.New("--addr: the demo listens on this machine only, such as 127.0.0.1:8080")}
			}
			unlock, err := demo.Lock(config.DataDir)
			if err != nil {
				return err
			}
			defer unlock() //nolint:errcheck // the process ends
			state, err := demo.Load(config.DataDir, freshMasterKey)
			if err != nil {
				return err
			}
			config.MasterKey, config.LoopbackHTTP = state.Secret(), true
			config.PushNetworks = append(config.PushNetworks, netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
			var admin *administration.Service
			var users *access.Service
			var registry *formats.Registry
			var public web.Config
			start := func(ctx context.Context, wait func() (os.Signal, error)) error {
				running, err := demo.Start(ctx, demo.Config{
					Folder: config.DataDir, SeedFile: seedFile, GatewayAddr: config.Addr, GatewayURL: public.PublicURL,
					Admin: admin, Access: users, Formats: registry, State: state,
				})
				if err != nil {
					return err
				}
				defer running.Stop()
				if _, err := fmt.Fprint(c.OutOrStdout(), running.Welcome()); err != nil {
					return err
				}
				_, err = wait()
				return err
			}
			return run(context.Background(), start, append(extra, Gateway(config), fx.Populate(&admin, &users, &registry, &public))...)
		}),
	}
	addFlags(c.Flags(), map[string]string{"data-dir": filepath.Join("data", "demo"), "log-level": "warn"},
		"allow-loopback-http", "drain", "tls-cert", "tls-key")
	c.Flags().StringVar(&seedFile, "seed-file", "", "file to write addresses, keys and logins to, as JSON, once everything answers")
	return c
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func freshMasterKey() string {
	key := make([]byte, 32)
	rand.Read(key) // it never fails
	return base64.StdEncoding.EncodeToString(key)
}
