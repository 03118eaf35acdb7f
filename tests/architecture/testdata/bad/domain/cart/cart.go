// Package cart breaks the rule.
package cart

import (
	_ "github.com/cockroachdb/apd/v3"                   // breach: domain may not import github.com/cockroachdb/apd/v3
	_ "github.com/punchgate/punchgate/application/port" // breach: domain may not import application/port
	_ "github.com/punchgate/punchgate/domain/money"
	_ "strings"
)
