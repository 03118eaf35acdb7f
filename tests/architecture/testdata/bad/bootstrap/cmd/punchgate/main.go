// Package main breaks the rule.
package main

import (
	_ "github.com/punchgate/punchgate/adapters/web"
	_ "github.com/punchgate/punchgate/bootstrap"
	_ "github.com/punchgate/punchgate/tests/e2e" // breach: bootstrap may not import tests/e2e
)
