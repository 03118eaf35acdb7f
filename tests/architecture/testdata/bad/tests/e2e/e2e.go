// Package e2e breaks the rule.
package e2e

import (
	_ "github.com/punchgate/punchgate/bootstrap"
	_ "github.com/punchgate/punchgate/tests/contract/storetest" // breach: tests may not import tests/contract/storetest
)
