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
	"sync"
	"time"

	"go.uber.org/dig"
	"go.uber.org/fx"
	"go.uber.org/fx/fxevent"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/adapters/formats/peppol"
	"github.com/punchgate/punchgate/adapters/mapping"
	"github.com/punchgate/punchgate/adapters/oidc"
	"github.com/punchgate/punchgate/adapters/outbound"
	"github.com/punchgate/punchgate/adapters/secrets"
	"github.com/punchgate/punchgate/adapters/store/mongodb"
	"github.com/punchgate/punchgate/adapters/store/sqlite"
	"github.com/punchgate/punchgate/adapters/system"
	"github.com/punchgate/punchgate/adapters/telemetry"
	"github.com/punchgate/punchgate/adapters/virtualbuyer"
	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/auditing"
	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/checkout"
	"github.com/punchgate/punchgate/application/completion"
	"github.com/punchgate/punchgate/application/deadletters"
	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/erasure"
	"github.com/punchgate/punchgate/application/erp"
	"github.com/punchgate/punchgate/application/events"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/health"
	"github.com/punchgate/punchgate/application/idempotency"
	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/login"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/application/sweep"
	"github.com/punchgate/punchgate/application/timeline"
	"github.com/punchgate/punchgate/application/transfer"
	"github.com/punchgate/punchgate/application/trial"
)

// Formats are the formats of this build.
var Formats = fx.Options(cxml.Module, oci.Module, peppol.Module, fx.Provide(
	fx.Annotate(formats.New, fx.ParamTags(`group:"formats"`)),
))

// UseCases are the use cases.
var UseCases = fx.Provide(
	authentication.New, access.New, login.New, checkout.New, encoding.NewEncoder, transfer.New, preview.New, trial.New, completion.New,
	answering.New, erp.New, listing.New, administration.New, auditing.New, idempotency.New, erasure.New, sweep.New, deadletters.New,
	events.New, health.New, retry.NewWorker, recording.New, timeline.New,
)

// Core is everything but the HTTP server and what runs in the background: enough for the commands that set up a tenant.
func Core(c Config) fx.Option {
	return fx.Options(
		Formats, mapping.Module, system.Module, secrets.Module, store(c), telemetry.Module, virtualbuyer.Module, oidc.Module,
		fx.Module("use cases", UseCases, telemetry.Observed, fx.Invoke(checkMasterKey)),
		fx.Supply(c, port.Policy{LoopbackHTTP: c.LoopbackHTTP}, c.OIDC),
		fx.Supply(outbound.Config{Networks: c.PushNetworks, Hosts: c.PushHosts, LoopbackHTTP: c.LoopbackHTTP}),
		fx.Provide(masterKeys, newLogger),
		fx.WithLogger(func(log *slog.Logger) fxevent.Logger {
			quiet := &fxevent.SlogLogger{Logger: log}
			quiet.UseLogLevel(slog.LevelDebug)
			quiet.UseErrorLevel(slog.LevelDebug) // the command line says it in one line
			return quiet
		}),
	)
}

func store(c Config) fx.Option {
	if c.Store == mongoDBStore {
		return fx.Options(mongodb.Module, fx.Provide(func() (mongodb.Config, error) {
			if c.MongoDBURI.Empty() {
				return mongodb.Config{}, usageError{errors.New(
					mongoDBURIVariable + " is missing: the store mongodb needs its address, such as mongodb://127.0.0.1:27017/punchgate")}
			}
			return mongodb.Config{URI: c.MongoDBURI}, nil
		}))
	}
	return fx.Options(sqlite.Module, fx.Supply(sqlite.Config{Path: sqliteFile(c)}))
}

// Gateway is the whole gateway.
func Gateway(c Config) fx.Option {
	return fx.Options(Core(c), outbound.Module,
		fx.Module("serving", telemetry.Observed, web.Module, fx.Provide(listen, webConfig), fx.Invoke(serveMetrics, work, serveHTTP)))
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
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogJSON {
		return slog.New(telemetry.LogHandler(slog.NewJSONHandler(os.Stderr, options)))
	}
	return slog.New(telemetry.LogHandler(slog.NewTextHandler(os.Stderr, options)))
}

func listen(c Config) (net.Listener, error) {
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", c.Addr, err)
	}
	return listener, nil
}

func webConfig(c Config, listener net.Listener, metrics *telemetry.Telemetry) (web.Config, error) {
	address := c.PublicURL
	if address == "" {
		if host, ok := listener.Addr().(*net.TCPAddr); ok && host.IP.IsUnspecified() {
			return web.Config{}, usageError{errors.New(
				"PUNCHGATE_PUBLIC_URL is missing: with " + c.Addr + " nobody knows how callers reach the gateway")}
		}
		scheme := "http://"
		if c.TLSCert != "" {
			scheme = "https://"
		}
		address = scheme + listener.Addr().String()
	}
	config := web.Config{PublicURL: address, TrustedProxies: c.TrustedProxies}
	if c.MetricsAddr == "" {
		config.Metrics = metrics.Handler()
	}
	return config, nil
}

// serveMetrics serves the metrics on a listener of their own, where there is one.
func serveMetrics(
	lifecycle fx.Lifecycle, c Config, metrics *telemetry.Telemetry, stores port.Stores, clock port.Clock, log *slog.Logger,
) error {
	metrics.Queues(stores, clock)
	if c.MetricsAddr == "" {
		return nil
	}
	listener, err := net.Listen("tcp", c.MetricsAddr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s for metrics: %w", c.MetricsAddr, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics.Handler())
	serving := &http.Server{Handler: mux, ReadTimeout: metricsTimeout, WriteTimeout: metricsTimeout}
	lifecycle.Append(fx.Hook{
		OnStart: func(context.Context) error {
			go func() {
				if err := serving.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
					log.Error("the server of the metrics stopped", "error", err)
				}
			}()
			log.Info("metrics are up", "listening", listener.Addr().String())
			return nil
		},
		OnStop: func(context.Context) error { return serving.Close() },
	})
	return nil
}

// metricsTimeout is more than a scraper waits.
const metricsTimeout = 30 * time.Second

func serveHTTP(
	lifecycle fx.Lifecycle, stop fx.Shutdowner, c Config, server *web.Server, listener net.Listener, config web.Config, log *slog.Logger,
) error {
	serving := server.HTTP()
	serve := serving.Serve
	if c.TLSCert != "" {
		certificate, err := web.NewCertificate(c.TLSCert, c.TLSKey, log)
		if err != nil {
			return usageError{fmt.Errorf("PUNCHGATE_TLS_CERT and PUNCHGATE_TLS_KEY: %w", err)}
		}
		serving.TLSConfig = certificate.TLS()
		serve = func(l net.Listener) error { return serving.ServeTLS(l, "", "") }
	}
	lifecycle.Append(fx.Hook{
		OnStart: func(context.Context) error {
			go func() {
				if err := serve(listener); !errors.Is(err, http.ErrServerClosed) {
					log.Error("the server stopped", "error", err)
					if err := stop.Shutdown(fx.ExitCode(1)); err != nil {
						log.Error("the gateway cannot stop", "error", err)
					}
				}
			}()
			log.Info("gateway is up", "listening", listener.Addr().String(), "public_url", config.PublicURL)
			return nil
		},
		OnStop: func(ctx context.Context) error {
			server.Stop()
			// Requests that run are finished. What is not within their own limits is cut off, so that the store is closed in any case.
			finishing, cancel := context.WithTimeout(ctx, web.ResponseTimeout)
			defer cancel()
			if err := serving.Shutdown(finishing); err != nil {
				return errors.Join(err, serving.Close())
			}
			return nil
		},
	})
	return nil
}

// work runs what happens in the background.
func work(
	lifecycle fx.Lifecycle, sweeper *sweep.Service, transfers *transfer.Service, poster port.Poster, answers *answering.Service,
	deliverer port.Deliverer, callers *authentication.Service, telling *events.Service, webhooks port.Webhooks,
	eraser *erasure.Service, recorder *recording.Service,
) {
	ctx, cancel := context.WithCancel(context.Background())
	beyond, endRecording := context.WithCancel(context.Background())
	var running, recorded sync.WaitGroup
	lifecycle.Append(fx.Hook{
		OnStart: func(context.Context) error {
			recorded.Go(func() { recorder.Run(beyond) })
			running.Go(func() { sweeper.Run(ctx) })
			running.Go(func() { eraser.Run(ctx) })
			running.Go(func() { callers.Run(ctx) })
			running.Go(func() { transfers.Push(ctx, poster) })
			running.Go(func() { answers.Deliver(ctx, deliverer) })
			running.Go(func() { telling.Tell(ctx, webhooks) })
			return nil
		},
		OnStop: func(context.Context) error {
			cancel()
			running.Wait()
			endRecording() // once nobody makes calls any more
			recorded.Wait()
			return nil
		},
	})
}

const (
	startTimeout = 30 * time.Second
	stopTimeout  = web.ResponseTimeout + 20*time.Second
)

// run starts an app, calls do, and stops the app. do may wait for the signal that ends a server, and learns which one it was.
func run(ctx context.Context, do func(ctx context.Context, wait func() (os.Signal, error)) error, options ...fx.Option) error {
	app := fx.New(fx.Options(options...), fx.StartTimeout(startTimeout), fx.StopTimeout(stopTimeout))
	if err := app.Err(); errors.Is(err, mongodb.ErrAddress) {
		return usageError{fmt.Errorf("%s: %w", mongoDBURIVariable, mongodb.ErrAddress)}
	} else if err != nil {
		return dig.RootCause(err)
	}
	starting, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := app.Start(starting); err != nil {
		return dig.RootCause(err)
	}
	result := do(ctx, func() (os.Signal, error) {
		signal := <-app.Wait()
		if signal.ExitCode != 0 {
			return signal.Signal, errors.New("the gateway stopped because of the error above")
		}
		return signal.Signal, nil
	})
	stopping, cancelStop := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancelStop()
	return errors.Join(result, app.Stop(stopping))
}
