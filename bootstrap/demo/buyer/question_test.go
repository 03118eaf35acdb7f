package buyer_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestTheStartPageOffersFunctionsWhereTheSupplierAnswersThem(t *testing.T) {
	g := startGateway(t)
	p := open(t, g).get("/")
	p.shows(t, `name="FUNCTION" value="VALIDATE"`, `name="PRODUCTID"`, `action="/search/oci-4"`, base+"/return/oci-4~question~")
	if strings.Count(p.text, `name="FUNCTION"`) != 1 || strings.Contains(p.text, `action="/search/oci-5"`) {
		t.Error("another supplier is asked, too")
	}
}

func TestTheAnswerToAQuestionCannotBeOrdered(t *testing.T) {
	b := open(t, startGateway(t))
	var answer []string // no identifier of a cart
	for i := 0; i < len(oci); i += 2 {
		if !strings.HasPrefix(oci[i], "NEW_ITEM-EXT_QUOTE") {
			answer = append(answer, oci[i], oci[i+1])
		}
	}
	visit := b.brought(b.post("/return/oci-4~question~abc", answer...))
	page := b.get(visit)
	page.shows(t, "Leverantörens svar", "Kopieringspapper A4 80 g", "Kuvert C5 vitt", "250,00\u00a0kr")
	page.hides(t, "Lägg order", "kan därför inte beställas", "Inköpsorder")
}

func TestASearchReadsTheHitsOffThePage(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	// In ISO-8859-1, as the page says of itself.
	g.startAnswer = "<!DOCTYPE html><meta charset=\"iso-8859-1\"><form action=\"x\"><input type=hidden name=\"NEW_ITEM-DESCRIPTION[1]\" value=\"Bl\xe5 penna &#8211; fin\">" +
		`<input type=hidden name="NEW_ITEM-QUANTITY[1]" value="1.000"><input type=hidden name="NEW_ITEM-UNIT[1]" value="EA"></form>`
	visit := b.brought(b.post("/search/oci-4", "words", "blå penna"))
	b.get(visit).shows(t, "Leverantörens svar", "Blå penna – fin")
	for _, want := range []string{
		"application/x-www-form-urlencoded\n", "FUNCTION=BACKGROUND_SEARCH", "SEARCHSTRING=bl%C3%A5+penna", "USERNAME=goteborg", "PASSWORD=hemligt",
	} {
		if !strings.Contains(g.started, want) {
			t.Errorf("the gateway was called with %s, which lacks %s", g.started, want)
		}
	}
	if !regexp.MustCompile(`HOOK_URL=http%3A%2F%2Fbuyer.example.com%2Freturn%2Foci-4~question~[a-z0-9]{26}`).MatchString(g.started) {
		t.Errorf("the return address is not of a question: %s", g.started)
	}
	g.startAnswer = `<form action="x"></form>`
	b.get(b.brought(b.post("/search/oci-4", "words", "lastbil"))).shows(t, "inga sådana artiklar")
}

func TestASearchThatIsNotAnsweredSaysSo(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	g.startAnswer = "<p>no form</p>"
	if p := b.post("/search/oci-4", "words", "papper"); p.status != http.StatusBadGateway || !strings.Contains(p.text, "svarade inte på sökningen") {
		t.Errorf("%d %s", p.status, p.text)
	}
	for _, format := range []string{"oci-5", "nobody"} {
		if p := b.post("/search/"+format, "words", "papper"); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", format, p.status)
		}
	}
}
