// Package domainlike breaks the rule.
package domainlike

import (
	_ "github.com/punchgate/punchgatex/domain" // breach: domain may not import github.com/punchgate/punchgatex/domain
)
