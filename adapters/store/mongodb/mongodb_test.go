package mongodb

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/tests/contract/storetest"
	"github.com/punchgate/punchgate/tests/mongotest"
)

func TestMain(m *testing.M) {
	patience = 100 * time.Millisecond
	os.Exit(mongotest.Main(m))
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) port.Stores { return open(t, mongotest.URI(t)).Stores() })
}

func open(t testing.TB, uri string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{secret.New(uri)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}
