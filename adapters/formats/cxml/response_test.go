package cxml_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

func respond(t *testing.T, r port.StartResponse) string {
	t.Helper()
	r.DocumentID, r.Now, r.Endpoint = "r1@shop.example.com", now, "https://gateway.example.com/punchout/t.l?a=1&b=2"
	var b bytes.Buffer
	mediaType, err := cxml.NewProceedo().EncodeStartResponse(&b, r)
	if err != nil || mediaType != "text/xml; charset=UTF-8" {
		t.Fatalf("got %q, %v", mediaType, err)
	}
	return b.String()
}

func TestAnswersSayWhereToGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		response port.StartResponse
		want     []string
	}{
		"a start page": {
			port.StartResponse{Call: port.StartCall{Document: "PunchOutSetupRequest"}, StartPage: "https://shop.example.com/?a=1&punchout_token=x"},
			[]string{`<Status code="200" text="OK"/>`, `<URL>https://shop.example.com/?a=1&amp;punchout_token=x</URL>`},
		},
		"a profile": {
			port.StartResponse{Call: port.StartCall{Document: "ProfileRequest"}},
			[]string{
				`<Status code="200" text="OK"/>`, `<ProfileResponse effectiveDate="2026-11-23T10:15:00+01:00">`,
				`<Transaction requestName="PunchOutSetupRequest">`, `<Transaction requestName="OrderRequest">`, `<URL>https://gateway.example.com/punchout/t.l?a=1&amp;b=2</URL>`,
			},
		},
		"an order that was received": {port.StartResponse{Call: port.StartCall{Document: "OrderRequest"}}, []string{`<Status code="200" text="OK"/>`}},
		"an order that waits for a decision": {
			port.StartResponse{Call: port.StartCall{Document: "OrderRequest"}, Queued: true}, []string{`<Status code="201" text="Accepted"/>`},
		},
		"nothing to go on with": {port.StartResponse{}, []string{`<Status code="200" text="OK"/>`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := respond(t, c.response)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in\n%s", want, got)
				}
			}
			if strings.Contains(got, "<Header") || strings.Contains(got, "+00:00") {
				t.Errorf("a Response has no Header, and the time of the call:\n%s", got)
			}
		})
	}
}

func TestEveryKindOfRefusalHasACodeOfCXML(t *testing.T) {
	known := map[string]bool{"400": true, "401": true, "403": true, "406": true, "409": true, "412": true, "450": true, "500": true, "560": true}
	for _, kind := range fault.Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			got := respond(t, port.StartResponse{
				Call: port.StartCall{Document: "PunchOutSetupRequest"}, StartPage: "https://shop.example.com/",
				Err: fmt.Errorf("wrapped: %w", fault.New(kind, "some.code", "what <went> wrong").Because(errors.New(hidden))),
			})
			_, rest, _ := strings.Cut(got, `<Status code="`)
			if code, _, _ := strings.Cut(rest, `"`); !known[code] {
				t.Errorf("code %q", code)
			}
			if !strings.Contains(got, "what &lt;went&gt; wrong</Status>") {
				t.Errorf("the message is missing:\n%s", got)
			}
			if strings.Contains(got, hidden) || strings.Contains(got, "StartPage") {
				t.Errorf("a refusal holds neither cause nor payload:\n%s", got)
			}
		})
	}
}

func TestRefusalsHaveTheirCode(t *testing.T) {
	decode := func(body string) error {
		_, err := cxml.NewProceedo().DecodeLogin(document([]byte(body)))
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"broken XML":              {decode("<cXML>"), `code="406" text="Not Acceptable"`},
		"another root":            {decode("<a/>"), `code="406" text="Not Acceptable"`},
		"a missing element":       {decode(wrapped("")), `code="406" text="Not Acceptable"`},
		"no return address":       {fault.New(fault.Malformed, "return.missing", "none"), `code="400" text="Bad Request"`},
		"the operation source":    {decode(setup("source", "")), `code="450" text="Not Implemented"`},
		"no cart to edit":         {fault.New(fault.NotFound, "cart.not_found", "none"), `code="412" text="Precondition Failed"`},
		"a disabled connection":   {fault.New(fault.Forbidden, "connection.disabled", "no"), `code="403" text="Forbidden"`},
		"a revoked link":          {fault.New(fault.Gone, "link.revoked", "no"), `code="403" text="Forbidden"`},
		"another order of the id": {fault.New(fault.Conflict, "order.exists", "no"), `code="409" text="Conflict"`},
		"maintenance":             {fault.New(fault.Unavailable, "store.unavailable", "no"), `code="560" text="Temporary server error"`},
		"another document":        {decode(wrapped(`<Request><ConfirmationRequest/></Request>`)), `code="450" text="Not Implemented"`},
		"an order without a line": {decode(order(`<OrderRequestHeader orderID="1"/>`, "")), `code="406" text="Not Acceptable"`},
		"wrong credentials":       {fault.New(fault.Unauthenticated, "login.credentials", "credentials not recognised"), `code="401" text="Unauthorized"`},
		"an error without a kind": {errors.New(hidden), `code="500" text="Internal Server Error"`},
		"several reasons": {
			fault.New(fault.Forbidden, "not_eligible", "not eligible").With(fault.Detail{Message: "one"}, fault.Detail{Message: "two"}),
			`xml:lang="en">not eligible; one; two</Status>`,
		},
		"reasons that are nobody's business": {
			fault.New(fault.Unauthenticated, "login.credentials", "no").With(fault.Detail{Message: "wrong password"}), `xml:lang="en">no</Status>`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := respond(t, port.StartResponse{Err: c.err})
			if !strings.Contains(got, c.want) || strings.Contains(got, hidden) {
				t.Errorf("no %s in\n%s", c.want, got)
			}
		})
	}
}
