// Package web breaks the rule.
package web

import (
	_ "github.com/gin-gonic/gin"
	_ "github.com/punchgate/punchgate/adapters/formats/startform"
	_ "github.com/punchgate/punchgate/adapters/store/sqlite" // breach: adapters/web may not import adapters/store/sqlite
	_ "github.com/punchgate/punchgate/adapters/web/client"
	_ "github.com/punchgate/punchgate/application/login"
	_ "github.com/punchgate/punchgate/bootstrap" // breach: adapters/web may not import bootstrap
)
