// Package outbound breaks the rule.
package outbound

import (
	_ "github.com/punchgate/punchgate/adapters/store/document" // breach: adapters may not import adapters/store/document
	_ "github.com/punchgate/punchgate/application/port"
)
