package body

import (
	"strconv"
	"time"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/secret"
)

// Link is a link in the API.
type Link struct {
	ID         connection.LinkID `json:"id"`
	Connection connection.ID     `json:"connection"`
	URL        string            `json:"url"`
	CreatedAt  time.Time         `json:"created_at"`
	RevokedAt  time.Time         `json:"revoked_at,omitzero"`
	LastUsedAt time.Time         `json:"last_used_at,omitzero"`
}

// OfLink returns the body of a link. punchout is the address of all of them, such as https://punchout.example.com/punchout/.
func OfLink(l *connection.Link, punchout string) Link {
	state := l.Snapshot()
	return Link{state.ID, state.Connection, punchout + l.Address(), state.CreatedAt, state.RevokedAt, state.LastUsedAt}
}

// NewKey is an API key that is to be made.
type NewKey struct {
	Label   string   `json:"label"`
	Scopes  []string `json:"scopes"`
	Origins []string `json:"origins"` // of a key of the scope policy
}

// Read returns the scopes, or says which is unknown.
func (b *NewKey) Read() ([]apikey.Scope, error) {
	scopes := make([]apikey.Scope, len(b.Scopes))
	for i, name := range b.Scopes {
		var err error
		if scopes[i], err = apikey.ParseScope(name); err != nil {
			return nil, At("/scopes/"+strconv.Itoa(i), err)
		}
	}
	return scopes, nil
}

// Key is an API key in the API.
type Key struct {
	ID        apikey.ID `json:"id"`
	Label     string    `json:"label"`
	Scopes    []string  `json:"scopes"`
	Origins   []string  `json:"origins,omitempty"` // of a key of the scope policy
	Key       string    `json:"key,omitempty"`     // on creation only
	CreatedAt time.Time `json:"created_at"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	LastUsed  time.Time `json:"last_used_at,omitzero"`
}

// OfKey returns the body of a key. The text is empty but where the key was just made.
func OfKey(k *apikey.Key, text secret.Text) Key {
	s := k.Snapshot()
	view := Key{
		ID: s.ID, Label: s.Label, Origins: s.Origins, Key: text.Reveal(),
		CreatedAt: s.CreatedAt, RevokedAt: s.RevokedAt, LastUsed: s.LastUsedAt,
	}
	for _, scope := range s.Scopes {
		view.Scopes = append(view.Scopes, scope.String())
	}
	return view
}
