package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/store/migration"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/domain/tenant"
)

// maxDiffering is how many identifiers of a kind are named.
const maxDiffering = 5

func migrateCommand(extra []fx.Option) *cobra.Command {
	var from, to, only string
	c := &cobra.Command{
		Use:   "migrate-store",
		Short: "Copy everything, or one tenant, from one store into another, and compare",
		Long: "Copies everything, or one tenant, from one store into another, reads it there again and compares. It prints one line for " +
			"each kind of things. No gateway may run on either store meanwhile. Run again, it goes on where it was interrupted. What " +
			"differs is named, left as it is, and ends with 1.",
		Args: cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			config, err := readConfig(c.Flags())
			if err != nil {
				return err
			}
			for _, name := range []string{from, to} {
				if !slices.Contains(stores, name) {
					return usageError{fmt.Errorf("%q is not a store of this build; it has: %s", name, strings.Join(stores, ", "))}
				}
			}
			if from == to {
				return usageError{errors.New("--from and --to name the same store")}
			}
			if _, err := os.Stat(sqliteFile(config)); from == sqliteStore && errors.Is(err, fs.ErrNotExist) {
				return usageError{fmt.Errorf("there is no store in the folder %s", config.DataDir)}
			}
			source, target := config, config
			source.Store, target.Store = from, to
			return withSide(c.Context(), source, extra, func(ctx context.Context, source migration.Side) error {
				return withSide(ctx, target, extra, func(ctx context.Context, target migration.Side) error {
					return migrate(ctx, c, source, target, tenant.ID(only))
				})
			})
		}),
	}
	addOnly(c.Flags(), "data-dir", "log-level")
	known := strings.Join(stores, " or ")
	c.Flags().StringVar(&from, "from", "", known)
	c.Flags().StringVar(&to, "to", "", known)
	c.Flags().StringVar(&only, "tenant", "", "the tenant to copy; without it, all tenants and the keys of the platform")
	for _, name := range []string{"from", "to"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is declared above
		}
	}
	return c
}

// withSide opens a store, which tells whether the master key is the one of its secrets.
func withSide(ctx context.Context, c Config, extra []fx.Option, do func(context.Context, migration.Side) error) error {
	var side migration.Side
	return run(ctx, func(ctx context.Context, _ func() (os.Signal, error)) error { return do(ctx, side) },
		fx.Options(extra...), Core(c), fx.Populate(&side.Stores, &side.Inventory))
}

func migrate(ctx context.Context, c *cobra.Command, from, to migration.Side, only tenant.ID) error {
	differ := 0
	// The key by which a store tells is its own.
	own := func(kind string, of tenant.ID, id string) bool {
		return kind == "keys" && of == tenant.Platform && id == string(administration.MasterKeyCheck)
	}
	err := migration.Copy(ctx, from, to, only, own, func(r migration.Result) error {
		differ += len(r.Differ)
		if r.Copied+r.There+len(r.Differ) == 0 {
			return nil
		}
		_, err := fmt.Fprintf(c.OutOrStdout(), "%s\t%s\tcopied %d, there already %d, differ %d\t%s\n",
			r.Tenant, r.Kind, r.Copied, r.There, len(r.Differ), r.Digest)
		for _, id := range r.Differ[:min(len(r.Differ), maxDiffering)] {
			_, wrong := fmt.Fprintf(c.ErrOrStderr(), "warning: %s %s of %s differs, or is not in the first store; it was left as it is\n",
				r.Kind, id, r.Tenant)
			err = errors.Join(err, wrong)
		}
		return err
	})
	if err == nil && differ > 0 {
		return errFindings
	}
	return err
}
