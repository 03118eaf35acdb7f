package document

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/tenant"
)

type connectionDoc struct {
	Tenant         tenant.ID       `json:"tenant"`
	ID             connection.ID   `json:"id"`
	Name           string          `json:"name"`
	Customer       customer.ID     `json:"customer"`
	Format         string          `json:"format"`
	Active         bool            `json:"active"`
	TestMode       bool            `json:"test_mode"`
	Options        string          `json:"options,omitempty"` // JSON as text, which keeps it to the byte
	Mapping        string          `json:"mapping,omitempty"` // as the options
	BuyerSystem    string          `json:"buyer_system,omitempty"`
	Login          loginDoc        `json:"login"`
	Return         returnDoc       `json:"return"`
	Ordering       orderingDoc     `json:"ordering"`
	Seller         cart.Party      `json:"seller,omitzero"`
	Buyer          cart.Party      `json:"buyer,omitzero"`
	HighestValue   amountDoc       `json:"highest_value,omitzero"`
	LateCompletion bool            `json:"late_completion"`
	CompleteByGet  bool            `json:"complete_by_get"`
	Credentials    []credentialDoc `json:"credentials,omitempty"`
	AnswerSecret   string          `json:"answer_secret,omitempty"` // sealed
	Health         healthDoc       `json:"health,omitzero"`
	FailingSince   Stamp           `json:"failing_since,omitzero"` // Health.Since of one that keeps failing, for the look-up alone
	Outbox         outboxDoc       `json:"outbox,omitzero"`
	CreatedAt      Stamp           `json:"created_at,omitzero"`
	NameKey        string          `json:"name_key"` // see NameKey, for the look-up alone
}

type healthDoc struct {
	Failures int   `json:"failures"`
	Since    Stamp `json:"since,omitzero"`
}

type loginDoc struct {
	Method   string        `json:"method"`
	Names    namesDoc      `json:"names,omitzero"`
	User     string        `json:"user,omitempty"`
	Customer string        `json:"customer,omitempty"`
	From     []identityDoc `json:"from,omitempty"`
	To       []identityDoc `json:"to,omitempty"`
	Sender   []identityDoc `json:"sender,omitempty"`
}

type namesDoc struct {
	User      string `json:"user,omitempty"`
	Password  string `json:"password,omitempty"`
	ReturnURL string `json:"return_url,omitempty"`
	Customer  string `json:"customer,omitempty"`
	Session   string `json:"session,omitempty"`
}

type identityDoc struct {
	Domain string `json:"domain"`
	ID     string `json:"id"`
}

type returnDoc struct {
	FromCall   bool     `json:"from_call"`
	Hosts      []string `json:"hosts,omitempty"`
	Fixed      string   `json:"fixed,omitempty"`
	FormAction []string `json:"form_action,omitempty"`
	Frames     []string `json:"frame_ancestors,omitempty"`
	Transfer   string   `json:"transfer"`
}

type orderingDoc struct {
	Format     string            `json:"format,omitempty"`
	Options    string            `json:"options,omitempty"`
	Login      string            `json:"login"`
	Policy     map[string]string `json:"policy,omitempty"` // members to decisions
	AnswerURL  string            `json:"answer_url,omitempty"`
	AnswerUser string            `json:"answer_user,omitempty"`
}

type amountDoc struct {
	Value    money.Decimal `json:"value,omitzero"`
	Currency string        `json:"currency,omitempty"`
}

type credentialDoc struct {
	ID        string `json:"id"`
	Verifier  string `json:"verifier"`
	CreatedAt Stamp  `json:"created_at,omitzero"`
	ExpiresAt Stamp  `json:"expires_at,omitzero"`
}

func (d connectionDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packConnection(c *connection.Connection) connectionDoc {
	s := c.Snapshot()
	p := s.Profile
	d := connectionDoc{
		Tenant: s.Tenant, ID: s.ID, Name: p.Name, Customer: p.Customer, Format: p.Format, Active: p.Active, TestMode: p.TestMode,
		Options: string(p.Options), Mapping: string(p.Mapping), BuyerSystem: p.BuyerSystem,
		Login: loginDoc{
			Method: p.Login.Method.String(), Names: namesDoc(p.Login.Names), User: p.Login.User, Customer: p.Login.Customer,
			From: each(p.Login.From, packIdentity), To: each(p.Login.To, packIdentity), Sender: each(p.Login.Sender, packIdentity),
		},
		Return: returnDoc{
			p.Return.FromCall, p.Return.Hosts, p.Return.Fixed, p.Return.FormAction, p.Return.FrameAncestors, p.Return.Transfer.String(),
		},
		Ordering:       packOrdering(p.Ordering),
		Seller:         p.Seller,
		Buyer:          p.Buyer,
		HighestValue:   amountDoc(p.HighestValue),
		LateCompletion: p.LateCompletion,
		CompleteByGet:  p.CompleteByGet,
		Credentials: each(s.Credentials, func(c connection.Credential) credentialDoc {
			return credentialDoc{c.ID, c.Verifier, Stamp(c.CreatedAt), Stamp(c.ExpiresAt)}
		}),
		AnswerSecret: s.AnswerSecret,
		Health:       healthDoc{s.Health.Failures, Stamp(s.Health.Since)},
		Outbox:       packOutbox(&s.Outbox),
		CreatedAt:    Stamp(s.CreatedAt),
		NameKey:      NameKey(p.Name),
	}
	if c.Failing() {
		d.FailingSince = d.Health.Since
	}
	return d
}

func (d connectionDoc) unpack() (*connection.Connection, error) {
	method, err := connection.ParseMethod(d.Login.Method)
	if err != nil {
		return nil, err
	}
	way, err := connection.ParseTransfer(d.Return.Transfer)
	if err != nil {
		return nil, err
	}
	ordering, err := d.Ordering.unpack()
	if err != nil {
		return nil, err
	}
	events, err := d.Outbox.unpack()
	if err != nil {
		return nil, err
	}
	return connection.Restore(connection.State{
		Tenant: d.Tenant, ID: d.ID,
		Profile: connection.Profile{
			Name: d.Name, Customer: d.Customer, Format: d.Format, Active: d.Active, TestMode: d.TestMode,
			Options: raw(d.Options), Mapping: raw(d.Mapping), BuyerSystem: d.BuyerSystem,
			Login: connection.Login{
				Method: method, Names: connection.Names(d.Login.Names), User: d.Login.User, Customer: d.Login.Customer,
				From: each(d.Login.From, unpackIdentity), To: each(d.Login.To, unpackIdentity), Sender: each(d.Login.Sender, unpackIdentity),
			},
			Return: connection.Return{
				FromCall: d.Return.FromCall, Hosts: d.Return.Hosts, Fixed: d.Return.Fixed, FormAction: d.Return.FormAction,
				FrameAncestors: d.Return.Frames, Transfer: way,
			},
			Ordering: ordering,
			Seller:   d.Seller, Buyer: d.Buyer, HighestValue: money.Amount(d.HighestValue),
			LateCompletion: d.LateCompletion, CompleteByGet: d.CompleteByGet,
		},
		Credentials: each(d.Credentials, func(c credentialDoc) connection.Credential {
			return connection.Credential{
				ID: c.ID, Verifier: c.Verifier, CreatedAt: time.Time(c.CreatedAt), ExpiresAt: time.Time(c.ExpiresAt),
			}
		}),
		AnswerSecret: d.AnswerSecret,
		Health:       connection.Health{Failures: d.Health.Failures, Since: time.Time(d.Health.Since)},
		Outbox:       events,
		CreatedAt:    time.Time(d.CreatedAt),
	}), nil
}

func packOrdering(o connection.Ordering) orderingDoc {
	d := orderingDoc{o.Format, string(o.Options), o.Login.String(), nil, o.AnswerURL, o.AnswerUser}
	if o.Policy != nil {
		d.Policy = map[string]string{}
	}
	for member, decision := range o.Policy {
		d.Policy[string(member)] = decision.String()
	}
	return d
}

func (d orderingDoc) unpack() (o connection.Ordering, err error) {
	o = connection.Ordering{Format: d.Format, Options: raw(d.Options), AnswerURL: d.AnswerURL, AnswerUser: d.AnswerUser}
	// Connections that were stored before purchase orders could come have no login of theirs.
	if o.Login, err = connection.ParseOrderLogin(cmp.Or(d.Login, connection.BasicOrBearer.String())); err != nil {
		return o, err
	}
	if d.Policy != nil {
		o.Policy = purchase.Policy{}
	}
	for member, name := range d.Policy {
		if o.Policy[purchase.Member(member)], err = purchase.ParseDecision(name); err != nil {
			return o, err
		}
	}
	return o, nil
}

// raw returns JSON that is kept as text; none stays none.
func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

func packIdentity(i connection.Identity) identityDoc   { return identityDoc(i) }
func unpackIdentity(d identityDoc) connection.Identity { return connection.Identity(d) }
