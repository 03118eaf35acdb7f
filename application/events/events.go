// Package events tells others what happened: the webhooks of the tenant of all events that they want, and the procurement system,
// by answering, of decisions about orders that it waits for. Events are told in the order of their aggregate, each at least once,
// by whichever gateway claims the aggregate's outbox first.
package events

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// Service tells.
type Service struct {
	stores  port.Stores
	answers *answering.Service
	secrets port.Secrets
	clock   port.Clock
	worker  *retry.Worker
	calls   *recording.Service
}

// New makes the service.
func New(
	stores port.Stores, answers *answering.Service, secrets port.Secrets, clock port.Clock, worker *retry.Worker, calls *recording.Service,
) *Service {
	return &Service{stores, answers, secrets, clock, worker, calls}
}

// subject is an aggregate with events.
type subject struct {
	tenant   tenant.ID
	kind, id string
	outbox   outbox.Outbox
	data     func(outbox.Event) any
	about    func(context.Context) // tells the record of a call what it is about
	order    *order.Order          // nil where it is none
	shop     *tenant.Tenant        // of a subject that was claimed
	// update changes the outbox as it is stored, and returns the aggregate then.
	update func(ctx context.Context, change func(*outbox.Outbox) error) (*subject, error)
	left   []outbox.Event // after an attempt
	reason string         // why somebody still lacks them
}

// aggregate is what has an outbox.
type aggregate interface{ Outbox() *outbox.Outbox }

// subjectOf describes an aggregate; of describes it anew once it was changed.
func subjectOf[A aggregate, ID ~string](
	a A, of tenant.ID, kind string, id ID,
	update func(context.Context, tenant.ID, ID, func(A) error) (A, error), data func(outbox.Event) any, describe func(A) *subject,
) *subject {
	return &subject{
		tenant: of, kind: kind, id: string(id), outbox: a.Outbox().Clone(), data: data,
		update: func(ctx context.Context, change func(*outbox.Outbox) error) (*subject, error) {
			changed, err := update(ctx, of, id, func(each A) error { return change(each.Outbox()) })
			if err != nil {
				return nil, err
			}
			return describe(changed), nil
		},
	}
}

// Tell tells what is due until the context ends. What somebody does not take is tried again, later each time.
func (s *Service) Tell(ctx context.Context, webhooks port.Webhooks) {
	retry.Run(ctx, s.worker, retry.Queue[*subject, tenant.ID]{
		Name:  "events",
		Due:   s.due,
		Key:   func(it *subject) tenant.ID { return it.tenant },
		Claim: s.claim,
		Try:   func(ctx context.Context, it *subject) error { return s.tell(ctx, webhooks, it) },
		Record: func(ctx context.Context, it *subject, _ error, next, now time.Time) error {
			_, err := it.update(ctx, func(o *outbox.Outbox) error {
				o.Left(&it.outbox, it.left, it.reason, next, now)
				return nil
			})
			return err
		},
		About: func(it *subject) []any { return []any{"tenant", it.tenant, it.kind, it.id} },
	})
}

// claim takes a subject for one attempt. Where nobody wants its events, it is done with that.
func (s *Service) claim(
	ctx context.Context, it *subject, now time.Time, lease time.Duration,
) (claimed *subject, attempts int, ok bool, err error) {
	shop, err := s.stores.Tenants.Get(ctx, it.tenant)
	if err != nil {
		return it, 0, false, err
	}
	claimed, err = it.update(ctx, func(o *outbox.Outbox) error {
		if ok = o.Claim(now, lease); ok && !slices.ContainsFunc(o.Events, func(e outbox.Event) bool { return wanted(shop, it, e) }) {
			all := o.Clone()
			o.Left(&all, nil, "", time.Time{}, now)
			ok = false
		}
		return nil
	})
	if err != nil {
		return it, 0, false, err
	}
	claimed.shop = shop
	return claimed, claimed.outbox.Progress.Attempts, ok, nil
}

// wanted reports whether anybody waits for an event.
func wanted(shop *tenant.Tenant, it *subject, e outbox.Event) bool {
	return it.order != nil && answering.Decided(e) ||
		slices.ContainsFunc(shop.Webhooks(), func(w tenant.Webhook) bool { return w.Wants(e.Type) })
}

func (s *Service) due(ctx context.Context, now time.Time, busy []tenant.ID, limit int) ([]*subject, error) {
	orders, ordersErr := s.stores.Orders.ToTell(ctx, now, busy, limit)
	sessions, sessionsErr := s.stores.Sessions.ToTell(ctx, now, busy, limit)
	connections, connectionsErr := s.stores.Connections.ToTell(ctx, now, busy, limit)
	var due []*subject
	for _, o := range orders {
		due = append(due, s.ofOrder(o))
	}
	for _, each := range sessions {
		due = append(due, s.ofSession(each))
	}
	for _, c := range connections {
		due = append(due, s.ofConnection(c))
	}
	slices.SortStableFunc(due, func(a, b *subject) int { return a.outbox.Progress.Due.Compare(b.outbox.Progress.Due) })
	return due[:min(limit, len(due))], errors.Join(ordersErr, sessionsErr, connectionsErr)
}

// buyer stands for the procurement system among those who take events.
const buyer = "buyer"

// tell tells everybody, all at once, what he lacks, one event after the other. An error says who did not take all.
func (s *Service) tell(ctx context.Context, webhooks port.Webhooks, it *subject) error {
	listeners := s.webhooksOf(webhooks, it)
	if it.order != nil {
		listeners[buyer] = func(ctx context.Context, e outbox.Event) error { return s.answers.Settle(ctx, it.order, e) }
	}
	var (
		told     sync.WaitGroup
		mu       sync.Mutex
		taken    = map[int][]string{}
		failures []error
	)
	for target, take := range listeners {
		told.Go(func() {
			for _, e := range it.outbox.Events {
				if !e.TakenBy(target) {
					if err := take(ctx, e); err != nil {
						mu.Lock()
						defer mu.Unlock()
						failures = append(failures, err)
						return
					}
				}
				mu.Lock()
				taken[e.Number] = append(taken[e.Number], target)
				mu.Unlock()
			}
		})
	}
	told.Wait()
	for _, e := range it.outbox.Events {
		if len(taken[e.Number]) < len(listeners) {
			for _, target := range taken[e.Number] {
				e.Take(target)
			}
			it.left = append(it.left, e)
		}
	}
	texts := make([]string, len(failures))
	for i, each := range failures {
		texts[i] = fault.Text(each)
	}
	it.reason = strings.Join(texts, "\n")
	err := errors.Join(failures...)
	if slices.ContainsFunc(failures, func(each error) bool { return fault.KindOf(each) != fault.Invalid }) {
		return errors.New(err.Error()) // not final, though what another does not take is
	}
	return err
}

// listener takes an event, and may have had it before.
type listener func(context.Context, outbox.Event) error

// webhooksOf returns how each webhook takes an event; one that does not want it takes it in silence.
func (s *Service) webhooksOf(webhooks port.Webhooks, it *subject) map[string]listener {
	listeners := map[string]listener{}
	for _, w := range it.shop.Webhooks() {
		listeners[string(w.ID)] = func(ctx context.Context, e outbox.Event) error {
			if !w.Wants(e.Type) {
				return nil
			}
			message := port.WebhookMessage{URL: w.URL, ID: it.messageID(e)}
			for _, sealed := range w.SealedSecrets(s.clock.Now()) {
				plain, err := s.secrets.Open(sealed, tenant.WebhookPurpose, string(it.tenant), string(w.ID))
				if err != nil {
					return err
				}
				message.Secrets = append(message.Secrets, plain)
			}
			var err error
			if message.Body, err = json.Marshal(body{e.Type.String(), e.At, it.data(e)}); err != nil {
				return err
			}
			return s.calls.Attempt(ctx, traffic.Webhook, func(ctx context.Context, c *recording.Call, r *traffic.Redactor) error {
				c.Tenant = it.tenant
				it.about(ctx)
				c.Sent = r.Payload("", "application/json", message.Body)
				c.Sent.Method, c.Sent.Location = http.MethodPost, connection.Origin(message.URL)
				return webhooks.Send(ctx, message)
			})
		}
	}
	return listeners
}

// messageID names an event among all of the gateway, so that a receiver of several tenants can tell a repetition.
func (it *subject) messageID(e outbox.Event) string {
	return string(it.tenant) + "_" + it.kind + "_" + it.id + "_" + strconv.Itoa(e.Number)
}
