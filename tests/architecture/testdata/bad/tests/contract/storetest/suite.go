// Package storetest breaks the rule.
package storetest

import (
	_ "github.com/punchgate/punchgate/tests/contract/model"
)
