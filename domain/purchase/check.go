package purchase

import (
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
)

// maxFindings bounds the list of what is wrong.
const maxFindings = 100

// Check returns what is wrong in the texts by which an order is kept, found and shown: more characters than the cart's own may
// have, or characters that no document can carry. At most a hundred are named, by JSON Pointers such as /lines/0/sku.
//
// It is milder than a cart's check, since an order comes as its document says it: white space around a text or within a name
// is what systems put there, and a name may be as long as a description, which some formats write in one with it.
func (o *Order) Check() []fault.Detail {
	details := check("", []bounded{
		{"number", o.Number, cart.MaxIdentifier}, {"date", o.Date, cart.MaxIdentifier}, {"cart_id", o.CartID, cart.MaxIdentifier},
		{"document_id", o.DocumentID, cart.MaxName}, {"replaces", o.Replaces, cart.MaxName}, // of host names, times and numbers
		{"currency", o.Currency, cart.MaxIdentifier}, {"buyer/endpoint/id", o.Buyer.Endpoint.ID, cart.MaxIdentifier},
	})
	for i := range o.Lines {
		l := &o.Lines[i]
		details = append(details, check("/lines/"+strconv.Itoa(i), []bounded{
			{"line_number", l.LineNumber, cart.MaxIdentifier}, {"sku", l.SKU, cart.MaxIdentifier}, {"key", l.Key, cart.MaxIdentifier},
			{"gtin", l.GTIN, cart.MaxIdentifier}, {"standard_id/id", l.StandardID.ID, cart.MaxIdentifier},
			{"unit", l.Unit, cart.MaxIdentifier}, {"currency", l.Currency, cart.MaxIdentifier},
			{"name", strings.Join(strings.Fields(l.Name), " "), cart.MaxDescription},
		})...)
		if len(details) >= maxFindings {
			return details[:maxFindings]
		}
	}
	return details
}

// bounded is a text and the most characters that it may have.
type bounded struct {
	member, text string
	limit        int
}

func check(path string, texts []bounded) (details []fault.Detail) {
	for _, each := range texts {
		details = append(details, cart.CheckText(path+"/"+each.member, strings.TrimSpace(each.text), each.limit)...)
	}
	return details
}
