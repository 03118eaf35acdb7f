package cxml

import (
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
)

// Module brings the format proceedo-cxml into the build.
var Module = fx.Module("format/cxml",
	fx.Provide(fx.Annotate(NewProceedo, fx.As(new(port.Format)), fx.ResultTags(`group:"formats"`))),
)

var (
	_ port.LoginDecoder      = (*Format)(nil)
	_ port.StartResponder    = (*Format)(nil)
	_ port.CartEncoder       = (*Format)(nil)
	_ port.DocumentValidator = (*Format)(nil)
	_ port.OrderDecoder      = (*Format)(nil)
)
