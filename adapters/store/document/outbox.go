package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/outbox"
)

// outboxDoc is what others must be told of an aggregate.
type outboxDoc struct {
	progressDoc

	Last   int        `json:"last,omitempty"`
	Events []eventDoc `json:"events,omitempty"`
}

type eventDoc struct {
	Number int      `json:"number"`
	Type   string   `json:"type"`
	At     Stamp    `json:"at,omitzero"`
	Facts  factsDoc `json:"facts,omitzero"`
	Taken  []string `json:"taken,omitempty"`
}

type factsDoc struct {
	Status        string `json:"status,omitempty"`
	Before        string `json:"before,omitempty"`
	PurchaseOrder string `json:"purchase_order,omitempty"`
	Reason        string `json:"reason,omitempty"`
}

func packOutbox(o *outbox.Outbox) outboxDoc {
	return outboxDoc{packProgress(o.Progress), o.Last, each(o.Events, func(e outbox.Event) eventDoc {
		return eventDoc{e.Number, e.Type.String(), Stamp(e.At), factsDoc(e.Facts), e.Taken}
	})}
}

func (d outboxDoc) unpack() (outbox.Outbox, error) {
	o := outbox.Outbox{Last: d.Last, Progress: d.progressDoc.unpack()}
	for _, e := range d.Events {
		t, err := outbox.ParseType(e.Type)
		if err != nil {
			return o, err
		}
		o.Events = append(o.Events, outbox.Event{
			Number: e.Number, Type: t, At: time.Time(e.At), Facts: outbox.Facts(e.Facts), Taken: e.Taken,
		})
	}
	return o, nil
}
