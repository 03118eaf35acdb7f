package faults

import (
	"strings"
	"testing"

	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/tests/mongotest"
)

func mongoEngine(t *testing.T) engine {
	t.Helper()
	uri := mongotest.URI(t)
	name, lacks := mongotest.Engine(t, uri)
	skipped := []string{"none"}
	for i, each := range lacks {
		skipped = append(skipped[:i], each.Name)
	}
	return engine{
		store: "mongodb", name: name, skipped: strings.Join(skipped, ", "),
		env:    []string{"PUNCHGATE_STORE=mongodb", "PUNCHGATE_MONGODB_URI=" + uri},
		config: bootstrap.Config{Store: "mongodb", MongoDBURI: secret.New(uri)},
	}
}

func TestKillingOneOfThreeGatewaysOnOneMongoDB(t *testing.T) {
	faults, seed := wanted(t)
	killed(t, mongoEngine(t), &History{}, seed, 3, faults)
}
