package port

import "github.com/punchgate/punchgate/domain/fault"

// Refusals of the stores, beside those that the domain names.
var (
	ErrTenantNotFound     = fault.New(fault.NotFound, "tenant.not_found", "there is no such tenant")
	ErrTenantExists       = fault.New(fault.Conflict, "tenant.exists", "there is a tenant of this identifier")
	ErrCustomerNotFound   = fault.New(fault.NotFound, "customer.not_found", "there is no such customer")
	ErrCustomerExists     = fault.New(fault.Conflict, "customer.exists", "there is a customer of this identifier or number")
	ErrConnectionNotFound = fault.New(fault.NotFound, "connection.not_found", "there is no such connection")
	ErrConnectionExists   = fault.New(fault.Conflict, "connection.exists", "there is a connection of this identifier")

	// ErrTaken refuses links, sessions and keys, whose identifiers the gateway draws at random.
	ErrTaken = fault.New(fault.Conflict, "store.taken", "there is one of this identifier")
)

// Refusals of the identity provider.
var (
	ErrProviderAway = fault.New(fault.Unavailable, "oidc.away", "the identity provider does not answer; try again, or sign in by a password")
	ErrIdentity     = fault.New(fault.Unauthenticated, "oidc.refused", "the identity provider did not say who you are; try again")
)

// ErrTooLarge refuses what no document of the store can hold.
var ErrTooLarge = fault.New(fault.TooLarge, "store.too_large", "this is too large to be kept")

// ErrUnavailable says that the store is away, locked or full; the same call may succeed later. Where the store runs elsewhere and went
// away during a write, whether that was done is not known: whoever writes again must be ready to find its own.
var ErrUnavailable = fault.New(fault.Unavailable, "store.unavailable", "the store is not available at the moment")

// ErrLeftAlone says that the other side failed several times on end, so that this call was not made.
var ErrLeftAlone = fault.New(fault.Unavailable, "target.left_alone",
	"the other side failed several times on end and is left alone for a while")
