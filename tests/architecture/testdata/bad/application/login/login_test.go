// Package login breaks the rule.
package login

import (
	_ "github.com/punchgate/punchgate/adapters/store/sqlite" // breach: application may not import adapters/store/sqlite
	_ "github.com/punchgate/punchgate/tests/contract/storetest"
)
