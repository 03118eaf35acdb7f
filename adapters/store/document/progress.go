package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/delivery"
)

// progressDoc is how far a push or a delivery has come.
type progressDoc struct {
	Wanted    bool   `json:"wanted,omitempty"`
	Due       Stamp  `json:"due,omitzero"`
	Leased    bool   `json:"leased,omitempty"`
	Attempts  int    `json:"attempts,omitempty"`
	LastError string `json:"last_error,omitempty"`
	GivenUpAt Stamp  `json:"given_up_at,omitzero"`
}

func packProgress(p delivery.Progress) progressDoc {
	return progressDoc{p.Wanted, Stamp(p.Due), p.Leased, p.Attempts, p.LastError, Stamp(p.GivenUpAt)}
}

func (d progressDoc) unpack() delivery.Progress {
	return delivery.Progress{
		Wanted: d.Wanted, Due: time.Time(d.Due), Leased: d.Leased, Attempts: d.Attempts, LastError: d.LastError,
		GivenUpAt: time.Time(d.GivenUpAt),
	}
}
