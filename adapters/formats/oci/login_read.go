package oci

import (
	"slices"
	"strings"

	"github.com/punchgate/punchgate/adapters/formats/startform"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// Parameters of a start call that have a meaning beside user, password and return address.
const (
	paramOkCode       = "~OkCode"
	paramTarget       = "~TARGET"
	paramCaller       = "~CALLER"
	paramReturnTarget = "returntarget"
	paramCharset      = "http_content_charset"
	paramFunction     = "FUNCTION"
	paramProduct      = "PRODUCTID"
	paramQuantity     = "QUANTITY"
	paramSearch       = "SEARCHSTRING"
)

// echoed are the parameters that stand in the return form again when they came.
var echoed = []string{paramOkCode, paramTarget, paramCaller}

// The functions of a start call, beside those that ask the shop for data.
const (
	functionDetail   = "DETAIL"
	functionSourcing = "SOURCING"
)

// functions are all that a connection can offer.
var functions = []string{functionDetail, port.FunctionValidate, functionSourcing, port.FunctionSearch}

// Refusals of a start call.
var (
	ErrSAPEvent = fault.New(fault.Unsupported, "oci.sapevent",
		"the return address is SAPEVENT, the browser inside SAP GUI, which the gateway does not support: let the system open a web browser")
	ErrFunction = fault.New(fault.Unsupported, "oci.function", "the connection does not offer the start call's FUNCTION")
)

// DecodeLogin reads the start call, a form by GET or POST with the connection's parameter names. What the return form
// needs again is kept; what has no meaning here, such as OCI_VERSION or sap-language, is an extrinsic, and so are
// QUANTITY and SEARCHSTRING.
//
// DETAIL opens the shop at PRODUCTID, SOURCING with the words of SEARCHSTRING. VALIDATE asks for the article PRODUCTID at
// QUANTITY, BACKGROUND_SEARCH for what SEARCHSTRING finds; both begin no visit. A function that the connection does not
// offer, as any other, is refused as ErrFunction.
func (f *Format) DecodeLogin(r port.StartRequest) (port.StartCall, error) {
	s, err := f.readOptions(r.Options)
	if err != nil {
		return port.StartCall{}, err
	}
	call, err := startform.Decode(r)
	for _, name := range []string{paramOkCode, paramTarget, paramCaller, paramReturnTarget, paramCharset} {
		keep(&call, name, pull(&call, name))
	}
	call.Function = strings.ToUpper(strings.TrimSpace(pull(&call, paramFunction)))
	refusal := readFunction(&call)
	switch scheme, _, found := strings.Cut(strings.TrimSpace(call.ReturnURL), ":"); {
	case err != nil:
		return call, err
	case found && strings.EqualFold(scheme, "SAPEVENT"):
		return call, ErrSAPEvent
	case call.Function != "" && !slices.Contains(s.Functions, call.Function):
		return call, ErrFunction
	case refusal == nil && call.ReturnURL != "": // nobody should shop who cannot go back
		_, refusal = s.form(port.Outgoing{ReturnURL: call.ReturnURL, Keep: call.Keep})
	}
	return call, refusal
}

// readFunction reads what the function needs. A function that asks for data is kept, for the form that answers it differs
// from that of a cart.
func readFunction(call *port.StartCall) (err error) {
	switch call.Function {
	case functionDetail:
		call.SelectedItem = pull(call, paramProduct)
		return required(paramProduct, call.SelectedItem)
	case functionSourcing:
		_, call.Search = find(call, paramSearch)
	case port.FunctionValidate:
		keep(call, paramFunction, call.Function)
		call.SelectedItem = pull(call, paramProduct)
		if err := required(paramProduct, call.SelectedItem); err != nil {
			return err
		}
		_, quantity := find(call, paramQuantity)
		call.Quantity, err = readQuantity(quantity)
		return err
	case port.FunctionSearch:
		keep(call, paramFunction, call.Function)
		_, call.Search = find(call, paramSearch)
		return required(paramSearch, call.Search)
	}
	return nil
}

// find returns a parameter without a place of its own, by its name in any case.
func find(call *port.StartCall, name string) (given, value string) {
	for given, value := range call.Extrinsics {
		if strings.EqualFold(given, name) {
			return given, value
		}
	}
	return "", ""
}

// pull is find for a parameter that is to have a place of its own.
func pull(call *port.StartCall, name string) string {
	given, value := find(call, name)
	delete(call.Extrinsics, given)
	return value
}

func keep(call *port.StartCall, name, value string) {
	if value == "" {
		return
	}
	if call.Keep == nil {
		call.Keep = map[string]string{}
	}
	call.Keep[name] = value
}

func required(name, value string) error {
	if strings.TrimSpace(value) != "" {
		return nil
	}
	return startform.Refuse(startform.ErrMissing, fault.Detail{Path: name, Code: "missing", Message: name + " is missing or empty"})
}

// readQuantity reads a quantity as the return form writes it. SAP fills its fields up with blanks.
func readQuantity(text string) (money.Decimal, error) {
	quantity, err := money.Parse(strings.TrimSpace(text))
	quantity = quantity.Or(one)
	if err != nil || quantity.Sign() <= 0 {
		return money.Decimal{}, startform.Refuse(startform.ErrParameter, fault.Detail{
			Path: paramQuantity, Code: "malformed", Message: paramQuantity + " must be a number above 0, such as 2.5",
		})
	}
	return quantity, nil
}
