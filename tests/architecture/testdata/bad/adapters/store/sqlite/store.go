// Package sqlite breaks the rule.
package sqlite

import (
	_ "github.com/punchgate/punchgate/adapters/store/document"
	_ "github.com/punchgate/punchgate/adapters/store/mongodb" // breach: adapters/store may not import adapters/store/mongodb
	_ "github.com/punchgate/punchgate/adapters/store/sqlite/schema"
	_ "github.com/punchgate/punchgate/application/port"
	_ "github.com/punchgate/punchgate/tests/contract/storetest" // breach: adapters/store may not import tests/contract/storetest
	_ "github.com/punchgate/punchgate/tests/mongotest"          // breach: adapters/store may not import tests/mongotest
	_ "modernc.org/sqlite"
)
