package bootstrap

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/spf13/cobra"
)

// healthTimeout is less than what containers' health checks wait.
const healthTimeout = 4 * time.Second

// healthCommand asks the gateway on this machine whether it is ready: an image without a shell has nothing else to ask with.
func healthCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "health",
		Short: "Ask the gateway on this machine whether it is ready",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			config, err := readConfig(c.Flags())
			if err != nil {
				return err
			}
			request, err := http.NewRequestWithContext(c.Context(), http.MethodGet, localAddress(config)+"/readyz", nil)
			if err != nil {
				return err
			}
			client := &http.Client{Timeout: healthTimeout, Transport: &http.Transport{
				TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the certificate is of the public name
			}}
			response, err := client.Do(request)
			if err != nil {
				return err
			}
			if err := response.Body.Close(); err != nil {
				return err
			}
			if response.StatusCode != http.StatusOK {
				return errors.New("the gateway is not ready: " + response.Status)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), "ready")
			return err
		}),
	}
	addOnly(c.Flags(), "addr", "tls-cert", "tls-key")
	return c
}

// localAddress is how this machine reaches the gateway.
func localAddress(c Config) string {
	host, port, _ := net.SplitHostPort(c.Addr) // it was checked when it was read
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http://"
	if c.TLSCert != "" {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(host, port)
}
