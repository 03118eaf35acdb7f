package desk

// mappingExample is a mapping that operators can begin with. Every format takes it, though what it makes of a cart may be nothing for a
// format, such as codes of the buyer's in Peppol.
type mappingExample struct{ Swedish, English, Text string }

var mappingExamples = []mappingExample{
	{"Köparens koder för enheter", "The buyer's codes for units", `{
  "version": 1,
  "tables": {"units": {"C62": "PCE", "EA": "PCE", "LTR": "L"}},
  "lines": {
    "unit": {"from": "line.unit", "then": [{"map": "units", "missing": "keep"}]}
  }
}`},
	{"Benämningar på 40 tecken, artikelnumret först", "Names of 40 characters, the article number first", `{
  "version": 1,
  "lines": {
    "name": {"join": {"of": ["line.sku", "line.name"], "with": " "}, "then": [{"cut": 40}]}
  }
}`},
	{"Kostnadsstället från startanropet på varje rad", "The cost centre of the start call on each line", `{
  "version": 1,
  "lines": {
    "extrinsics.CostCenter": {"from": "visit.COSTCENTER", "fallback": ["customer.number"]}
  }
}`},
	{"En UNSPSC-kod för rader som saknar en", "A UNSPSC code for lines without one", `{
  "version": 1,
  "lines": {
    "classifications.UNSPSC": {"from": "line.classifications.UNSPSC", "then": [{"default": "44120000"}]}
  }
}`},
}
