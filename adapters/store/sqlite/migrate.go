package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate runs the migrations that the file lacks, in the order of their names, each in a transaction of its own. How many
// it has stands in the file's user_version, which changes with the transaction. A migration tool would bring tables,
// flags and downgrades that nothing here asks for.
func (s *Store) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	for done := -1; done < len(names); {
		err := s.transact(ctx, func(tx *sql.Tx) error { // another process may be migrating the same file
			if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&done); err != nil {
				return err
			}
			if done > len(names) {
				return newer(done, len(names))
			}
			if done == len(names) {
				return nil
			}
			script, err := migrations.ReadFile(names[done])
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(script)); err != nil {
				return fmt.Errorf("%s: %w", names[done], err)
			}
			done++
			_, err = tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, done)) // takes no parameter
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func newer(has, known int) error {
	return fmt.Errorf("the file has schema %d of a newer version of Punchgate; this one knows schema %d", has, known)
}
