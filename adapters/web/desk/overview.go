package desk

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/timeline"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/traffic"
)

// overviewPage shows what happened in a shop since yesterday at this time, and what waits for somebody.
type overviewPage struct {
	Page

	Connections []connectionFigures
	Hours       []hourFigures
	Total       figures
	Waiting     port.Waiting
	Failing     []*connection.Connection
	Refused     []refusals // the last ones first
	From        time.Time
}

// figures count what happened. Each of them is of sessions that began in the span.
type figures struct {
	Sessions, Returned, Completed int
	Refused                       int // calls, also of what never became a session
}

type connectionFigures struct {
	figures

	ID   connection.ID
	Name string
}

type hourFigures struct {
	figures

	Hour time.Time
}

// maxRefused is how many calls that were refused an overview looks at.
const maxRefused = 200

func (d *Desk) overview(c *gin.Context) {
	ctx, of := c.Request.Context(), shopOf(c).ID()
	o, err := d.use.Listing.Overview(ctx, of, port.Span{})
	if err != nil {
		d.refuse(c, err)
		return
	}
	refused, _, err := d.use.Timeline.Traffic(ctx, of, timeline.Query{
		Verdicts: []traffic.Verdict{traffic.Refused, traffic.Failed}, After: traffic.First(o.Span.From), Limit: maxRefused,
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	known, err := d.connectionsOf(ctx, c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	for _, each := range known { // also of connections that only refused
		o.Connections[each.ID()] = each
	}
	d.render(c, http.StatusOK, "overview", d.overviewPage(c, o, refused))
}

func (d *Desk) overviewPage(c *gin.Context, o listing.Overview, refused []*traffic.Record) overviewPage {
	p := overviewPage{Page: d.page(c, "overview"), Waiting: o.Waiting, From: o.Span.From}
	p.Refused = alike(refused, o.Connections)
	p.Refused = p.Refused[:min(len(p.Refused), shownRefused)]
	byConnection, byHour := map[connection.ID]*figures{}, map[time.Time]*figures{}
	count := func(of connection.ID, hour time.Time, add func(*figures)) {
		if byConnection[of] == nil {
			byConnection[of] = &figures{}
		}
		if byHour[hour] == nil {
			byHour[hour] = &figures{}
		}
		add(byConnection[of])
		add(byHour[hour])
		add(&p.Total)
	}
	for _, t := range o.Sessions {
		count(t.Connection, t.Hour, func(f *figures) {
			f.Sessions += t.Count
			if t.Status == session.Returned {
				f.Returned += t.Count
			}
		})
	}
	for _, t := range o.Orders {
		if t.Status == order.Confirmed || t.Status == order.Exported {
			count(t.Connection, t.Hour, func(f *figures) { f.Completed += t.Count })
		}
	}
	for _, r := range refused {
		count(r.Connection, r.At.UTC().Truncate(time.Hour), func(f *figures) { f.Refused += 1 + r.Repeats })
	}
	for id, f := range byConnection {
		row := connectionFigures{figures: *f, ID: id, Name: p.T("Okänd koppling", "Unknown connection")}
		if known := o.Connections[id]; known != nil {
			row.Name = known.Profile().Name
		}
		p.Connections = append(p.Connections, row)
	}
	slices.SortFunc(p.Connections, func(a, b connectionFigures) int {
		return cmp.Or(b.Sessions-a.Sessions, b.Refused-a.Refused, cmp.Compare(a.Name, b.Name))
	})
	for hour := o.Span.From.UTC().Truncate(time.Hour); hour.Before(o.Span.To); hour = hour.Add(time.Hour) {
		row := hourFigures{Hour: hour.Local()}
		if f := byHour[hour]; f != nil {
			row.figures = *f
		}
		p.Hours = append(p.Hours, row)
	}
	for _, id := range o.Waiting.Failing {
		if known := o.Connections[id]; known != nil {
			p.Failing = append(p.Failing, known)
		}
	}
	return p
}

// shownRefused is how many kinds of refusals it shows.
const shownRefused = 5

// refusals are calls of one connection that were refused for the same reason.
type refusals struct {
	Last  *traffic.Record
	Times int
	Of    *connection.Connection // nil where none is known
}

// alike puts calls together that one remedy mends. The last ones come first, in and out.
func alike(refused []*traffic.Record, known map[connection.ID]*connection.Connection) (all []refusals) {
	for _, r := range refused {
		at := slices.IndexFunc(all, func(each refusals) bool {
			return each.Last.Connection == r.Connection && each.Last.Step == r.Step && each.Last.Code == r.Code
		})
		if at < 0 {
			at, all = len(all), append(all, refusals{Last: r, Of: known[r.Connection]})
		}
		all[at].Times += 1 + r.Repeats
	}
	return all
}

// Quiet reports whether nothing waits for anybody.
func (p overviewPage) Quiet() bool {
	return p.Waiting.Held+p.Waiting.Unmatched+p.Waiting.GivenUp+len(p.Failing)+len(p.Refused) == 0
}

// Bar is one of a plot: where it begins and how far it goes, in hundredths of the plot.
type Bar struct{ At, Length float64 }

// plot returns the bars of some figures on one scale.
func plot(most int, values ...int) []Bar {
	bars := make([]Bar, len(values))
	for i, value := range values {
		length := 100 * float64(value) / float64(max(most, 1))
		bars[i] = Bar{100 - length, length}
	}
	return bars
}

// Bars returns how long the bars of a connection are, beside those of the others.
func (p overviewPage) Bars(f connectionFigures) []Bar {
	most := 0
	for _, each := range p.Connections {
		most = max(most, each.Sessions, each.Refused)
	}
	return plot(most, f.Sessions, f.Returned, f.Completed, f.Refused)
}

// Highest returns what the highest bar of the hours stands for.
func (p overviewPage) Highest() (most int) {
	for _, each := range p.Hours {
		most = max(most, each.Sessions, each.Refused)
	}
	return most
}

// HourBars returns how high the bars of an hour are, beside those of the others.
func (p overviewPage) HourBars(f hourFigures) []Bar {
	return plot(p.Highest(), f.Sessions, f.Returned, f.Completed, f.Refused)
}

// Clock writes the hour in which a time lies, in the zone of the gateway.
func (p overviewPage) Clock(t time.Time) string { return t.Truncate(time.Hour).Local().Format("15:04") }

// Where things stand in the plots.

// Across returns where the bars of an hour begin.
func (p overviewPage) Across(hour int) int { return 10 * hour }

// Beside returns where a bar stands among those of its hour.
func (p overviewPage) Beside(bar int) int { return 2 * bar }

// Below returns where a bar stands among those of its connection.
func (p overviewPage) Below(bar int) int { return 7 * bar }
