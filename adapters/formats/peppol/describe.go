package peppol

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/language"
)

// Describe tells operators of the format.
func (f *Format) Describe() port.Description {
	return port.Description{
		Label: "Peppol BIS Punch Out 3", CartID: "Catalogue/cbc:ID",
		About: language.Text{
			EN: "For systems that follow Peppol, as municipalities and regions ask for: the buyer's browser logs in by a form, and the cart goes back as a UBL Catalogue.",
			SV: "För system som följer Peppol, som kommuner och regioner kräver: köparens webbläsare loggar in med ett formulär och varukorgen går tillbaka som en UBL-katalog.",
		},
		Options: append([]port.Option{
			options.DescribeField("xml"),
			{Name: "encoding", Kind: port.OptionChoice, Choices: slices.Sorted(maps.Keys(encodings)), Default: "base64", About: language.Text{
				EN: "How the form carries the document: in Base64, or as it is (text).",
				SV: "Hur formuläret bär dokumentet: i Base64, eller som det är (text).",
			}},
			{Name: "correlation_field", Kind: port.OptionText, About: language.Text{
				EN: "Hidden field that hands the buyer's session reference back. Without it that is the parameter that brought it.",
				SV: "Dolt fält som lämnar tillbaka köparens sessionsreferens. Utan det är det parametern som den kom i.",
			}},
		}, options.DescribeCommon(language.Text{
			EN: "Frame that answers the form.",
			SV: "Ramen som svarar på formuläret.",
		})...),
	}
}

// Starts reports that a form begins a PunchOut.
func (f *Format) Starts(raw json.RawMessage) (form, document bool) {
	return f.CheckOptions(raw) == nil, false
}

// Describe tells operators of the format.
func (f *Ordering) Describe() port.Description {
	return port.Description{
		Label: "Peppol BIS Ordering 3", OrderedCart: "Order/cac:QuotationDocumentReference/cbc:ID",
		About: language.Text{
			EN: "For purchase orders of systems that follow Peppol, bare or through an access point; they are answered by an Order Response.",
			SV: "För inköpsorder från system som följer Peppol, direkt eller via en accesspunkt; de besvaras med ett ordersvar.",
		},
	}
}

// Starts reports that nothing begins a PunchOut.
func (f *Ordering) Starts(json.RawMessage) (form, document bool) { return false, false }
