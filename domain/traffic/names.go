package traffic

import "github.com/punchgate/punchgate/domain/fault"

// Step is what a call is for.
type Step struct{ name string }

// The steps, in the order in which a PunchOut goes through them.
var (
	StartCall     = Step{"start_call"}     // a procurement system's login, or another document to the same address
	Direct        = Step{"direct"}         // the shop opens a session itself
	Exchange      = Step{"exchange"}       // the shop takes over the session
	Cart          = Step{"cart"}           // the shop sends the cart
	Cancel        = Step{"cancel"}         // the shop ends the session without one
	Transfer      = Step{"transfer"}       // the buyer's browser fetches the cart's form
	Push          = Step{"push"}           // the gateway hands the cart over itself
	Completion    = Step{"completion"}     // the ping of the procurement system
	PurchaseOrder = Step{"purchase_order"} // its purchase order as a document
	Response      = Step{"response"}       // what the ERP says of the order
	Answer        = Step{"answer"}         // the gateway hands the answer to the procurement system
	Export        = Step{"export"}         // the ERP took the order
	Webhook       = Step{"webhook"}        // the gateway tells shop or ERP of an event
)

// Steps returns every step.
func Steps() []Step {
	return []Step{
		StartCall, Direct, Exchange, Cart, Cancel, Transfer, Push, Completion, PurchaseOrder, Response, Answer, Export, Webhook,
	}
}

// ParseStep refuses any name that is not a step's.
func ParseStep(name string) (Step, error) {
	for _, s := range Steps() {
		if s.name == name {
			return s, nil
		}
	}
	return Step{}, fault.Newf(fault.Malformed, "traffic.unknown_step", "%q is not a step of a PunchOut", name)
}

// String returns the step's name.
func (s Step) String() string { return s.name }

// Outgoing reports whether the gateway makes the call.
func (s Step) Outgoing() bool { return s == Push || s == Answer || s == Webhook }

// Verdict is how a call ended.
type Verdict struct{ name string }

// The verdicts.
var (
	Accepted = Verdict{"accepted"}
	Refused  = Verdict{"refused"} // and nothing came of it
	Failed   = Verdict{"failed"}  // by a defect, or because somebody was away
)

// Verdicts returns every verdict.
func Verdicts() []Verdict { return []Verdict{Accepted, Refused, Failed} }

// ParseVerdict refuses any name that is not a verdict's.
func ParseVerdict(name string) (Verdict, error) {
	for _, v := range Verdicts() {
		if v.name == name {
			return v, nil
		}
	}
	return Verdict{}, fault.Newf(fault.Malformed, "traffic.unknown_verdict", "%q is not the verdict of a call", name)
}

// String returns the verdict's name.
func (v Verdict) String() string { return v.name }

// Document says what of a session or an order a payload is, where that is kept already. The zero value is none.
type Document struct{ name string }

// The documents.
var (
	OrderCart       = Document{"order_cart"}       // the cart of the order
	OrderDocument   = Document{"order_document"}   // the document of the cart that was transferred
	ReceiptDocument = Document{"receipt_document"} // the purchase order
	AnswerDocument  = Document{"answer_document"}  // what the shop answered
)

// ParseDocument refuses any name that is not a document's, but takes none.
func ParseDocument(name string) (Document, error) {
	for _, d := range []Document{{}, OrderCart, OrderDocument, ReceiptDocument, AnswerDocument} {
		if d.name == name {
			return d, nil
		}
	}
	return Document{}, fault.Newf(fault.Malformed, "traffic.unknown_document", "%q is not a document of a PunchOut", name)
}

// String returns the document's name.
func (d Document) String() string { return d.name }
