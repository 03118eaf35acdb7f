package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

type sessions struct {
	collection[*session.Session, session.ID, sessionDoc]
}

func newSessions(s *Store) sessions {
	return sessions{collection[*session.Session, session.ID, sessionDoc]{
		s, "sessions", session.ErrNotFound, port.ErrTaken, packSession, sessionDoc.unpack,
	}}
}

// Due returns open sessions whose time is over, the longest first.
func (s sessions) Due(ctx context.Context, now time.Time, limit int) ([]*session.Session, error) {
	return s.many(ctx, `due <= ? ORDER BY due LIMIT ?`, stamp(now).String(), limit)
}

type sessionDoc struct {
	Tenant       tenant.ID     `json:"tenant"`
	ID           session.ID    `json:"id"`
	Customer     customer.ID   `json:"customer"`
	Connection   connection.ID `json:"connection"`
	Visit        visitDoc      `json:"visit"`
	Status       string        `json:"status"`
	CreatedAt    stamp         `json:"created_at,omitzero"`
	ExpiresAt    stamp         `json:"expires_at,omitzero"`
	Limit        stamp         `json:"limit,omitzero"`
	TTL          time.Duration `json:"ttl"` // nanoseconds
	ExchangedAt  stamp         `json:"exchanged_at,omitzero"`
	ExchangeKey  string        `json:"exchange_key,omitempty"`
	EndedAt      stamp         `json:"ended_at,omitzero"`
	Cancellation *documentDoc  `json:"cancellation,omitempty"`
	Due          stamp         `json:"due,omitzero"` // ExpiresAt of an open session, for the look-up alone
}

// visitDoc holds lines and address in their neutral JSON, which is a fixed contract.
type visitDoc struct {
	Operation        string            `json:"operation,omitempty"`
	ReturnURL        string            `json:"return_url,omitempty"`
	Correlation      string            `json:"correlation,omitempty"`
	CorrelationField string            `json:"correlation_field,omitempty"`
	Person           personDoc         `json:"person,omitzero"`
	ShipTo           cart.Address      `json:"ship_to,omitzero"`
	SelectedItem     string            `json:"selected_item,omitempty"`
	Lines            []cart.Line       `json:"lines,omitempty"`
	Extrinsics       map[string]string `json:"extrinsics,omitempty"`
	Keep             map[string]string `json:"keep,omitempty"`
	Test             bool              `json:"test"`
}

type personDoc struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

func (d sessionDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packSession(a *session.Session) sessionDoc {
	s := a.Snapshot()
	v := s.Visit
	d := sessionDoc{
		Tenant: s.Tenant, ID: s.ID, Customer: s.Customer, Connection: s.Connection,
		Visit: visitDoc{
			v.Operation, v.ReturnURL, v.Correlation, v.CorrelationField, personDoc(v.Person), v.ShipTo, v.SelectedItem, v.Lines,
			v.Extrinsics, v.Keep, v.Test,
		},
		Status:    s.Status.String(),
		CreatedAt: stamp(s.CreatedAt), ExpiresAt: stamp(s.ExpiresAt), Limit: stamp(s.Limit), TTL: s.TTL,
		ExchangedAt: stamp(s.ExchangedAt), ExchangeKey: s.ExchangeKey, EndedAt: stamp(s.EndedAt),
	}
	if s.Cancellation != nil {
		notice := packDocument(s.Cancellation)
		d.Cancellation = &notice
	}
	if s.Status.Open() {
		d.Due = d.ExpiresAt
	}
	return d
}

func (d sessionDoc) unpack() (*session.Session, error) {
	status, err := session.ParseStatus(d.Status)
	if err != nil {
		return nil, err
	}
	v := d.Visit
	s := session.State{
		Tenant: d.Tenant, ID: d.ID, Customer: d.Customer, Connection: d.Connection,
		Visit: session.Visit{
			Operation: v.Operation, ReturnURL: v.ReturnURL, Correlation: v.Correlation, CorrelationField: v.CorrelationField,
			Person: session.Person(v.Person), ShipTo: v.ShipTo, SelectedItem: v.SelectedItem, Lines: v.Lines, Extrinsics: v.Extrinsics,
			Keep: v.Keep, Test: v.Test,
		},
		Status:    status,
		CreatedAt: time.Time(d.CreatedAt), ExpiresAt: time.Time(d.ExpiresAt), Limit: time.Time(d.Limit), TTL: d.TTL,
		ExchangedAt: time.Time(d.ExchangedAt), ExchangeKey: d.ExchangeKey, EndedAt: time.Time(d.EndedAt),
	}
	if d.Cancellation != nil {
		s.Cancellation = d.Cancellation.unpack()
	}
	return session.Restore(s), nil
}
