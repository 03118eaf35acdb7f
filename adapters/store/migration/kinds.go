package migration

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/user"
)

// kind is what there is of one member of port.Stores. Its name is that of the member, in lower case.
type kind struct {
	name string
	// each shows everything of the kind that a tenant has.
	each func(ctx context.Context, from Side, of tenant.ID, show func(thing) error) error
}

// kinds are in the order in which they are copied.
var kinds = []kind{
	plain(document.Customers, func(s port.Stores) store[*customer.Customer, customer.ID] { return s.Customers }),
	plain(document.Connections, func(s port.Stores) store[*connection.Connection, connection.ID] { return s.Connections }),
	plain(document.Links, func(s port.Stores) store[*connection.Link, connection.LinkID] { return s.Links }),
	plain(document.Sessions, func(s port.Stores) store[*session.Session, session.ID] { return s.Sessions }),
	with(document.Orders, orders),
	with(document.Receipts, receipts),
	with(document.Answers, answers),
	plain(document.Keys, func(s port.Stores) store[*apikey.Key, apikey.ID] { return s.Keys }),
	plain(document.Replays, func(s port.Stores) store[*replay.Replay, replay.ID] { return s.Replays }),
	plain(document.Throttles, func(s port.Stores) store[*throttle.Throttle, throttle.ID] { return s.Throttles }),
	plain(document.Users, func(s port.Stores) store[*user.User, user.ID] { return users{s.Users} }),
	plain(document.SignIns, func(s port.Stores) store[*signin.SignIn, signin.ID] { return signIns{s.SignIns} }),
	{"audit", eachRecord},
	{"traffic", eachCall},
	plain(document.Tenants, func(s port.Stores) store[*tenant.Tenant, tenant.ID] { return tenants{s.Tenants} }),
}

// store is what the stores of all kinds that have nothing beside them share.
type store[A any, ID ~string] interface {
	Create(ctx context.Context, a A) error
	Get(ctx context.Context, of tenant.ID, id ID) (A, error)
}

// tenants have no tenant.
type tenants struct{ port.Tenants }

func (t tenants) Get(ctx context.Context, _, id tenant.ID) (*tenant.Tenant, error) {
	return t.Tenants.Get(ctx, id)
}

// users and signIns are the platform's.
type users struct{ port.Users }

func (u users) Get(ctx context.Context, _ tenant.ID, id user.ID) (*user.User, error) {
	return u.Users.Get(ctx, id)
}

type signIns struct{ port.SignIns }

func (s signIns) Get(ctx context.Context, _ tenant.ID, id signin.ID) (*signin.SignIn, error) {
	return s.SignIns.Get(ctx, id)
}

// put creates what was read in another store.
type put = func(ctx context.Context, to port.Stores) error

// plain is a kind that has nothing beside it.
func plain[A any, ID ~string](k document.Kind[A, ID], in func(port.Stores) store[A, ID]) kind {
	return with(k, func(ctx context.Context, s port.Stores, of tenant.ID, id ID) (A, []string, put, error) {
		a, err := in(s).Get(ctx, of, id)
		return a, nil, func(ctx context.Context, to port.Stores) error { return in(to).Create(ctx, a) }, err
	})
}

// with is a kind that read returns with the JSON of what stands beside it.
func with[A any, ID ~string](
	k document.Kind[A, ID], read func(ctx context.Context, s port.Stores, of tenant.ID, id ID) (a A, beside []string, p put, err error),
) kind {
	look := func(ctx context.Context, s port.Stores, of tenant.ID, id string) (digest, put, error) {
		a, beside, put, err := read(ctx, s, of, ID(id))
		if errors.Is(err, k.NotFound) {
			return digest{}, nil, errMissing
		}
		if err != nil {
			return digest{}, nil, err
		}
		d, err := k.Encode(a)
		return sum(append(beside, d.Text)...), put, err
	}
	return kind{k.Name, func(ctx context.Context, from Side, of tenant.ID, show func(thing) error) error {
		return eachIDOf(ctx, from, k.Name, of, func(id string) error {
			has, put, err := look(ctx, from.Stores, of, id)
			if err != nil {
				return err
			}
			return show(thing{id, has, put, func(ctx context.Context, to port.Stores) (digest, error) {
				found, _, err := look(ctx, to, of, id)
				return found, err
			}})
		})
	}}
}

// sum tells texts apart also where they run together.
func sum(texts ...string) (d digest) {
	all := sha256.New()
	for _, text := range texts {
		_, _ = all.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text)))) // a hash takes everything
		_, _ = all.Write([]byte(text))
	}
	all.Sum(d[:0])
	return d
}

func orders(ctx context.Context, s port.Stores, of tenant.ID, id order.ID) (*order.Order, []string, put, error) {
	o, err := s.Orders.Get(ctx, of, id)
	if err != nil {
		return nil, nil, nil, err
	}
	c, cartErr := s.Orders.Cart(ctx, of, id)
	d, documentErr := s.Orders.Document(ctx, of, id)
	if err := errors.Join(cartErr, documentErr); err != nil {
		return nil, nil, nil, err
	}
	cartText, cartErr := document.OrderCarts.Encode(c)
	documentText, documentErr := document.OrderDocuments.Encode(d)
	return o, []string{cartText, documentText}, func(ctx context.Context, to port.Stores) error {
		return to.Orders.Create(ctx, o, c, d)
	}, errors.Join(cartErr, documentErr)
}

func receipts(ctx context.Context, s port.Stores, of tenant.ID, id receipt.ID) (*receipt.Receipt, []string, put, error) {
	r, err := s.Receipts.Get(ctx, of, id)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := s.Receipts.Content(ctx, of, id)
	if err != nil {
		return nil, nil, nil, err
	}
	text, err := document.ReceiptContents.Encode(c)
	return r, []string{text}, func(ctx context.Context, to port.Stores) error { return to.Receipts.Create(ctx, r, c) }, err
}

func answers(ctx context.Context, s port.Stores, of tenant.ID, id answer.ID) (*answer.Answer, []string, put, error) {
	a, err := s.Answers.Get(ctx, of, id)
	if err != nil {
		return nil, nil, nil, err
	}
	d, err := s.Answers.Document(ctx, of, id)
	if err != nil {
		return nil, nil, nil, err
	}
	text, err := document.AnswerDocuments.Encode(d)
	return a, []string{text}, func(ctx context.Context, to port.Stores) error { return to.Answers.Create(ctx, a, d) }, err
}

// eachRecord shows the audit log, the last record first.
func eachRecord(ctx context.Context, from Side, of tenant.ID, show func(thing) error) error {
	for q := (port.AuditQuery{Limit: page}); ; {
		records, err := from.Audit.List(ctx, of, q)
		if err != nil {
			return err
		}
		for _, r := range records {
			has, err := sumOf(r)
			if err != nil {
				return err
			}
			err = show(thing{string(r.ID), has, appending(r), func(ctx context.Context, to port.Stores) (digest, error) {
				return findRecord(ctx, to, r)
			}})
			if err != nil {
				return err
			}
			q.BeforeAt, q.BeforeID = r.At, r.ID
		}
		if len(records) < page {
			return nil
		}
	}
}

func sumOf(r *audit.Record) (digest, error) {
	entry, entryErr := document.AuditEntries.Encode(&r.Entry)
	outcome, outcomeErr := document.AuditOutcomes.Encode(&r.Outcome)
	return sum(entry, outcome), errors.Join(entryErr, outcomeErr)
}

// appending writes a record, or what is missing of it.
func appending(r *audit.Record) put {
	return func(ctx context.Context, to port.Stores) error {
		if err := to.Audit.Append(ctx, &r.Entry); err != nil && !errors.Is(err, audit.ErrExists) {
			return err
		}
		if r.Outcome.Result == audit.Unknown {
			return nil
		}
		return to.Audit.Conclude(ctx, r.Tenant, r.ID, r.Outcome)
	}
}

// findRecord does not find an entry that lacks its outcome only: the copy stopped between the two.
func findRecord(ctx context.Context, in port.Stores, like *audit.Record) (digest, error) {
	const next = "\x00" // makes of an identifier the one after it
	found, err := in.Audit.List(ctx, like.Tenant, port.AuditQuery{BeforeAt: like.At, BeforeID: like.ID + next, Limit: 1})
	if err != nil {
		return digest{}, err
	}
	if len(found) == 0 || found[0].ID != like.ID || found[0].Entry == like.Entry && found[0].Outcome.Result == audit.Unknown &&
		like.Outcome.Result != audit.Unknown {
		return digest{}, errMissing
	}
	return sumOf(found[0])
}

// eachCall shows the record of calls.
func eachCall(ctx context.Context, from Side, of tenant.ID, show func(thing) error) error {
	look := func(ctx context.Context, in port.Stores, id string) (*traffic.Entry, digest, error) {
		e, err := in.Traffic.Get(ctx, of, traffic.ID(id))
		if errors.Is(err, traffic.ErrNotFound) {
			return nil, digest{}, errMissing
		}
		if err != nil {
			return nil, digest{}, err
		}
		record, recordErr := document.TrafficRecords.Encode(&e.Record)
		payloads, payloadsErr := document.TrafficPayloads.Encode(e)
		return e, sum(record, payloads), errors.Join(recordErr, payloadsErr)
	}
	return eachIDOf(ctx, from, "traffic", of, func(id string) error {
		e, has, err := look(ctx, from.Stores, id)
		if err != nil {
			return err
		}
		return show(thing{
			id, has,
			func(ctx context.Context, to port.Stores) error { return to.Traffic.Append(ctx, []*traffic.Entry{e}) },
			func(ctx context.Context, to port.Stores) (digest, error) {
				_, found, err := look(ctx, to, id)
				return found, err
			},
		})
	})
}
