package form_test

import (
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/desk/form"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// filled is a body without a member that is zero, so that each of them is tried.
func filled() body.Connection {
	c := body.NewConnection()
	c.ID, c.Name, c.Customer, c.Format, c.TestMode = "goteborg", "Göteborg", "goteborg", "oci-5", true
	c.Options, c.Mapping = []byte("{\n  \"a\": 1\n}"), []byte("{\n  \"lines\": {}\n}")
	c.Login.Names = &body.Names{User: "USERNAME", Password: "PASSWORD", ReturnURL: "HOOK_URL"}
	c.Login.From = []body.Identity{{Domain: "DUNS", ID: "1"}, {Domain: "GLN", ID: "7300010000001"}}
	c.Return.Hosts = []string{"a.example.com", "*.example.com"}
	c.Ordering.Policy = map[string]string{"unit_price": "hold", "a/b~c": "reject"}
	c.Seller = cart.Party{Name: "Papper och Penna AB", Endpoint: cart.Identifier{Scheme: "0088", ID: "7300010000001"}}
	c.HighestValue = body.Amount{Value: money.MustParse("1000.50"), Currency: "SEK"}
	c.CreatedAt = time.Date(2026, 11, 23, 9, 15, 7, 250_000_000, time.UTC)
	return c
}

func TestWhatAFormShowsIsReadAgain(t *testing.T) {
	want := filled()
	var got body.Connection
	if err := form.Decode(form.Encode(want), &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAnInputThatIsMissingLeavesItsMember(t *testing.T) {
	got := filled()
	if err := form.Decode(url.Values{"/name": {" Malmö "}, "/return/hosts": {""}}, &got); err != nil {
		t.Fatal(err)
	}
	want := filled()
	want.Name, want.Return.Hosts = "Malmö", nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestANumberIsReadInItsUnit(t *testing.T) {
	for name, c := range map[string]struct {
		number, unit string
		want         int64
		wrong        string
	}{
		"hours":                  {"4", "3600", 14400, ""},
		"a number without unit":  {"90", "", 90, ""},
		"more than there can be": {"9223372036854775807", "86400", 9223372036854720000, ""},
		"words":                  {"fyra", "3600", 7, "not_integer"},
		"a unit of words":        {"4", "timmar", 7, "not_unit"},
		"no time at all":         {"4", "0", 7, "not_unit"},
	} {
		values := url.Values{"/seconds": {c.number}}
		if c.unit != "" {
			values.Set(form.Unit("/seconds"), c.unit)
		}
		got := struct {
			Seconds int64 `json:"seconds"`
		}{7}
		err := form.Decode(values, &got)
		code := ""
		if err != nil {
			code = fault.From(err).Details[0].Code
		}
		if got.Seconds != c.want || code != c.wrong {
			t.Errorf("%s: %d, %q, want %d, %q", name, got.Seconds, code, c.want, c.wrong)
		}
	}
}

func TestACheckboxThatIsNotTickedIsFalse(t *testing.T) {
	got := body.Customer{Active: true}
	if err := form.Decode(url.Values{"/active": {"false"}}, &got); err != nil || got.Active {
		t.Errorf("%v, active %t", err, got.Active)
	}
	if err := form.Decode(url.Values{"/active": {"false", "true"}}, &got); err != nil || !got.Active {
		t.Errorf("%v, active %t", err, got.Active)
	}
}

func TestEachInputThatDoesNotFitIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		into   any
		values url.Values
		codes  map[string]string
	}{
		"numbers that are none": {
			&body.Tenant{}, url.Values{"/settings/session_seconds": {"an hour"}, "/settings/order_seconds": {""}},
			map[string]string{"/settings/session_seconds": "not_integer", "/settings/order_seconds": "not_integer"},
		},
		"JSON that is none": {&body.Connection{}, url.Values{"/mapping": {"{\n\"a\":\n}"}}, map[string]string{"/mapping": "not_json"}},
		"a decimal with a comma": {
			&body.Connection{}, url.Values{"/highest_value/value": {"1,5"}}, map[string]string{"/highest_value/value": "decimal.malformed"},
		},
		"a date in words": {&body.Customer{}, url.Values{"/contract_from": {"yesterday"}}, map[string]string{"/contract_from": "not_time"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			for _, d := range fault.From(form.Decode(c.values, c.into)).Details {
				got[d.Path] = d.Code
			}
			if !reflect.DeepEqual(got, c.codes) {
				t.Errorf("%v, want %v", got, c.codes)
			}
		})
	}
}

func TestARowThatIsLeftBlankIsNone(t *testing.T) {
	values := url.Values{
		"/fields/0/name": {""}, "/fields/0/label": {" "}, "/fields/7/name": {"region"}, "/fields/7/label": {"Region"}, "/fields/7/type": {"text"},
		"/name": {"Papper"},
	}
	form.Compact(values, "/fields")
	want := url.Values{"/fields/0/name": {"region"}, "/fields/0/label": {"Region"}, "/fields/0/type": {"text"}, "/name": {"Papper"}}
	if !reflect.DeepEqual(values, want) {
		t.Errorf("%v", values)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("/login/from/0/id=1&/return/hosts=a%0Ab&/active=true")
	f.Add("/login/from/0/id/")
	f.Add("/login/from/99999999999999999999/id=1&/x")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		var once, twice body.Connection
		if form.Decode(values, &once) != nil {
			return
		}
		if err := form.Decode(form.Encode(once), &twice); err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
	})
}
