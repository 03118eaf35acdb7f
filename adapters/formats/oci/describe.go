package oci

import (
	"encoding/json"
	"net/http"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/language"
)

// Describe tells operators of the format.
func (f *Format) Describe() port.Description {
	label, about := "SAP OCI 4.0", language.Text{
		EN: "For SAP and the many systems that took over its interface: the buyer's browser logs in by a form, and the cart goes back as fields of a form. The version in most use.",
		SV: "För SAP och de många system som följer dess gränssnitt: köparens webbläsare loggar in med ett formulär och varukorgen går tillbaka som formulärfält. Den vanligaste versionen.",
	}
	offered := language.Text{
		EN: "Functions of OCI that the connection offers. Without a choice all of them.",
		SV: "OCI-funktioner som kopplingen erbjuder. Utan val alla.",
	}
	switch f.version {
	case version4:
	case version3:
		label, about = "SAP OCI 3.0", language.Text{
			EN: "As OCI 4.0, for older systems: without functions and with fewer fields.",
			SV: "Som OCI 4.0, för äldre system: utan funktioner och med färre fält.",
		}
		offered = language.Text{
			EN: "Functions of OCI that the connection offers. Without a choice none.",
			SV: "OCI-funktioner som kopplingen erbjuder. Utan val inga.",
		}
	case version5:
		label, about = "SAP OCI 5.0", language.Text{
			EN: "As OCI 4.0, for newer systems: with products that consist of several articles.",
			SV: "Som OCI 4.0, för nyare system: med produkter som består av flera artiklar.",
		}
	}
	return port.Description{
		Label: label, About: about, CartID: "NEW_ITEM-EXT_QUOTE_ID[n]",
		Options: append([]port.Option{
			{Name: "functions", Kind: port.OptionChoices, Choices: functions, About: offered},
			{Name: "charset", Kind: port.OptionChoice, Choices: []string{charsetLatin1, charsetUTF8}, Default: charsetLatin1, About: language.Text{
				EN: "Character set of the form. What the start call's http_content_charset says wins.",
				SV: "Formulärets teckenuppsättning. Det som startanropets http_content_charset anger gäller före.",
			}},
			{Name: "method", Kind: port.OptionChoice, Choices: []string{http.MethodPost, http.MethodGet}, Default: http.MethodPost, About: language.Text{
				EN: "How the form goes back. With GET the fields stand in the address, whose length receivers limit.",
				SV: "Hur formuläret går tillbaka. Med GET står fälten i adressen, vars längd mottagare begränsar.",
			}},
			{Name: "hook_url", Kind: port.OptionChoice, Choices: []string{hookKeep, hookSplit}, About: language.Text{
				EN: "Keep the return address with its query, or split the query into hidden fields. Without a choice it is kept, and split with GET.",
				SV: "Behåll returadressen med dess frågesträng, eller dela upp den i dolda fält. Utan val behålls den, och delas upp med GET.",
			}},
			{Name: "units", Kind: port.OptionPairs, Example: `{"C62": "PCE"}`, About: language.Text{
				EN: "The buyer's codes for units, by the codes of UN/ECE Recommendation 20.",
				SV: "Köparens koder för enheter, efter koderna i UN/ECE-rekommendation 20.",
			}},
			{Name: "unspsc", Kind: port.OptionChoice, Choices: []string{inBoth, inCategoryID, inCategory}, Default: inBoth, About: language.Text{
				EN: "Which fields carry an article's class. Systems read one or the other.",
				SV: "Vilka fält som bär artikelns klass. System läser det ena eller det andra.",
			}},
			{Name: "matgroup", Kind: port.OptionTruth, Default: "false", About: language.Text{
				EN: "Write the UNSPSC code in MATGROUP, too.",
				SV: "Skriv UNSPSC-koden även i MATGROUP.",
			}},
			{Name: "matnr", Kind: port.OptionTruth, Default: "false", About: language.Text{
				EN: "Write the buyer's article number as MATNR, in the place of DESCRIPTION.",
				SV: "Skriv köparens artikelnummer som MATNR, i stället för DESCRIPTION.",
			}},
			{Name: "vendor", Kind: port.OptionText, About: language.Text{
				EN: "The shop's supplier number in the buyer's system.",
				SV: "Butikens leverantörsnummer i köparens system.",
			}},
			{Name: "manufacturers", Kind: port.OptionPairs, Example: `{"Pappersbruket": "PB"}`, About: language.Text{
				EN: "The buyer's keys of manufacturers (MANUFACTCODE), by the manufacturer's name.",
				SV: "Köparens nycklar för tillverkare (MANUFACTCODE), efter tillverkarens namn.",
			}},
			{Name: "cust_fields", Kind: port.OptionObject, Example: `{"CUST_FIELD1": {"extrinsic": "Kostnadsställe", "value": "4711"}}`, About: language.Text{
				EN: "Where CUST_FIELD1 to CUST_FIELD5 come from: an extrinsic of the line, or a value where the line has none.",
				SV: "Varifrån CUST_FIELD1 till CUST_FIELD5 kommer: en extrinsic på raden, eller ett värde där raden saknar en.",
			}},
			{Name: "extra_fields", Kind: port.OptionPairs, Example: `{"CONTRACT_ITEM": "10"}`, About: language.Text{
				EN: "Further fields of every line, by their names without NEW_ITEM-.",
				SV: "Fler fält på varje rad, efter deras namn utan NEW_ITEM-.",
			}},
			{Name: "longtext", Kind: port.OptionChoice, Choices: []string{longTextInOne, longTextByLine}, Default: longTextInOne, About: language.Text{
				EN: "Write the long text in one field, or in one field for each of its lines.",
				SV: "Skriv den långa texten i ett fält, eller i ett fält per rad i texten.",
			}},
			{Name: "decimal_comma", Kind: port.OptionTruth, Default: "false", About: language.Text{
				EN: "Write numbers with a comma. Few systems take that.",
				SV: "Skriv tal med komma. Få system tar emot det.",
			}},
		}, options.DescribeCommon(language.Text{
			EN: "Frame that answers the form. Without one it is the call's returntarget or ~TARGET, else _top.",
			SV: "Ramen som svarar på formuläret. Utan en är det anropets returntarget eller ~TARGET, annars _top.",
		})...),
	}
}

// Starts reports that a form begins a PunchOut.
func (f *Format) Starts(raw json.RawMessage) (form, document bool) {
	return f.CheckOptions(raw) == nil, false
}
