package strictjson_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

type document struct {
	Name    string            `json:"name"`
	Number  int               `json:"number"`
	Price   money.Decimal     `json:"price,omitzero"`
	Lines   []line            `json:"lines"`
	Extras  map[string]string `json:"extras"`
	Options json.RawMessage   `json:"options,omitempty"`
}

type line struct {
	Price money.Decimal `json:"price,omitzero"`
	SKU   string        `json:"sku"`
}

func TestDocumentsThatAreRefused(t *testing.T) {
	deep := strings.Repeat("[", 1_000_000)
	for name, c := range map[string]struct {
		document string
		kind     fault.Kind
		path     string
		code     string
	}{
		"nothing":                             {``, fault.Malformed, "", "malformed"},
		"half a document":                     {`{"name":`, fault.Malformed, "/name", "malformed"},
		"text after the value":                {`{"name":"a"} x`, fault.Malformed, "", "malformed"},
		"a second value":                      {`{"name":"a"}{"name":"b"}`, fault.Malformed, "", "malformed"},
		"a byte order mark":                   {"\ufeff{}", fault.Malformed, "", "malformed"},
		"a comment":                           {`{/* x */}`, fault.Malformed, "", "malformed"},
		"a comma too many":                    {`{"name":"a",}`, fault.Malformed, "", "malformed"},
		"another sort of value":               {`[]`, fault.Malformed, "", "malformed"},
		"an unknown member":                   {`{"colour":"red"}`, fault.Malformed, "/colour", "unknown_member"},
		"an unknown member of a line":         {`{"lines":[{},{"colour":1}]}`, fault.Malformed, "/lines/1/colour", "unknown_member"},
		"a member in other cases":             {`{"NAME":"a"}`, fault.Malformed, "/NAME", "unknown_member"},
		"an unknown member with a slash":      {`{"a/b~c":1}`, fault.Malformed, "/a~1b~0c", "unknown_member"},
		"a doubled member":                    {`{"name":"a","name":"a"}`, fault.Malformed, "/name", "doubled_member"},
		"a doubled member written by escape":  {`{"name":"a","\u006eame":"a"}`, fault.Malformed, "/name", "doubled_member"},
		"a doubled name in a map":             {`{"extras":{"a":"1","a":"2"}}`, fault.Malformed, "/extras/a", "doubled_member"},
		"a doubled name in raw JSON":          {`{"options":{"a":1,"a":2}}`, fault.Malformed, "/options/a", "doubled_member"},
		"a name of a megabyte":                {`{"` + strings.Repeat("ö", 1<<19) + `":1}`, fault.Malformed, "/" + strings.Repeat("ö", 999) + "…", "unknown_member"},
		"a number for a text":                 {`{"name":1}`, fault.Malformed, "/name", "malformed"},
		"a fraction for a whole number":       {`{"number":1.5}`, fault.Malformed, "/number", "malformed"},
		"a number that is too large":          {`{"number":9223372036854775808}`, fault.Malformed, "/number", "malformed"},
		"a number for a decimal":              {`{"lines":[{"price":12.50}]}`, fault.Malformed, "/lines/0/price", "decimal.json_number"},
		"null for a decimal":                  {`{"price":null}`, fault.Malformed, "/price", "decimal.null"},
		"a word for a decimal":                {`{"price":"dear"}`, fault.Malformed, "/price", "decimal.malformed"},
		"a decimal written by escape":         {`{"price":"\u0031"}`, fault.Malformed, "/price", "decimal.malformed"},
		"a decimal of too many digits":        {`{"lines":[{},{"price":"` + strings.Repeat("1", 201) + `"}]}`, fault.Invalid, "/lines/1/price", "decimal.digits"},
		"broken UTF-8":                        {"{\"name\":\"a\xffb\"}", fault.Malformed, "/name", "malformed"},
		"broken UTF-8 in a name":              {"{\"extras\":{\"a\xff\":\"\"}}", fault.Malformed, "/extras", "malformed"},
		"half a surrogate pair":               {`{"name":"\ud800"}`, fault.Malformed, "/name", "malformed"},
		"a control character":                 {"{\"name\":\"a\nb\"}", fault.Malformed, "/name", "malformed"},
		"a million nested arrays":             {`{"options":` + deep, fault.Malformed, "", "malformed"},
		"a million arrays in place of a text": {`{"name":` + deep, fault.Malformed, "", "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			err := strictjson.Decode([]byte(c.document), &document{})
			f, ok := errors.AsType[*fault.Fault](err)
			if !ok || f.Kind != c.kind || len(f.Details) != 1 {
				t.Fatalf("%v", err)
			}
			d := f.Details[0]
			if d.Code != c.code || d.Message == "" || c.path != "" && d.Path != c.path {
				t.Errorf("%+v, want %s at %s", d, c.code, c.path)
			}
			if n := len(d.Message) + len(d.Path); n > 3000 {
				t.Errorf("the refusal is %d bytes long", n)
			}
		})
	}
}

func TestDocumentsThatAreRead(t *testing.T) {
	var d document
	err := strictjson.Decode([]byte(" {\"name\":\"\\u00e5 \\ud83d\\ude00\",\"number\":-7,\"price\":\"1.50\",\"lines\":[{\"sku\":\"4711\"}],"+
		"\"extras\":{\"\":\"\"},\"options\":{\"a\":[1,2.5,null]}}\n"), &d)
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "å 😀" || d.Number != -7 || d.Price.String() != "1.50" || len(d.Lines) != 1 || d.Lines[0].SKU != "4711" ||
		len(d.Extras) != 1 || string(d.Options) != `{"a":[1,2.5,null]}` {
		t.Errorf("%+v", d)
	}
}

func TestWhatIsWrittenIsAlwaysTheSame(t *testing.T) {
	d := document{Name: "</script>å", Price: money.MustParse("2.50"), Extras: map[string]string{"b": "2", "a": "1", "c": "3"}}
	const want = `{"name":"</script>å","number":0,"price":"2.50","lines":[],"extras":{"a":"1","b":"2","c":"3"}}`
	for range 20 {
		if got, err := strictjson.Encode(d); err != nil || string(got) != want {
			t.Fatalf("%v: %s", err, got)
		}
	}
	indented, err := strictjson.EncodeIndented(line{SKU: "1"})
	if err != nil || string(indented) != "{\n  \"sku\": \"1\"\n}\n" {
		t.Errorf("%v: %q", err, indented)
	}
}

func FuzzWhatIsReadIsWrittenAndReadAgain(f *testing.F) {
	f.Add([]byte(`{"name":"a","lines":[{"price":"1.50","sku":"b"}],"extras":{"a":"b"},"options":[1]}`))
	f.Add([]byte("{\"name\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var first, second document
		if err := strictjson.Decode(text, &first); err != nil {
			if k := fault.KindOf(err); k != fault.Malformed && k != fault.Invalid {
				t.Fatalf("a document is refused as %s: %v", k, err)
			}
			return
		}
		written, err := strictjson.Encode(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := strictjson.Decode(written, &second); err != nil {
			t.Fatalf("%v in %s", err, written)
		}
		if again, err := strictjson.Encode(second); err != nil || string(again) != string(written) {
			t.Fatalf("%v: %s, then %s", err, written, again)
		}
	})
}

func TestOfTooManyLinesNoMoreAreReadThanACartHolds(t *testing.T) {
	var c cart.Cart
	err := strictjson.Decode([]byte(`{"lines":[{}`+strings.Repeat(",{}", 2*cart.MaxLines)+`]}`), &c)
	if !errors.Is(err, cart.ErrTooManyLines) || len(c.Lines) > cart.MaxLines {
		t.Errorf("%d lines are read: %v", len(c.Lines), err)
	}
}

func TestOfTooManyObjectsNoneIsRead(t *testing.T) {
	var c cart.Cart
	err := strictjson.Decode([]byte(`{"lines":[{"properties":[{}`+strings.Repeat(",{}", 500_000)+`]}]}`), &c)
	if !errors.Is(err, strictjson.ErrTooManyObjects) || len(c.Lines) != 0 {
		t.Errorf("%d lines are read: %v", len(c.Lines), err)
	}
}
