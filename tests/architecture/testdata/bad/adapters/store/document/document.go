// Package document breaks the rule.
package document

import (
	_ "github.com/punchgate/punchgate/adapters/store/sqlite" // breach: adapters/store/document may not import adapters/store/sqlite
	_ "github.com/punchgate/punchgate/application/login"     // breach: adapters/store/document may not import application/login
	_ "github.com/punchgate/punchgate/application/port"
	_ "github.com/punchgate/punchgate/domain/cart"
	_ "modernc.org/sqlite" // breach: adapters/store/document may not import modernc.org/sqlite
)
