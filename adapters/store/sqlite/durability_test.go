package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/transfer"
)

const (
	acme    = "acme"
	writers = 4
)

// childTask is the environment variable by which this test binary becomes the other process of a test: "write" or "count".
// Its arguments are the file and, for "write", the round.
const childTask = "PUNCHGATE_SQLITE_CHILD"

func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(childTask) {
	case "write":
		err = writeForEver(os.Args[1], os.Args[2])
	case "count":
		err = count(os.Args[1])
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// start runs this binary as the other process.
func start(t *testing.T, task string, arguments ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], arguments...)
	child.Env = append(os.Environ(), childTask+"="+task)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	return child, bufio.NewScanner(out)
}

// writeForEver has several writers at once. Each makes orders and notes the last one in a customer; then it prints its own
// number and the order's.
func writeForEver(path, round string) error {
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	ended := make(chan error)
	for w := range writers {
		go func() { ended <- write(ctx, s.Stores(), round, w) }()
	}
	return <-ended
}

func write(ctx context.Context, stores port.Stores, round string, w int) error {
	id := customer.ID(fmt.Sprintf("c%s-%d", round, w))
	if err := stores.Customers.Create(ctx, customer.Restore(customer.State{Tenant: acme, ID: id})); err != nil {
		return err
	}
	for n := 1; ; n++ {
		name := orderName(round, w, n)
		if err := createOrder(ctx, stores, name, 20_000); err != nil {
			return err
		}
		if _, err := stores.Customers.Update(ctx, acme, id, rename(fmt.Sprint(n))); err != nil {
			return err
		}
		if _, err := fmt.Println(w, n); err != nil {
			return err
		}
	}
}

func orderName(round string, w, n int) string { return fmt.Sprintf("%s-%d-%d", round, w, n) }

// createOrder makes an order whose cart and document carry its name; the document has so many bytes.
func createOrder(ctx context.Context, stores port.Stores, name string, size int) error {
	o := order.Restore(order.State{Tenant: acme, ID: order.ID(name), Session: session.ID(name), CartID: name, Status: order.Prepared})
	return stores.Orders.Create(ctx, o, &cart.Cart{ID: name, Currency: "SEK"}, &transfer.Document{Body: body(name, size)})
}

func body(name string, size int) []byte { return []byte(strings.Repeat(name+" ", size/(len(name)+1))) }

// wholeOrder reports whether the order is there with its contents; neither is fine, one without the other is an error.
func wholeOrder(ctx context.Context, stores port.Stores, name string, size int) (bool, error) {
	_, noOrder := stores.Orders.Get(ctx, acme, order.ID(name))
	c, noCart := stores.Orders.Cart(ctx, acme, order.ID(name))
	d, noDocument := stores.Orders.Document(ctx, acme, order.ID(name))
	missing := func(err error) bool { return errors.Is(err, order.ErrNotFound) }
	switch {
	case missing(noOrder) && missing(noCart) && missing(noDocument):
		return false, nil
	case noOrder != nil || noCart != nil || noDocument != nil:
		return false, fmt.Errorf("order %s is there by half: %w", name, errors.Join(noOrder, noCart, noDocument))
	case c.ID != name || !slices.Equal(d.Body, body(name, size)):
		return false, fmt.Errorf("order %s has the contents of %s", name, c.ID)
	}
	return true, nil
}

func rename(to string) func(*customer.Customer) error {
	return func(c *customer.Customer) error {
		st := c.Snapshot()
		st.Profile.Name = to
		*c = *customer.Restore(st)
		return nil
	}
}

func TestWhatWasAcknowledgedSurvivesKill9(t *testing.T) {
	path := newPath(t)
	for round := range 6 {
		round := fmt.Sprint(round)
		child, out := start(t, "write", path, round)
		acknowledged := [writers]int{}
		for range 1 + rand.IntN(150) {
			var w, n int
			if !out.Scan() {
				t.Fatalf("the child ended by itself: %v", out.Err())
			}
			if _, err := fmt.Sscan(out.Text(), &w, &n); err != nil {
				t.Fatal(err)
			}
			acknowledged[w] = n
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() { // what it said before it died counts, too
			var w, n int
			if _, err := fmt.Sscan(out.Text(), &w, &n); err == nil {
				acknowledged[w] = n
			}
		}
		_ = child.Wait() // it was killed

		s := open(t, path)
		stores := s.Stores()
		for w, last := range acknowledged {
			for n := 1; n <= last+1; n++ { // the one after the last may be there, but not by half
				whole, err := wholeOrder(t.Context(), stores, orderName(round, w, n), 20_000)
				if err != nil || !whole && n <= last {
					t.Errorf("round %s: order %d of writer %d was acknowledged up to %d; it is there: %t, %v", round, n, w, last, whole, err)
				}
			}
			if last == 0 {
				continue
			}
			c, err := stores.Customers.Get(t.Context(), acme, customer.ID(fmt.Sprintf("c%s-%d", round, w)))
			if err != nil {
				t.Fatal(err)
			}
			var noted int
			if _, err := fmt.Sscan(c.Profile().Name, &noted); err != nil || noted < last || noted > last+1 {
				t.Errorf("round %s: update %d of writer %d was acknowledged and %q is there", round, last, w, c.Profile().Name)
			}
		}
		expectIntact(t, s)
	}
}

func expectIntact(t *testing.T, s *Store) {
	t.Helper()
	var verdict string
	if err := s.writer.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the file is damaged: %s, %v", verdict, err)
	}
}

const counts = 100

// count adds to what another process adds to, and prints the numbers it draws.
func count(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	for range counts {
		number, err := s.Stores().Orders.NextNumber(ctx, acme)
		if err != nil {
			return err
		}
		if _, err := s.Stores().Customers.Update(ctx, acme, "c1", addOne); err != nil {
			return err
		}
		if _, err := fmt.Println(number); err != nil {
			return err
		}
	}
	return s.Close()
}

func addOne(c *customer.Customer) error {
	var n int
	if _, err := fmt.Sscan(c.Profile().Name, &n); err != nil {
		return err
	}
	return rename(fmt.Sprint(n + 1))(c)
}

func TestTwoProcessesLoseNothing(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	stores := s.Stores()
	if err := stores.Customers.Create(t.Context(), customer.Restore(customer.State{
		Tenant: acme, ID: "c1", Profile: customer.Profile{Name: "0"},
	})); err != nil {
		t.Fatal(err)
	}
	child, out := start(t, "count", path)
	var numbers []string
	var others sync.WaitGroup
	for first := true; out.Scan(); first = false {
		numbers = append(numbers, out.Text())
		if first { // it runs, so let this process count beside it
			others.Go(func() {
				for range counts {
					if _, err := stores.Customers.Update(t.Context(), acme, "c1", addOne); err != nil {
						t.Error(err)
					}
				}
			})
			for range counts {
				number, err := stores.Orders.NextNumber(t.Context(), acme)
				if err != nil {
					t.Error(err)
				}
				numbers = append(numbers, fmt.Sprint(number))
			}
		}
	}
	others.Wait()
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	if c, err := stores.Customers.Get(t.Context(), acme, "c1"); err != nil || c.Profile().Name != fmt.Sprint(2*counts) {
		t.Errorf("of %d updates the sum is %s, %v", 2*counts, c.Profile().Name, err)
	}
	slices.Sort(numbers)
	if each := len(slices.Compact(slices.Clone(numbers))); each != 2*counts || len(numbers) != 2*counts {
		t.Errorf("%d calls got %d numbers: %q", len(numbers), each, numbers)
	}
	expectIntact(t, s)
}

func TestAFullDiskRefusesWritesAndNothingElse(t *testing.T) {
	s := open(t, newPath(t))
	stores := s.Stores()
	if err := createOrder(t.Context(), stores, "before", 1000); err != nil {
		t.Fatal(err)
	}
	limit := func(pages string) {
		t.Helper()
		if _, err := s.writer.ExecContext(t.Context(), `PRAGMA max_page_count = `+pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // SQLite raises it to what the file has
	for attempt := range 3 {
		err := createOrder(t.Context(), stores, "refused", 100_000)
		if f := fault.From(err); f == nil || f.Kind != fault.Unavailable || !errors.Is(err, port.ErrUnavailable) {
			t.Errorf("attempt %d to write is answered with %v", attempt, err)
		}
		if _, err := wholeOrder(t.Context(), stores, "refused", 100_000); err != nil {
			t.Error(err)
		}
		if whole, err := wholeOrder(t.Context(), stores, "before", 1000); err != nil || !whole {
			t.Errorf("what was there before is there: %t, %v", whole, err)
		}
		if err := stores.Ready(t.Context()); err != nil {
			t.Errorf("it is not ready: %v", err)
		}
	}
	if whole, err := wholeOrder(t.Context(), stores, "refused", 100_000); whole || err != nil {
		t.Errorf("the refused order is there: %t, %v", whole, err)
	}
	limit("1000000")
	if err := createOrder(t.Context(), stores, "refused", 100_000); err != nil {
		t.Errorf("with space again, it is answered with %v", err)
	}
	if whole, err := wholeOrder(t.Context(), stores, "refused", 100_000); !whole || err != nil {
		t.Errorf("with space again, the order is there: %t, %v", whole, err)
	}
	expectIntact(t, s)
}

func TestAnotherProcessThatKeepsTheLockMakesWritesUnavailable(t *testing.T) {
	path := newPath(t)
	s, other := open(t, path), open(t, path)
	if _, err := s.writer.ExecContext(t.Context(), `PRAGMA busy_timeout = 1`); err != nil { // rather than ten seconds
		t.Fatal(err)
	}
	lock, err := other.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := createOrder(t.Context(), s.Stores(), "o1", 1000); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a write is answered with %v", err)
	}
	if _, err := s.Stores().Orders.NextNumber(t.Context(), acme); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a number is answered with %v", err)
	}
	if whole, err := wholeOrder(t.Context(), s.Stores(), "o1", 1000); whole || err != nil {
		t.Errorf("the order is there: %t, %v", whole, err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := createOrder(t.Context(), s.Stores(), "o1", 1000); err != nil {
		t.Errorf("once the lock is free, a write is answered with %v", err)
	}
}

func TestAFileThatIsGoneIsUnavailable(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := s.Stores().Ready(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("it is ready, or %v", err)
	}
}

func BenchmarkUpdate(b *testing.B) {
	s := open(b, newPath(b))
	orders := s.Stores().Orders
	for i := range 8 {
		if err := createOrder(b.Context(), s.Stores(), fmt.Sprint("o", i), 10_000); err != nil {
			b.Fatal(err)
		}
	}
	update := func(b *testing.B, id order.ID, times int) {
		for range times {
			_, err := orders.Update(b.Context(), acme, id, func(o *order.Order) error {
				o.Postpone("refused", time.Time{}, time.Time{})
				return nil
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	}
	for _, goroutines := range []int{1, 8} {
		b.Run(fmt.Sprint(goroutines, " goroutines"), func(b *testing.B) {
			var all sync.WaitGroup
			for i := range goroutines {
				all.Go(func() { update(b, order.ID(fmt.Sprint("o", i)), (b.N+i)/goroutines) })
			}
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
		})
	}
}

func BenchmarkFeedPage(b *testing.B) {
	s := open(b, newPath(b))
	since := time.Date(2026, time.November, 23, 10, 15, 0, 0, time.UTC)
	for i := range 5000 {
		name := fmt.Sprint("o", i)
		o := order.Restore(order.State{
			Tenant: acme, ID: order.ID(name), Session: session.ID(name), Customer: "c1", Connection: "n1", CartID: name, Number: int64(i),
			Status: order.Confirmed, CreatedAt: since, StatusSince: since.Add(time.Duration(i) * time.Second), ExpiresAt: since,
		})
		if err := s.Stores().Orders.Create(b.Context(), o, &cart.Cart{ID: name}, &transfer.Document{}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		page, err := s.Stores().Orders.Feed(b.Context(), acme, port.FeedQuery{
			Status: order.Confirmed, AfterSince: since.Add(2000 * time.Second), AfterID: "o2000", Limit: 50,
		})
		if err != nil || len(page) != 50 {
			b.Fatal(len(page), err)
		}
	}
}
