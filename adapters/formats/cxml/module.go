package cxml

import (
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
)

// Module brings the formats cxml-1.2 and proceedo-cxml into the build.
var Module = fx.Module("format/cxml", fx.Provide(provide(NewCXML12), provide(NewProceedo)))

func provide(constructor func() *Format) any {
	return fx.Annotate(constructor, fx.As(new(port.Format)), fx.ResultTags(`group:"formats"`))
}

var (
	_ port.Describer            = (*Format)(nil)
	_ port.StartResponder       = (*Format)(nil)
	_ port.FieldMapper          = (*Format)(nil)
	_ port.DocumentValidator    = (*Format)(nil)
	_ port.OrderDecoder         = (*Format)(nil)
	_ port.OrderResponseEncoder = (*Format)(nil)
	_ port.OrderStatusEncoder   = (*Format)(nil)
	_ port.Authenticator        = (*Format)(nil)
	_ port.ReceiptReader        = (*Format)(nil)
)
