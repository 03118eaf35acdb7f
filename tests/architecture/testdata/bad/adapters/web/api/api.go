// Package api breaks the rule.
package api

import (
	_ "github.com/oapi-codegen/runtime/types"              // breach: adapters/web/api may not import github.com/oapi-codegen/runtime/types
	_ "github.com/punchgate/punchgate/adapters/web/client" // breach: adapters/web/api may not import adapters/web/client
	_ "github.com/punchgate/punchgate/domain/cart"
)
