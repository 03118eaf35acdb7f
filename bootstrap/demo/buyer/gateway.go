package buyer

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ping is how the gateway answered the completion of an order.
type ping struct {
	Status     int    // of HTTP; 0 where there was no answer
	Body       string // indented where it is JSON or XML
	Document   string // the purchase order that was sent; empty for a ping
	Order      string // the shop's number of the order
	OrderState string // such as confirmed
}

// Done reports whether the order was completed.
func (p *ping) Done() bool { return p.Status == http.StatusOK }

// complete sends the ping that completes the visit's order: a form with the credentials of the login, the cart's identifier
// and the number of the purchase order.
func (b *portal) complete(ctx context.Context, v *visit) *ping {
	c := v.Connection
	user, password := c.pingCredentials()
	form := url.Values{
		c.UserParam: {user}, c.PasswordParam: {password}, "order": {v.Document.ID}, "purchase_order": {v.PurchaseOrder},
	}
	status, body, err := b.post(ctx, c.LinkURL+"/complete", "application/x-www-form-urlencoded", form.Encode())
	if err != nil {
		b.Log.WarnContext(ctx, "the virtual buyer could not complete an order", "format", c.Format, "error", err)
		return &ping{Body: err.Error()}
	}
	answer := &ping{Status: status, Body: string(body)}
	answer.read(body)
	return answer
}

func (b *portal) post(ctx context.Context, address, mediaType, body string) (status int, answer []byte, err error) {
	return b.postAs(ctx, address, mediaType, body, "", "")
}

// postAs posts with the credentials of HTTP Basic, where there is a user.
func (b *portal) postAs(ctx context.Context, address, mediaType, body, user, password string) (status int, answer []byte, err error) {
	call, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body)) //nolint:gosec // a configured address
	if err != nil {
		return 0, nil, err
	}
	call.Header.Set("Content-Type", mediaType)
	call.Header.Set("Accept", "application/json, text/xml")
	if user != "" {
		call.SetBasicAuth(user, password)
	}
	got, err := b.HTTP.Do(call) //nolint:gosec // a configured address
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = got.Body.Close() }() // all that is needed was read
	answer, err = io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	return got.StatusCode, answer, err
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
		Operation   string `xml:"operation,attr"`
		BuyerCookie string `xml:"BuyerCookie"`
		ReturnURL   string `xml:"BrowserFormPost>URL"`
		Contact     struct {
			Role string `xml:"role,attr"`
			Name struct {
				Lang string `xml:"xml:lang,attr"`
				Text string `xml:",chardata"`
			} `xml:"Name"`
			Email string `xml:"Email"`
		} `xml:"Contact"`
	}
)

// setUpResponse is the answer, as far as it is needed.
type setUpResponse struct {
	Status struct {
		Code string `xml:"code,attr"`
		Text string `xml:"text,attr"`
		More string `xml:",chardata"`
	} `xml:"Response>Status"`
	StartPage string `xml:"Response>PunchOutSetupResponse>StartPage>URL"`
}

const doctype = `<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.014/cXML.dtd">` + "\n"

// timestamp is ISO 8601 with a numeric offset; cXML knows no Z.
const timestamp = "2006-01-02T15:04:05-07:00"

// envelope is a request of the buyer's server to the supplier, without its content.
func envelope(c Credentials, now time.Time) *cxml {
	d := cxml{PayloadID: fmt.Sprintf("%d.%s@inkopsportalen.example", now.Unix(), rand.Text()), Timestamp: now.Format(timestamp), Lang: "sv-SE"}
	d.From.Credential = credential{Domain: c.FromDomain, Identity: c.FromIdentity}
	d.To.Credential = credential{Domain: c.ToDomain, Identity: c.ToIdentity}
	d.Sender = party{credential{c.SenderDomain, c.SenderIdentity, c.SharedSecret}, "Inköpsportalen"}
	d.Request.Mode = "production"
	return &d
}

func setUpDocument(c Credentials, visitID, returnURL string, now time.Time) (string, error) {
	d, setUp := envelope(c, now), &setUpRequest{}
	d.Request.SetUp = setUp
	setUp.Operation, setUp.BuyerCookie, setUp.ReturnURL = "create", visitID, returnURL
	setUp.Contact.Role, setUp.Contact.Email = "endUser", "anna.andersson@example.com"
	setUp.Contact.Name.Lang, setUp.Contact.Name.Text = "sv-SE", "Anna Andersson"
	return marshal(d)
}

// setUp asks the gateway for a PunchOut and returns the start page.
func (b *portal) setUp(ctx context.Context, c *Connection, visitID, returnURL string) (startPage string, err error) {
	request, err := setUpDocument(c.Credentials, visitID, returnURL, time.Now())
	if err != nil {
		return "", err
	}
	status, body, err := b.post(ctx, c.LinkURL, `text/xml; charset="UTF-8"`, request)
	if err != nil {
		return "", err
	}
	if status != http.StatusOK {
		return "", fmt.Errorf("HTTP %d: %s", status, clip(string(body), maxMessage))
	}
	var answer setUpResponse
	if err := newDecoder(string(body)).Decode(&answer); err != nil {
		return "", fmt.Errorf("the answer is not readable cXML: %w", err)
	}
	if refused := answer.Status; refused.Code != "200" {
		return "", fmt.Errorf("cXML status %s %s: %s", refused.Code, refused.Text, clip(strings.TrimSpace(refused.More), maxMessage))
	}
	page, err := url.Parse(strings.TrimSpace(answer.StartPage))
	if err != nil || page.Host == "" || page.Scheme != "http" && page.Scheme != "https" {
		return "", errors.New("the answer names no start page")
	}
	return page.String(), nil
}
