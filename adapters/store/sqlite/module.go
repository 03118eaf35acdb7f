// Package sqlite keeps everything in one SQLite file, for a gateway that runs on one machine.
//
// The file is in WAL mode and every commit is synced, so that what was acknowledged survives the end of the process and
// of the machine. One connection writes, others read beside it and never wait. Several processes may have the file open,
// as long as they share a machine: a shared-memory file holds their locks.
//
// An aggregate is one JSON document of adapters/store/document with a version (see migrations/0001_initial.sql). To look up
// by a further member, add a migration with a column and an index, and a method beside the others.
package sqlite

import (
	"context"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
)

// Module provides the stores and closes the file in the end; it needs a Config.
var Module = fx.Module("store/sqlite", fx.Provide(func(lifecycle fx.Lifecycle, c Config) (port.Stores, port.Inventory, error) {
	s, err := Open(context.Background(), c.Path)
	if err != nil {
		return port.Stores{}, nil, err
	}
	lifecycle.Append(fx.StopHook(s.Close))
	return s.Stores(), s, nil
}))

var (
	_ port.Tenants     = tenants{}
	_ port.Customers   = customers{}
	_ port.Connections = connections{}
	_ port.Links       = links{}
	_ port.Sessions    = sessions{}
	_ port.Orders      = orders{}
	_ port.Receipts    = receipts{}
	_ port.Answers     = answers{}
	_ port.Keys        = keys{}
	_ port.Replays     = replays{}
	_ port.Throttles   = throttles{}
	_ port.Users       = users{}
	_ port.SignIns     = signIns{}
	_ port.Audit       = auditLog{}
)

// Config says where the file is.
type Config struct{ Path string }
