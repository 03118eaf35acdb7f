package oci_test

import (
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/oci"
	"github.com/punchgate/punchgate/domain/fault"
)

func TestWrongOptionsAreRefusedByName(t *testing.T) {
	for sentence, c := range map[string]struct{ options, path, code string }{
		"an unknown option":                   {`{"hookurl":"keep"}`, "/options/hookurl", "unknown_member"},
		"a document field":                    {`{"field":"x"}`, "/options/field", "unknown_member"},
		"an unknown value":                    {`{"hook_url":"both"}`, "/options/hook_url", "unknown_value"},
		"an unknown method":                   {`{"method":"PUT"}`, "/options/method", "unknown_value"},
		"an unknown charset":                  {`{"charset":"ISO-8859-15"}`, "/options/charset", "unknown_value"},
		"GET with the whole address":          {`{"method":"GET","hook_url":"keep"}`, "/options/hook_url", "lost"},
		"a unit of four characters":           {`{"units":{"EA":"PIECE"}}`, "/options/units/EA", "too_long"},
		"a unit for none":                     {`{"units":{"piece":"PCE"}}`, "/options/units/piece", "unknown_unit"},
		"a unit without a code":               {`{"units":{"EA":""}}`, "/options/units/EA", "missing"},
		"a vendor that is too long":           {`{"vendor":"12345678901"}`, "/options/vendor", "too_long"},
		"a vendor outside the charset":        {`{"vendor":"名"}`, "/options/vendor", "not_plain"},
		"a manufacturer's key too long":       {`{"manufacturers":{"A":"12345678901"}}`, "/options/manufacturers/A", "too_long"},
		"a sixth free field":                  {`{"cust_fields":{"CUST_FIELD6":{}}}`, "/options/cust_fields/CUST_FIELD6", "unknown_value"},
		"a free value that is too long":       {`{"cust_fields":{"CUST_FIELD1":{"value":"12345678901"}}}`, "/options/cust_fields/CUST_FIELD1/value", "too_long"},
		"an extra field of the format":        {`{"extra_fields":{"PRICE":"1"}}`, "/options/extra_fields/PRICE", "repeated"},
		"an extra long text":                  {`{"extra_fields":{"LONGTEXT_1":"1"}}`, "/options/extra_fields/LONGTEXT_1", "repeated"},
		"an extra field in small letters":     {`{"extra_fields":{"org]":"1"}}`, "/options/extra_fields/org]", "not_field_name"},
		"an extra purpose of no meaning":      {`{"extra_fields":{"ATTACHMENT_PURPOSE":"X"}}`, "/options/extra_fields/ATTACHMENT_PURPOSE", "unknown_value"},
		"a system's name that is too long":    {`{"extra_fields":{"SLD_SYS_NAME":"` + strings.Repeat("S", 61) + `"}}`, "/options/extra_fields/SLD_SYS_NAME", "too_long"},
		"an extra long text by its bare name": {`{"extra_fields":{"LONGTEXT":"1"}}`, "/options/extra_fields/LONGTEXT", "repeated"},
		"a function of nobody":                {`{"functions":["DETAIL","DOWNLOADJSON"]}`, "/options/functions/1", "unknown_value"},
		"a hidden field among the items":      {`{"hidden_fields":{"new_item-x[1]":"1"}}`, "/options/hidden_fields/new_item-x[1]", "repeated"},
		"a default that is no UNSPSC code":    {`{"default_unspsc":"14.11"}`, "/options/default_unspsc", "not_unspsc"},
		"a place for classes":                 {`{"unspsc":"matgroup"}`, "/options/unspsc", "unknown_value"},
		"a way of long texts":                 {`{"longtext":"none"}`, "/options/longtext", "unknown_value"},
	} {
		t.Run(sentence, func(t *testing.T) {
			f := fault.From(oci.New4().CheckOptions([]byte(c.options)))
			if f == nil || len(f.Details) != 1 || f.Details[0].Path != c.path || f.Details[0].Code != c.code {
				t.Errorf("%+v", f)
			}
		})
	}
	for _, options := range []string{"", "{}", `{"method":"GET"}`, `{"functions":[]}`, `{"functions":["VALIDATE"],"extra_fields":{"ATTACHMENT_PURPOSE":"C"}}`, `{"extra_fields":{"PURCHORG":"1000","SLD_SYS_NAME":"S"},"charset":"UTF-8"}`} {
		if err := oci.New4().CheckOptions([]byte(options)); err != nil {
			t.Errorf("%s: %v", options, fault.From(err).Details)
		}
	}
}

func TestTheHierarchyBelongsToOCI5(t *testing.T) {
	options := []byte(`{"extra_fields":{"ITEM_TYPE":"R"}}`)
	if err := oci.New4().CheckOptions(options); err != nil {
		t.Errorf("OCI 4 has the field by itself: %v", err)
	}
	if err := oci.New5().CheckOptions(options); err == nil {
		t.Error("OCI 5 takes its own field for an extra one")
	}
}
