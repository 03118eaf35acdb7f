package sqlite

import (
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/traffic"
)

// TestEachListOfTheTrafficHasItsIndex sees to it that no list reads more rows than it shows, but for those of a name or a session.
func TestEachListOfTheTrafficHasItsIndex(t *testing.T) {
	s := open(t, newPath(t))
	one, two := []traffic.Verdict{traffic.Refused}, []traffic.Verdict{traffic.Refused, traffic.Failed}
	for name, c := range map[string]struct {
		q      port.TrafficQuery
		index  string // which every range takes
		ranges int
	}{
		"everything":                 {port.TrafficQuery{}, "sqlite_autoindex_traffic_1 (tenant=? AND id>? AND id<?)", 1},
		"a verdict":                  {port.TrafficQuery{Verdicts: one}, "traffic_verdict (tenant=? AND verdict=? AND id>? AND id<?)", 1},
		"two verdicts":               {port.TrafficQuery{Verdicts: two}, "traffic_verdict (tenant=? AND verdict=? AND id>? AND id<?)", 2},
		"a connection":               {port.TrafficQuery{Connection: "c"}, "traffic_connection (tenant=? AND connection=? AND verdict=? AND id>? AND id<?)", 3},
		"a connection and a verdict": {port.TrafficQuery{Connection: "c", Verdicts: one}, "traffic_connection (tenant=? AND connection=? AND verdict=? AND id>? AND id<?)", 1},
		"a step":                     {port.TrafficQuery{Step: traffic.Cart}, "traffic_step (tenant=? AND step=? AND verdict=? AND id>? AND id<?)", 3},
		"a step and verdicts":        {port.TrafficQuery{Step: traffic.Cart, Verdicts: two}, "traffic_step (tenant=? AND step=? AND verdict=? AND id>? AND id<?)", 2},
		"a connection and a step": {
			port.TrafficQuery{Connection: "c", Step: traffic.Cart},
			"traffic_connection_step (tenant=? AND connection=? AND step=? AND verdict=? AND id>? AND id<?)", 3,
		},
		"a session": {port.TrafficQuery{Session: "s"}, "traffic_session (tenant=? AND session=? AND id>? AND id<?)", 1},
		"a session with all else": {
			port.TrafficQuery{Session: "s", Connection: "c", Step: traffic.Cart, Verdicts: two},
			"traffic_session (tenant=? AND session=? AND id>? AND id<?)", 2,
		},
		"a name": {port.TrafficQuery{Name: "n"}, "SEARCH traffic_names USING PRIMARY KEY (tenant=? AND name=? AND id>? AND id<?)", 1},
		"a name with all else": {
			port.TrafficQuery{Name: "n", Connection: "c", Step: traffic.Cart, Verdicts: two},
			"SEARCH traffic_names USING PRIMARY KEY (tenant=? AND name=? AND id>? AND id<?)", 2,
		},
	} {
		c.q.Before, c.q.After, c.q.Limit = "b", "a", 10
		statement, args := trafficList("papper", c.q)
		steps := plan(t, s, statement)
		taken := 0
		for _, step := range steps {
			if strings.Contains(step, c.index) {
				taken++
			}
			if !indexed(step) {
				t.Errorf("%s: %s", name, step)
			}
		}
		if taken != c.ranges || strings.Count(statement, "?") != len(args) {
			t.Errorf("%s: %d of %d ranges take the index:\n%s", name, taken, c.ranges, strings.Join(steps, "\n"))
		}
	}
}
