package peppol

import (
	"github.com/punchgate/punchgate/adapters/formats/startform"
	"github.com/punchgate/punchgate/application/port"
)

// DecodeLogin reads the start call, a form by GET or POST with the connection's parameter names.
func (f *Format) DecodeLogin(r port.StartRequest) (port.StartCall, error) { return startform.Decode(r) }
