package sqlite

import (
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/delivery"
)

// progressDoc is how far a push or a delivery has come.
type progressDoc struct {
	Wanted    bool   `json:"wanted,omitempty"`
	Due       stamp  `json:"due,omitzero"`
	Leased    bool   `json:"leased,omitempty"`
	Attempts  int    `json:"attempts,omitempty"`
	LastError string `json:"last_error,omitempty"`
}

func packProgress(p delivery.Progress) progressDoc {
	return progressDoc{p.Wanted, stamp(p.Due), p.Leased, p.Attempts, p.LastError}
}

func (d progressDoc) unpack() delivery.Progress {
	return delivery.Progress{Wanted: d.Wanted, Due: time.Time(d.Due), Leased: d.Leased, Attempts: d.Attempts, LastError: d.LastError}
}

// notBusy leaves out the connections of a list that encodeConnections made.
const notBusy = `(tenant, connection) NOT IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`

func encodeConnections(list []port.ConnectionOf) (string, error) {
	names := make([][2]string, len(list)) // an empty list, too: to SQL, nothing is outside of null
	for i, c := range list {
		names[i] = [2]string{string(c.Tenant), string(c.Connection)}
	}
	return encode(names)
}
