package peppol

import (
	"encoding/json"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
)

// Module brings the format peppol-bis-punchout-3 into the build.
var Module = fx.Module("format/peppol",
	fx.Provide(fx.Annotate(New, fx.As(new(port.Format)), fx.ResultTags(`group:"formats"`))),
)

var (
	_ port.LoginDecoder      = (*Format)(nil)
	_ port.CartEncoder       = (*Format)(nil)
	_ port.DocumentValidator = (*Format)(nil)
)

// Format is peppol-bis-punchout-3.
type Format struct{}

// New returns the format.
func New() *Format { return &Format{} }

// Name returns peppol-bis-punchout-3.
func (f *Format) Name() string { return "peppol-bis-punchout-3" }

// CheckOptions refuses options that are not those of this format.
func (f *Format) CheckOptions(raw json.RawMessage) error {
	_, err := readOptions(raw)
	return err
}
