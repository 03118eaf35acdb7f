package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/auditing"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// usageError is wrong use: an unknown command, format or flag, or a setting that is wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Exit statuses.
const (
	done    = 0
	refused = 1
	misused = 2
)

// Main runs the command line and returns its exit status: 0 done, 1 the input was refused, 2 wrong use. extra are
// further modules, such as a partner's formats.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer, extra ...fx.Option) int {
	root := newRoot(extra)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	if err == nil {
		return done
	}
	if message := describe(err); message != "" {
		_, _ = fmt.Fprintln(stderr, "punchgate: "+message) // there is nowhere else to say it
	}
	if _, usage := errors.AsType[usageError](err); usage || fault.KindOf(err) == fault.Unsupported {
		return misused
	}
	if _, ran := errors.AsType[ranError](err); !ran {
		return misused // cobra refused the command line itself
	}
	return refused
}

// ranError marks errors of a command that ran, as against a command line that cobra refused.
type ranError struct{ error }

func (e ranError) Unwrap() error { return e.error }

// errFindings ends a command whose findings were printed already.
var errFindings = errors.New("")

// describe says in one line what is wrong and where.
func describe(err error) string {
	f, ok := errors.AsType[*fault.Fault](err)
	if !ok {
		return strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	text := f.Message
	if f.Kind == fault.Internal {
		text = f.Error()
	}
	details := slices.DeleteFunc(slices.Clone(f.Details), func(d fault.Detail) bool {
		return d.Message != "" && strings.Contains(text, d.Message) && strings.Contains(text, d.Path) // told already
	})
	for i, d := range details {
		switch i {
		case 0:
			text += ": "
		case 5:
			return oneLine(fmt.Sprintf("%s; and %d more", text, len(details)-i))
		default:
			text += "; "
		}
		text += strings.TrimSpace(d.Path + " " + d.Message)
	}
	return oneLine(text)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func newRoot(extra []fx.Option) *cobra.Command {
	root := &cobra.Command{
		Use:           "punchgate",
		Short:         "The open PunchOut gateway",
		Long:          "Punchgate lets buyers shop from their procurement system (PunchOut), and hands their carts back to it.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(serveCommand(extra), demoCommand(extra), keyCommand(extra), tenantCommand(extra), userCommand(extra), rotateCommand(extra),
		migrateCommand(extra), versionCommand(), healthCommand())
	root.AddCommand(formatCommands(extra)...)
	root.AddCommand(fileCommands()...)
	return root
}

// action is what a command does; its errors are marked as those of a command that ran.
func action(do func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		if err := do(c, args); err != nil {
			return ranError{err}
		}
		return nil
	}
}

func serveCommand(extra []fx.Option) *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the gateway",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			config, err := readConfig(c.Flags())
			if err != nil {
				return err
			}
			var server *web.Server
			return run(context.Background(), func(_ context.Context, wait func() (os.Signal, error)) error {
				signal, err := wait()
				if err == nil && signal != os.Interrupt { // whoever pressed Ctrl+C has no load balancer
					server.Stop()
					time.Sleep(config.Drain)
				}
				return err
			}, append(extra, Gateway(config), fx.Populate(&server))...)
		}),
	}
	addFlags(c.Flags(), nil)
	return c
}

func rotateCommand(extra []fx.Option) *cobra.Command {
	c := &cobra.Command{
		Use:   "rotate",
		Short: "Take secrets over to the first of several master keys, and print what still needs another one",
		Long: "Seals under the first master key what is sealed under another one, and prints what still needs another one, a line for each. " +
			"Ends with 0 where nothing does, else with 1. It may run as often as you like while the gateway serves.",
		Args: cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			var r administration.Rotation
			rotate := func(ctx context.Context, service *administration.Service) (_ string, err error) {
				r, err = service.Rotate(ctx)
				return "", err
			}
			if err := administer(c, extra, tenant.Platform, audit.MasterKeyRotate, "", rotate); err != nil {
				return err
			}
			return printRotation(c.OutOrStdout(), r)
		}),
	}
	addFlags(c.Flags(), nil)
	return c
}

func printRotation(out io.Writer, r administration.Rotation) error {
	text := &strings.Builder{}
	for _, k := range r.Keys {
		s, used := k.Snapshot(), "never used"
		if !s.LastUsedAt.IsZero() {
			used = "last used " + s.LastUsedAt.Format(time.RFC3339)
		}
		fmt.Fprintf(text, "key pgk.%s.%s (%s), %s: made anew when it is next used, or revoke it\n", s.Tenant, s.ID, s.Label, used)
	}
	for _, each := range r.Connections {
		fmt.Fprintf(text, "secret of connection %s.%s: made anew when it is next used, or replace it\n", each.Tenant(), each.ID())
	}
	fmt.Fprintf(text, "%d secrets sealed anew; %d keys and %d connections still need an older master key\n",
		r.Resealed, len(r.Keys), len(r.Connections))
	_, err := io.WriteString(out, text.String())
	if err == nil && !r.Done() {
		return errFindings
	}
	return err
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			version := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				version = info.Main.Version + " " + info.GoVersion
			}
			_, err := fmt.Fprintln(c.OutOrStdout(), "punchgate", version)
			return err
		}),
	}
}

// administer does an action on the store without starting the server, by a use case, and writes it into the audit log. The action
// returns the identifier of what it made.
func administer[S any](
	c *cobra.Command, extra []fx.Option, of tenant.ID, what audit.Action, target string,
	do func(context.Context, S) (made string, err error),
) error {
	return withUseCase(c, extra, func(ctx context.Context, service S, log *auditing.Service) error {
		return log.Do(ctx, byCommand(of, what, target), func(ctx context.Context) (string, error) { return do(ctx, service) })
	})
}

// withUseCase runs what needs the store and a use case, without starting the server.
func withUseCase[S any](c *cobra.Command, extra []fx.Option, do func(context.Context, S, *auditing.Service) error) error {
	config, err := readConfig(c.Flags())
	if err != nil {
		return err
	}
	var service S
	var log *auditing.Service
	return run(context.Background(), func(ctx context.Context, _ func() (os.Signal, error)) error {
		return do(ctx, service, log)
	}, append(extra, Core(config), fx.Populate(&service, &log))...)
}

// byCommand is the entry of an action on the command line.
func byCommand(of tenant.ID, what audit.Action, target string) audit.Entry {
	return audit.Entry{
		Tenant: of, Actor: audit.Actor{Tenant: tenant.Platform, Label: audit.CommandLine}, Action: what, Target: target,
	}
}

// parentCommand is a command that does nothing without one of its own commands.
func parentCommand(use, short string) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: action(func(*cobra.Command, []string) error {
			return usageError{fmt.Errorf("%s needs a command; see punchgate %s --help", use, use)}
		}),
	}
}

func tenantCommand(extra []fx.Option) *cobra.Command {
	parent := parentCommand("tenant", "Set up shops")
	var id, name, landing string
	create := &cobra.Command{
		Use:   "create --name NAME",
		Short: "Create a tenant and print its identifier",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			create := func(ctx context.Context, service *administration.Service) (string, error) {
				settings := tenant.Defaults()
				settings.LandingURL = landing
				t, err := service.CreateTenant(ctx, tenant.ID(id), name, nil, settings)
				if err != nil {
					return "", err
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), t.ID())
				return string(t.ID()), err
			}
			return administer(c, extra, tenant.Platform, audit.TenantCreate, "", create)
		}),
	}
	addFlags(create.Flags(), nil)
	create.Flags().StringVar(&id, "id", "", "identifier (default: one is made)")
	create.Flags().StringVar(&name, "name", "", "name of the shop")
	create.Flags().StringVar(&landing, "landing-url", "", "the shop's page that takes the punchout_token")
	parent.AddCommand(create)
	return parent
}

func keyCommand(extra []fx.Option) *cobra.Command {
	parent := parentCommand("key", "Set up API keys")
	var platform bool
	var of, label string
	var names, origins []string
	create := &cobra.Command{
		Use:   "create (--platform | --tenant ID --scope SCOPE... [--origin ORIGIN...])",
		Short: "Create an API key and print it; it cannot be read again",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			if platform == (of != "") {
				return usageError{errors.New("give either --platform or --tenant")}
			}
			if platform && len(names) > 0 {
				return usageError{errors.New("--platform has a scope of its own; leave --scope out")}
			}
			if platform {
				of, names = string(tenant.Platform), []string{apikey.Platform.String()}
			}
			var scopes []apikey.Scope
			for _, name := range names {
				scope, err := apikey.ParseScope(name)
				if err != nil {
					return usageError{err}
				}
				scopes = append(scopes, scope)
			}
			create := func(ctx context.Context, service *administration.Service) (string, error) {
				k, text, err := service.CreateKey(ctx, tenant.ID(of), label, scopes, origins...)
				if err != nil {
					return "", err
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), text.Reveal())
				return string(k.Snapshot().ID), err
			}
			return administer(c, extra, tenant.ID(of), audit.KeyCreate, "", create)
		}),
	}
	revoke := &cobra.Command{
		Use:   "revoke KEY",
		Short: "Revoke an API key, given by its text or by what stands before its last point",
		Args:  cobra.ExactArgs(1),
		RunE: action(func(c *cobra.Command, args []string) error {
			parts := strings.Split(args[0], ".") // pgk.TENANT.ID and perhaps the proof
			if len(parts) < 3 {
				return usageError{errors.New("a key looks like pgk.TENANT.ID")}
			}
			of, id := tenant.ID(parts[1]), apikey.ID(parts[2])
			revoke := func(ctx context.Context, service *administration.Service) (string, error) {
				_, err := service.RevokeKey(ctx, of, id)
				return "", err
			}
			return administer(c, extra, of, audit.KeyRevoke, string(id), revoke)
		}),
	}
	addFlags(revoke.Flags(), nil)
	addFlags(create.Flags(), nil)
	create.Flags().BoolVar(&platform, "platform", false, "a key that creates tenants")
	create.Flags().StringVar(&of, "tenant", "", "the tenant that the key belongs to")
	create.Flags().StringVar(&label, "label", "", "what the key is for")
	create.Flags().StringSliceVar(&names, "scope", nil, "storefront, policy, erp or admin; may be repeated")
	create.Flags().StringSliceVar(&origins, "origin", nil, "of the shop's pages, for the scope policy; may be repeated")
	parent.AddCommand(create, revoke)
	return parent
}
