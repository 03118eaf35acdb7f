// Package client breaks the rule.
package client

import (
	_ "github.com/gin-gonic/gin"                    // breach: adapters/web/client may not import github.com/gin-gonic/gin
	_ "github.com/punchgate/punchgate/adapters/web" // breach: adapters/web/client may not import adapters/web
	_ "github.com/punchgate/punchgate/adapters/web/api"
	_ "github.com/punchgate/punchgate/application/port" // breach: adapters/web/client may not import application/port
	_ "github.com/punchgate/punchgate/domain/cart"
	_ "net/http"
)
