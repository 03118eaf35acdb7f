package desk

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/desk/form"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/adapters/web/replayed"
	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/transfer"
)

// replayPage shows what a draft would have changed in the last carts of a connection.
type replayPage struct {
	connectionPage

	Form   Form
	Fields connectionFields
	Ran    bool
	Replay replayed.Replay
	Carts  []replayedCart
}

// replayForm is what the form of a replay holds. Its members are named as those of the connection.
type replayForm struct {
	Mapping     json.RawMessage `json:"mapping"`
	Options     json.RawMessage `json:"options"`
	BuyerSystem string          `json:"buyer_system"`
	Last        int             `json:"last"`
}

// replayedCart is a cart as the page shows it.
type replayedCart struct {
	replayed.Cart

	Result     Badge
	Hunks      []readable.Hunk // as many as the page has room for
	Left       int             // changed lines that are not shown
	NowErrors  []string
	Errors     []string // with the draft
	GainedText []string
	LostText   []string
}

// defaultReplayed is how many carts are replayed where nobody chooses.
const defaultReplayed = 10

// maxDiffLines is how many lines of differences a page shows, of all carts.
const maxDiffLines = 300

func (d *Desk) replayPage(c *gin.Context, f Form) replayPage {
	return replayPage{connectionPage: d.connectionPage(c, "/replay"), Form: f, Fields: d.connectionFields(c, f)}
}

func (d *Desk) replay(c *gin.Context) {
	p := connectionOf(c).Profile()
	f := shown(replayForm{p.Mapping, p.Options, p.BuyerSystem, defaultReplayed})
	d.render(c, http.StatusOK, "replay", d.replayPage(c, f))
}

// runReplay changes nothing, so that whoever may look may run it.
func (d *Desk) runReplay(c *gin.Context) {
	f := typed(c)
	b := replayForm{Last: defaultReplayed}
	err := form.Decode(f.Values, &b)
	var r replayed.Replay
	if err == nil {
		change := preview.Change{Mapping: orNone(b.Mapping), Options: orNone(b.Options), BuyerSystem: &b.BuyerSystem}
		carts, refusal := d.use.Preview.Replay(c.Request.Context(), shopOf(c).ID(), connectionOf(c).ID(), change, b.Last)
		if err = refusal; err == nil && !checking(c) {
			r, err = replayed.Compare(c.Request.Context(), carts)
		}
	}
	p := d.replayPage(c, f)
	p.Form = f.refused(p.Page, err)
	p.Fields.Form = p.Form
	if d.answerCheck(c, p.Form) {
		return
	}
	if err == nil {
		p.show(r)
	}
	d.render(c, d.statusOf(c, err), "replay", p)
}

// orNone lets an input that was left empty stand for no mapping or no options, and not for those of the connection.
func orNone(document json.RawMessage) json.RawMessage {
	if len(document) == 0 {
		return json.RawMessage("{}")
	}
	return document
}

func (p *replayPage) show(r replayed.Replay) {
	p.Ran, p.Replay = true, r
	room := maxDiffLines
	for _, c := range r.Carts {
		shown := replayedCart{Cart: c, Result: p.result(c.Result), NowErrors: p.said(c.Now), Errors: p.said(c.Draft)}
		shown.GainedText, shown.LostText = p.warnings(c.Gained), p.warnings(c.Lost)
		for _, h := range c.Difference.Hunks {
			if len(h.Lines) > room {
				break
			}
			room -= len(h.Lines)
			shown.Hunks = append(shown.Hunks, h)
		}
		shown.Left = c.Difference.Changed - changedIn(shown.Hunks)
		p.Carts = append(p.Carts, shown)
	}
}

func changedIn(hunks []readable.Hunk) (n int) {
	for _, h := range hunks {
		for _, l := range h.Lines {
			if l.Op != readable.Same {
				n++
			}
		}
	}
	return n
}

func (p replayPage) result(r replayed.Result) Badge {
	switch r {
	case replayed.Unchanged:
		return Badge{"good", p.T("Oförändrad", "Unchanged"), ""}
	case replayed.Changed:
		return Badge{"warn", p.T("Ändrad", "Changed"), ""}
	case replayed.Refused:
		return Badge{"bad", p.T("Avvisas av utkastet", "Refused by the draft"), ""}
	case replayed.Accepted:
		return Badge{"good", p.T("Avvisas nu, inte av utkastet", "Refused now, not by the draft"), ""}
	case replayed.StillRefused:
		return Badge{"bad", p.T("Avvisas av båda", "Refused by both"), ""}
	}
	return Badge{}
}

// Counts says how many carts came to each result.
func (p replayPage) Counts() (all []Badge) {
	for _, r := range []replayed.Result{replayed.Changed, replayed.Refused, replayed.Accepted, replayed.StillRefused, replayed.Unchanged} {
		n := 0
		for _, c := range p.Carts {
			if c.Cart.Result == r {
				n++
			}
		}
		if n > 0 {
			badge := p.result(r)
			badge.Text = fmt.Sprintf("%s: %d", badge.Text, n)
			all = append(all, badge)
		}
	}
	return all
}

// said is a refusal in words, of which there may be none.
func (p replayPage) said(f *fault.Fault) (all []string) {
	if f == nil {
		return nil
	}
	all = append(all, words.Refusal(p.Lang, f))
	for _, d := range f.Details {
		all = append(all, d.Path+": "+words.Detail(p.Lang, d))
	}
	return all
}

func (p replayPage) warnings(all []transfer.Warning) (said []string) {
	for _, w := range p.Remarks(all) {
		said = append(said, w.Path+": "+w.Message)
	}
	return said
}
