package web

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// tenantBody is a tenant in the API. Durations are whole seconds. Members that are left out get the defaults.
type tenantBody struct {
	ID        tenant.ID    `json:"id,omitempty"`
	Name      string       `json:"name"`
	Fields    []fieldBody  `json:"fields"`
	Settings  settingsBody `json:"settings"`
	CreatedAt time.Time    `json:"created_at,omitzero"` // ignored on input
}

type fieldBody struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Type  string `json:"type"`
}

type settingsBody struct {
	DecidingField    string     `json:"deciding_field"`
	LandingURL       string     `json:"landing_url"`
	StartPath        string     `json:"start_path"`
	SendOrderLabel   string     `json:"send_order_label"`
	Seller           cart.Party `json:"seller,omitzero"`
	Language         string     `json:"language"`
	AllowedFormats   []string   `json:"allowed_formats"`
	SessionSeconds   int64      `json:"session_seconds"`
	MaxSessionSecond int64      `json:"max_session_seconds"`
	OrderSeconds     int64      `json:"order_seconds"`
	RetentionDays    int64      `json:"retention_days"`
	AuditDays        int64      `json:"audit_retention_days"`
	CatalogueURL     string     `json:"catalogue_url"`
}

// newTenantBody is what a body is read into, so that what it leaves out keeps its default.
func newTenantBody() tenantBody { return tenantBody{Settings: viewSettings(tenant.Defaults())} }

func viewSettings(s tenant.Settings) settingsBody {
	return settingsBody{
		s.DecidingField, s.LandingURL, s.StartPath, s.SendOrderLabel, s.Seller, s.Language, s.AllowedFormats,
		int64(s.SessionTTL / time.Second), int64(s.MaxSessionTTL / time.Second), int64(s.OrderTTL / time.Second),
		int64(s.Retention / day), int64(s.AuditRetention / day), s.CatalogueURL,
	}
}

func viewTenant(t *tenant.Tenant) tenantBody {
	s := t.Snapshot()
	view := tenantBody{ID: s.ID, Name: s.Name, Settings: viewSettings(s.Settings), CreatedAt: s.CreatedAt}
	for _, f := range s.Fields {
		view.Fields = append(view.Fields, fieldBody{f.Name, f.Label, f.Type.String()})
	}
	return view
}

func (b *tenantBody) read() ([]tenant.Field, tenant.Settings, error) {
	fields := make([]tenant.Field, len(b.Fields))
	for i, f := range b.Fields {
		kind, err := tenant.ParseFieldType(f.Type)
		if err != nil {
			return nil, tenant.Settings{}, at("/fields/"+strconv.Itoa(i)+"/type", err)
		}
		fields[i] = tenant.Field{Name: f.Name, Label: f.Label, Type: kind}
	}
	s := b.Settings
	return fields, tenant.Settings{
		DecidingField: s.DecidingField, LandingURL: s.LandingURL, StartPath: s.StartPath, SendOrderLabel: s.SendOrderLabel,
		Seller: s.Seller, Language: s.Language, AllowedFormats: s.AllowedFormats,
		SessionTTL: seconds(s.SessionSeconds), MaxSessionTTL: seconds(s.MaxSessionSecond), OrderTTL: seconds(s.OrderSeconds),
		Retention: days(s.RetentionDays), AuditRetention: days(s.AuditDays),
		CatalogueURL: s.CatalogueURL,
	}, nil
}

// seconds saturates: the domain refuses anything near the bound.
func seconds(n int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Second)
	return time.Duration(min(max(n, 0), most)) * time.Second
}

const day = 24 * time.Hour

// days saturates as seconds does; below zero is the domain's to refuse.
func days(n int64) time.Duration {
	const most = int64(1<<63-1) / int64(day)
	return time.Duration(min(max(n, -most), most)) * day
}

type customerBody struct {
	ID            customer.ID       `json:"id,omitempty"`
	Number        string            `json:"number"`
	Name          string            `json:"name"`
	Active        bool              `json:"active"`
	ContractFrom  time.Time         `json:"contract_from,omitzero"`
	ContractUntil time.Time         `json:"contract_until,omitzero"`
	Buyer         cart.Party        `json:"buyer,omitzero"`
	Fields        map[string]string `json:"fields"` // "true" and "false" for checkboxes
	CreatedAt     time.Time         `json:"created_at,omitzero"`
}

func viewCustomer(c *customer.Customer) customerBody {
	s := c.Snapshot()
	p := s.Profile
	return customerBody{s.ID, p.Number, p.Name, p.Active, p.ContractFrom, p.ContractUntil, p.Buyer, p.Values, s.CreatedAt}
}

func (b *customerBody) profile() customer.Profile {
	return customer.Profile{
		Number: b.Number, Name: b.Name, Active: b.Active, ContractFrom: b.ContractFrom, ContractUntil: b.ContractUntil,
		Buyer: b.Buyer, Values: b.Fields,
	}
}

type connectionBody struct {
	ID             connection.ID   `json:"id,omitempty"`
	Name           string          `json:"name"`
	Customer       customer.ID     `json:"customer"`
	Format         string          `json:"format"`
	Active         bool            `json:"active"`
	TestMode       bool            `json:"test_mode"`
	Options        json.RawMessage `json:"options,omitempty"`
	Mapping        json.RawMessage `json:"mapping,omitempty"`
	BuyerSystem    string          `json:"buyer_system"`
	Login          loginBody       `json:"login"`
	Return         returnBody      `json:"return"`
	Ordering       orderingBody    `json:"ordering"`
	Seller         cart.Party      `json:"seller,omitzero"`
	Buyer          cart.Party      `json:"buyer,omitzero"`
	HighestValue   amountBody      `json:"highest_value,omitzero"`
	LateCompletion bool            `json:"late_completion"`
	CompleteByGet  bool            `json:"complete_by_get"`
	Secret         string          `json:"secret,omitempty"` // on creation: the one chosen, or the one generated
	CreatedAt      time.Time       `json:"created_at,omitzero"`
}

type loginBody struct {
	Method   string         `json:"method"`
	Preset   string         `json:"preset,omitempty"` // names of parameters in use: oci or plain
	Names    *namesBody     `json:"names,omitempty"`  // or names of one's own
	User     string         `json:"user"`
	Customer string         `json:"customer"`
	From     []identityBody `json:"from,omitempty"`
	To       []identityBody `json:"to,omitempty"`
	Sender   []identityBody `json:"sender,omitempty"`
}

type namesBody struct {
	User      string `json:"user"`
	Password  string `json:"password"`
	ReturnURL string `json:"return_url"`
	Customer  string `json:"customer"`
	Session   string `json:"session"`
}

type identityBody struct {
	Domain string `json:"domain"`
	ID     string `json:"id"`
}

type returnBody struct {
	FromCall   bool     `json:"from_call"`
	Hosts      []string `json:"hosts"`
	Fixed      string   `json:"fixed"`
	FormAction []string `json:"form_action"`
	Frames     []string `json:"frame_ancestors,omitempty"`
	Transfer   string   `json:"transfer"`
}

type orderingBody struct {
	Format     string            `json:"format"`
	Options    json.RawMessage   `json:"options,omitempty"`
	Login      string            `json:"login"`
	Policy     map[string]string `json:"policy,omitempty"` // members that can differ to decisions
	AnswerURL  string            `json:"answer_url"`
	AnswerUser string            `json:"answer_user"`
}

type amountBody struct {
	Value    money.Decimal `json:"value,omitzero"`
	Currency string        `json:"currency,omitempty"`
}

// newConnectionBody is what a body is read into, so that what it leaves out keeps its default.
func newConnectionBody() connectionBody {
	return connectionBody{
		Active:   true,
		Login:    loginBody{Method: connection.Any.String()},
		Return:   returnBody{Transfer: connection.Browser.String()},
		Ordering: orderingBody{Login: connection.BasicOrBearer.String()},
	}
}

func viewConnection(c *connection.Connection) connectionBody {
	s := c.Snapshot()
	p := s.Profile
	names := namesBody(p.Login.Names)
	return connectionBody{
		ID: s.ID, Name: p.Name, Customer: p.Customer, Format: p.Format, Active: p.Active, TestMode: p.TestMode, Options: p.Options,
		Mapping: p.Mapping, BuyerSystem: p.BuyerSystem,
		Login: loginBody{
			Method: p.Login.Method.String(), Names: &names, User: p.Login.User, Customer: p.Login.Customer,
			From: viewIdentities(p.Login.From), To: viewIdentities(p.Login.To), Sender: viewIdentities(p.Login.Sender),
		},
		Return: returnBody{
			p.Return.FromCall, p.Return.Hosts, p.Return.Fixed, p.Return.FormAction, p.Return.FrameAncestors, p.Return.Transfer.String(),
		},
		Ordering: viewOrdering(p.Ordering),
		Seller:   p.Seller, Buyer: p.Buyer, HighestValue: amountBody(p.HighestValue),
		LateCompletion: p.LateCompletion, CompleteByGet: p.CompleteByGet, CreatedAt: s.CreatedAt,
	}
}

func viewOrdering(o connection.Ordering) orderingBody {
	view := orderingBody{Format: o.Format, Options: o.Options, Login: o.Login.String(), AnswerURL: o.AnswerURL, AnswerUser: o.AnswerUser}
	if len(o.Policy) > 0 {
		view.Policy = map[string]string{}
	}
	for member, decision := range o.Policy {
		view.Policy[string(member)] = decision.String()
	}
	return view
}

func viewIdentities(all []connection.Identity) []identityBody {
	views := make([]identityBody, len(all))
	for i, each := range all {
		views[i] = identityBody(each)
	}
	return views
}

func (b *connectionBody) profile() (connection.Profile, error) {
	method, err := connection.ParseMethod(b.Login.Method)
	if err != nil {
		return connection.Profile{}, at("/login/method", err)
	}
	way, err := connection.ParseTransfer(b.Return.Transfer)
	if err != nil {
		return connection.Profile{}, at("/return/transfer", err)
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

func (b *orderingBody) read() (o connection.Ordering, err error) {
	o = connection.Ordering{Format: b.Format, Options: b.Options, AnswerURL: b.AnswerURL, AnswerUser: b.AnswerUser}
	if o.Login, err = connection.ParseOrderLogin(b.Login); err != nil {
		return o, at("/ordering/login", err)
	}
	if len(b.Policy) > 0 {
		o.Policy = purchase.Policy{}
	}
	for member, name := range b.Policy {
		if o.Policy[purchase.Member(member)], err = purchase.ParseDecision(name); err != nil {
			return o, at("/ordering/policy", err)
		}
	}
	return o, nil
}

// at names the member that a refusal is about.
func at(path string, err error) error {
	f := fault.From(err)
	return f.With(fault.Detail{Path: path, Code: "unknown_value", Message: f.Message})
}

func (b *loginBody) names() (connection.Names, error) {
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

func readIdentities(all []identityBody) []connection.Identity {
	read := make([]connection.Identity, len(all))
	for i, each := range all {
		read[i] = connection.Identity(each)
	}
	return read
}

type linkView struct {
	ID         connection.LinkID `json:"id"`
	Connection connection.ID     `json:"connection"`
	URL        string            `json:"url"`
	CreatedAt  time.Time         `json:"created_at"`
	RevokedAt  time.Time         `json:"revoked_at,omitzero"`
}

func (s *Server) viewLink(l *connection.Link) linkView {
	state := l.Snapshot()
	return linkView{state.ID, state.Connection, s.linkURL(l.Address()), state.CreatedAt, state.RevokedAt}
}

type keyView struct {
	ID        apikey.ID `json:"id"`
	Label     string    `json:"label"`
	Scopes    []string  `json:"scopes"`
	Key       string    `json:"key,omitempty"` // on creation only
	CreatedAt time.Time `json:"created_at"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	LastUsed  time.Time `json:"last_used_at,omitzero"`
}

func viewKey(k *apikey.Key, text secret.Text) keyView {
	s := k.Snapshot()
	view := keyView{ID: s.ID, Label: s.Label, Key: text.Reveal(), CreatedAt: s.CreatedAt, RevokedAt: s.RevokedAt, LastUsed: s.LastUsedAt}
	for _, scope := range s.Scopes {
		view.Scopes = append(view.Scopes, scope.String())
	}
	return view
}
