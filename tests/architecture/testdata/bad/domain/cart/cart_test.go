// Package cart breaks the rule.
package cart

import (
	_ "github.com/punchgate/punchgate/tests/contract/formattest"
	_ "github.com/stretchr/testify" // breach: domain may not import github.com/stretchr/testify
	_ "pgregory.net/rapid"
)
