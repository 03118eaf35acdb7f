package oci

import (
	"strings"

	"github.com/punchgate/punchgate/adapters/formats/startform"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
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
)

// echoed are the parameters that stand in the return form again when they came.
var echoed = []string{paramOkCode, paramTarget, paramCaller}

// The functions of a start call.
const (
	functionDetail   = "DETAIL"
	functionValidate = "VALIDATE"
	functionSourcing = "SOURCING"
	functionSearch   = "BACKGROUND_SEARCH"
)

// Refusals of a start call.
var (
	ErrSAPEvent = fault.New(fault.Unsupported, "oci.sapevent",
		"the return address is SAPEVENT, the browser inside SAP GUI, which the gateway does not support: let the system open a web browser")
	ErrFunction = fault.New(fault.Unsupported, "oci.function", "the gateway does not support the start call's FUNCTION")
)

// DecodeLogin reads the start call, a form by GET or POST with the connection's parameter names. What the return form
// needs again is kept; what has no meaning here, such as OCI_VERSION or sap-language, is an extrinsic.
//
// DETAIL opens the shop at PRODUCTID, SOURCING with the extrinsic SEARCHSTRING. VALIDATE and BACKGROUND_SEARCH ask for
// data instead of a visit and are refused as ErrFunction, as is any other function.
func (f *Format) DecodeLogin(r port.StartRequest) (port.StartCall, error) {
	call, err := startform.Decode(r)
	take := func(name string) string {
		for given, value := range call.Extrinsics {
			if strings.EqualFold(given, name) {
				delete(call.Extrinsics, given)
				return value
			}
		}
		return ""
	}
	for _, name := range []string{paramOkCode, paramTarget, paramCaller, paramReturnTarget, paramCharset} {
		if value := take(name); value != "" {
			if call.Keep == nil {
				call.Keep = map[string]string{}
			}
			call.Keep[name] = value
		}
	}
	call.Function = strings.ToUpper(strings.TrimSpace(take(paramFunction)))
	if call.Function == functionDetail || call.Function == functionValidate {
		call.SelectedItem = take(paramProduct)
	}
	if err != nil {
		return call, err
	}
	if scheme, _, found := strings.Cut(strings.TrimSpace(call.ReturnURL), ":"); found && strings.EqualFold(scheme, "SAPEVENT") {
		return call, ErrSAPEvent
	}
	return call, checkFunction(call)
}

func checkFunction(call port.StartCall) error {
	switch call.Function {
	case "", functionSourcing:
		return nil
	case functionDetail:
		if call.SelectedItem == "" {
			missing := fault.Detail{Path: paramProduct, Code: "missing", Message: paramProduct + " is missing or empty"}
			refusal := startform.ErrMissing.With(missing)
			refusal.Message += ": " + missing.Message
			return refusal
		}
		return nil
	case functionValidate, functionSearch:
		refusal := *ErrFunction
		refusal.Message = "the function " + call.Function + " asks the shop for data, which this gateway does not support yet"
		return &refusal
	}
	return ErrFunction
}
