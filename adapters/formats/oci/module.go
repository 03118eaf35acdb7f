package oci

import (
	"encoding/json"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
)

// Module brings the formats oci-3, oci-4 and oci-5 into the build.
var Module = fx.Module("format/oci", fx.Provide(provide(New3), provide(New4), provide(New5)))

func provide(constructor func() *Format) any {
	return fx.Annotate(constructor, fx.As(new(port.Format)), fx.ResultTags(`group:"formats"`))
}

var (
	_ port.Describer         = (*Format)(nil)
	_ port.LoginDecoder      = (*Format)(nil)
	_ port.FieldMapper       = (*Format)(nil)
	_ port.DocumentValidator = (*Format)(nil)
)

// Format is OCI in one of its versions.
type Format struct {
	name    string
	version version
}

// New3 returns the format oci-3.
func New3() *Format { return &Format{"oci-3", version3} }

// New4 returns the format oci-4.
func New4() *Format { return &Format{"oci-4", version4} }

// New5 returns the format oci-5.
func New5() *Format { return &Format{"oci-5", version5} }

// Name returns the format's name.
func (f *Format) Name() string { return f.name }

// CheckOptions refuses options that the format does not know or that make no sense.
func (f *Format) CheckOptions(raw json.RawMessage) error {
	_, err := f.readOptions(raw)
	return err
}
