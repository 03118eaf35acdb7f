package document

import (
	"errors"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

type sessionDoc struct {
	Tenant       tenant.ID     `json:"tenant"`
	ID           session.ID    `json:"id"`
	Customer     customer.ID   `json:"customer"`
	Connection   connection.ID `json:"connection"`
	Visit        visitDoc      `json:"visit"`
	Status       string        `json:"status"`
	CreatedAt    Stamp         `json:"created_at,omitzero"`
	ExpiresAt    Stamp         `json:"expires_at,omitzero"`
	Limit        Stamp         `json:"limit,omitzero"`
	TTL          time.Duration `json:"ttl"` // nanoseconds
	ExchangedAt  Stamp         `json:"exchanged_at,omitzero"`
	ExchangeKey  string        `json:"exchange_key,omitempty"`
	EndedAt      Stamp         `json:"ended_at,omitzero"`
	Cancellation *documentDoc  `json:"cancellation,omitempty"`
	Outbox       outboxDoc     `json:"outbox,omitzero"`
	Email        string        `json:"email,omitempty"` // the person's, as session.EmailKey has it, for the look-up alone
	Due          Stamp         `json:"due,omitzero"`    // ExpiresAt of an open session, for the look-up alone
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
	Trial            bool              `json:"trial,omitempty"`
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
			v.Extrinsics, v.Keep, v.Test, v.Trial,
		},
		Status: s.Status.String(), Email: session.EmailKey(v.Person.Email),
		CreatedAt: Stamp(s.CreatedAt), ExpiresAt: Stamp(s.ExpiresAt), Limit: Stamp(s.Limit), TTL: s.TTL,
		ExchangedAt: Stamp(s.ExchangedAt), ExchangeKey: s.ExchangeKey, EndedAt: Stamp(s.EndedAt),
		Outbox: packOutbox(&s.Outbox),
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
	status, statusErr := session.ParseStatus(d.Status)
	events, eventsErr := d.Outbox.unpack()
	if err := errors.Join(statusErr, eventsErr); err != nil {
		return nil, err
	}
	v := d.Visit
	s := session.State{
		Tenant: d.Tenant, ID: d.ID, Customer: d.Customer, Connection: d.Connection,
		Visit: session.Visit{
			Operation: v.Operation, ReturnURL: v.ReturnURL, Correlation: v.Correlation, CorrelationField: v.CorrelationField,
			Person: session.Person(v.Person), ShipTo: v.ShipTo, SelectedItem: v.SelectedItem, Lines: v.Lines, Extrinsics: v.Extrinsics,
			Keep: v.Keep, Test: v.Test, Trial: v.Trial,
		},
		Status:    status,
		CreatedAt: time.Time(d.CreatedAt), ExpiresAt: time.Time(d.ExpiresAt), Limit: time.Time(d.Limit), TTL: d.TTL,
		ExchangedAt: time.Time(d.ExchangedAt), ExchangeKey: d.ExchangeKey, EndedAt: time.Time(d.EndedAt),
		Outbox: events,
	}
	if d.Cancellation != nil {
		s.Cancellation = d.Cancellation.unpack()
	}
	return session.Restore(s), nil
}
