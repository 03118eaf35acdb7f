// Package mongodb keeps everything in a MongoDB database, for gateways that run on several machines: a standalone server, a
// replica set or a sharded cluster.
//
// An aggregate of adapters/store/document is one BSON document with a version, and every change of it is one conditional write,
// so that no transaction is needed. Its _id is composed of the tenant and the identifier; uniqueness rests on such
// identifiers alone, as a sharded collection enforces no other (claims.go says how a second value is kept unique). What never
// changes, such as the document of an order, is kept in documents of its own that are written first (contents.go). What a
// process leaves behind that stops between two writes is finished or removed by the next one that meets it, and by tidying
// (tidy.go).
//
// Reads and writes are of the majority and of the primary, whatever the address asks for, and every look-up but those of the
// sweeps, which serve all tenants, is led by tenant_id. To look up by a further member, add an index (indexes.go) and a method.
package mongodb

import (
	"context"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

// Module provides the stores, tidies, and closes the connections in the end; it needs a Config.
var Module = fx.Module("store/mongodb", fx.Provide(func(lifecycle fx.Lifecycle, c Config) (port.Stores, port.Inventory, error) {
	s, err := Open(context.Background(), c)
	if err != nil {
		return port.Stores{}, nil, err
	}
	tidying, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	lifecycle.Append(fx.StartStopHook(
		func() {
			go func() {
				defer close(done)
				s.keepTidy(tidying)
			}()
		},
		func(ctx context.Context) error {
			stop()
			<-done
			return s.Close(ctx)
		},
	))
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

// Config says where the database is.
type Config struct {
	// URI is a connection string, as mongodb://host:27017/punchgate; without a database it is the one of that name.
	URI secret.Text
}
