// Package oci breaks the rule.
package oci

import (
	_ "github.com/punchgate/punchgate/adapters/formats/cxml" // breach: adapters/formats may not import adapters/formats/cxml
	_ "github.com/punchgate/punchgate/adapters/formats/oci/fields"
	_ "github.com/punchgate/punchgate/adapters/formats/ocilike" // breach: adapters/formats may not import adapters/formats/ocilike
	_ "github.com/punchgate/punchgate/adapters/formats/startform"
	_ "github.com/punchgate/punchgate/application/login" // breach: adapters/formats may not import application/login
	_ "github.com/punchgate/punchgate/application/port"
	_ "github.com/punchgate/punchgate/application/portal" // breach: adapters/formats may not import application/portal
	_ "github.com/punchgate/punchgate/domain/cart"
	_ "go.uber.org/fx"
)
