package encoding

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Complete fills in what the shop left out: identifiers and the time of issue from the gateway; seller, buyer, language, currency,
// UNSPSC codes and delivery address from connection, tenant, customer and session, in this order of preference. A delivery address
// of the session that no cart can carry is left out with a warning: the procurement system wrote it, not the shop.
func Complete(
	c *cart.Cart, of *tenant.Tenant, who *customer.Customer, conn connection.Profile, visit session.Visit, clock port.Clock, ids port.IDs,
) (warnings []transfer.Warning) {
	settings, profile := of.Settings(), who.Profile()
	fill(&c.ID, "C-"+strings.ToUpper(ids.New()[:16]))
	if c.IssuedAt.IsZero() {
		c.IssuedAt = cart.Moment{Time: clock.Now().Truncate(time.Second), HasTime: true}
	}
	fill(&c.Language, settings.Language)
	fill(&c.Currency, settings.Currency)
	fillParty(&c.Seller, conn.Seller)
	fillParty(&c.Seller, settings.Seller)
	fill(&c.Seller.Name, of.Name())
	fillParty(&c.Buyer, conn.Buyer)
	fillParty(&c.Buyer, profile.Buyer)
	fill(&c.Buyer.Name, profile.Name)
	if c.ShipTo == (cart.Address{}) {
		if wrong := cart.CheckAddress("/ship_to", visit.ShipTo); len(wrong) == 0 {
			c.ShipTo = visit.ShipTo
		} else {
			warnings = append(warnings, transfer.Warning{
				Path: wrong[0].Path, Code: "ship_to.left_out", Message: "of the procurement system's delivery address: " + wrong[0].Message,
			})
		}
	}
	if settings.UNSPSC != "" && !classifies(conn.Options) {
		classify(c, settings.UNSPSC)
	}
	Number(c, ids)
	return warnings
}

// classifies reports whether a connection has a UNSPSC code of its own for lines without one: the option that all formats of carts
// have, which is nearer to the procurement system than what the shop says for all.
func classifies(options json.RawMessage) bool {
	var own struct {
		UNSPSC string `json:"default_unspsc"`
	}
	return json.Unmarshal(options, &own) == nil && own.UNSPSC != ""
}

// classify gives a UNSPSC code to the lines that have none.
func classify(c *cart.Cart, code string) {
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Unspsc() == "" {
			l.Classifications = append(slices.Clip(l.Classifications), cart.Classification{Scheme: cart.UNSPSC, Code: code})
		}
	}
}

// Number gives identifiers and keys to the lines that have none. A key is short and url-safe, since buyers keep as few as
// 50 characters of it, and no other cart has the same.
func Number(c *cart.Cart, ids port.IDs) {
	takenIDs, takenKeys := map[string]bool{}, map[string]bool{}
	for i := range c.Lines {
		takenIDs[c.Lines[i].ID], takenKeys[c.Lines[i].Key] = true, true
	}
	prefix := ids.New()[:8] + "-"
	for i := range c.Lines {
		next := i + 1
		for c.Lines[i].ID == "" || c.Lines[i].Key == "" {
			id, key := strconv.Itoa(next), prefix+strconv.Itoa(next)
			if c.Lines[i].ID == "" && !takenIDs[id] {
				c.Lines[i].ID, takenIDs[id] = id, true
			}
			if c.Lines[i].Key == "" && !takenKeys[key] {
				c.Lines[i].Key, takenKeys[key] = key, true
			}
			next++
		}
	}
}

func fillParty(p *cart.Party, from cart.Party) {
	fill(&p.Name, from.Name)
	fill(&p.Reference, from.Reference)
	if p.Endpoint.ID == "" {
		p.Endpoint = from.Endpoint
	}
	if p.Identifier.ID == "" {
		p.Identifier = from.Identifier
	}
}

func fill(member *string, value string) {
	if *member == "" {
		*member = value
	}
}
