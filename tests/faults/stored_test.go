package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/outbound"
	"github.com/punchgate/punchgate/adapters/system"
	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/secret"
)

// clock is the system's clock, moved by a test.
type clock struct{ ahead atomic.Int64 }

// Now returns the moved time.
func (c *clock) Now() time.Time { return system.Clock{}.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) set(ahead time.Duration) { c.ahead.Store(int64(ahead)) }

// inProcess is a gateway in the test's own process, whose clock can be moved.
type inProcess struct {
	url   string
	clock *clock
	stop  func()
}

// startInProcess starts one.
func startInProcess(t *testing.T, c bootstrap.Config, ahead time.Duration) *inProcess {
	t.Helper()
	g := &inProcess{clock: &clock{}}
	g.clock.set(ahead)
	c.Addr, c.PublicURL, c.MasterKey, c.LoopbackHTTP = freeAddress(t), publicURL, secret.New(masterKey), true
	c.PushNetworks = outbound.Networks{netip.MustParsePrefix("127.0.0.0/8")}
	app := fx.New(bootstrap.Gateway(c),
		fx.Decorate(func(port.Clock) port.Clock { return g.clock }),
		fx.Decorate(func(*slog.Logger) *slog.Logger { return slog.New(slog.DiscardHandler) }),
	)
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.stop = sync.OnceFunc(func() {
		if err := app.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(g.stop)
	g.url = "http://" + c.Addr
	return g
}

// settle returns what is stored once the gateway has nothing more to deliver, which its clock must be late enough for.
func (l *load) settle(t *testing.T) *Stored {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if _, left := l.stored(t); left == 0 {
			break
		} else if time.Since(begun) > patience {
			t.Errorf("%d deliveries are still to be made", left)
			break
		}
	}
	s, _ := l.stored(t) // nothing moves any more while this is read
	return s
}

// statuses are all that an order can have.
var statuses = []string{"prepared", "transferred", "confirmed", "held", "exported", "rejected", "cancelled", "expired"}

// stored asks for everything, and how many deliveries are still to be made.
func (l *load) stored(t *testing.T) (s *Stored, left int) {
	t.Helper()
	ctx, base := t.Context(), l.next()
	erp := l.erp(base)
	s = &Stored{Sessions: map[string]Standing{}, Receipts: map[string]int{}, Audit: map[string]bool{}, Webhook: true}
	for _, status := range statuses {
		for cursor := ""; ; {
			page, err := erp.Orders(ctx, status, cursor, 200, true)
			if err != nil {
				t.Fatal(err)
			}
			for i := range page.Orders {
				o, waits := l.order(t, base, &page.Orders[i])
				s.Orders, left = append(s.Orders, o), left+waits
			}
			if cursor = page.NextCursor; cursor == "" {
				break
			}
		}
	}
	for _, c := range l.history.Calls {
		if (c.Kind == Exchange || c.Kind == Open) && c.Outcome == Acknowledged && s.Sessions[c.Answer] == "" {
			if standing := l.standing(t, base, c.Answer); standing != "" {
				s.Sessions[c.Answer] = standing
			}
		}
	}
	l.receipts(t, base, s)
	l.audit(t, base, s)
	return s, left
}

// order reads one order with all that belongs to it, and how many of its documents are still on their way.
func (l *load) order(t *testing.T, base string, o *api.Order) (read Order, left int) {
	t.Helper()
	ctx := t.Context()
	read = Order{
		ID: o.ID, Number: o.Number, Visit: o.Cart.Lines[0].Key, Status: string(o.Status), PurchaseOrder: o.PurchaseOrder, Reference: o.ERPReference,
		ConfirmedAt: o.ConfirmedAt,
	}
	var admin struct {
		Push *struct{ Due time.Time } `json:"push"`
	}
	l.ask(t, l.shop.admin, base+"/v1/admin/orders/"+o.ID, &admin)
	var err error
	if read.Digest, err = l.digest(ctx, base, o.ID, admin.Push != nil); err != nil {
		t.Fatal(err)
	}
	if admin.Push != nil {
		document, _, err := l.erp(base).Document(ctx, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		read.Pushed, read.Arrived = digest(document), !o.TransferredAt.IsZero()
		left += count(!admin.Push.Due.IsZero())
	}
	var answers struct {
		Answers []struct {
			ID       string `json:"id"`
			Kind     string `json:"kind"`
			Delivery struct {
				DeliveredAt time.Time `json:"delivered_at"`
			} `json:"delivery"`
		} `json:"answers"`
	}
	l.ask(t, l.shop.erp, base+"/v1/erp/orders/"+o.ID+"/responses", &answers)
	for i, a := range answers.Answers {
		document, err := l.call(ctx, http.MethodGet, fmt.Sprintf("%s/v1/erp/orders/%s/response?position=%d", base, o.ID, i+1), "", "", bearer(l.shop.erp, ""))
		if err != nil {
			t.Fatal(err)
		}
		read.Answers = append(read.Answers, Answer{a.ID, a.Kind == "status", digest(document.body)})
		left += count(a.Delivery.DeliveredAt.IsZero())
	}
	return read, left
}

func count(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

// ask reads a JSON answer.
func (l *load) ask(t *testing.T, key, address string, into any) {
	t.Helper()
	a, err := l.call(t.Context(), http.MethodGet, address, "", "", bearer(key, ""))
	if err == nil {
		err = json.Unmarshal(a.body, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// standing asks for more time, which tells where the session stands.
func (l *load) standing(t *testing.T, base, session string) Standing {
	t.Helper()
	_, err := l.storefront(base).Extend(t.Context(), session)
	p, told := errors.AsType[*client.Problem](err)
	switch {
	case err == nil:
		return Shopping
	case told && p.Code == "session.ended":
		return Ended
	case told && p.Code == "session.expired":
		return Expired
	case told && p.Code == "session.not_found":
		return ""
	}
	t.Fatal(err)
	return ""
}

// receipts counts the purchase orders that were applied.
func (l *load) receipts(t *testing.T, base string, s *Stored) {
	t.Helper()
	for cursor := ""; ; {
		var page struct {
			All []struct {
				Order string `json:"order"`
			} `json:"purchase_orders"`
			Next string `json:"next_cursor"`
		}
		l.ask(t, l.shop.admin, base+"/v1/admin/purchase-orders?status=applied&limit=200&cursor="+url.QueryEscape(cursor), &page)
		for _, each := range page.All {
			s.Receipts[each.Order]++
		}
		if cursor = page.Next; cursor == "" {
			return
		}
	}
}

// audit reads the whole audit log.
func (l *load) audit(t *testing.T, base string, s *Stored) {
	t.Helper()
	for cursor := ""; ; {
		var page struct {
			Entries []struct {
				Action string
				Target struct{ ID string }
			}
			Next string `json:"next_cursor"`
		}
		l.ask(t, l.shop.admin, base+"/v1/admin/audit?limit=200&cursor="+url.QueryEscape(cursor), &page)
		for _, each := range page.Entries {
			s.Audit[each.Action+" "+each.Target.ID] = true
		}
		if cursor = page.Next; cursor == "" {
			return
		}
	}
}
