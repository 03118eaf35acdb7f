// Package correlation says which PunchOut a piece of work is about, so that everything that is logged and traced of it, from the
// login to the ERP's export, names one identifier: that of the session, from which those of its order and answers are made.
//
// Most work learns it only on the way. So whoever begins a piece of work, such as a request or a delivery, puts a place for it
// into the context, and whoever finds out, which is what stands before the stores, fills it.
package correlation

import (
	"context"
	"sync/atomic"

	"github.com/punchgate/punchgate/domain/session"
)

type key struct{}

type requestKey struct{}

// From says which request the work comes from, by which log lines and the audit log find it.
func From(ctx context.Context, request string) context.Context {
	return context.WithValue(ctx, requestKey{}, request)
}

// Request returns the request that the work comes from; empty where it comes from none.
func Request(ctx context.Context) string {
	request, _ := ctx.Value(requestKey{}).(string)
	return request
}

// Begin returns the context of a piece of work that is not known yet to be about any session.
func Begin(ctx context.Context) context.Context {
	return context.WithValue(ctx, key{}, &atomic.Pointer[session.ID]{})
}

// About says that the work is about a session. The last one counts: a start call may look at the order of an earlier visit before
// it begins its own. Work that nobody began is left alone.
func About(ctx context.Context, id session.ID) {
	if place, ok := ctx.Value(key{}).(*atomic.Pointer[session.ID]); ok && id != "" {
		place.Store(&id)
	}
}

// Of returns the session that the work is about; empty where none is known.
func Of(ctx context.Context) session.ID {
	if place, ok := ctx.Value(key{}).(*atomic.Pointer[session.ID]); ok {
		if id := place.Load(); id != nil {
			return *id
		}
	}
	return ""
}
