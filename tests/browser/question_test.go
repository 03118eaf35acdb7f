package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The page that answers VALIDATE submits itself, so that nobody has to press anything; what a search finds is read off the page
// by the procurement system's server.
func TestAProcurementSystemAsksAboutArticles(t *testing.T) {
	ctx := browser(t, "sv")
	d, _ := demo(t, t.TempDir())
	link := ""
	for _, c := range d.Connections {
		if c.Format == "oci-5" {
			link = c.Link
		}
	}
	const search = `form[action^="/search/oci-5"]`
	for sentence, c := range map[string]struct {
		form, field, value string
		shows              []string
	}{
		"an article": {`form[action="` + link + `"]`, "PRODUCTID", "4720", []string{
			"Leverantörens svar", "Kuvert C5 vitt", "NEW_ITEM-PRICEUNIT[1]", "Självhäftande, utan fönster.",
		}},
		"an article that is gone": {`form[action="` + link + `"]`, "PRODUCTID", "1", []string{"Artikeln finns inte"}},
		"words":                   {search, "words", "kuvert", []string{"Leverantörens svar", "Kuvert C5 vitt", "Självhäftande, utan fönster."}},
		"words without a hit":     {search, "words", "lastbil", []string{"inga sådana artiklar"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			do(ctx, t, chromedp.Navigate(d.Buyer+"/"))
			input := c.form + ` input[name="` + c.field + `"]`
			ask(ctx, t, `document.querySelectorAll("details").forEach(d => d.open = true), ""`)
			ask(ctx, t, "document.querySelector('"+input+"').value = '"+c.value+"'")
			press(ctx, t, c.form+` input[name="`+c.field+`"] ~ button, `+c.form+` label:has(input[name="`+c.field+`"]) ~ button`)
			if sentence == "an article that is gone" {
				until(ctx, t, link)
			} else {
				until(ctx, t, d.Buyer+"/visits/")
			}
			see(ctx, t, c.shows...)
			if at := location(ctx, t); strings.Contains(at, "PASSWORD") {
				t.Errorf("the address bar holds the password: %s", at)
			}
		})
	}
}
