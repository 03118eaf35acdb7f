package mongodb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
	"github.com/punchgate/punchgate/tests/mongotest"
)

const acme tenant.ID = "acme"

var now = time.Date(2026, time.November, 24, 8, 0, 0, 123_456_789, time.UTC)

// writing are the commands that change something.
var writing = []string{"insert", "update", "delete", "findAndModify"}

// process is one whose life a test directs: it calls after with the number of its commands, and of those that write, as soon
// as each was answered.
type process struct {
	*Store

	mu               sync.Mutex
	commands, writes int
	after            func(commands, writes int)
}

func newProcess(t testing.TB, uri string) *process {
	t.Helper()
	o, database, err := clientOptions(Config{secret.New(uri)})
	if err != nil {
		t.Fatal(err)
	}
	p := &process{}
	client, err := mongo.Connect(o.SetMonitor(&event.CommandMonitor{Succeeded: func(_ context.Context, done *event.CommandSucceededEvent) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.after == nil {
			return
		}
		p.commands++
		if slices.Contains(writing, done.CommandName) {
			p.writes++
		}
		p.after(p.commands, p.writes)
	}}))
	if err != nil {
		t.Fatal(err)
	}
	p.Store = &Store{client, client.Database(database)}
	t.Cleanup(func() { _ = p.Close(context.Background()) })
	return p
}

func (p *process) direct(after func(commands, writes int)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commands, p.writes, p.after = 0, 0, after
}

// untilWrites lets the process stop when it has written so many times, and reports whether it did before work was done.
func (p *process) untilWrites(t testing.TB, n int, work func(context.Context) error) (stopped bool, err error) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	p.direct(func(_, writes int) {
		if writes == n {
			stop()
		}
	})
	defer p.direct(nil)
	err = work(ctx)
	return errors.Is(err, context.Canceled), err
}

// whilePaused pauses the process after so many commands of its work, until meanwhile has returned.
func (p *process) whilePaused(t testing.TB, n int, work func(context.Context) error, meanwhile func()) (paused bool, err error) {
	reached, resume, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	p.direct(func(commands, _ int) {
		if commands == n {
			close(reached)
			<-resume
		}
	})
	go func() { done <- work(t.Context()) }()
	select {
	case <-reached:
		paused = true
		meanwhile()
		close(resume)
		err = <-done
	case err = <-done:
		meanwhile()
	}
	p.direct(nil)
	return paused, err
}

func create(s *Store, visit session.ID, cartID string) func(context.Context) error {
	o := order.Restore(order.State{
		Tenant: acme, ID: order.IDOf(visit), Session: visit, Connection: "n1", CartID: cartID, Status: order.Prepared,
		CreatedAt: now, StatusSince: now, ExpiresAt: now.Add(time.Hour),
	})
	c := &cart.Cart{ID: cartID, Currency: "SEK", Lines: []cart.Line{{ID: "1", Key: string(visit), SKU: "4711"}}}
	return func(ctx context.Context) error {
		return newOrders(s).Create(ctx, o, c, &transfer.Document{MediaType: "text/xml", Body: []byte(visit)})
	}
}

// expectWhole asks for an order with what is kept beside it.
func expectWhole(t testing.TB, s *Store, visit session.ID) {
	t.Helper()
	orders, id := newOrders(s), order.IDOf(visit)
	_, err := orders.Get(t.Context(), acme, id)
	c, cartErr := orders.Cart(t.Context(), acme, id)
	d, documentErr := orders.Document(t.Context(), acme, id)
	found, lineErr := orders.ByLine(t.Context(), acme, "n1", port.LineQuery{Keys: []string{string(visit)}}, 9)
	if err := errors.Join(err, cartErr, documentErr, lineErr); err != nil {
		t.Fatalf("the order of %s is not whole: %v", visit, err)
	}
	if c.Lines[0].Key != string(visit) || string(d.Body) != string(visit) || len(found) != 1 || found[0].ID() != id {
		t.Errorf("the order of %s has the contents of another: %+v, %s, %v", visit, c, d.Body, found)
	}
}

// expectTidy asks for nothing half done once it is tidied, and for as many contents as there are orders.
func expectTidy(t testing.TB, s *Store, orders int) {
	t.Helper()
	if err := s.tidy(t.Context(), everything); err != nil {
		t.Fatal(err)
	}
	for collection, want := range map[string]map[string]int{
		"orders": {"pending": 0, "tenant_id": orders}, "customers": {"pending": 0},
		"contents": {"loose_since": 0, "tenant_id": 3 * orders}, // cart, document and lines
	} {
		for field, n := range want {
			found, err := s.db.Collection(collection).CountDocuments(t.Context(), bson.D{e(field, bson.D{e("$exists", true)})})
			if err != nil || int(found) != n {
				t.Errorf("%d documents of %s have %s, %v; not %d", found, collection, field, err, n)
			}
		}
	}
}

// everything counts as left half done.
func everything(bson.ObjectID) bool { return true }

// mostWrites is more than creating an order or changing a customer takes.
const mostWrites = 8

func TestACartIDIsSettledWhereverTheSendingOfACartStops(t *testing.T) {
	mongotest.URI(t) // without a server nothing is counted
	outcomes := map[string]int{}
	for writes := 1; writes <= mostWrites; writes++ {
		for name, after := range map[string]func(t *testing.T, s *Store) (orders int){
			"another sends the same cart id": func(t *testing.T, s *Store) int {
				switch err := create(s, "s2", "C-1")(t.Context()); {
				case err == nil:
					expectWhole(t, s, "s2")
					if err := create(s, "s1", "C-1")(t.Context()); !errors.Is(err, order.ErrCartID) {
						t.Errorf("the one that stopped is answered with %v", err)
					}
					outcomes["another won"]++
				case errors.Is(err, order.ErrCartID):
					expectWhole(t, s, "s1")
					if err := create(s, "s1", "C-1")(t.Context()); !errors.Is(err, order.ErrExists) {
						t.Errorf("the one that stopped is answered with %v", err)
					}
					outcomes["the one that stopped won"]++
				default:
					t.Fatal(err)
				}
				return 1
			},
			"it is sent again": func(t *testing.T, s *Store) int {
				if err := create(s, "s1", "C-1")(t.Context()); err != nil && !errors.Is(err, order.ErrExists) {
					t.Fatal(err)
				}
				expectWhole(t, s, "s1")
				if err := create(s, "s2", "C-1")(t.Context()); !errors.Is(err, order.ErrCartID) {
					t.Errorf("another is answered with %v", err)
				}
				return 1
			},
			"nothing else happens": func(t *testing.T, s *Store) int {
				if err := s.tidy(t.Context(), everything); err != nil {
					t.Fatal(err)
				}
				if _, err := newOrders(s).Get(t.Context(), acme, order.IDOf("s1")); errors.Is(err, order.ErrNotFound) {
					outcomes["tidied away"]++
					return 0
				}
				outcomes["tidied up"]++
				expectWhole(t, s, "s1")
				return 1
			},
		} {
			t.Run(fmt.Sprintf("after %d writes %s", writes, name), func(t *testing.T) {
				uri := mongotest.URI(t)
				s, m := open(t, uri), newProcess(t, uri)
				if stopped, err := m.untilWrites(t, writes, create(m.Store, "s1", "C-1")); !stopped && err != nil {
					t.Fatal(err)
				} else if stopped {
					outcomes["stopped"]++
				}
				expectTidy(t, s, after(t, s))
			})
		}
	}
	for _, outcome := range []string{"another won", "the one that stopped won", "tidied away", "tidied up", "stopped"} {
		if outcomes[outcome] == 0 {
			t.Errorf("never: %s", outcome)
		}
	}
}

func TestACustomerNumberIsSettledWhereverAChangeStops(t *testing.T) {
	for writes := 1; writes <= mostWrites; writes++ {
		t.Run(fmt.Sprintf("after %d writes", writes), func(t *testing.T) {
			uri := mongotest.URI(t)
			s, m := open(t, uri), newProcess(t, uri)
			customers := newCustomers(s)
			for _, id := range []customer.ID{"c1", "c2"} {
				createCustomer(t, s, id, "number of "+string(id))
			}
			stopped, err := m.untilWrites(t, writes, renumber(m.Store, "c1", "N"))
			if !stopped && err != nil {
				t.Fatal(err)
			}
			err = renumber(s, "c2", "N")(t.Context())
			holder, lookUpErr := customers.ByNumber(t.Context(), acme, "N")
			if lookUpErr != nil {
				t.Fatal(lookUpErr)
			}
			if want := map[bool]customer.ID{true: "c2", false: "c1"}[err == nil]; holder.ID() != want {
				t.Errorf("%s has the number, and the other is answered with %v", holder.ID(), err)
			}
			if err != nil && (stopped && writes < 3 || !errors.Is(err, port.ErrCustomerExists)) {
				t.Errorf("a number that nobody has is refused with %v", err)
			}
			// What either gave up is free.
			freed := customer.Profile{Number: map[bool]string{true: "number of c2", false: "number of c1"}[err == nil], Name: "c3"}
			if err := customers.Create(t.Context(), customer.Restore(customer.State{Tenant: acme, ID: "c3", Profile: freed})); err != nil {
				t.Errorf("a number that was given up is refused with %v", err)
			}
			expectTidy(t, s, 0)
		})
	}
}

// mostCommands is more than either takes, reading included.
const mostCommands = 16

func TestAProcessThatWasPausedDoesNotWinBesideAnother(t *testing.T) {
	mongotest.URI(t) // without a server nothing is counted
	pauses := map[string]int{}
	for commands := 1; commands <= mostCommands; commands++ {
		t.Run(fmt.Sprintf("sending a cart, after %d commands", commands), func(t *testing.T) {
			uri := mongotest.URI(t)
			s, p := open(t, uri), newProcess(t, uri)
			var other error
			paused, err := p.whilePaused(t, commands, create(p.Store, "s1", "C-1"), func() { other = create(s, "s2", "C-1")(t.Context()) })
			if paused {
				pauses["a cart"]++
			}
			winner, loser := session.ID("s1"), session.ID("s2")
			if other == nil {
				winner, loser = loser, winner
			}
			expectWhole(t, s, winner)
			if _, err := newOrders(s).Get(t.Context(), acme, order.IDOf(loser)); !errors.Is(err, order.ErrNotFound) {
				t.Errorf("%s has an order, too (%v)", loser, err)
			}
			// Whoever was paused may find that the other created its order already.
			if refused := errors.Join(err, other); errors.Is(err, order.ErrCartID) == errors.Is(other, order.ErrCartID) {
				t.Errorf("they are answered with %v", refused)
			}
			expectTidy(t, s, 1)
		})
		for name, gaveUp := range map[string]customer.ID{"nobody had": "", "the paused one had": "c1", "the other had": "c2"} {
			t.Run(fmt.Sprintf("taking a number that %s, after %d commands", name, commands), func(t *testing.T) {
				uri := mongotest.URI(t)
				s, p := open(t, uri), newProcess(t, uri)
				for _, id := range []customer.ID{"c1", "c2"} {
					createCustomer(t, s, id, "number of "+string(id))
				}
				if gaveUp != "" {
					for _, number := range []string{"N", "number of " + string(gaveUp)} {
						if err := renumber(s, gaveUp, number)(t.Context()); err != nil {
							t.Fatal(err)
						}
					}
				}
				var other error
				paused, err := p.whilePaused(t, commands, renumber(p.Store, "c1", "N"), func() {
					other = renumber(s, "c2", "N")(t.Context())
				})
				if paused {
					pauses["a number that "+name]++
				}
				if (err == nil) == (other == nil) {
					t.Errorf("they are answered with %v and %v", err, other)
				}
				for id, err := range map[customer.ID]error{"c1": err, "c2": other} {
					c, getErr := newCustomers(s).Get(t.Context(), acme, id)
					if getErr != nil {
						t.Fatal(getErr)
					}
					if has := c.Profile().Number == "N"; has != (err == nil) || err != nil && !errors.Is(err, port.ErrCustomerExists) {
						t.Errorf("%s has the number: %t, and is answered with %v", id, has, err)
					}
				}
				expectTidy(t, s, 0)
			})
		}
	}
	for _, what := range []string{"a cart", "a number that nobody had", "a number that the paused one had", "a number that the other had"} {
		if n := pauses[what]; n < 4 || n == mostCommands {
			t.Errorf("%s: paused %d times", what, n)
		}
	}
}

// TestASendingThatWasPausedAgreesWithItsRepetition lets a cart be sent again while its first sending is paused, and the order that had
// its cart id be erased.
func TestASendingThatWasPausedAgreesWithItsRepetition(t *testing.T) {
	for name, erasedFirst := range map[string]bool{"erased, then sent again": true, "sent again, then erased": false} {
		for commands := 1; commands <= mostCommands; commands++ {
			t.Run(fmt.Sprintf("%s, after %d commands", name, commands), func(t *testing.T) {
				uri := mongotest.URI(t)
				s, p := open(t, uri), newProcess(t, uri)
				if err := create(s, "s0", "C-1")(t.Context()); err != nil {
					t.Fatal(err)
				}
				erase := func() {
					if err := newOrders(s).Remove(t.Context(), acme, order.IDOf("s0")); err != nil {
						t.Error(err)
					}
				}
				var again error
				_, first := p.whilePaused(t, commands, create(p.Store, "s1", "C-1"), func() {
					if erasedFirst {
						erase()
					}
					if again = create(s, "s1", "C-1")(t.Context()); !erasedFirst {
						erase()
					}
				})
				orders := 0
				_, err := newOrders(s).Get(t.Context(), acme, order.IDOf("s1"))
				if err == nil {
					orders = 1
					expectWhole(t, s, "s1")
				}
				refused := errors.Is(first, order.ErrCartID) && errors.Is(again, order.ErrCartID)
				if there := err == nil; there == refused || there != (first == nil || again == nil) {
					t.Errorf("there is an order: %t; they are answered with %v and %v", there, first, again)
				}
				expectTidy(t, s, orders)
			})
		}
	}
}

// TestAnOrderIsWholeAlsoWhereTidyingCameTooEarly tidies, as if the process had stopped, while the sending of a cart is paused.
func TestAnOrderIsWholeAlsoWhereTidyingCameTooEarly(t *testing.T) {
	for commands := 1; commands <= mostCommands; commands++ {
		t.Run(fmt.Sprintf("after %d commands", commands), func(t *testing.T) {
			uri := mongotest.URI(t)
			s, p := open(t, uri), newProcess(t, uri)
			_, err := p.whilePaused(t, commands, create(p.Store, "s1", "C-1"), func() {
				if err := s.tidy(t.Context(), everything); err != nil {
					t.Error(err)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			expectWhole(t, s, "s1")
			expectTidy(t, s, 1)
		})
	}
}

func createCustomer(t testing.TB, s *Store, id customer.ID, number string) {
	t.Helper()
	p := customer.Profile{Number: number, Name: string(id)}
	if err := newCustomers(s).Create(t.Context(), customer.Restore(customer.State{Tenant: acme, ID: id, Profile: p})); err != nil {
		t.Fatal(err)
	}
}

func renumber(s *Store, id customer.ID, number string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := newCustomers(s).Update(ctx, acme, id, func(c *customer.Customer) error {
			p := c.Profile()
			p.Number = number
			return c.Change(tenant.Restore(tenant.State{ID: acme}), p)
		})
		return err
	}
}

// TestOfManyThatStopAnywhereOneWins plays many sendings of few cart ids at once, some of which stop between two writes.
func TestOfManyThatStopAnywhereOneWins(t *testing.T) {
	uri := mongotest.URI(t)
	s := open(t, uri)
	const players, rounds, carts = 6, 40, 4
	acknowledged := make([]map[session.ID]string, players) // sessions to cart ids
	stops := make([]int, players)
	var playing sync.WaitGroup
	for player := range players {
		acknowledged[player] = map[session.ID]string{}
		m, random := newProcess(t, uri), rand.New(rand.NewPCG(4, uint64(player)))
		playing.Go(func() {
			for round := range rounds {
				visit := session.ID(fmt.Sprintf("s%d-%d", round, random.IntN(3))) // a session sends the same cart each time
				cartID := fmt.Sprintf("C%d-%c", round/8, visit[len(visit)-1]%carts+'a')
				stopped, err := m.untilWrites(t, 1+random.IntN(mostWrites), create(m.Store, visit, cartID))
				switch {
				case err == nil:
					acknowledged[player][visit] = cartID
				case stopped:
					stops[player]++
				case !errors.Is(err, order.ErrExists) && !errors.Is(err, order.ErrCartID):
					t.Error(err)
				}
			}
		})
	}
	playing.Wait()
	if err := s.tidy(t.Context(), everything); err != nil {
		t.Fatal(err)
	}
	found, err := s.db.Collection("orders").Find(t.Context(), bson.D{settled})
	if err != nil {
		t.Fatal(err)
	}
	orders := map[string]order.State{}
	for found.Next(t.Context()) {
		o, err := newOrders(s).decode(found.Current.Lookup("doc").Document())
		if err != nil {
			t.Fatal(err)
		}
		st := o.Snapshot()
		if other, twice := orders[st.CartID]; twice {
			t.Errorf("%s and %s have the cart id %s", other.ID, st.ID, st.CartID)
		}
		orders[st.CartID] = st
		expectWhole(t, s, st.Session)
	}
	total, stopped := 0, 0
	for player := range players {
		stopped += stops[player]
		for visit, cartID := range acknowledged[player] {
			total++
			if orders[cartID].Session != visit {
				t.Errorf("%s was acknowledged and %+v has its cart id", visit, orders[cartID])
			}
		}
	}
	t.Logf("%d orders, %d acknowledged, %d stopped", len(orders), total, stopped)
	if total == 0 || stopped == 0 {
		t.Error("nothing was tried")
	}
	expectTidy(t, s, len(orders))
}
