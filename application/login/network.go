package login

import (
	"context"
	"slices"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
)

// errAmbiguous refuses a document whose credentials are those of several connections.
var errAmbiguous = fault.New(fault.Conflict, "network.ambiguous", "several connections have these credentials")

// ofNetwork finds the connection that a document names at an address which serves all buyers of a network: From and To select
// it, and the secret only authenticates (cXML). Where several have the same, the secret tells them apart.
func (s *Service) ofNetwork(ctx context.Context, link *connection.Link, call Call) (place, error) {
	at := place{link: link}
	for _, name := range s.formats.Names() {
		responder, err := formats.As[port.StartResponder](s.formats, name, formats.Login)
		if err != nil || !responder.AnswersDocument(call.Request) {
			continue
		}
		at.responder = responder
		start, _ := responder.DecodeLogin(call.Request) // what is wrong with the document is said once its connection is known
		named, err := s.named(ctx, link, start.Presented)
		if err != nil {
			return at, err
		}
		if len(named) > 1 {
			if named, err = s.callers.Select(ctx, call.From, named, start.Presented); err != nil {
				return at, err
			}
		}
		switch len(named) {
		case 0:
			continue // a connection of another format may read the document differently
		case 1:
			at.conn = named[0]
			at.responder = s.responderOf(at.conn, responder)
			return at, nil
		}
		return at, errAmbiguous
	}
	if at.responder == nil {
		return at, connection.ErrNetworkLink
	}
	return at, nil
}

// named returns the connections that the credentials name.
func (s *Service) named(ctx context.Context, link *connection.Link, p port.Presented) ([]*connection.Connection, error) {
	if len(p.From) == 0 {
		return nil, nil
	}
	found, err := s.stores.Connections.ByIdentity(ctx, link.Snapshot().Tenant, p.From)
	return slices.DeleteFunc(found, func(c *connection.Connection) bool {
		l := c.Profile().Login
		return !l.MatchesIdentities(p.From, p.To, p.Sender)
	}), err
}

// responderOf returns the connection's own format where it answers documents, else the one that read the document.
func (s *Service) responderOf(c *connection.Connection, read port.StartResponder) port.StartResponder {
	profile := c.Profile()
	for _, name := range []string{profile.Format, profile.Ordering.Format} {
		if own, err := formats.As[port.StartResponder](s.formats, name, formats.Login); err == nil {
			return own
		}
	}
	return read
}
