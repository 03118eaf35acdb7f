package virtualbuyer

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/transfer"
)

const (
	formMedia = "application/x-www-form-urlencoded"
	cxmlMedia = `text/xml; charset="UTF-8"`
	// accept tells the gateway that a program reads the answer: refusals are problems (RFC 9457) and no pages.
	accept = "application/json, text/xml"
)

// Start writes the start call: a form by the connection's method, or a cXML PunchOutSetupRequest.
func (*Buyer) Start(b port.Buyer, v port.BuyerVisit) (port.BuyerCall, error) {
	if b.Documents {
		document, err := setUpDocument(b, v)
		return port.BuyerCall{Method: http.MethodPost, URL: b.LinkURL, MediaType: cxmlMedia, Accept: accept, Body: document}, err
	}
	form := url.Values{}
	for _, f := range StartFields(b, v) {
		form.Add(f.Name, f.Value)
	}
	if b.Login.Method == connection.Get {
		return port.BuyerCall{Method: http.MethodGet, URL: b.LinkURL + "?" + form.Encode(), Accept: accept}, nil
	}
	return port.BuyerCall{Method: http.MethodPost, URL: b.LinkURL, MediaType: formMedia, Accept: accept, Body: []byte(form.Encode())}, nil
}

// StartFields are the fields of a start call by form, the return address last.
func StartFields(b port.Buyer, v port.BuyerVisit) []transfer.Field {
	names := b.Login.Names
	var fields []transfer.Field
	add := func(name, value string) {
		if name != "" && value != "" {
			fields = append(fields, transfer.Field{Name: name, Value: value})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Parameters)) {
		add(name, b.Parameters[name])
	}
	add(names.User, b.Login.User)
	add(names.Password, b.Secret.Reveal())
	add(names.Customer, b.Login.Customer)
	add(names.Session, v.ID)
	add(names.ReturnURL, v.ReturnURL)
	return fields
}

// The envelope and the PunchOutSetupRequest (cXML 1.2.014), in the DTD's order.
type (
	cxml struct {
		XMLName   xml.Name `xml:"cXML"`
		PayloadID string   `xml:"payloadID,attr"`
		Timestamp string   `xml:"timestamp,attr"`
		Lang      string   `xml:"xml:lang,attr"`
		From      party    `xml:"Header>From"`
		To        party    `xml:"Header>To"`
		Sender    party    `xml:"Header>Sender"`
		Request   struct {
			Mode  string        `xml:"deploymentMode,attr"`
			SetUp *setUpRequest `xml:"PunchOutSetupRequest,omitempty"`
			Order *orderRequest `xml:"OrderRequest,omitempty"`
		} `xml:"Request"`
	}
	party struct {
		Credential credential `xml:"Credential"`
		UserAgent  string     `xml:"UserAgent,omitempty"`
	}
	credential struct {
		Domain       string `xml:"domain,attr"`
		Identity     string `xml:"Identity"`
		SharedSecret string `xml:"SharedSecret,omitempty"`
	}
	setUpRequest struct {
		Operation   string   `xml:"operation,attr"`
		BuyerCookie string   `xml:"BuyerCookie"`
		ReturnURL   *address `xml:"BrowserFormPost,omitempty"`
		Contact     struct {
			Role string `xml:"role,attr"`
			Name struct {
				Lang string `xml:"xml:lang,attr"`
				Text string `xml:",chardata"`
			} `xml:"Name"`
			Email string `xml:"Email"`
		} `xml:"Contact"`
	}
	address struct {
		URL string `xml:"URL"`
	}
)

// doctype names the DTD of a version of cXML.
func doctype(version string) string {
	return `<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/` + version + `/cXML.dtd">` + "\n"
}

// The versions of cXML that are written: the oldest that supports all that is written.
const (
	oldest         = "1.2.014"
	withPriceBasis = "1.2.036"
)

// timestamp is ISO 8601 with a numeric offset; cXML knows no Z.
const timestamp = "2006-01-02T15:04:05-07:00"

// host stands in the identifiers of documents.
const host = "@inkopsportalen.example"

// envelope is a request of the buyer's server to the supplier, without its content.
func envelope(b port.Buyer, v port.BuyerVisit) *cxml {
	d := cxml{PayloadID: fmt.Sprintf("%d.%s%s", v.At.Unix(), v.ID, host), Timestamp: v.At.Format(timestamp), Lang: "sv-SE"}
	from, to, sender := identity(b.Login.From), identity(b.Login.To), identity(b.Login.Sender)
	d.From.Credential = credential{Domain: from.Domain, Identity: from.ID}
	d.To.Credential = credential{Domain: to.Domain, Identity: to.ID}
	d.Sender = party{credential{sender.Domain, sender.ID, b.Secret.Reveal()}, "Inköpsportalen"}
	d.Request.Mode = "production"
	if v.Test {
		d.Request.Mode = "test"
	}
	return &d
}

func setUpDocument(b port.Buyer, v port.BuyerVisit) ([]byte, error) {
	d, setUp := envelope(b, v), &setUpRequest{}
	d.Request.SetUp = setUp
	setUp.Operation, setUp.BuyerCookie = "create", v.ID
	if v.ReturnURL != "" {
		setUp.ReturnURL = &address{v.ReturnURL}
	}
	setUp.Contact.Role, setUp.Contact.Email = "endUser", "anna.andersson@example.com"
	setUp.Contact.Name.Lang, setUp.Contact.Name.Text = "sv-SE", "Anna Andersson"
	return marshal(doctype(oldest), d)
}

func marshal(doctype string, d any) ([]byte, error) {
	text, err := xml.MarshalIndent(d, "", "  ")
	return []byte(xml.Header + doctype + string(text) + "\n"), err
}

// response is an answer in cXML, as far as it is needed.
type response struct {
	Status struct {
		Code string `xml:"code,attr"`
		Text string `xml:"text,attr"`
		More string `xml:",chardata"`
	} `xml:"Response>Status"`
	StartPage string `xml:"Response>PunchOutSetupResponse>StartPage>URL"`
}

// ErrRefused says that the gateway refused a call; its details say why.
var ErrRefused = fault.New(fault.Conflict, "virtual_buyer.refused", "the gateway refused the call")

// StartPage reads the redirect, or the cXML PunchOutSetupResponse.
func (*Buyer) StartPage(b port.Buyer, a port.BuyerAnswer) (string, error) {
	page := a.Location
	switch {
	case !b.Documents && a.Status != http.StatusSeeOther && a.Status != http.StatusFound:
		return "", refusal(a)
	case b.Documents:
		answer, err := readResponse(a)
		if err != nil {
			return "", err
		}
		page = answer.StartPage
	}
	to, err := url.Parse(strings.TrimSpace(page))
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return "", refused("answer.no_start_page", "the answer names no start page")
	}
	return to.String(), nil
}

func refused(code, message string, more ...fault.Detail) error {
	f := ErrRefused.With(append([]fault.Detail{{Code: code, Message: message}}, more...)...)
	f.Message = message
	return f
}

// readResponse returns a cXML answer of a status that says yes.
func readResponse(a port.BuyerAnswer) (response, error) {
	var answer response
	if a.Status != http.StatusOK {
		return answer, refusal(a)
	}
	if err := newDecoder(string(a.Body)).Decode(&answer); err != nil {
		return answer, refused("answer.unreadable", "the answer is not readable cXML: "+err.Error())
	}
	if s := answer.Status; !strings.HasPrefix(s.Code, "2") {
		return answer, refused("cxml."+clip(s.Code), fmt.Sprintf("cXML status %s %s: %s", s.Code, s.Text, clip(strings.TrimSpace(s.More))))
	}
	return answer, nil
}

// Refused reads a problem (RFC 9457), or tells the beginning of what came in its place.
func (*Buyer) Refused(a port.BuyerAnswer) error {
	if a.Status >= 200 && a.Status < 300 {
		return nil
	}
	return refusal(a)
}

// refusal is what an answer that is no yes says.
func refusal(a port.BuyerAnswer) error {
	var problem struct {
		Code, Detail    string
		Errors, Reasons []struct{ Path, Code, Message string }
	}
	if json.Unmarshal(a.Body, &problem) != nil || problem.Code == "" {
		return refused("http."+fmt.Sprint(a.Status), fmt.Sprintf("HTTP %d: %s", a.Status, clip(string(a.Body))))
	}
	var details []fault.Detail
	for _, each := range slices.Concat(problem.Errors, problem.Reasons) {
		details = append(details, fault.Detail(each))
	}
	return refused(problem.Code, problem.Detail, details...)
}

// maxShown is how much is told of a text that came.
const maxShown = 300

func clip(text string) string {
	if len(text) <= maxShown {
		return text
	}
	return strings.ToValidUTF8(text[:maxShown], "") + " …"
}

// Ping writes the ping: a form with the credentials of the login, the cart's identifier and the number of the purchase order.
func (*Buyer) Ping(b port.Buyer, v port.BuyerVisit, cartID string) port.BuyerCall {
	names := b.Login.Names
	form := url.Values{
		cmp.Or(names.User, connection.Presets[connection.DefaultPreset].User):         {user(b)},
		cmp.Or(names.Password, connection.Presets[connection.DefaultPreset].Password): {b.Secret.Reveal()},
		"order": {cartID}, "purchase_order": {v.PurchaseOrder},
	}
	if b.Login.Customer != "" && names.Customer != "" {
		form.Set(names.Customer, b.Login.Customer)
	}
	return port.BuyerCall{
		Method: http.MethodPost, URL: b.LinkURL + "/complete", MediaType: formMedia, Accept: accept, Body: []byte(form.Encode()),
	}
}

// Completed reads the JSON answer of the gateway, or the status of a cXML one.
func (*Buyer) Completed(a port.BuyerAnswer) (number, status string, err error) {
	if strings.Contains(a.MediaType, "xml") {
		answer, err := readResponse(a)
		return "", strings.TrimSpace("cXML " + answer.Status.Code + " " + answer.Status.Text), err
	}
	if a.Status != http.StatusOK && a.Status != http.StatusAccepted {
		return "", "", refusal(a)
	}
	var answer struct {
		Order struct{ Number, Status string }
	}
	if err := json.Unmarshal(a.Body, &answer); err != nil {
		return "", "", refused("answer.unreadable", "the answer is not readable JSON: "+err.Error())
	}
	return answer.Order.Number, answer.Order.Status, nil
}
