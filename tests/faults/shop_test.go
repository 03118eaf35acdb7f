package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// shop is a tenant with its keys and connections, made through the public API.
type shop struct {
	storefront, erp, admin string
	connections            []connection
}

// connection is one of the shop's connections, with all that the procurement system knows of it.
type connection struct {
	id, format     string
	link           string // a path
	user, password string
	document       bool   // the start call and the purchase orders are cXML documents
	orders         string // the format of purchase orders; empty for none
	push           bool   // the gateway hands the cart over itself
}

type object = map[string]any

// setUp makes the shop at a gateway. The platform's key is made on the command line, as by whoever installs the gateway.
func setUp(t *testing.T, platform, gatewayURL, portalURL string) *shop {
	t.Helper()
	post := func(key, path string, body object) object {
		t.Helper()
		return postJSON(t, gatewayURL, key, path, body)
	}
	endpoint := func(id string) object { return object{"endpoint": object{"scheme": "0088", "id": id}} }
	post(platform, "/v1/admin/tenants", object{
		"id": "papper", "name": "Papper och Penna AB", "fields": []object{{"name": "punchout", "label": "PunchOut", "type": "checkbox"}},
		"settings": object{"deciding_field": "punchout", "landing_url": "https://shop.example.com/punchout", "seller": endpoint("7300010000001")},
	})
	key := func(scope string) string {
		return post(platform, "/v1/admin/tenants/papper/keys", object{"label": scope, "scopes": []string{scope}})["key"].(string)
	}
	s := &shop{storefront: key("storefront"), erp: key("erp"), admin: key("admin")}
	post(s.admin, "/v1/admin/customers", object{
		"id": "goteborg", "number": "K-1", "name": "Göteborgs stad", "active": true, "fields": object{"punchout": "true"}, "buyer": endpoint("7381030000004"),
	})
	post(s.admin, "/v1/admin/webhooks", object{"url": portalURL + "/events"})
	s.connections = []connection{
		{format: "oci-4"},
		{format: "proceedo-cxml", orders: "peppol-bis-ordering-3"},
		{format: "cxml-1.2", document: true, orders: "cxml-1.2"},
		{format: "peppol-bis-punchout-3", push: true},
	}
	for i := range s.connections {
		c := &s.connections[i]
		c.user = fmt.Sprintf("buyer-%d", i)
		login := object{"user": c.user}
		if c.document {
			buyer := []object{{"domain": "NetworkId", "id": c.user}}
			login["from"], login["sender"], login["to"] = buyer, buyer, []object{{"domain": "NetworkId", "id": "seller"}}
		}
		returns := object{"from_call": true, "hosts": []string{"buyer.example.com"}}
		if c.push {
			returns = object{"fixed": portalURL + "/cart", "transfer": "push"}
		}
		ordering := object{}
		if c.orders != "" {
			ordering = object{"format": c.orders, "answer_url": portalURL + "/answers"}
		}
		made := post(s.admin, "/v1/admin/connections", object{
			"name": c.format, "customer": "goteborg", "format": c.format, "login": login, "return": returns, "ordering": ordering,
		})
		c.id, c.password = made["id"].(string), made["secret"].(string)
		link := post(s.admin, "/v1/admin/connections/"+c.id+"/links", object{})
		c.link = strings.TrimPrefix(link["url"].(string), publicURL)
	}
	return s
}

func postJSON(t *testing.T, base, key, path string, body object) object {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, base+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	content, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer object
	if err := json.Unmarshal(content, &answer); err != nil || a.StatusCode > 299 {
		t.Fatalf("%s: %d %s", path, a.StatusCode, content)
	}
	return answer
}
