package cxml

import (
	"encoding/json"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/language"
)

// Describe tells operators of the format.
func (f *Format) Describe() port.Description {
	d := port.Description{
		Label: "cXML 1.2", CartID: "PunchOutOrderMessageHeader/SupplierOrderInfo/@orderID",
		OrderedCart: "OrderRequestHeader/SupplierOrderInfo/@orderID",
		About: language.Text{
			EN: "For SAP Ariba, Coupa, JAGGAER and other networks: their server begins the session by a cXML document, and the cart goes back as a PunchOutOrderMessage.",
			SV: "För SAP Ariba, Coupa, JAGGAER och andra nätverk: deras server inleder besöket med ett cXML-dokument och varukorgen går tillbaka som ett PunchOutOrderMessage.",
		},
		Options: append([]port.Option{
			{Name: "dtd_version", Kind: port.OptionText, About: language.Text{
				EN: "Version of the DTD that the document names, from 1.2.014 to 1.2.071. Without one it is that of the request, or else 1.2.014.",
				SV: "Versionen av DTD:n som dokumentet anger, från 1.2.014 till 1.2.071. Utan en är det anropets, annars 1.2.014.",
			}},
			{Name: "encoding", Kind: port.OptionChoice, Choices: []string{encodingBase64, encodingText}, Default: encodingBase64, About: language.Text{
				EN: "How the form carries the document: in Base64, or itself, in ASCII, which the browser encodes.",
				SV: "Hur formuläret bär dokumentet: i Base64, eller som det är, i ASCII som webbläsaren kodar.",
			}},
			{Name: "field", Kind: port.OptionText, About: language.Text{
				EN: "Name of the form field that carries the document: cxml-base64 or cxml-urlencoded, by the encoding. Some systems read cXML-base64 alone.",
				SV: "Namn på formulärfältet som bär dokumentet: cxml-base64 eller cxml-urlencoded, efter kodningen. En del system läser bara cXML-base64.",
			}},
			{Name: "total", Kind: port.OptionChoice, Choices: []string{totalItems, totalGross}, Default: totalItems, About: language.Text{
				EN: "What the total counts: the lines alone, or (gross) shipping and tax, too.",
				SV: "Vad summan räknar: bara raderna, eller (gross) även frakt och moms.",
			}},
			{Name: "operation_allowed", Kind: port.OptionChoice, Choices: []string{opCreate, opInspect, opEdit}, Default: opEdit, About: language.Text{
				EN: "What the buyer may ask for later: nothing more (create), to look at the cart (inspect) or to change it (edit).",
				SV: "Vad köparen får be om senare: inget mer (create), titta på varukorgen (inspect) eller ändra den (edit).",
			}},
			{Name: "cancel", Kind: port.OptionChoice, Choices: []string{cancelByDocument, cancelByForm}, Default: cancelByDocument, About: language.Text{
				EN: "What goes back when the person comes back without a cart: a message with status 204, or the form without a document.",
				SV: "Vad som går tillbaka när personen kommer tillbaka utan varukorg: ett meddelande med status 204, eller formuläret utan dokument.",
			}},
			{Name: "price_basis", Kind: port.OptionTruth, Default: "false", About: language.Text{
				EN: "Write prices for several units with PriceBasisQuantity. It needs a DTD version of 1.2.036 or later; else all prices are for one unit.",
				SV: "Skriv pris för flera enheter med PriceBasisQuantity. Kräver DTD-version 1.2.036 eller senare; annars gäller alla priser en enhet.",
			}},
			{Name: "description_bytes", Kind: port.OptionNumber, About: language.Text{
				EN: "How many bytes of a description the buyer's system keeps, 30 or more. What is longer is cut, with a warning.",
				SV: "Hur många byte av en benämning som köparens system behåller, 30 eller fler. Det som är längre kortas, med en varning.",
			}},
		}, options.DescribeCommon(language.Text{
			EN: "Frame that answers the form. Without one it is that of the request's extrinsic ReturnFrame.",
			SV: "Ramen som svarar på formuläret. Utan en är det den i anropets extrinsic ReturnFrame.",
		})...),
	}
	if !f.shapes {
		return d
	}
	d.Label = "Proceedo cXML"
	d.About = language.Text{
		EN: "For Visma Proceedo: the buyer's browser logs in by a form, or the server by a cXML document, and the cart goes back as a PunchOutOrderMessage.",
		SV: "För Visma Proceedo: köparens webbläsare loggar in med ett formulär, eller servern med ett cXML-dokument, och varukorgen går tillbaka som ett PunchOutOrderMessage.",
	}
	d.Options = append(d.Options, []port.Option{
		{Name: "start", Kind: port.OptionChoice, Choices: []string{startForm, startDocument}, About: language.Text{
			EN: "Accept only this start call. Without it both are accepted.",
			SV: "Ta bara emot det här startanropet. Utan val tas båda emot.",
		}},
		{Name: "header", Kind: port.OptionTruth, Default: "true", About: language.Text{
			EN: "Write the cXML Header with From, To and Sender. Without it the document is valid in no DTD.",
			SV: "Skriv cXML-huvudet med From, To och Sender. Utan det är dokumentet inte giltigt i någon DTD.",
		}},
		{Name: "doctype", Kind: port.OptionTruth, Default: "true", About: language.Text{
			EN: "Write the DOCTYPE.",
			SV: "Skriv DOCTYPE.",
		}},
	}...)
	return d
}

// Starts reports what may begin a PunchOut.
func (f *Format) Starts(raw json.RawMessage) (form, document bool) {
	o, err := f.readOptions(raw)
	return err == nil && o.Start != startDocument, err == nil && o.Start != startForm
}
