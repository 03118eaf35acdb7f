package mongodb

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/fault"
)

// values draws what documents hold. Names are whatever callers choose, such as those of OCI's parameters.
func values(depth int) *rapid.Generator[any] {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "$oid", "a.b", "%2E", "%", "a\x00b", "_id", "$set", "\u2028"}))
	kinds := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), text.AsAny(),
		rapid.Map(rapid.Int64(), func(n int64) json.Number { return json.Number(intText(n)) }).AsAny(),
	}
	if depth > 0 {
		kinds = append(kinds,
			rapid.SliceOfN(values(depth-1), 0, 3).AsAny(), rapid.MapOfN(text, values(depth-1), 0, 3).AsAny())
	}
	return rapid.OneOf(kinds...)
}

func intText(n int64) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func TestWhatIsTurnedIntoBSONComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := rapid.MapOfN(rapid.String(), values(3), 0, 4).Draw(rt, "document")
		text, err := json.Marshal(want)
		if err != nil {
			rt.Fatal(err)
		}
		raw, err := toBSON(string(text))
		if err != nil {
			rt.Fatal(err)
		}
		back, err := toJSON(raw)
		if err != nil {
			rt.Fatal(err)
		}
		if wanted, got := parse(rt, text), parse(rt, back); !reflect.DeepEqual(wanted, got) {
			rt.Fatalf("%s came back as %s", text, back)
		}
	})
}

func parse(t *rapid.T, text []byte) (value any) {
	read := json.NewDecoder(bytes.NewReader(text))
	read.UseNumber()
	if err := read.Decode(&value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}

func TestNumbersThatBSONWouldChangeAreRefused(t *testing.T) {
	for _, text := range []string{`{"a":1.5}`, `{"a":9223372036854775808}`, `{"a":1e3}`} {
		if raw, err := toBSON(text); err == nil {
			t.Errorf("%s became %s", text, raw)
		}
	}
}

func TestAnAlienDocumentIsUnreadable(t *testing.T) {
	for name, value := range map[string]any{"a float": 1.5, "an identifier": bson.NewObjectID(), "bytes": []byte{1}} {
		raw, err := bson.Marshal(bson.D{e("a", bson.A{value})})
		if err != nil {
			t.Fatal(err)
		}
		if text, err := toJSON(raw); err == nil || fault.From(err).Code != "store.unreadable" {
			t.Errorf("%s became %s, %v", name, text, err)
		}
	}
}
