// Package sqlite breaks the rule.
package sqlite

import (
	_ "github.com/punchgate/punchgate/tests/contract/storetest"
	_ "github.com/punchgate/punchgate/tests/e2e" // breach: adapters/store may not import tests/e2e
)
