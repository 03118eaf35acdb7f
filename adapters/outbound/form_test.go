package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/transfer"
)

var fields = []transfer.Field{
	{Name: "~caller", Value: "CTLG"},
	{Name: "NEW_ITEM-DESCRIPTION[1]", Value: "Å & \"b\" = 1+1 100 %\nzwei\r\ndrei\rvier"},
	{Name: "NEW_ITEM-VENDORMAT[2]", Value: ""},
	{Name: "NEW_ITEM-DESCRIPTION[1]", Value: "again €"},
}

func TestTheFormIsPostedAsABrowserWould(t *testing.T) {
	b := listen(t, status(http.StatusNoContent))
	form := transfer.Form{Action: b.url + "/return?visit=7&a=b%26c", Method: "POST"}
	if err := NewPoster(loopback).Post(t.Context(), form, fields); err != nil {
		t.Fatal(err)
	}
	if len(b.calls) != 1 || b.calls[0] != "/return?visit=7&a=b%26c" || b.last.Method != "POST" {
		t.Errorf("called %v by %s", b.calls, b.last.Method)
	}
	if got := b.last.Header.Get("Content-Type"); got != "application/x-www-form-urlencoded" {
		t.Errorf("media type %s", got)
	}
	var got []transfer.Field
	for pair := range strings.SplitSeq(b.raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		got = append(got, transfer.Field{Name: unescape(t, name), Value: unescape(t, value)})
	}
	want := []transfer.Field{
		fields[0], {Name: fields[1].Name, Value: "Å & \"b\" = 1+1 100 %\r\nzwei\r\ndrei\r\nvier"}, fields[2], fields[3],
	}
	if len(got) != len(want) {
		t.Fatalf("%d fields: %s", len(got), b.raw)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("field %d: %q, want %q", i, got[i], want[i])
		}
	}
}

func unescape(t *testing.T, s string) string {
	t.Helper()
	plain, err := url.QueryUnescape(s)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestTheFormsCharsetIsKept(t *testing.T) {
	b := listen(t, status(http.StatusOK))
	for charset, want := range map[string]string{
		"":             "%C3%85+%E2%82%AC+%E2%98%83",
		"UTF-8":        "%C3%85+%E2%82%AC+%E2%98%83",
		"iso-8859-1":   "%C5+%80+%26%239731%3B", // the standard reads this name as windows-1252
		"windows-1252": "%C5+%80+%26%239731%3B",
		"iso-8859-15":  "%C5+%A4+%26%239731%3B",
	} {
		form := transfer.Form{Action: b.url, Method: "POST", AcceptCharset: charset}
		if err := NewPoster(loopback).Post(t.Context(), form, []transfer.Field{{Name: "a", Value: "Å € ☃"}}); err != nil {
			t.Fatal(err)
		}
		if b.raw != "a="+want {
			t.Errorf("%s: %s, want a=%s", charset, b.raw, want)
		}
	}
	if err := NewPoster(loopback).Post(t.Context(), transfer.Form{Action: b.url, AcceptCharset: "klingon"}, nil); err == nil || len(b.calls) != 5 {
		t.Errorf("a charset that does not exist: %v after %d calls", err, len(b.calls))
	}
}

func TestAFormByGetReplacesTheQuery(t *testing.T) {
	b := listen(t, status(http.StatusOK))
	form := transfer.Form{Action: b.url + "/return?visit=7", Method: "GET"}
	if err := NewPoster(loopback).Post(t.Context(), form, []transfer.Field{{Name: "a", Value: "1 2"}, {Name: "b", Value: ""}}); err != nil {
		t.Fatal(err)
	}
	if len(b.calls) != 1 || b.calls[0] != "/return?a=1+2&b=" || b.last.Method != "GET" || b.raw != "" || b.last.Header.Get("Content-Type") != "" {
		t.Errorf("%s %v with %q: %v", b.last.Method, b.calls, b.raw, b.last.Header)
	}
}

func TestOnlyA2xxIsAnAcknowledgement(t *testing.T) {
	const document = "PD94bWwgdmVyc2lvbj0i"
	for code, acknowledged := range map[int]bool{
		200: true, 201: true, 202: true, 204: true, 299: true,
		300: false, 301: false, 302: false, 303: false, 307: false, 308: false, 400: false, 401: false, 404: false, 500: false, 503: false,
	} {
		b := listen(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(code)
			if code != 204 {
				io.WriteString(w, "ANSWER")
			}
		})
		form := transfer.Form{Action: b.url + "/return?token=QUERY", Method: "POST"}
		err := NewPoster(loopback).Post(t.Context(), form, []transfer.Field{{Name: "cart", Value: document}})
		if (err == nil) != acknowledged {
			t.Errorf("%d: %v", code, err)
		}
		if len(b.calls) != 1 {
			t.Errorf("%d: called %v", code, b.calls)
		}
		checkSilent(t, err, document, "QUERY", "ANSWER")
	}
}

func TestAnAnswerThatBreaksOffAfterItsStatusIsAnAcknowledgement(t *testing.T) {
	b := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
	})
	if err := NewPoster(loopback).Post(t.Context(), transfer.Form{Action: b.url, Method: "POST"}, fields); err != nil {
		t.Error(err) // the procurement system has the cart; a second one would be ordered twice
	}
}

func TestAFailureTellsNeitherAddressNorDocument(t *testing.T) {
	const document = "PD94bWwgdmVyc2lvbj0i"
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String()
	closed.Close()
	hangs := listen(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	hasty := NewPoster(loopback)
	hasty.client.Timeout = time.Nanosecond
	for name, c := range map[string]struct {
		by *Poster
		to string
	}{
		"nobody listens":            {NewPoster(loopback), nobody},
		"the answer takes too long": {hasty, hangs.url},
		"no address at all":         {NewPoster(loopback), "http://%zz/QUERY"},
		"no such scheme":            {NewPoster(loopback), "ftp://buyer.example.com"},
	} {
		for _, method := range []string{"GET", "POST"} {
			err := c.by.Post(t.Context(), transfer.Form{Action: c.to + "/?token=QUERY", Method: method}, []transfer.Field{{Name: "cart", Value: document}})
			if err == nil {
				t.Errorf("%s, by %s: acknowledged", name, method)
			}
			checkSilent(t, err, document, "QUERY")
		}
	}
}

func TestAnEndedContextEndsThePush(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	b := listen(t, func(_ http.ResponseWriter, r *http.Request) {
		end()
		<-r.Context().Done()
	})
	err := NewPoster(loopback).Post(ctx, transfer.Form{Action: b.url, Method: "POST"}, fields)
	if !errors.Is(err, context.Canceled) || len(b.calls) != 1 {
		t.Errorf("%v after %d calls", err, len(b.calls))
	}
	if err := NewPoster(loopback).Post(ctx, transfer.Form{Action: b.url, Method: "POST"}, fields); !errors.Is(err, context.Canceled) || len(b.calls) != 1 {
		t.Errorf("%v after %d calls", err, len(b.calls))
	}
}

func TestAPushDoesNotLastForEver(t *testing.T) {
	if p := NewPoster(loopback); p.client.Timeout <= 0 || p.client.Timeout > 2*time.Minute {
		t.Errorf("the pusher's lease is two minutes, an attempt may take %s", p.client.Timeout)
	}
}
