package peppol

import (
	"encoding/json"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/application/port"
)

// Module brings the formats peppol-bis-punchout-3 and peppol-bis-ordering-3 into the build.
var Module = fx.Module("format/peppol",
	fx.Provide(fx.Annotate(New, fx.As(new(port.Format)), fx.ResultTags(`group:"formats"`))),
	fx.Provide(fx.Annotate(NewOrdering, fx.As(new(port.Format)), fx.ResultTags(`group:"formats"`))),
)

var (
	_ port.Describer         = (*Format)(nil)
	_ port.LoginDecoder      = (*Format)(nil)
	_ port.FieldMapper       = (*Format)(nil)
	_ port.DocumentValidator = (*Format)(nil)

	_ port.Describer             = (*Ordering)(nil)
	_ port.OrderDecoder          = (*Ordering)(nil)
	_ port.OrderResponseEncoder  = (*Ordering)(nil)
	_ port.OrderAgreementEncoder = (*Ordering)(nil)
)

// Format is peppol-bis-punchout-3.
type Format struct{ release *release }

// New returns the format.
func New() *Format { return &Format{current} }

// Name returns peppol-bis-punchout-3.
func (f *Format) Name() string { return "peppol-bis-punchout-3" }

// CheckOptions refuses options that are not those of this format.
func (f *Format) CheckOptions(raw json.RawMessage) error {
	_, err := readOptions(raw)
	return err
}

// Ordering is peppol-bis-ordering-3.
type Ordering struct{ release *release }

// NewOrdering returns the format.
func NewOrdering() *Ordering { return &Ordering{current} }

// Name returns peppol-bis-ordering-3.
func (f *Ordering) Name() string { return "peppol-bis-ordering-3" }

// CheckOptions refuses all options, for there are none.
func (f *Ordering) CheckOptions(raw json.RawMessage) error { return options.Read(raw, &struct{}{}) }
