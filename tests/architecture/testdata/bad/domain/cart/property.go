// Package cart breaks the rule.
package cart

import (
	_ "pgregory.net/rapid" // breach: domain may not import pgregory.net/rapid
)
