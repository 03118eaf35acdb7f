package mongodb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
)

// toBSON turns a JSON object into BSON, value by value. Numbers are whole, since documents keep exact ones as text.
func toBSON(text string) (bson.Raw, error) {
	read := json.NewDecoder(strings.NewReader(text))
	read.UseNumber()
	value, err := readJSON(read)
	if err != nil {
		return nil, unwritable(err)
	}
	raw, err := bson.Marshal(value)
	if err != nil {
		return nil, unwritable(err)
	}
	return raw, nil
}

func unwritable(err error) error { return fmt.Errorf("mongodb: %w", err) }

// readJSON returns a bson.D, a bson.A, a string, an int64, a bool or nil. bson.UnmarshalExtJSON would take members such as
// $oid, which callers choose, for its own.
func readJSON(read *json.Decoder) (any, error) {
	token, err := read.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			object := bson.D{}
			for read.More() {
				name, nameErr := read.Token()
				value, err := readJSON(read)
				if err := errors.Join(nameErr, err); err != nil {
					return nil, err
				}
				object = append(object, e(escapeName.Replace(fmt.Sprint(name)), value))
			}
			_, err := read.Token()
			return object, err
		}
		list := bson.A{}
		for read.More() {
			value, err := readJSON(read)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := read.Token()
		return list, err
	case json.Number:
		return token.Int64()
	default:
		return token, nil
	}
}

// Names of members must not hold what MongoDB reads in them, and names in BSON end at the first zero byte.
var (
	escapeName   = strings.NewReplacer("%", "%25", ".", "%2E", "$", "%24", "\x00", "%00")
	unescapeName = strings.NewReplacer("%25", "%", "%2E", ".", "%24", "$", "%00", "\x00")
)

// toJSON turns back what toBSON made.
func toJSON(raw bson.Raw) ([]byte, error) {
	text := &bytes.Buffer{}
	text.Grow(len(raw) + len(raw)/2)
	if err := writeObject(text, raw); err != nil {
		return nil, document.Unreadable(err)
	}
	return text.Bytes(), nil
}

func writeObject(text *bytes.Buffer, raw bson.Raw) error {
	elements, err := raw.Elements()
	if err != nil {
		return err
	}
	text.WriteByte('{')
	for i, element := range elements {
		if i > 0 {
			text.WriteByte(',')
		}
		if err := writeText(text, unescapeName.Replace(element.Key())); err != nil {
			return err
		}
		text.WriteByte(':')
		if err := writeJSON(text, element.Value()); err != nil {
			return err
		}
	}
	text.WriteByte('}')
	return nil
}

func writeJSON(text *bytes.Buffer, value bson.RawValue) error {
	switch value.Type {
	case bson.TypeEmbeddedDocument:
		return writeObject(text, value.Document())
	case bson.TypeArray:
		values, err := value.Array().Values()
		if err != nil {
			return err
		}
		text.WriteByte('[')
		for i, each := range values {
			if i > 0 {
				text.WriteByte(',')
			}
			if err := writeJSON(text, each); err != nil {
				return err
			}
		}
		text.WriteByte(']')
	case bson.TypeString:
		return writeText(text, value.StringValue())
	case bson.TypeInt64, bson.TypeInt32: // whoever edits by hand may leave the latter
		text.WriteString(strconv.FormatInt(value.AsInt64(), 10))
	case bson.TypeBoolean:
		text.WriteString(strconv.FormatBool(value.Boolean()))
	case bson.TypeNull:
		text.WriteString("null")
	default:
		return errors.New("a document holds a value of type " + value.Type.String())
	}
	return nil
}

func writeText(text *bytes.Buffer, s string) error {
	quoted, err := json.Marshal(s)
	text.Write(quoted)
	return err
}
