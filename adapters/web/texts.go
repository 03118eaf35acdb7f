package web

import (
	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/domain/fault"
)

// texts are the texts of the pages by language, page and key.
var texts = map[string]map[string]map[string]string{
	"sv": {
		"transfer":  {"Title": "Varukorgen skickas", "Body": "Din varukorg skickas nu tillbaka till ert inköpssystem.", "Button": "Skicka varukorgen"},
		"cancelled": {"Title": "Tillbaka till inköpssystemet", "Body": "Du återvänder nu till ert inköpssystem utan varukorg.", "Button": "Gå tillbaka"},
		"pushing":   {"Title": "Varukorgen skickas", "Body": "Din varukorg skickas till ert inköpssystem. Du kan stänga fönstret och fortsätta där."},
		"pushed":    {"Title": "Varukorgen är skickad", "Body": "Din varukorg finns nu i ert inköpssystem. Du kan stänga fönstret och fortsätta där."},
		"answer":    {"Title": "Butikens svar", "Body": "Butiken svarar på inköpssystemets fråga."},
		"gone":      {"Title": "Artikeln finns inte", "Body": "Butiken säljer inte längre artikeln som inköpssystemet frågar efter."},

		"refusal.internal":        {"Title": "Något gick fel", "Body": "Felet är vårt. Försök igen om en stund."},
		"refusal.malformed":       {"Title": "Anropet kunde inte läsas", "Body": "Inköpssystemets anrop saknar något eller är felaktigt. Kontakta den som sköter kopplingen."},
		"refusal.unauthenticated": {"Title": "Inloggningen godtogs inte", "Body": "Uppgifterna som inköpssystemet skickade känns inte igen. Kontakta den som sköter kopplingen."},
		"refusal.forbidden":       {"Title": "Det här är inte tillåtet", "Body": "Butiken tillåter inte detta."},
		"refusal.not_found":       {"Title": "Adressen finns inte", "Body": "Kontrollera adressen, eller be butiken om en ny länk."},
		"refusal.conflict":        {"Title": "Det går inte just nu", "Body": "Besöket eller ordern är i ett läge som inte tillåter detta."},
		"refusal.gone":            {"Title": "Länken gäller inte längre", "Body": "Länken är återkallad, redan använd eller för gammal. Börja om från ert inköpssystem."},
		"refusal.too_large":       {"Title": "Anropet är för stort", "Body": "Inköpssystemet skickade mer än vad som tas emot."},
		"refusal.invalid":         {"Title": "Något i anropet är fel", "Body": "Inköpssystemets anrop kunde läsas men innehåller fel."},
		"refusal.too_many":        {"Title": "För många försök", "Body": "Vänta en stund och försök igen."},
		"refusal.unavailable":     {"Title": "Tjänsten är tillfälligt nere", "Body": "Ingenting har gått förlorat. Försök igen om en stund."},
		"refusal.stale":           {"Title": "Någon annan hann före", "Body": "Det här har ändrats sedan du läste det. Läs om och försök igen."},
		"refusal.unsupported":     {"Title": "Det stöds inte", "Body": "Kopplingens format klarar inte det som inköpssystemet bad om."},
	},
	"en": {
		"transfer":  {"Title": "Sending the cart", "Body": "Your cart is now going back to your procurement system.", "Button": "Send the cart"},
		"cancelled": {"Title": "Back to the procurement system", "Body": "You are going back to your procurement system without a cart.", "Button": "Go back"},
		"pushing":   {"Title": "Sending the cart", "Body": "Your cart is being sent to your procurement system. You can close this window and go on there."},
		"pushed":    {"Title": "The cart is sent", "Body": "Your cart is in your procurement system. You can close this window and go on there."},
		"answer":    {"Title": "The shop's answer", "Body": "The shop answers the procurement system's question."},
		"gone":      {"Title": "No such article", "Body": "The shop no longer sells the article that the procurement system asks for."},

		"refusal.internal":        {"Title": "Something went wrong", "Body": "The fault is ours. Please try again in a while."},
		"refusal.malformed":       {"Title": "The call could not be read", "Body": "The procurement system's call lacks something or is wrong. Please tell whoever runs the connection."},
		"refusal.unauthenticated": {"Title": "The login was not accepted", "Body": "What the procurement system sent is not recognised. Please tell whoever runs the connection."},
		"refusal.forbidden":       {"Title": "This is not allowed", "Body": "The shop does not allow this."},
		"refusal.not_found":       {"Title": "There is nothing at this address", "Body": "Check the address, or ask the shop for a new link."},
		"refusal.conflict":        {"Title": "Not possible now", "Body": "The visit or the order is in a state that does not allow this."},
		"refusal.gone":            {"Title": "The link is no longer good", "Body": "It was revoked, used before or is too old. Please begin again from your procurement system."},
		"refusal.too_large":       {"Title": "The call is too large", "Body": "The procurement system sent more than is accepted."},
		"refusal.invalid":         {"Title": "Something in the call is wrong", "Body": "The procurement system's call could be read, but it is wrong."},
		"refusal.too_many":        {"Title": "Too many attempts", "Body": "Please wait a while and try again."},
		"refusal.unavailable":     {"Title": "The service is down for a moment", "Body": "Nothing is lost. Please try again in a while."},
		"refusal.stale":           {"Title": "Somebody else was first", "Body": "This was changed since you read it. Please read it again and try again."},
		"refusal.unsupported":     {"Title": "Not supported", "Body": "The connection's format cannot do what the procurement system asked for."},
	},
}

// reasonText says what a detail says, in the language, with the parameter that it is about.
func reasonText(lang string, d fault.Detail) string {
	text := words.Detail(lang, d)
	if d.Path != "" && lang == "sv" {
		return d.Path + ": " + text
	}
	return text
}
