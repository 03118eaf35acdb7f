package connection

import (
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// LinkID identifies a link within its tenant; unguessable.
type LinkID string

// LinkState is everything a store keeps of a link.
type LinkState struct {
	Tenant     tenant.ID
	ID         LinkID
	Connection ID // empty for a network's link, which serves all connections of the tenant
	CreatedAt  time.Time
	RevokedAt  time.Time // zero while the link is good
	LastUsedAt time.Time // when right credentials came to it, to the minute; zero before the first
}

// Link is an unguessable address that starts a PunchOut for one connection, or for whichever connection of the tenant the
// document names.
type Link struct{ state LinkState }

// NewLink makes a link of a connection.
func NewLink(of *Connection, id LinkID, now time.Time) *Link {
	return &Link{LinkState{Tenant: of.Tenant(), ID: id, Connection: of.ID(), CreatedAt: now}}
}

// NewNetworkLink makes a link of a tenant, for networks that call one address for all buyers: the credentials in the document
// select the connection.
func NewNetworkLink(of tenant.ID, id LinkID, now time.Time) *Link {
	return &Link{LinkState{Tenant: of, ID: id, CreatedAt: now}}
}

// RestoreLink makes a link from what a store kept.
func RestoreLink(s LinkState) *Link { return &Link{s} }

// Snapshot returns what a store keeps.
func (l *Link) Snapshot() LinkState { return l.state }

// Network reports whether the link serves all connections of its tenant.
func (l *Link) Network() bool { return l.state.Connection == "" }

// ErrNetworkLink refuses what needs to know the connection before a document is read.
var ErrNetworkLink = fault.New(fault.Unsupported, "link.network",
	"this address serves all connections of the shop and takes only documents that name theirs")

// ErrLinkRevoked refuses a revoked link.
var ErrLinkRevoked = fault.New(fault.Gone, "link.revoked", "this link was revoked; ask the shop for a new one")

// Check refuses a revoked link.
func (l *Link) Check() error {
	if !l.state.RevokedAt.IsZero() {
		return ErrLinkRevoked
	}
	return nil
}

// Revoke ends the link. A second time changes nothing.
func (l *Link) Revoke(now time.Time) {
	if l.state.RevokedAt.IsZero() {
		l.state.RevokedAt = now
	}
}

// useEvery is how exactly the last use is known: a write for each use would cost more than it tells.
const useEvery = time.Minute

// Use notes that right credentials came to the link, and reports whether that is worth keeping.
func (l *Link) Use(now time.Time) bool {
	if now.Sub(l.state.LastUsedAt) < useEvery {
		return false
	}
	l.state.LastUsedAt = now
	return true
}

// Address is the last part of the link's address. It carries the tenant, so that every look-up is led by it.
func (l *Link) Address() string { return string(l.state.Tenant) + "." + string(l.state.ID) }

// ErrNoLink refuses an address that names no link.
var ErrNoLink = fault.New(fault.NotFound, "link.not_found", "there is no such PunchOut address")

// ParseLinkAddress splits the last part of a link's address.
func ParseLinkAddress(address string) (tenant.ID, LinkID, error) {
	t, id, ok := strings.Cut(address, ".")
	if !ok || !tenant.Identifier(t) || !tenant.Identifier(id) {
		return "", "", ErrNoLink
	}
	return tenant.ID(t), LinkID(id), nil
}
