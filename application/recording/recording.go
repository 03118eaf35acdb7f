// Package recording keeps the record of what goes between the gateway and others (domain/traffic). Whoever takes or makes a call begins
// its record and puts it into the context; the use cases tell on the way what the call is about; in the end it is written behind the
// call's back, many at once, so that no call waits for its record or fails with it.
//
// A gateway that is killed loses the records of the last moment. What the store does not take in time is dropped, and logged. Of calls
// that are refused alike again and again, such as guesses of a password, a few a minute are recorded and the others counted.
package recording

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
	"github.com/punchgate/punchgate/domain/traffic"
)

const (
	flushEvery = 250 * time.Millisecond
	lastFlush  = 2 * time.Second
	batch      = 500
	// waitingMost bounds, in bytes, what waits to be written.
	waitingMost = 32 << 20
	// window is the time in which calls that are refused alike are counted together, and alikeMost how many of them are recorded. Of
	// those that a throttle refuses it is one.
	window    = time.Minute
	alikeMost = 30
)

// Service records.
type Service struct {
	traffic  port.Traffic
	tenants  port.Tenants
	sessions port.Sessions
	clock    port.Clock
	ids      port.IDs
	log      *slog.Logger
	wake     chan struct{}
	writing  sync.Mutex

	mu      sync.Mutex
	waiting []*traffic.Entry
	bytes   int // of those
	dropped int
	alike   map[kind]*count
}

// kind is what makes refused calls alike.
type kind struct {
	tenant     tenant.ID
	step       traffic.Step
	connection connection.ID
	link, code string
}

// count counts the refused calls of a kind in a window.
type count struct {
	began    time.Time
	recorded int
	more     int
	last     traffic.Record
}

// New makes the service. It writes in Run.
func New(stores port.Stores, clock port.Clock, ids port.IDs, log *slog.Logger) *Service {
	return &Service{
		traffic: stores.Traffic, tenants: stores.Tenants, sessions: stores.Sessions, clock: clock, ids: ids, log: log,
		wake: make(chan struct{}, 1), alike: map[kind]*count{},
	}
}

// Call is a call that is being recorded.
type Call struct {
	traffic.Entry

	// Secret are the names of parameters that hold secrets.
	Secret []string
}

type key struct{}

// Begin begins the record of a call that begins now.
func (s *Service) Begin(ctx context.Context, step traffic.Step) (context.Context, *Call) {
	c := &Call{Entry: traffic.Entry{Record: traffic.Record{At: s.clock.Now(), Step: step}}}
	return context.WithValue(ctx, key{}, c), c
}

// About tells what the call that runs in the context is about; where none is recorded it does nothing.
func About(ctx context.Context, tell func(*Call)) {
	if c, ok := ctx.Value(key{}).(*Call); ok {
		tell(c)
	}
}

// AboutLink tells that the call came to a link, which may not be there.
func AboutLink(ctx context.Context, of tenant.ID, id connection.LinkID) {
	About(ctx, func(c *Call) { c.Tenant, c.Link = of, traffic.ShownLink(id) })
}

// AboutConnection tells the connection of the call.
func AboutConnection(ctx context.Context, conn *connection.Connection) {
	About(ctx, func(c *Call) {
		profile := conn.Profile()
		c.Tenant, c.Connection, c.Customer = conn.Tenant(), conn.ID(), profile.Customer
		c.Secret = append(c.Secret, profile.Login.Names.Password)
	})
}

// AboutSession tells the session of the call.
func AboutSession(ctx context.Context, s session.State) {
	About(ctx, func(c *Call) {
		c.Tenant, c.Session, c.Connection, c.Customer = s.Tenant, s.ID, s.Connection, s.Customer
		c.Person = session.EmailKey(s.Visit.Person.Email)
	})
}

// AboutOrder tells the order of the call.
func AboutOrder(ctx context.Context, o *order.Order) {
	About(ctx, func(c *Call) {
		s := o.Snapshot()
		c.Tenant, c.Order, c.Session, c.Connection, c.Customer = s.Tenant, s.ID, s.Session, s.Connection, s.Customer
		c.Number, c.CartID = o.Number(), s.CartID
		if s.PurchaseOrder != "" {
			c.PurchaseOrder = s.PurchaseOrder
		}
	})
}

// VerdictOf returns how a call ended that returned the error.
func VerdictOf(err error) traffic.Verdict {
	switch fault.KindOf(err) {
	case -1:
		return traffic.Accepted
	case fault.Internal, fault.Unavailable:
		return traffic.Failed
	default:
		return traffic.Refused
	}
}

// End ends the record of a call, whose payloads the redactor made. A call that belongs to no tenant has none. It waits for nothing.
func (s *Service) End(c *Call, redactor *traffic.Redactor, failure error) {
	if c.Tenant == "" {
		return
	}
	now := s.clock.Now()
	c.Took, c.Verdict = now.Sub(c.At), VerdictOf(failure)
	if failure != nil {
		f := fault.From(failure)
		c.Code, c.Message, c.Details = f.Code, f.Message, f.Details[:min(len(f.Details), traffic.MaxDetails)]
	}
	for _, name := range []*string{&c.CartID, &c.PurchaseOrder, &c.Person} {
		*name = string([]rune(*name)[:min(len([]rune(*name)), traffic.MaxName)])
	}
	redactor.Finish(&c.Entry)
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Verdict == traffic.Accepted || s.worth(&c.Record, now) {
		s.add(&c.Entry)
	}
}

// Attempt records a call that the gateway makes itself. do tells what it is about, and sends.
func (s *Service) Attempt(
	ctx context.Context, step traffic.Step, do func(ctx context.Context, c *Call, r *traffic.Redactor) error,
) error {
	ctx, c := s.Begin(ctx, step)
	r := traffic.NewRedactor()
	err := do(ctx, c, r)
	told := err
	if _, ok := errors.AsType[*fault.Fault](err); err != nil && !ok { // which says what came instead, and not what was answered
		told = fault.New(fault.Unavailable, "target.failed", err.Error()).Because(err)
	}
	s.End(c, r, told)
	return err
}

// worth reports whether a call that was not accepted gets a record of its own, and counts it where it does not.
func (s *Service) worth(r *traffic.Record, now time.Time) bool {
	k := kind{r.Tenant, r.Step, r.Connection, r.Link, r.Code}
	if r.Connection == "" && r.Code == connection.ErrNoLink.Code {
		k.tenant, k.link = "", "" // nobody knows whether there is such a tenant, so that all of them are one kind
	}
	n, ok := s.alike[k]
	if !ok {
		n = &count{began: now}
		s.alike[k] = n
	}
	most := alikeMost
	if r.Code == throttle.ErrTooMany.Code {
		most = 1
	}
	if n.recorded < most {
		n.recorded++
		return true
	}
	n.more++
	n.last = *r
	return false
}

// closeWindows records how many calls were counted only, in the windows that are over.
func (s *Service) closeWindows(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, n := range s.alike {
		if now.Sub(n.began) < window {
			continue
		}
		delete(s.alike, k)
		if n.more > 0 {
			e := traffic.Entry{Record: n.last}
			e.Repeats = n.more
			s.add(&e)
		}
	}
}

// add puts an entry among those that wait, whose identifiers so are in the order in which they are written: whoever asks for what came
// after the last one misses none.
func (s *Service) add(e *traffic.Entry) {
	e.ID = traffic.NewID(s.clock.Now(), s.ids.New())
	size := e.Weight()
	if s.bytes+size > waitingMost {
		s.dropped++
		return
	}
	s.waiting, s.bytes = append(s.waiting, e), s.bytes+size
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run writes what there is to write until the context ends, and then the rest.
func (s *Service) Run(ctx context.Context) {
	windows := time.NewTicker(window)
	defer windows.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
			defer cancel()
			s.closeWindows(s.clock.Now().Add(window))
			s.Flush(last)
			return
		case <-windows.C:
			s.closeWindows(s.clock.Now())
			continue
		case <-s.wake:
		}
		select {
		case <-ctx.Done():
		case <-time.After(flushEvery):
			s.Flush(ctx)
		}
	}
}

// Flush writes at once what there is to write, such as for whoever is about to read.
func (s *Service) Flush(ctx context.Context) {
	s.writing.Lock()
	defer s.writing.Unlock()
	for {
		s.mu.Lock()
		entries, dropped := s.waiting[:min(len(s.waiting), batch)], s.dropped
		s.dropped = 0
		s.mu.Unlock()
		if dropped > 0 {
			s.log.WarnContext(ctx, "traffic was not recorded, since the store did not take it in time", "calls", dropped)
		}
		if len(entries) == 0 {
			return
		}
		err := s.write(ctx, entries)
		if fault.KindOf(err) == fault.Unavailable || ctx.Err() != nil {
			s.log.WarnContext(ctx, "traffic is recorded later", "error", err)
			select {
			case s.wake <- struct{}{}:
			default:
			}
			return
		}
		if err != nil {
			s.log.ErrorContext(ctx, "traffic was not recorded", "calls", len(entries), "error", err)
		}
		s.mu.Lock()
		for _, e := range entries {
			s.bytes -= e.Weight()
		}
		s.waiting = append([]*traffic.Entry(nil), s.waiting[len(entries):]...) // so that what was written is let go
		s.mu.Unlock()
	}
}

// write writes entries, but for those of tenants and sessions that are not there, or not any more: what was erased stays so.
func (s *Service) write(ctx context.Context, entries []*traffic.Entry) error {
	of := map[tenant.ID][]session.ID{}
	for _, e := range entries {
		of[e.Tenant] = append(of[e.Tenant], e.Session)
	}
	there := map[tenant.ID]map[session.ID]bool{}
	for id, sessions := range of {
		var err error
		if there[id], err = s.there(ctx, id, sessions); err != nil {
			return err
		}
	}
	known := slices.DeleteFunc(slices.Clone(entries), func(e *traffic.Entry) bool { return !there[e.Tenant][e.Session] })
	if len(known) == 0 {
		return nil
	}
	return s.traffic.Append(ctx, known)
}

// there returns which sessions there are of a tenant: also none, as long as there is the tenant.
func (s *Service) there(ctx context.Context, of tenant.ID, sessions []session.ID) (map[session.ID]bool, error) {
	if _, err := s.tenants.Get(ctx, of); errors.Is(err, port.ErrTenantNotFound) {
		return nil, nil //nolint:nilnil // nothing of it is there
	} else if err != nil {
		return nil, err
	}
	there := map[session.ID]bool{"": true}
	slices.Sort(sessions)
	sessions = slices.DeleteFunc(slices.Compact(sessions), func(id session.ID) bool { return id == "" })
	if len(sessions) == 0 {
		return there, nil
	}
	found, err := s.sessions.Several(ctx, of, sessions)
	for _, each := range found {
		there[each.ID()] = true
	}
	return there, err
}
