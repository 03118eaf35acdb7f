package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
)

type answerDoc struct {
	Tenant     tenant.ID     `json:"tenant"`
	ID         answer.ID     `json:"id"`
	Order      order.ID      `json:"order"`
	Position   int           `json:"position"`
	Connection connection.ID `json:"connection"`
	Format     string        `json:"format,omitempty"`
	Kind       string        `json:"kind"`
	Says       string        `json:"says,omitempty"`
	Digest     string        `json:"digest,omitempty"`
	Delivery   deliveryDoc   `json:"delivery,omitzero"`
	CreatedAt  Stamp         `json:"created_at,omitzero"`
}

type deliveryDoc struct {
	progressDoc

	DeliveredAt Stamp `json:"delivered_at,omitzero"`
}

// answerDocumentDoc is the document of an answer. The body is Base64 then, as encoding/json writes bytes.
type answerDocumentDoc struct {
	MediaType string `json:"media_type,omitempty"`
	FileName  string `json:"file_name,omitempty"`
	Body      []byte `json:"body,omitempty"`
}

func (d answerDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packAnswer(a *answer.Answer) answerDoc {
	s := a.Snapshot()
	return answerDoc{
		s.Tenant, s.ID, s.Order, s.Position, s.Connection, s.Format, s.Kind.String(), s.Says, s.Digest,
		deliveryDoc{packProgress(s.Delivery.Progress), Stamp(s.Delivery.DeliveredAt)}, Stamp(s.CreatedAt),
	}
}

func (d answerDoc) unpack() (*answer.Answer, error) {
	kind, err := answer.ParseKind(d.Kind)
	if err != nil {
		return nil, err
	}
	return answer.Restore(answer.State{
		Tenant: d.Tenant, ID: d.ID, Order: d.Order, Position: d.Position, Connection: d.Connection, Format: d.Format,
		Kind: kind, Says: d.Says, Digest: d.Digest,
		Delivery:  answer.Delivery{Progress: d.Delivery.unpack(), DeliveredAt: time.Time(d.Delivery.DeliveredAt)},
		CreatedAt: time.Time(d.CreatedAt),
	}), nil
}
