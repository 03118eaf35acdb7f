// Package login breaks the rule.
package login

import (
	_ "github.com/punchgate/punchgate/adapters/system" // breach: application may not import adapters/system
	_ "github.com/punchgate/punchgate/application/port"
	_ "github.com/punchgate/punchgate/domain/cart"
	_ "go.uber.org/fx" // breach: application may not import go.uber.org/fx
	_ "net/http"
)
