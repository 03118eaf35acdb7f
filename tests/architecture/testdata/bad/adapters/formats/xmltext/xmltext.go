// Package xmltext breaks the rule.
package xmltext

import (
	_ "github.com/punchgate/punchgate/adapters/formats/oci" // breach: adapters/formats may not import adapters/formats/oci
)
