package transfer_test

import (
	"reflect"
	"testing"

	"github.com/punchgate/punchgate/domain/transfer"
)

func TestValuesFillsTheDocumentIn(t *testing.T) {
	form := []transfer.Field{
		{Name: "literal", Value: "4711 & co"},
		{Name: "cxml-base64", Source: transfer.DocumentBase64},
		{Name: "cxml-urlencoded", Source: transfer.DocumentText},
	}
	d := &transfer.Document{Body: []byte("<Köp/>?>"), Form: transfer.Form{Fields: form}}

	got := d.Values()
	want := []transfer.Field{
		{Name: "literal", Value: "4711 & co"},
		{Name: "cxml-base64", Value: "PEvDtnAvPj8+"},
		{Name: "cxml-urlencoded", Value: "<Köp/>?>"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the fields are %+v, want %+v", got, want)
	}
	if d.Form.Fields[1].Value != "" || d.Form.Fields[1].Source != transfer.DocumentBase64 {
		t.Error("filling the document in changed the form, which would keep the document twice")
	}
}

func TestValuesOfAnEmptyDocumentAreEmpty(t *testing.T) {
	d := &transfer.Document{Form: transfer.Form{Fields: []transfer.Field{
		{Name: "a", Value: "left over", Source: transfer.DocumentBase64}, {Name: "b", Value: "left over", Source: transfer.DocumentText},
	}}}
	for _, field := range d.Values() {
		if field.Value != "" {
			t.Errorf("field %s holds %q", field.Name, field.Value)
		}
	}
}
