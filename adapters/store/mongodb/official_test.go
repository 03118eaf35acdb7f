package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/tests/contract/storetest"
	"github.com/punchgate/punchgate/tests/mongotest"
)

// TestContractOnAReplicaSet tries what a single server has not: concerns, sessions and writes that are tried again.
func TestContractOnAReplicaSet(t *testing.T) {
	mongotest.Needs(t, mongotest.URI(t), mongotest.ReplicaSets)
	server := mongotest.Start(t, "--replSet", "rs0", "--bind_ip_all")
	server.Initiate(t)
	storetest.Run(t, func(t *testing.T) port.Stores { return open(t, server.URI()+"?directConnection=true").Stores() })
}

// TestEveryLookUpUsesAnIndex lets the server explain every command that the contract needs.
func TestEveryLookUpUsesAnIndex(t *testing.T) {
	uri := mongotest.URI(t)
	mongotest.Needs(t, uri, mongotest.IndexUse)
	var seen shapes
	storetest.Run(t, func(t *testing.T) port.Stores { return seen.record(t, mongotest.URI(t)).Stores() })
	s := open(t, uri)
	if len(seen.commands) < 30 {
		t.Errorf("only %d kinds of commands were recorded", len(seen.commands))
	}
	for shape, command := range seen.commands {
		var plan bson.Raw
		explain := bson.D{e("explain", command), e("verbosity", "queryPlanner")}
		if err := s.db.RunCommand(t.Context(), explain).Decode(&plan); err != nil {
			t.Errorf("%s: %v", shape, err)
		} else if text := plan.String(); strings.Contains(text, `"COLLSCAN"`) {
			t.Errorf("%s reads the whole collection: %s", shape, text)
		}
	}
}

// shapes are commands, one of each kind.
type shapes struct {
	mu       sync.Mutex
	commands map[string]bson.D
}

var explained = []string{"find", "update", "delete", "findAndModify"}

func (s *shapes) record(t *testing.T, uri string) *Store {
	t.Helper()
	o, database, err := clientOptions(Config{secret.New(uri)})
	if err != nil {
		t.Fatal(err)
	}
	client, err := mongo.Connect(o.SetMonitor(&event.CommandMonitor{Started: func(_ context.Context, began *event.CommandStartedEvent) {
		if slices.Contains(explained, began.CommandName) {
			s.add(t, began.Command)
		}
	}}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	store := &Store{client, client.Database(database)}
	if err := store.ensureIndexes(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

func (s *shapes) add(t *testing.T, raw bson.Raw) {
	var whole, command bson.D
	if err := bson.Unmarshal(raw, &whole); err != nil {
		t.Error(err)
		return
	}
	for _, member := range whole { // but what belongs to the call alone
		if !strings.HasPrefix(member.Key, "$") && !slices.Contains([]string{"lsid", "txnNumber", "readConcern", "writeConcern", "maxTimeMS"}, member.Key) {
			command = append(command, member)
		}
	}
	shape := fmt.Sprint(whole[0].Value, names(command))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.commands == nil {
		s.commands = map[string]bson.D{}
	}
	s.commands[shape] = command
}

// names are those of all members, however deep.
func names(value any) (all []string) {
	switch value := value.(type) {
	case bson.D:
		for _, member := range value {
			all = append(append(all, member.Key), names(member.Value)...)
		}
	case bson.A:
		for _, member := range value[:min(1, len(value))] {
			all = append(all, names(member)...)
		}
	}
	return all
}

// TestTheServerRemovesWhatIsLongOver waits, since the server's clock is its own.
func TestTheServerRemovesWhatIsLongOver(t *testing.T) {
	uri := mongotest.URI(t)
	mongotest.Needs(t, uri, mongotest.Expiry)
	s := open(t, uri)
	if err := s.client.Database("admin").RunCommand(t.Context(), bson.D{e("setParameter", 1), e("ttlMonitorSleepSecs", 1)}).Err(); err != nil {
		t.Fatal(err)
	}
	replays := newReplays(s)
	for id, over := range map[replay.ID]time.Duration{"long-over": 2 * afterSweep, "over": afterSweep / 2} {
		r := replay.Restore(replay.State{Tenant: acme, ID: id, ExpiresAt: time.Now().Add(-over)})
		if err := replays.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for patience := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Second) {
		if _, err := replays.Get(t.Context(), acme, "long-over"); errors.Is(err, replay.ErrNotFound) {
			break
		} else if err != nil || time.Now().After(patience) {
			t.Fatalf("it is still there, or %v", err)
		}
	}
	if _, err := replays.Get(t.Context(), acme, "over"); err != nil {
		t.Errorf("what the gateway sweeps is answered with %v", err)
	}
}
