package body

import (
	"encoding/json"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
)

// Connection is a connection in the API.
type Connection struct {
	ID             connection.ID   `json:"id,omitempty"`
	Name           string          `json:"name"`
	Customer       customer.ID     `json:"customer"`
	Format         string          `json:"format"`
	Active         bool            `json:"active"`
	TestMode       bool            `json:"test_mode"`
	Options        json.RawMessage `json:"options,omitempty"`
	Mapping        json.RawMessage `json:"mapping,omitempty"`
	BuyerSystem    string          `json:"buyer_system"`
	Login          Login           `json:"login"`
	Return         Return          `json:"return"`
	Ordering       Ordering        `json:"ordering"`
	Seller         cart.Party      `json:"seller,omitzero"`
	Buyer          cart.Party      `json:"buyer,omitzero"`
	HighestValue   Amount          `json:"highest_value,omitzero"`
	LateCompletion bool            `json:"late_completion"`
	CompleteByGet  bool            `json:"complete_by_get"`
	Secret         string          `json:"secret,omitempty"` // on creation: the one chosen, or the one generated
	CreatedAt      time.Time       `json:"created_at,omitzero"`
}

// Login is how a procurement system logs in.
type Login struct {
	Method   string     `json:"method"`
	Preset   string     `json:"preset,omitempty"` // names of parameters in use: oci or plain
	Names    *Names     `json:"names,omitempty"`  // or names of one's own
	User     string     `json:"user"`
	Customer string     `json:"customer"`
	From     []Identity `json:"from,omitempty"`
	To       []Identity `json:"to,omitempty"`
	Sender   []Identity `json:"sender,omitempty"`
}

// Names are the parameters of a start call that is a form.
type Names struct {
	User      string `json:"user"`
	Password  string `json:"password"`
	ReturnURL string `json:"return_url"`
	Customer  string `json:"customer"`
	Session   string `json:"session"`
}

// Identity is a credential of a cXML document.
type Identity struct {
	Domain string `json:"domain"`
	ID     string `json:"id"`
}

// Return is where carts go, and how.
type Return struct {
	FromCall   bool     `json:"from_call"`
	Hosts      []string `json:"hosts"`
	Fixed      string   `json:"fixed"`
	FormAction []string `json:"form_action"`
	Frames     []string `json:"frame_ancestors,omitempty"`
	Transfer   string   `json:"transfer"`
}

// Ordering is how purchase orders come, and where the answers go.
type Ordering struct {
	Format     string            `json:"format"`
	Options    json.RawMessage   `json:"options,omitempty"`
	Login      string            `json:"login"`
	Policy     map[string]string `json:"policy,omitempty"` // members that can differ to decisions
	AnswerURL  string            `json:"answer_url"`
	AnswerUser string            `json:"answer_user"`
}

// Amount is a sum of money.
type Amount struct {
	Value    money.Decimal `json:"value,omitzero"`
	Currency string        `json:"currency,omitempty"`
}

// NewConnection is what a body is read into, so that what it leaves out keeps its default.
func NewConnection() Connection {
	return Connection{
		Active:   true,
		Login:    Login{Method: connection.Any.String()},
		Return:   Return{Transfer: connection.Browser.String()},
		Ordering: Ordering{Login: connection.BasicOrBearer.String()},
	}
}

// OfConnection returns the body of a connection, without its secrets.
func OfConnection(c *connection.Connection) Connection {
	s := c.Snapshot()
	p := s.Profile
	names := Names(p.Login.Names)
	return Connection{
		ID: s.ID, Name: p.Name, Customer: p.Customer, Format: p.Format, Active: p.Active, TestMode: p.TestMode, Options: p.Options,
		Mapping: p.Mapping, BuyerSystem: p.BuyerSystem,
		Login: Login{
			Method: p.Login.Method.String(), Names: &names, User: p.Login.User, Customer: p.Login.Customer,
			From: viewIdentities(p.Login.From), To: viewIdentities(p.Login.To), Sender: viewIdentities(p.Login.Sender),
		},
		Return: Return{
			p.Return.FromCall, p.Return.Hosts, p.Return.Fixed, p.Return.FormAction, p.Return.FrameAncestors, p.Return.Transfer.String(),
		},
		Ordering: viewOrdering(p.Ordering),
		Seller:   p.Seller, Buyer: p.Buyer, HighestValue: Amount(p.HighestValue),
		LateCompletion: p.LateCompletion, CompleteByGet: p.CompleteByGet, CreatedAt: s.CreatedAt,
	}
}

func viewOrdering(o connection.Ordering) Ordering {
	view := Ordering{Format: o.Format, Options: o.Options, Login: o.Login.String(), AnswerURL: o.AnswerURL, AnswerUser: o.AnswerUser}
	if len(o.Policy) > 0 {
		view.Policy = map[string]string{}
	}
	for member, decision := range o.Policy {
		view.Policy[string(member)] = decision.String()
	}
	return view
}

func viewIdentities(all []connection.Identity) []Identity {
	views := make([]Identity, len(all))
	for i, each := range all {
		views[i] = Identity(each)
	}
	return views
}

// Read returns the profile, or says which member is unknown.
func (b *Connection) Read() (connection.Profile, error) {
	method, err := connection.ParseMethod(b.Login.Method)
	if err != nil {
		return connection.Profile{}, At("/login/method", err)
	}
	way, err := connection.ParseTransfer(b.Return.Transfer)
	if err != nil {
		return connection.Profile{}, At("/return/transfer", err)
	}
	names, err := b.Login.names()
	if err != nil {
		return connection.Profile{}, err
	}
	ordering, err := b.Ordering.read()
	if err != nil {
		return connection.Profile{}, err
	}
	return connection.Profile{
		Name: b.Name, Customer: b.Customer, Format: b.Format, Active: b.Active, TestMode: b.TestMode, Options: b.Options,
		Mapping: b.Mapping, BuyerSystem: b.BuyerSystem,
		Login: connection.Login{
			Method: method, Names: names, User: b.Login.User, Customer: b.Login.Customer,
			From: readIdentities(b.Login.From), To: readIdentities(b.Login.To), Sender: readIdentities(b.Login.Sender),
		},
		Return: connection.Return{
			FromCall: b.Return.FromCall, Hosts: b.Return.Hosts, Fixed: b.Return.Fixed, FormAction: b.Return.FormAction,
			FrameAncestors: b.Return.Frames, Transfer: way,
		},
		Ordering: ordering,
		Seller:   b.Seller, Buyer: b.Buyer, HighestValue: money.Amount(b.HighestValue),
		LateCompletion: b.LateCompletion, CompleteByGet: b.CompleteByGet,
	}, nil
}

func (b *Ordering) read() (o connection.Ordering, err error) {
	o = connection.Ordering{Format: b.Format, Options: b.Options, AnswerURL: b.AnswerURL, AnswerUser: b.AnswerUser}
	if o.Login, err = connection.ParseOrderLogin(b.Login); err != nil {
		return o, At("/ordering/login", err)
	}
	if len(b.Policy) > 0 {
		o.Policy = purchase.Policy{}
	}
	for member, name := range b.Policy {
		if o.Policy[purchase.Member(member)], err = purchase.ParseDecision(name); err != nil {
			return o, At("/ordering/policy", err)
		}
	}
	return o, nil
}

func (b *Login) names() (connection.Names, error) {
	if b.Names != nil {
		return connection.Names(*b.Names), nil
	}
	preset := b.Preset
	if preset == "" {
		preset = connection.DefaultPreset
	}
	names, ok := connection.Presets[preset]
	if !ok {
		return names, connection.ErrInvalid.With(fault.Detail{Path: "/login/preset", Code: "unknown_preset", Message: "must be oci or plain"})
	}
	return names, nil
}

func readIdentities(all []Identity) []connection.Identity {
	read := make([]connection.Identity, len(all))
	for i, each := range all {
		read[i] = connection.Identity(each)
	}
	return read
}
