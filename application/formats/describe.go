package formats

import (
	"encoding/json"

	"github.com/punchgate/punchgate/application/port"
)

// Describe returns what a format says of itself; of one that says nothing, its name.
func Describe(f port.Format) port.Description {
	if d, ok := f.(port.Describer); ok {
		return d.Describe()
	}
	return port.Description{Label: f.Name()}
}

// Starts reports what may begin a PunchOut in a format with these options. Of a format that does not say it, that is what it can:
// a form where it reads start calls, and a document where it answers them.
func Starts(f port.Format, options json.RawMessage) (form, document bool) {
	if d, ok := f.(port.Describer); ok {
		return d.Starts(options)
	}
	_, form = f.(port.LoginDecoder)
	_, document = f.(port.StartResponder)
	return form, document
}
