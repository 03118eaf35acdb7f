package startform_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/startform"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
)

const (
	urlencoded = "application/x-www-form-urlencoded"
	multipart  = "multipart/form-data; boundary=B"
)

func post(contentType, body string) port.StartRequest {
	return port.StartRequest{Method: "POST", ContentType: contentType, Body: []byte(body)}
}

func part(name, value string) string {
	return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
}

func TestParseReads(t *testing.T) {
	for name, c := range map[string]struct {
		request port.StartRequest
		want    map[string]string
	}{
		"nothing":                              {port.StartRequest{Method: "GET"}, map[string]string{}},
		"a query":                              {port.StartRequest{Method: "GET", Query: "a=1&B=%C3%A5+%26"}, map[string]string{"a": "1", "B": "å &"}},
		"a body":                               {post(urlencoded, "a=1&b="), map[string]string{"a": "1", "b": ""}},
		"a body that names its character set":  {post(urlencoded+"; charset=UTF-8", "a=1"), map[string]string{"a": "1"}},
		"a body without a content type":        {post("", "a=1\r\n"), map[string]string{"a": "1"}},
		"an empty body of any type":            {post("text/plain", " "), map[string]string{}},
		"a name without a value":               {post(urlencoded, "a&&b=2&"), map[string]string{"a": "", "b": "2"}},
		"an address with its own query inside": {post(urlencoded, "h=https://b.example.com/?x=1%26y=2"), map[string]string{"h": "https://b.example.com/?x=1&y=2"}},
		"a multipart body":                     {post(multipart, part("a", "1 & å")+part("b", "")+"--B--"), map[string]string{"a": "1 & å", "b": ""}},
		"a body that wins over the query": {
			port.StartRequest{Method: "POST", Query: "user=q&x=1", ContentType: urlencoded, Body: []byte("USER=b")},
			map[string]string{"USER": "b", "x": "1"},
		},
		"a GET whose body counts for nothing": {
			port.StartRequest{Method: "GET", Query: "a=1", ContentType: "text/plain", Body: []byte("a=2")},
			map[string]string{"a": "1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			params, err := startform.Parse(c.request)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for name, value := range params.All() {
				got[name] = value
				if params.Get(strings.ToUpper(name)) != value {
					t.Errorf("%s is not found without regard to case", name)
				}
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if params.Get("absent") != "" {
				t.Error("a parameter is there that did not come")
			}
		})
	}
}

func TestNamesAreSortedAsTheyCame(t *testing.T) {
	params, err := startform.Parse(port.StartRequest{Method: "GET", Query: "b=1&C=2&a=3"})
	if err != nil {
		t.Fatal(err)
	}
	if got := params.Names(); !reflect.DeepEqual(got, []string{"C", "a", "b"}) {
		t.Errorf("got %q", got)
	}
}

func TestParseRefusesWithoutShowingValues(t *testing.T) {
	const hidden = "hunter2"
	for name, c := range map[string]struct {
		request port.StartRequest
		want    error
		names   string // what the text must name
	}{
		"a name doubled in the query":        {port.StartRequest{Method: "GET", Query: "PASSWORD=hunter2&password=hunter2"}, startform.ErrDoubled, "password"},
		"a name doubled in the body":         {post(urlencoded, "PASSWORD=hunter2&PASSWORD=x"), startform.ErrDoubled, "PASSWORD"},
		"a name doubled in a multipart body": {post(multipart, part("a", hidden)+part("A", "2")+"--B--"), startform.ErrDoubled, "A"},
		"broken percent-encoding":            {post(urlencoded, "PASSWORD=hunter2%zz"), startform.ErrParameter, "PASSWORD"},
		"a percent sign at the end":          {post(urlencoded, "PASSWORD=hunter2%2"), startform.ErrParameter, "PASSWORD"},
		"broken percent-encoding in a name":  {post(urlencoded, "%zz=hunter2"), startform.ErrParameter, "body"},
		"a value without a name":             {port.StartRequest{Method: "GET", Query: "=hunter2"}, startform.ErrParameter, "query"},
		"broken UTF-8":                       {post(urlencoded, "PASSWORD=hunter2%E5"), startform.ErrParameter, "PASSWORD"},
		"broken UTF-8 in a name":             {post(urlencoded, "%E5=hunter2"), startform.ErrParameter, "body"},
		"raw broken UTF-8":                   {post(multipart, part("PASSWORD", hidden+"\xe5")+"--B--"), startform.ErrParameter, "PASSWORD"},
		"NUL":                                {post(urlencoded, "PASSWORD=hunter2%00"), startform.ErrParameter, "PASSWORD"},
		"a line end":                         {port.StartRequest{Method: "GET", Query: "HOOK_URL=hunter2%0D%0A"}, startform.ErrParameter, "HOOK_URL"},
		"a control character in a name":      {port.StartRequest{Method: "GET", Query: "A%01=hunter2"}, startform.ErrParameter, "query"},
		"a file":                             {post(multipart, "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nhunter2\r\n--B--"), startform.ErrParameter, "f"},
		"a multipart body that ends early":   {post(multipart, part("a", hidden)), startform.ErrBody, "body"},
		"a multipart body without boundary":  {post("multipart/form-data", part("a", hidden)), startform.ErrBody, "body"},
		"a body of another type":             {post("application/json", `{"PASSWORD":"hunter2"}`), startform.ErrBody, "Content-Type"},
		"a broken content type":              {post("application/x-www-form-urlencoded; =", "PASSWORD=hunter2"), startform.ErrBody, "Content-Type"},
		"too many parameters":                {port.StartRequest{Method: "GET", Query: many("q", 201)}, startform.ErrMany, ""},
		"too many parameters in both": {
			port.StartRequest{Method: "POST", Query: many("q", 150), ContentType: urlencoded, Body: []byte(many("b", 51))},
			startform.ErrMany, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := startform.Parse(c.request)
			if !errors.Is(err, c.want) || fault.KindOf(err) != fault.Malformed {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if !strings.Contains(err.Error(), c.names) {
				t.Errorf("%q does not name %s", err, c.names)
			}
			for _, d := range fault.From(err).Details {
				if d.Path != c.names || strings.Contains(d.Message, hidden) {
					t.Errorf("got detail %+v, want it at %s", d, c.names)
				}
			}
			if strings.Contains(err.Error(), hidden) {
				t.Errorf("%q shows a value", err)
			}
		})
	}
}

func many(prefix string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("&" + prefix + strings.Repeat("x", i) + "=1")
	}
	return b.String()
}

func TestParseTakesTheLargestNumberOfParameters(t *testing.T) {
	r := port.StartRequest{Method: "POST", Query: many("q", 100), ContentType: urlencoded, Body: []byte(many("b", 100))}
	if params, err := startform.Parse(r); err != nil || len(params.Names()) != startform.MaxParameters {
		t.Errorf("got %d, %v", len(params.Names()), err)
	}
}

func TestDecodePutsEachParameterInItsPlace(t *testing.T) {
	own := connection.Names{User: "login", Password: "pwd", ReturnURL: "back", Customer: "org", Session: "ref"}
	for name, c := range map[string]struct {
		names connection.Names
		query string
		extra map[string]string
	}{
		"names that the connection chose":      {own, "login=u&pwd=p&back=https://b.example.com/&org=o&ref=+s+&Lang=sv", map[string]string{"Lang": "sv"}},
		"names in another case":                {own, "LOGIN=u&PWD=p&BACK=https://b.example.com/&ORG=o&REF=+s+&Lang=sv", map[string]string{"Lang": "sv"}},
		"the default names":                    {connection.Names{}, "username=u&PASSWORD=p&HOOK_URL=https://b.example.com/&CUSTOMER=o&SESSION=+s+", nil},
		"default names mean nothing to others": {own, "login=u&pwd=p&back=https://b.example.com/&org=o&ref=+s+&USERNAME=x", map[string]string{"USERNAME": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			call, err := startform.Decode(port.StartRequest{Method: "GET", Query: c.query, Login: connection.Login{Names: c.names}})
			if err != nil {
				t.Fatal(err)
			}
			if call.Operation != "create" || call.Document != "" || call.ReturnURL != "https://b.example.com/" || call.Correlation != " s " {
				t.Errorf("got %+v", call)
			}
			p := call.Presented
			if p.User != "u" || p.Password.Reveal() != "p" || p.Customer != "o" || len(p.Names) != 5+len(c.extra) {
				t.Errorf("got %+v", p)
			}
			if !reflect.DeepEqual(call.Extrinsics, c.extra) {
				t.Errorf("got extrinsics %q, want %q", call.Extrinsics, c.extra)
			}
		})
	}
}

func TestDecodeTakesACallWithoutReturnAddress(t *testing.T) {
	call, err := startform.Decode(port.StartRequest{Method: "GET", Query: "USERNAME=u&PASSWORD=p"})
	if err != nil || call.ReturnURL != "" || call.Correlation != "" {
		t.Errorf("got %+v, %v", call, err)
	}
}

func TestDecodeNamesAllThatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		want  []string
	}{
		"both":              {"HOOK_URL=x", []string{"USERNAME", "PASSWORD"}},
		"the password":      {"USERNAME=u", []string{"PASSWORD"}},
		"an empty user":     {"USERNAME=&PASSWORD=hunter2", []string{"USERNAME"}},
		"everything at all": {"", []string{"USERNAME", "PASSWORD"}},
	} {
		t.Run(name, func(t *testing.T) {
			call, err := startform.Decode(port.StartRequest{Method: "GET", Query: c.query})
			var got []string
			for _, d := range fault.From(err).Details {
				got = append(got, d.Path)
			}
			if !errors.Is(err, startform.ErrMissing) || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v naming %q, want %q", err, got, c.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q shows a value", err)
			}
			if call.Operation != "create" {
				t.Error("what was understood is not returned")
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("USERNAME=u&PASSWORD=p&HOOK_URL=https://b.example.com/", urlencoded, "a=%C3%A5")
	f.Add("a=1&A=2", multipart, part("a", "1")+"--B--")
	f.Add("%zz=%00", "multipart/form-data; boundary=", "--\r\n")
	f.Fuzz(func(t *testing.T, query, contentType, body string) {
		r := port.StartRequest{Method: "POST", Query: query, ContentType: contentType, Body: []byte(body)}
		call, err := startform.Decode(r)
		if err != nil && fault.KindOf(err) != fault.Malformed {
			t.Fatalf("refused as %v: %v", fault.KindOf(err), err)
		}
		if err == nil && (call.Presented.User == "" || call.Presented.Password.Empty()) {
			t.Fatal("accepted without user or password")
		}
	})
}
