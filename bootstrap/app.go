// Package bootstrap is the only place that knows everything: it wires the use cases to their adapters, reads the
// configuration, and is the command line. A build of one's own is a copy of cmd/punchgate with one more module.
package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/dig"
	"go.uber.org/fx"
	"go.uber.org/fx/fxevent"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/adapters/formats/peppol"
	"github.com/punchgate/punchgate/adapters/mapping"
	"github.com/punchgate/punchgate/adapters/outbound"
	"github.com/punchgate/punchgate/adapters/secrets"
	"github.com/punchgate/punchgate/adapters/store/sqlite"
	"github.com/punchgate/punchgate/adapters/system"
	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/checkout"
	"github.com/punchgate/punchgate/application/completion"
	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/erp"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/idempotency"
	"github.com/punchgate/punchgate/application/login"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/application/sweep"
	"github.com/punchgate/punchgate/application/transfer"
)

// Formats are the formats of this build.
var Formats = fx.Options(cxml.Module, oci.Module, peppol.Module, fx.Provide(
	fx.Annotate(formats.New, fx.ParamTags(`group:"formats"`)),
))

// UseCases are the use cases.
var UseCases = fx.Provide(
	authentication.New, login.New, checkout.New, encoding.NewEncoder, transfer.New, preview.New, completion.New, answering.New,
	erp.New, administration.New, idempotency.New, sweep.New,
)

// Core is everything but the HTTP server and what runs in the background: enough for the commands that set up a tenant.
func Core(c Config) fx.Option {
	return fx.Options(
		Formats, UseCases, mapping.Module, system.Module, secrets.Module, sqlite.Module,
		fx.Supply(c, port.Policy{LoopbackHTTP: c.LoopbackHTTP}),
		fx.Supply(outbound.Config{Networks: c.PushNetworks, LoopbackHTTP: c.LoopbackHTTP}),
		fx.Supply(sqlite.Config{Path: filepath.Join(c.DataDir, "punchgate.db")}),
		fx.Provide(masterKeys, newLogger),
		fx.Invoke(checkMasterKey),
		fx.WithLogger(func(log *slog.Logger) fxevent.Logger {
			quiet := &fxevent.SlogLogger{Logger: log}
			quiet.UseLogLevel(slog.LevelDebug)
			quiet.UseErrorLevel(slog.LevelDebug) // the command line says it in one line
			return quiet
		}),
	)
}

// Gateway is the whole gateway.
func Gateway(c Config) fx.Option {
	return fx.Options(Core(c), outbound.Module, web.Module, fx.Provide(listen, webConfig), fx.Invoke(serveHTTP, work))
}

func masterKeys(c Config) (secrets.MasterKeys, error) {
	keys, err := secrets.ParseMasterKeys(c.MasterKey)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", masterKeyVariable, err)}
	}
	if len(keys) == 0 {
		return nil, usageError{errors.New(
			masterKeyVariable + " is missing: set it to 32 random bytes in Base64 and keep it safe, as from: openssl rand -base64 32")}
	}
	return keys, nil
}

func checkMasterKey(lifecycle fx.Lifecycle, admin *administration.Service) {
	lifecycle.Append(fx.StartHook(func(ctx context.Context) error {
		err := admin.CheckMasterKey(ctx)
		if errors.Is(err, administration.ErrMasterKey) {
			return usageError{fmt.Errorf("%s: %w", masterKeyVariable, err)}
		}
		return err
	}))
}

func newLogger(c Config) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
}

func listen(c Config) (net.Listener, error) {
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", c.Addr, err)
	}
	return listener, nil
}

func webConfig(c Config, listener net.Listener) (web.Config, error) {
	address := c.PublicURL
	if address == "" {
		if host, ok := listener.Addr().(*net.TCPAddr); ok && host.IP.IsUnspecified() {
			return web.Config{}, usageError{errors.New(
				"PUNCHGATE_PUBLIC_URL is missing: with " + c.Addr + " nobody knows how callers reach the gateway")}
		}
		address = "http://" + listener.Addr().String()
	}
	return web.Config{PublicURL: address, TrustedProxies: c.TrustedProxies}, nil
}

func serveHTTP(lifecycle fx.Lifecycle, stop fx.Shutdowner, server *web.Server, listener net.Listener, config web.Config, log *slog.Logger) {
	serving := server.HTTP()
	lifecycle.Append(fx.Hook{
		OnStart: func(context.Context) error {
			go func() {
				if err := serving.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
					log.Error("the server stopped", "error", err)
					if err := stop.Shutdown(fx.ExitCode(1)); err != nil {
						log.Error("the gateway cannot stop", "error", err)
					}
				}
			}()
			log.Info("gateway is up", "listening", listener.Addr().String(), "public_url", config.PublicURL)
			return nil
		},
		OnStop: serving.Shutdown,
	})
}

// work runs what happens in the background.
func work(
	lifecycle fx.Lifecycle, sweeper *sweep.Service, transfers *transfer.Service, poster port.Poster, answers *answering.Service,
	deliverer port.Deliverer, callers *authentication.Service,
) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	lifecycle.Append(fx.Hook{
		OnStart: func(context.Context) error {
			running.Go(func() { sweeper.Run(ctx) })
			running.Go(func() { callers.Run(ctx) })
			running.Go(func() { transfers.Push(ctx, poster) })
			running.Go(func() { answers.Deliver(ctx, deliverer) })
			return nil
		},
		OnStop: func(context.Context) error {
			cancel()
			running.Wait()
			return nil
		},
	})
}

const (
	startTimeout = 30 * time.Second
	stopTimeout  = 20 * time.Second
)

// run starts an app, calls do, and stops the app. do may wait for the signal that ends a server.
func run(ctx context.Context, do func(ctx context.Context, wait func() error) error, options ...fx.Option) error {
	app := fx.New(fx.Options(options...), fx.StartTimeout(startTimeout), fx.StopTimeout(stopTimeout))
	if err := app.Err(); err != nil {
		return dig.RootCause(err)
	}
	starting, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := app.Start(starting); err != nil {
		return dig.RootCause(err)
	}
	result := do(ctx, func() error {
		if signal := <-app.Wait(); signal.ExitCode != 0 {
			return errors.New("the gateway stopped because of the error above")
		}
		return nil
	})
	stopping, cancelStop := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancelStop()
	return errors.Join(result, app.Stop(stopping))
}
