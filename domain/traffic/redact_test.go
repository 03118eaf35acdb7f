package traffic_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/traffic"
)

const form = "application/x-www-form-urlencoded"

// kept returns all that is kept of a call whose connection calls its password kod.
func kept(query, contentType string, body []byte) string {
	return keptOf(traffic.NewRedactor("kod"), query, contentType, body)
}

func keptOf(r *traffic.Redactor, query, contentType string, body []byte) string {
	e := traffic.Entry{Sent: r.Payload(query, contentType, body)}
	r.Finish(&e)
	text, _ := json.Marshal(e) // which escapes what HTML would read, and so hides nothing of a secret made of letters
	return string(text)
}

// places are where a secret may stand in a payload, each with the media type.
var places = map[string]func(secret string) (query, contentType string, body []byte){
	"the query": func(s string) (string, string, []byte) {
		return "USERNAME=a&PASSWORD=" + url.QueryEscape(s) + "&x=y", "", nil
	},
	"a form": func(s string) (string, string, []byte) {
		return "", form, []byte("user=a&Pass-Word=" + url.QueryEscape(s))
	},
	"a form under the connection's own name": func(s string) (string, string, []byte) {
		return "", form, []byte("KOD=" + url.QueryEscape(s) + "&user=a")
	},
	"a form without a media type": func(s string) (string, string, []byte) { return "", "", []byte("PASSWORD=" + url.QueryEscape(s)) },
	"a form that says it is XML": func(s string) (string, string, []byte) {
		return "", "text/xml", []byte("x=<&PASSWORD=" + url.QueryEscape(s))
	},
	"a form twice, once under another name": func(s string) (string, string, []byte) {
		return "comment=" + url.QueryEscape("mitt är "+s), form, []byte("PASSWORD=" + url.QueryEscape(s))
	},
	"a form with parts": func(s string) (string, string, []byte) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("user", "a")
		_ = w.WriteField("PASSWORD", s)
		_ = w.Close()
		return "", w.FormDataContentType(), b.Bytes()
	},
	"XML":           func(s string) (string, string, []byte) { return "", "text/xml", []byte(document(escaped(s))) },
	"XML in UTF-16": func(s string) (string, string, []byte) { return "", "text/xml", inUTF16(document(escaped(s))) },
	"XML without its end": func(s string) (string, string, []byte) {
		return "", "text/xml", []byte("<cXML><SharedSecret>" + escaped(s))
	},
	"XML of a form": func(s string) (string, string, []byte) { return "", form, []byte(document(escaped(s))) },
	"XML within a form": func(s string) (string, string, []byte) {
		return "", form, []byte("doc=" + url.QueryEscape(document(escaped(s))))
	},
	"an attribute": func(s string) (string, string, []byte) {
		return "", "text/xml", []byte(`<a password="` + escaped(s) + `"/>`)
	},
	"a named extrinsic": func(s string) (string, string, []byte) {
		return "", "text/xml", []byte(`<Extrinsic name="userPassword">` + escaped(s) + `</Extrinsic>`)
	},
	"a hidden field": func(s string) (string, string, []byte) {
		return "", "text/html", []byte(`<input type=hidden name='PASSWORD' value='` + html.EscapeString(s) + `'>`)
	},
	"an address in XML": func(s string) (string, string, []byte) {
		return "", "text/xml", []byte(`<URL>https://a.example/?x=1&amp;punchout_token=` + url.QueryEscape(s) + `</URL>`)
	},
	"an attachment's side": func(s string) (string, string, []byte) {
		return "", `multipart/related; boundary="b"`, related(document(escaped(s)), "base64")
	},
	"a cut CDATA section": func(s string) (string, string, []byte) {
		return "", "text/xml", []byte("<SharedSecret><![CDATA[</SharedSecret>" + s + "]]></SharedSecret>")
	},
	"Base64 within a form": func(s string) (string, string, []byte) {
		return "", form, []byte("cxml-base64=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(document(escaped(s))))))
	},
	"JSON": func(s string) (string, string, []byte) {
		return "", "application/json", []byte(`{"a":1,"token":` + quoted(s) + `,"b":[]}`)
	},
	"JSON without its end": func(s string) (string, string, []byte) {
		text := quoted(s)
		return "", "application/json", []byte(`{"a":1,"api_key" : ` + text[:len(text)-1])
	},
	"an address in JSON": func(s string) (string, string, []byte) {
		return "", "application/json", []byte(`{"transfer_url":"https://a.example/transfer/acme.s1.` + hex.EncodeToString([]byte(s)) + `"}`)
	},
	"a form that begins as a declaration": func(s string) (string, string, []byte) {
		return "", form, []byte("<!&PASSWORD=" + url.QueryEscape(s) + "&0")
	},
	"a form that begins as an instruction": func(s string) (string, string, []byte) {
		return "", form, []byte("<?xml&PASSWORD=" + url.QueryEscape(s) + "&0")
	},
	"a form that begins as JSON": func(s string) (string, string, []byte) {
		return "", form, []byte(`{"a":&PASSWORD=` + url.QueryEscape(s) + `&{"a":"`)
	},
	"what is neither": func(s string) (string, string, []byte) { return "", "text/plain", []byte("PASSWORD " + s) },
}

func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

func document(secret string) string {
	return `<?xml version="1.0"?><!DOCTYPE cXML SYSTEM "x.dtd"><cXML><Header><Sender><Credential domain="NetworkID"><Identity>buyer</Identity>` +
		`<SharedSecret>` + secret + `</SharedSecret></Credential></Sender></Header><Request><BuyerCookie>4711</BuyerCookie></Request></cXML>`
}

func inUTF16(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return b
}

func related(text, encoding string) []byte {
	return []byte("--b\r\nContent-Type: text/xml\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte(text)) + "\r\n--b--\r\n")
}

// survives reports in which writing a secret is still there.
func survives(kept, secret string) string {
	for _, form := range []string{
		secret, unquote(quoted(secret)), unquote(quoted(escaped(secret))), unquote(quoted(html.EscapeString(secret))), url.QueryEscape(secret),
		url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret)),
	} {
		if strings.Contains(kept, form) {
			return form
		}
	}
	return ""
}

func unquote(text string) string { return text[1 : len(text)-1] }

func TestNoSecretSurvivesWhereverItStands(t *testing.T) {
	secrets := rapid.StringOfN(rapid.OneOf(rapid.RuneFrom([]rune(`åäöÅ"'<>&;=+%/\\ ]#?:,{}[]`)), rapid.RuneFrom([]rune("abcXYZ0189"))), 12, 40, -1).
		Filter(func(s string) bool {
			return s == strings.TrimSpace(s) && !strings.Contains(s, "]]>") && strings.ContainsAny(s, "abcXYZ")
		})
	for name, place := range places {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			secret := "q7" + secrets.Draw(t, "secret") + "7q"
			query, contentType, body := place(secret)
			if got := kept(query, contentType, body); survives(got, secret) != "" {
				t.Fatalf("%q is left as %q in %s", secret, survives(got, secret), got)
			}
		}))
	}
}

func TestWhatIsNoSecretIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		query, contentType, body string
		want                     []string
	}{
		"a form":      {"FUNCTION=DETAIL", form, "USERNAME=anna&PASSWORD=x&HOOK_URL=https%3A%2F%2Fa.example%2F%3Fa%3D1", []string{"anna", "DETAIL", "https://a.example/?a=1", "HOOK_URL", "PASSWORD"}},
		"a document":  {"", "text/xml; charset=utf-8", document("x"), []string{"buyer", "4711", "NetworkID", "SharedSecret"}},
		"JSON":        {"", "application/json", `{"currency":"SEK","lines":[{"sku":"4711"}]}`, []string{"SEK", "4711"}},
		"Latin-1":     {"", "text/xml", "<?xml version='1.0' encoding='iso-8859-1'?><a>G\xf6teborg</a>", []string{"Göteborg"}},
		"broken form": {"", form, "USERNAME=an%zz&PASSWORD=x", []string{"an%zz"}},
		"broken XML":  {"", "text/xml", "<a><b>till hit</a", []string{"till hit"}},
		"a link":      {"", "text/xml", "<URL>https://g.example/punchout/papper.abcdefghijklmnop</URL>", []string{"/punchout/papper.abcdef***"}},
		"a short one": {"", form, "USERNAME=demo&PASSWORD=demo", []string{"demo"}},
	} {
		got := kept(c.query, c.contentType, []byte(c.body))
		for _, want := range c.want {
			if !strings.Contains(strings.ReplaceAll(got, `\u0026`, "&"), want) {
				t.Errorf("%s: %q is not in %s", name, want, got)
			}
		}
	}
}

func TestALongPayloadIsCutAndSaysSo(t *testing.T) {
	long := document("4711-hemligt") + strings.Repeat("<a>åäö</a>", 20_000)
	r := traffic.NewRedactor()
	e := traffic.Entry{Sent: r.Payload("", "text/xml", []byte(long)), Answered: r.Payload("", "text/xml", []byte("<a/>"))}
	r.Finish(&e)
	if p := e.Sent; !p.Truncated || p.Size != len(long) || len(p.Text) > traffic.MaxPayload || len(p.Text) < traffic.MaxPayload/2 {
		t.Errorf("%d of %d bytes are kept, truncated %v", len(p.Text), p.Size, p.Truncated)
	}
	if p := e.Answered; p.Truncated || p.Text != "<a/>" {
		t.Errorf("of a short one %+v is kept", p)
	}
	cut := document(strings.Repeat("q7hemligt7q", 20_000)) // within the secret
	if got := kept("", "text/xml", []byte(cut)); strings.Contains(got, "q7hemligt7q") {
		t.Error("a secret that is cut stays")
	}
}

func TestWithoutAConnectionEveryValueOfAFormIsASecret(t *testing.T) {
	r := traffic.NewRedactor()
	r.Blind()
	if got := keptOf(r, "a=hemligt-ord", form, []byte("lösning=hemligt-ord&b=")); strings.Contains(got, "hemligt") || !strings.Contains(got, "lösning") {
		t.Error(got)
	}
}

func TestASecretThatWasFoundIsTakenOutOfEverythingElse(t *testing.T) {
	const secret = "q7hemligt7q"
	r := traffic.NewRedactor()
	e := traffic.Entry{Sent: r.Payload("", form, []byte("PASSWORD="+secret))}
	e.Answered = r.Payload("", "text/html", []byte("<p>"+secret+"</p>"))
	e.Answered.Location = "https://shop.example/?x=" + secret
	e.Message, e.CartID, e.Details = secret, secret, []fault.Detail{{Path: secret, Message: secret}}
	r.Finish(&e)
	if got := fmt.Sprintf("%+v", e); strings.Contains(got, secret) {
		t.Error(got)
	}
}

// FuzzRedactor puts a secret where it belongs into whatever there is.
func FuzzRedactor(f *testing.F) {
	for _, place := range places {
		_, contentType, body := place("x")
		f.Add(contentType, body, []byte("</a>"))
	}
	const secret = "q7hemligt7q"
	f.Fuzz(func(t *testing.T, contentType string, before, after []byte) {
		_ = kept(string(before), contentType, append(before, after...))
		if bytes.Contains(before, []byte(secret)) || bytes.Contains(after, []byte(secret)) || bytes.IndexByte(before, 0) >= 0 {
			return
		}
		body := append(append(slices.Clip(before), "<SharedSecret>"+secret+"</SharedSecret>"...), after...)
		if got := kept("", "text/xml", body); strings.Contains(got, secret) {
			t.Errorf("it is left in %s", got)
		}
		body = append(append(slices.Clip(before), "&PASSWORD="+secret+"&"...), after...)
		if got := kept("", form, body); strings.Contains(got, secret) {
			t.Errorf("it is left in %s", got)
		}
	})
}
