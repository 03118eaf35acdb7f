// Package money breaks the rule.
package money

import (
	_ "github.com/cockroachdb/apd/v3"
	_ "github.com/cockroachdb/apd/v3000"            // breach: domain/money may not import github.com/cockroachdb/apd/v3000
	_ "github.com/punchgate/punchgate/adapters/web" // breach: domain/money may not import adapters/web
)
