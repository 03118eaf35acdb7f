package options

import (
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/language"
)

// DescribeField describes the option of Form that Common does not have. byDefault is the name of the field without it.
func DescribeField(byDefault string) port.Option {
	return port.Option{Name: "field", Kind: port.OptionText, Default: byDefault, About: language.Text{
		EN: "Name of the form field that carries the document.",
		SV: "Namn på formulärfältet som bär dokumentet.",
	}}
}

// DescribeCommon describes the options of Common. target says what its default is.
func DescribeCommon(target language.Text) []port.Option {
	return []port.Option{
		{Name: "default_unspsc", Kind: port.OptionText, About: language.Text{
			EN: "UNSPSC code of 8 digits for lines that have none. Proceedo expects a code on every line.",
			SV: "UNSPSC-kod med 8 siffror för rader som saknar en. Proceedo vill ha en kod på varje rad.",
		}},
		{Name: "hidden_fields", Kind: port.OptionPairs, Example: `{"sap-client": "100"}`, About: language.Text{
			EN: "Further fields of the form that goes back.",
			SV: "Fler fält i formuläret som går tillbaka.",
		}},
		{Name: "target", Kind: port.OptionText, About: target},
	}
}
