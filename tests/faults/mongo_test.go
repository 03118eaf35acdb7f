package faults

import (
	"testing"

	"github.com/punchgate/punchgate/tests/mongotest"
)

func TestKillingOneOfThreeGatewaysOnOneMongoDB(t *testing.T) {
	faults, seed := wanted(t)
	killed(t, mongoDBEngine(t, mongotest.URI(t)), &History{}, seed, 3, faults)
}
