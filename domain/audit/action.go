package audit

import "github.com/punchgate/punchgate/domain/fault"

// Action is what is done: the kind of what it is done to, and how it is called.
type Action struct{ kind, verb string }

// The actions.
var (
	TenantCreate     = Action{"tenant", "create"}
	TenantRemove     = Action{"tenant", "remove"}
	TenantChange     = Action{"tenant", "change"}
	TenantCatalogue  = Action{"tenant", "replace_catalogue_secret"}
	KeyCreate        = Action{"key", "create"}
	KeyRevoke        = Action{"key", "revoke"}
	KeyUseRevoked    = Action{"key", "use_revoked"} // somebody presented a key that was revoked; noted once an hour
	MasterKeyRotate  = Action{"master_key", "rotate"}
	CustomerCreate   = Action{"customer", "create"}
	CustomerChange   = Action{"customer", "change"}
	CustomersTick    = Action{"customers", "tick"}
	CustomersImport  = Action{"customers", "import"}
	ConnectionCreate = Action{"connection", "create"}
	ConnectionChange = Action{"connection", "change"}
	ConnectionSecret = Action{"connection", "replace_secret"}
	ConnectionAnswer = Action{"connection", "replace_answer_secret"}
	ConnectionTry    = Action{"connection", "try"} // an operator plays its procurement system
	LinkCreate       = Action{"link", "create"}
	LinkRevoke       = Action{"link", "revoke"}
	SessionCancel    = Action{"session", "cancel"}
	OrderPush        = Action{"order", "push"}
	OrderCancel      = Action{"order", "cancel"}
	OrderConfirm     = Action{"order", "confirm"}
	OrderReject      = Action{"order", "reject"}
	OrderExport      = Action{"order", "export"}
	OrderRespond     = Action{"order", "respond"}
	AnswerDeliver    = Action{"answer", "deliver"}
	PurchaseOrderTie = Action{"purchase_order", "tie"}

	UserCreate   = Action{"user", "create"}
	UserChange   = Action{"user", "change"}
	UserRemove   = Action{"user", "remove"}
	UserPassword = Action{"user", "replace_password"}
	UserSignIn   = Action{"user", "sign_in"}  // a refused one is noted once an hour
	UserSignOut  = Action{"user", "sign_out"} // everywhere

	WebhookCreate      = Action{"webhook", "create"}
	WebhookChange      = Action{"webhook", "change"}
	WebhookRemove      = Action{"webhook", "remove"}
	WebhookSecret      = Action{"webhook", "replace_secret"}
	PersonalDataErase  = Action{"personal_data", "erase"}
	DeadLettersDeliver = Action{"dead_letters", "deliver"}
)

// Actions returns every action.
func Actions() []Action {
	return []Action{
		TenantCreate, TenantRemove, TenantChange, TenantCatalogue, KeyCreate, KeyRevoke, KeyUseRevoked, MasterKeyRotate,
		CustomerCreate, CustomerChange, CustomersTick, CustomersImport,
		ConnectionCreate, ConnectionChange, ConnectionSecret, ConnectionAnswer, ConnectionTry, LinkCreate, LinkRevoke, SessionCancel, OrderPush,
		OrderCancel, OrderConfirm, OrderReject, OrderExport, OrderRespond, AnswerDeliver, PurchaseOrderTie,
		WebhookCreate, WebhookChange, WebhookRemove, WebhookSecret, DeadLettersDeliver, PersonalDataErase,
		UserCreate, UserChange, UserRemove, UserPassword, UserSignIn, UserSignOut,
	}
}

// ParseAction refuses any name that is not an action's.
func ParseAction(name string) (Action, error) {
	for _, a := range Actions() {
		if a.String() == name {
			return a, nil
		}
	}
	return Action{}, fault.Newf(fault.Malformed, "audit.unknown_action", "%q is not an action", name)
}

// String returns the action's name, such as connection.replace_secret.
func (a Action) String() string { return a.kind + "." + a.verb }

// Kind returns the kind of what is acted on, such as connection.
func (a Action) Kind() string { return a.kind }

// Result is how an action ended.
type Result struct{ name string }

// The results.
var (
	Done    = Result{"done"}
	Refused = Result{"refused"} // and nothing was changed
	Failed  = Result{"failed"}  // by a defect, or because a dependency was away; it may have come halfway
	Unknown = Result{"unknown"} // the gateway stopped before it could say
)

// Results returns every result.
func Results() []Result { return []Result{Done, Refused, Failed, Unknown} }

// ParseResult refuses any name that is not a result's.
func ParseResult(name string) (Result, error) {
	for _, r := range Results() {
		if r.name == name {
			return r, nil
		}
	}
	return Result{}, fault.Newf(fault.Malformed, "audit.unknown_result", "%q is not the result of an action", name)
}

// String returns the result's name.
func (r Result) String() string { return r.name }
