// Package fields breaks the rule.
package fields

import (
	_ "github.com/punchgate/punchgate/adapters/formats/oci/units"
	_ "github.com/punchgate/punchgate/adapters/web" // breach: adapters/formats may not import adapters/web
)
