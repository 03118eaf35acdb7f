package mongotest

import "testing"

// Ability is something of MongoDB that the stand-in has not. What rests on it is shown by Test, which runs on the real one
// alone.
type Ability struct {
	Name   string
	Lack   string // what the stand-in does instead
	Test   string // its name
	Folder string // where the test lives
}

// The abilities that the stand-in lacks. Log-in, transactions, collation and validators, which it lacks too, are nothing that
// the gateway needs.
var (
	Durability = Ability{
		"durability", "forgets everything when it ends", "TestKillingMongoDBUnderThreeGateways", "tests/faults",
	}
	ReplicaSets = Ability{
		"replica sets", "is one server without elections, sessions and retryable writes, and takes no notice of concerns",
		"TestContractOnAReplicaSet", "adapters/store/mongodb",
	}
	IndexUse = Ability{
		"the use of indexes", "explains nothing, and scans where an index is not unique", "TestEveryLookUpUsesAnIndex", "adapters/store/mongodb",
	}
	Expiry = Ability{
		"expiry", "keeps documents whose time is over, and does not tell of expireAfterSeconds",
		"TestTheServerRemovesWhatIsLongOver", "adapters/store/mongodb",
	}
)

// Abilities are all of them. Elections among several servers and sharded clusters are not: no test of the project runs on any.
var Abilities = []Ability{Durability, ReplicaSets, IndexUse, Expiry}

// Needs skips the test on the stand-in.
func Needs(t testing.TB, uri string, a Ability) {
	t.Helper()
	if _, lacks := Engine(t, uri); lacks != nil {
		t.Skipf("the stand-in for MongoDB cannot show %s: it %s", a.Name, a.Lack)
	}
}
