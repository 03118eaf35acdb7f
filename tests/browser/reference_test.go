package browser

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTheReferenceIsReadOnEveryWidth opens pages of the API's reference of every sort as people do, at the desk and on a phone.
func TestTheReferenceIsReadOnEveryWidth(t *testing.T) {
	axe, err := os.ReadFile(axeFile)
	if err != nil && os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
		t.Fatalf("%v; make tools installs it", err)
	}
	d, _ := demo(t, t.TempDir())
	ctx := browser(t, "en")
	for width, size := range map[string][2]int64{"desk": {1280, 900}, "phone": {390, 844}} {
		t.Run(width, func(t *testing.T) {
			o := &operator{t, ctx, d, "en", width, string(axe)}
			o.do(chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(d.Gateway+"/docs"))
			for _, page := range []string{"", "/storefront", "/admin-connections", "/guides/buyer-systems"} {
				if linked := o.script(`String(!!document.querySelector(".side a[href=\"/docs` + page + `\"]"))`); linked != "true" {
					t.Errorf("the contents lead to no %s", page)
				}
				o.do(chromedp.Navigate(d.Gateway + "/docs" + page))
				o.look("reference" + strings.ReplaceAll(page, "/", "-"))
			}
			// A link to an operation, then all of it by keys alone.
			o.do(chromedp.Navigate(d.Gateway + "/docs/storefront#sendCart"))
			if top := o.script(`String(document.getElementById("sendCart").getBoundingClientRect().top < innerHeight)`); top != "true" {
				t.Error("the operation is not in sight")
			}
			o.do(chromedp.Navigate(d.Gateway+"/docs/erp"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"))
			o.wait(`location.hash === "#content" && document.activeElement.id === "content"`)
			if width == "phone" {
				o.script(`document.querySelector(".menu summary").focus(), ""`)
				if shown := o.script(`String(document.querySelector(".entries").checkVisibility())`); shown != "false" {
					t.Error("the contents stand open")
				}
				o.do(chromedp.KeyEvent("\r"))
				o.wait(`document.querySelector(".entries").checkVisibility()`)
			}
		})
	}
}
