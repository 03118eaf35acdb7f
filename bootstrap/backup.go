package bootstrap

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/punchgate/punchgate/adapters/store/sqlite"
)

// fileCommands are the commands on the file of the SQLite store.
func fileCommands() []*cobra.Command {
	backup := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the SQLite store to a new file, while gateways go on",
		Args:  cobra.ExactArgs(1),
		RunE: onFile(func(c *cobra.Command, store, file string) error {
			return sqlite.Backup(c.Context(), store, file)
		}),
	}
	restore := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the SQLite store, which no gateway may have open; the old store is kept beside it",
		Args:  cobra.ExactArgs(1),
		RunE: onFile(func(c *cobra.Command, store, file string) error {
			aside, err := sqlite.Restore(c.Context(), file, store)
			if err == nil && aside != "" {
				_, err = fmt.Fprintln(c.OutOrStdout(), "the store that was there is", aside)
			}
			return err
		}),
	}
	for _, c := range []*cobra.Command{backup, restore} {
		addOnly(c.Flags(), "store", "data-dir")
	}
	return []*cobra.Command{backup, restore}
}

// onFile runs a command on the file of the store and the one that it names.
func onFile(do func(c *cobra.Command, store, file string) error) func(*cobra.Command, []string) error {
	return action(func(c *cobra.Command, args []string) error {
		config, err := readConfig(c.Flags())
		if err != nil {
			return err
		}
		if config.Store != "sqlite" {
			return usageError{errors.New("this is for the store sqlite; use the tools of the other engine, such as mongodump")}
		}
		return do(c, sqliteFile(config), args[0])
	})
}

// sqliteFile is where the SQLite store is.
func sqliteFile(c Config) string { return filepath.Join(c.DataDir, "punchgate.db") }
