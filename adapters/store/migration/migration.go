// Package migration copies what one store keeps into another. Each thing is read from the one, created in the other, read there
// again and compared by its digest, so a copy that was interrupted is taken up by copying again: what is there already is only
// compared. Nothing that differs is overwritten. No gateway may write into either store meanwhile.
package migration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// Side is one of the two stores.
type Side struct {
	port.Stores
	port.Inventory
}

// Result is what became of one kind of things of a tenant.
type Result struct {
	Tenant tenant.ID
	Kind   string
	Copied int // created now
	There  int // equal already
	// Differ are the identifiers of what is there otherwise, or is there and not in the first store. It was left as it is.
	Differ []string
	// Digest is of all that the first store has, in the order of the identifiers; empty where it has nothing.
	Digest string
}

// thing is something that is copied.
type thing struct {
	id     string
	digest digest
	// put creates it in the other store.
	put func(ctx context.Context, to port.Stores) error
	// find returns the digest of what the other store has in its place, or errMissing.
	find func(ctx context.Context, to port.Stores) (digest, error)
}

type digest [sha256.Size]byte

// errMissing says that a store has no such thing.
var errMissing = errors.New("it is missing")

// page is how many identifiers are asked for at once.
const page = 500

// Copy copies all that a tenant has, or all tenants and what the platform has where none is named, and tells the result of each
// kind. leaveOut names what each store has of its own. A tenant itself comes last: it is not there before everything else is.
func Copy(
	ctx context.Context, from, to Side, only tenant.ID, leaveOut func(kind string, of tenant.ID, id string) bool, tell func(Result) error,
) error {
	tenants := []tenant.ID{only}
	if only == "" {
		tenants = []tenant.ID{tenant.Platform}
		err := eachID(ctx, from, document.Tenants.Name, tenant.Platform, func(id string) error {
			tenants = append(tenants, tenant.ID(id))
			return nil
		})
		if err != nil {
			return err
		}
	} else if _, err := from.Tenants.Get(ctx, only); err != nil {
		return err
	}
	for _, of := range tenants {
		if err := copyNumber(ctx, from, to, of); err != nil {
			return err
		}
		for _, k := range kinds {
			result, err := k.copy(ctx, from, to, of, func(id string) bool { return leaveOut(k.name, of, id) })
			if err != nil {
				return fmt.Errorf("%s of %s: %w", k.name, of, err)
			}
			if err := tell(result); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyNumber lets the other store go on counting orders where this one ended.
func copyNumber(ctx context.Context, from, to Side, of tenant.ID) error {
	last, err := from.LastNumber(ctx, of)
	if err != nil || last == 0 {
		return err
	}
	return to.RaiseNumber(ctx, of, last)
}

func (k kind) copy(ctx context.Context, from, to Side, of tenant.ID, leaveOut func(id string) bool) (Result, error) {
	r, all, known := Result{Tenant: of, Kind: k.name}, sha256.New(), map[string]bool{}
	err := k.each(ctx, from, of, func(t thing) error {
		known[t.id] = true
		if leaveOut(t.id) {
			return nil
		}
		_, _ = all.Write(t.digest[:]) // a hash takes everything
		there, err := t.find(ctx, to.Stores)
		switch {
		case err == nil && there == t.digest:
			r.There++
			return nil
		case err == nil:
			r.Differ = append(r.Differ, t.id)
			return nil
		case !errors.Is(err, errMissing):
			return fmt.Errorf("%s: %w", t.id, err)
		}
		if err := t.put(ctx, to.Stores); err != nil {
			if fault.KindOf(err) == fault.Conflict { // with another thing, such as one that has the number
				r.Differ = append(r.Differ, t.id)
				return nil
			}
			return fmt.Errorf("%s: %w", t.id, err)
		}
		if there, err = t.find(ctx, to.Stores); err != nil {
			return fmt.Errorf("%s: %w", t.id, err)
		}
		if there != t.digest {
			return fmt.Errorf("%s was copied and came back as another", t.id)
		}
		r.Copied++
		return nil
	})
	if err != nil {
		return r, err
	}
	if r.Copied+r.There+len(r.Differ) > 0 {
		r.Digest = hex.EncodeToString(all.Sum(nil)[:8])
	}
	return r, eachIDOf(ctx, to, k.name, of, func(id string) error {
		if !known[id] && !leaveOut(id) {
			r.Differ = append(r.Differ, id)
		}
		return nil
	})
}

// eachIDOf is eachID, but of tenants each has itself alone, and the users of a tenant are its own although the platform keeps them.
func eachIDOf(ctx context.Context, in Side, kind string, of tenant.ID, do func(id string) error) error {
	if kind == document.Users.Name {
		return eachUserID(ctx, in, of, do)
	}
	if kind != document.Tenants.Name {
		return eachID(ctx, in, kind, of, do)
	}
	if of == tenant.Platform {
		return nil
	}
	_, err := in.Tenants.Get(ctx, of)
	if errors.Is(err, port.ErrTenantNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return do(string(of))
}

func eachUserID(ctx context.Context, in Side, of tenant.ID, do func(id string) error) error {
	for after := user.ID(""); ; {
		found, err := in.Users.List(ctx, of, after, page)
		if err != nil {
			return err
		}
		for _, each := range found {
			if err := do(string(each.ID())); err != nil {
				return err
			}
			after = each.ID()
		}
		if len(found) < page {
			return nil
		}
	}
}

func eachID(ctx context.Context, in Side, kind string, of tenant.ID, do func(id string) error) error {
	for after := ""; ; {
		ids, err := in.IDs(ctx, kind, of, after, page)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := do(id); err != nil {
				return err
			}
			after = id
		}
		if len(ids) < page {
			return nil
		}
	}
}
