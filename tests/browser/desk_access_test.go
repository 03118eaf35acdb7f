package browser

import (
	"net/http"
	"strings"
	"testing"
)

func TestAnOperatorMakesAndRevokesAKey(t *testing.T) {
	operators(t, func(o *operator) {
		o.open("/keys")
		o.look("keys")
		o.script(`document.querySelector('[name="/scopes"][value=storefront]').click(), ""`) // no longer ticked
		o.script(`document.querySelector('[name="/scopes"][value=policy]').click(), ""`)
		o.fill("/label", o.unique("webb"))
		o.click("main form .actions button", ".mistakes")
		if said := o.wrong("/origins"); said == "" {
			o.t.Error("nothing is said of the missing origins")
		}
		o.look("keys-wrong")
		o.fill("/origins", "https://shop.example.com")
		o.click("main form .actions button", "#made")
		key := strings.TrimSpace(o.script(`document.getElementById("made").textContent`))
		if !strings.HasPrefix(key, "pgk."+o.d.Tenant.ID+".") {
			o.t.Errorf("the key is %q", key)
		}
		o.look("keys-made")

		policy := func() int {
			request, err := http.NewRequest(http.MethodGet, o.d.Gateway+"/v1/storefront/checkout-policy?customer=nobody", nil)
			if err != nil {
				o.t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+key)
			request.Header.Set("Origin", "https://shop.example.com")
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				o.t.Fatal(err)
			}
			defer response.Body.Close()
			return response.StatusCode
		}
		if status := policy(); status != http.StatusOK {
			o.t.Errorf("the new key gets %d", status)
		}
		id := strings.Split(key, ".")[2]
		o.script(`document.querySelector('form[action$="/keys/` + id + `/revoke"]').closest("details").open = true, ""`)
		o.click(`form[action$="/keys/`+id+`/revoke"] button`, ".done")
		o.see(o.T("Återkallat.", "Revoked."))
		if status := policy(); status != http.StatusUnauthorized {
			o.t.Errorf("the revoked key gets %d", status)
		}

		o.open("/audit")
		o.see(o.T("Skapade nyckel", "Created a key"), o.T("Återkallade nyckel", "Revoked a key"), id)
		o.look("audit")
	})
}
