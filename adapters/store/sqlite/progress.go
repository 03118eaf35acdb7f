package sqlite

import (
	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
)

// notBusy leaves out the connections of a list that encodeConnections made.
const notBusy = `(tenant, connection) NOT IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`

func encodeConnections(list []port.ConnectionOf) (string, error) {
	names := make([][2]string, len(list)) // an empty list, too: to SQL, nothing is outside of null
	for i, c := range list {
		names[i] = [2]string{string(c.Tenant), string(c.Connection)}
	}
	return document.Encode(names)
}
