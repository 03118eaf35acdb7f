// Package docs breaks the rule.
package docs

import (
	_ "embed"

	_ "github.com/punchgate/punchgate/domain/money" // breach: docs may not import domain/money
)
