package outbound

import (
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
)

// Module provides what calls others; it needs Config and a clock.
var Module = fx.Module("outbound", fx.Provide(
	func(c Config) port.Poster { return NewPoster(c) },
	func(c Config) port.Deliverer { return NewDeliverer(c) },
	func(c Config, clock port.Clock) port.Catalogue { return NewCatalogue(c, clock) },
	func(c Config, clock port.Clock) port.Webhooks { return NewWebhooks(c, clock) },
))

var (
	_ port.Poster    = (*Poster)(nil)
	_ port.Deliverer = (*Deliverer)(nil)
	_ port.Catalogue = (*Catalogue)(nil)
	_ port.Webhooks  = (*Webhooks)(nil)
)
