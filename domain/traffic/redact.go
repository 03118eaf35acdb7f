package traffic

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/punchgate/punchgate/domain/connection"
)

// MaxPayload is how many bytes of a payload are kept.
const MaxPayload = 64 << 10

// hidden stands in the place of a secret.
const hidden = "***"

// Redactor makes payloads of a call. It takes out what stands where secrets stand, however broken the rest is: passwords, shared
// secrets, tokens and signatures, by the names of parameters, members, elements and attributes; and then each of them once more
// wherever else it stands. What it cannot read it leaves out whole.
type Redactor struct {
	names []string // further names of parameters that hold secrets, folded
	known []string // secrets, found or told
	blind bool
}

// NewRedactor makes a redactor for a call to whose connection these are the names of parameters with secrets.
func NewRedactor(names ...string) *Redactor {
	r := &Redactor{}
	for _, name := range names {
		if name = fold(name); name != "" {
			r.names = append(r.names, name)
		}
	}
	return r
}

// Blind leaves out the values of all parameters: without a connection nobody knows which of them is the password.
func (r *Redactor) Blind() { r.blind = true }

// Hide takes out a text wherever it stands.
func (r *Redactor) Hide(secret string) {
	const least = 8 // shorter ones are words, which stand everywhere
	if len(secret) >= least && !slices.Contains(r.known, secret) {
		r.known = append(r.known, secret)
	}
}

// Payload returns what is kept of a body and of the query of its address. The secrets that it finds are taken out of what Finish is
// given, too.
func (r *Redactor) Payload(query, contentType string, body []byte) Payload {
	mediaType, attributes, err := mime.ParseMediaType(contentType)
	if err != nil {
		mediaType, _, _ = strings.Cut(strings.ToLower(contentType), ";")
	}
	p := Payload{MediaType: strings.TrimSpace(mediaType), Size: len(body), Query: r.form(head(query, new(bool)))}
	text := string(head(body, &p.Truncated))
	switch {
	case strings.TrimSpace(text) == "":
	case mediaType == "multipart/form-data":
		p.Form = r.multipartForm(text, attributes["boundary"])
	case strings.HasPrefix(mediaType, "multipart/"):
		p.Text, p.Omitted = r.firstDocument(text, attributes["boundary"])
	default:
		p.Text, p.Form, p.Omitted = r.content(p.MediaType, text)
	}
	return p
}

// head returns what is kept of a long text.
func head[T string | []byte](whole T, cut *bool) T {
	if len(whole) <= MaxPayload {
		return whole
	}
	*cut = true
	return whole[:MaxPayload]
}

// content tells by its beginning what a text is, for callers name it wrong.
func (r *Redactor) content(mediaType, raw string) (text string, form []Field, omitted bool) {
	decoded, ok := decode(raw)
	if !ok {
		return "", nil, true
	}
	begin := strings.TrimSpace(decoded)
	isForm := mediaType == "" || mediaType == "application/x-www-form-urlencoded"
	if isForm {
		form = r.form(begin) // also finds the secrets of one that begins as something else
	}
	switch {
	case strings.HasPrefix(begin, "<"), strings.HasSuffix(mediaType, "xml") && strings.Contains(begin, "<"):
		return r.markup(decoded), nil, false
	case strings.HasPrefix(begin, "{"), strings.HasPrefix(begin, "["):
		return r.json(decoded), nil, false
	case isForm:
		return "", form, false
	}
	return "", nil, true
}

// decode returns a text in UTF-8, UTF-16, or else as if it were in Latin-1, whose ASCII is that of all other charsets in use. Whatever
// holds zero bytes then is in none of them.
func decode(raw string) (string, bool) {
	if strings.IndexByte(raw, 0) >= 0 {
		bigEndian := strings.HasPrefix(raw, "\xfe\xff") || raw[0] == 0
		units := make([]uint16, 0, len(raw)/2)
		for i := 0; i+1 < len(raw); i += 2 {
			first, second := uint16(raw[i]), uint16(raw[i+1])
			if bigEndian {
				first, second = second, first
			}
			units = append(units, second<<8|first)
		}
		raw = string(utf16.Decode(units))
	}
	raw = strings.TrimPrefix(raw, "\ufeff")
	if !utf8.ValidString(strings.TrimRight(raw, cutRune)) {
		runes := make([]rune, len(raw))
		for i := range len(raw) {
			runes[i] = rune(raw[i])
		}
		raw = string(runes)
	}
	raw = strings.ToValidUTF8(raw, "")
	return raw, strings.IndexByte(raw, 0) < 0
}

// cutRune are the bytes that begin or go on with a character that the end of what is kept cut through.
var cutRune = func() string {
	b := make([]byte, 0, 128)
	for i := 128; i < 256; i++ {
		b = append(b, byte(i))
	}
	return string(b)
}()

// markers are what the folded names of secrets contain.
var markers = []string{
	"pass", "pwd", "secret", "token", "losen", "lösen", "kennwort", "wachtwoord", "contrasena", "contraseña", "parole", "apikey", "accesskey",
	"authorization", "credentialmac", "signature",
}

// wholly are folded names of secrets that other words contain.
var wholly = []string{"pw", "pin", "auth", "bearer", "jwt"}

// secretName reports whether a name is that of a secret.
func (r *Redactor) secretName(name string) bool {
	name = fold(name)
	return slices.Contains(r.names, name) || slices.Contains(wholly, name) ||
		slices.ContainsFunc(markers, func(marker string) bool { return strings.Contains(name, marker) })
}

// fold makes names equal that differ in case, hyphens and the like.
func fold(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, name)
}

// form reads parameters, broken ones included.
func (r *Redactor) form(text string) (fields []Field) {
	inSecret := false
	for piece := range strings.SplitSeq(text, "&") {
		if piece == "" {
			continue
		}
		rawName, rawValue, isPair := strings.Cut(piece, "=")
		name, nameErr := url.QueryUnescape(rawName)
		value, valueErr := url.QueryUnescape(rawValue)
		switch {
		case !isPair && inSecret: // the rest of a secret with an & in it that nobody escaped
			r.Hide(rawName)
			continue
		case nameErr != nil:
			name, value = hidden, hidden
		case valueErr != nil:
			value = rawValue
		}
		inSecret = r.secretName(name)
		if inSecret {
			r.Hide(rawValue)
		}
		fields = append(fields, r.field(name, value))
	}
	return fields
}

// field redacts a parameter, whose value may be a document.
func (r *Redactor) field(name, value string) Field {
	name = readable(name)
	if r.blind || r.secretName(name) {
		r.Hide(value)
		if value != "" {
			value = hidden
		}
		return Field{name, value}
	}
	if document, ok := unBase64(value); ok {
		value = document
	}
	decoded, ok := decode(value)
	if !ok {
		return Field{name, hidden}
	}
	switch begin := strings.TrimSpace(decoded); {
	case strings.HasPrefix(begin, "<"):
		return Field{name, r.markup(decoded)}
	case strings.HasPrefix(begin, "{"), strings.HasPrefix(begin, "["):
		return Field{name, r.json(decoded)}
	default:
		return Field{name, r.plain(decoded)}
	}
}

// unBase64 returns the document within a value. The end of what is kept may have cut through it.
func unBase64(value string) (string, bool) {
	compact := strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return -1
		}
		return c
	}, value)
	compact = strings.TrimRight(compact, "=")
	const least = 16
	if len(compact) < least {
		return "", false
	}
	if len(compact)%4 == 1 {
		compact = compact[:len(compact)-1]
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		decoded, err := encoding.DecodeString(compact)
		text, ok := decode(string(decoded))
		if err == nil && ok && strings.ContainsAny(text, "<{=") && printable(text) {
			return text, true
		}
	}
	return "", false
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && !unicode.IsSpace(c) })
}

func readable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\ufffd")
}

func (r *Redactor) multipartForm(text, boundary string) (fields []Field) {
	parts := multipart.NewReader(strings.NewReader(text), boundary)
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return fields // the rest has no parts
		}
		value, _ := io.ReadAll(part) // as much of it as came
		if part.FileName() != "" {
			fields = append(fields, Field{readable(part.FormName()), hidden})
			continue
		}
		fields = append(fields, r.field(part.FormName(), string(value)))
	}
}

// firstDocument returns the first part that is XML, which in cXML is the document; what goes with it are its attachments.
func (r *Redactor) firstDocument(text, boundary string) (document string, omitted bool) {
	parts := multipart.NewReader(strings.NewReader(text), boundary)
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return "", true
		}
		var content io.Reader = part
		switch strings.ToLower(part.Header.Get("Content-Transfer-Encoding")) {
		case "base64":
			content = base64.NewDecoder(base64.StdEncoding, part)
		case "quoted-printable":
			content = quotedprintable.NewReader(part)
		}
		read, _ := io.ReadAll(content) // as much of it as came
		if decoded, ok := decode(string(read)); ok && strings.HasPrefix(strings.TrimSpace(decoded), "<") {
			return r.markup(decoded), false
		}
	}
}

// plain takes out what stands behind an equals sign after the name of a secret, as in addresses, and the parts of the gateway's own
// addresses that open something.
func (r *Redactor) plain(text string) string {
	var out strings.Builder
	for {
		at := strings.IndexByte(text, '=')
		if at < 0 {
			break
		}
		end := at + 1 + valueEnd(text[at+1:])
		name := text[nameBegin(text[:at]):at]
		out.WriteString(text[:at+1])
		if value := text[at+1 : end]; value != "" && r.secretName(name) {
			r.Hide(html.UnescapeString(value))
			out.WriteString(hidden)
			text = text[end:]
			continue
		}
		text = text[at+1:]
	}
	out.WriteString(text)
	return r.addresses(out.String())
}

// nameBegin returns where the name begins at whose end a text ends.
func nameBegin(text string) int {
	return strings.LastIndexFunc(text, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("_-.:%+", c)
	}) + 1
}

func valueEnd(text string) int {
	if i := strings.IndexFunc(text, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(`&;"'<>`, c) }); i >= 0 {
		return i
	}
	return len(text)
}

// linkShown is how many characters of a link's identifier are shown.
const linkShown = 6

// ShownLink returns the beginning of a link's identifier.
func ShownLink(id connection.LinkID) string { return string(id[:min(len(id), linkShown)]) }

// addresses takes out tokens in paths, and all of a link but its beginning.
func (r *Redactor) addresses(text string) string {
	text = inPath(text, "/transfer/", func(string) string { return hidden })
	return inPath(text, "/punchout/", func(address string) string {
		of, id, ok := strings.Cut(address, ".")
		if !ok {
			return address
		}
		return of + "." + ShownLink(connection.LinkID(id)) + hidden
	})
}

func inPath(text, before string, change func(string) string) string {
	var out strings.Builder
	for {
		i := strings.Index(text, before)
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		i += len(before)
		end := i
		for end < len(text) && (text[end] == '.' || text[end] == '-' || text[end] == '_' || text[end] >= '0' && text[end] <= '9' ||
			text[end] >= 'a' && text[end] <= 'z' || text[end] >= 'A' && text[end] <= 'Z') {
			end++
		}
		out.WriteString(text[:i])
		if end > i {
			out.WriteString(change(text[i:end]))
		}
		text = text[end:]
	}
}

// Finish takes the known secrets out of everything that is kept of the call.
func (r *Redactor) Finish(e *Entry) {
	clean := r.cleaner()
	for _, text := range []*string{&e.Message, &e.CartID, &e.PurchaseOrder, &e.Person} {
		*text = clean(r.plain(*text))
	}
	e.Details = slices.Clone(e.Details)
	for i := range e.Details {
		d := &e.Details[i]
		d.Path, d.Message = clean(d.Path), clean(r.plain(d.Message))
	}
	for _, p := range []*Payload{&e.Sent, &e.Answered} {
		p.Text, p.Location = clean(p.Text), clean(r.plain(p.Location))
		var cut bool
		if p.Text = head(p.Text, &cut); cut { // escaping made it longer
			p.Text, p.Truncated = strings.ToValidUTF8(p.Text, ""), true
		}
		for _, fields := range [][]Field{p.Form, p.Query} {
			for i := range fields {
				fields[i] = Field{clean(fields[i].Name), clean(fields[i].Value)}
			}
		}
	}
}

// cleaner replaces the known secrets in all ways in which they may be written.
func (r *Redactor) cleaner() func(string) string {
	var pairs []string
	slices.SortFunc(r.known, func(a, b string) int { return len(b) - len(a) }) // of two that begin alike, the longer one first
	for _, secret := range r.known {
		asJSON, _ := json.Marshal(secret) // text can always be written
		var plainJSON bytes.Buffer
		plain := json.NewEncoder(&plainJSON)
		plain.SetEscapeHTML(false)
		_ = plain.Encode(secret) // as above
		forms := []string{
			secret, unquoted(asJSON), unquoted(bytes.TrimSpace(plainJSON.Bytes())), html.EscapeString(secret), url.QueryEscape(secret),
			url.PathEscape(secret), strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(secret),
			strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(secret),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		}
		for _, form := range forms {
			pairs = append(pairs, form, hidden)
		}
	}
	if pairs == nil {
		return func(text string) string { return text }
	}
	return strings.NewReplacer(pairs...).Replace
}

func unquoted(text []byte) string { return string(text[1 : len(text)-1]) }
