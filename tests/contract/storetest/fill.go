package storetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/user"
)

// variants is how many fillings tell any two members apart: each pair of the first 256 truth values differs in one.
const variants = 8

// filler gives every member of a value, however deep, a value of its own. A type without a rule fails the test, so that a
// new member cannot be forgotten.
type filler struct {
	t       *testing.T
	variant int
	least   bool // fill only closed types, which have no valid zero value
	count   int
}

// fill fills what the pointer points to.
func (f *filler) fill(pointer any) { f.value(reflect.ValueOf(pointer).Elem()) }

func (f *filler) value(v reflect.Value) {
	f.count++
	switch p := v.Addr().Interface().(type) {
	case *tenant.FieldType:
		*p = choose(f, tenant.Text, tenant.Number, tenant.Checkbox)
		return
	case *connection.Method:
		*p = choose(f, connection.Any, connection.Get, connection.Post)
		return
	case *connection.Transfer:
		*p = choose(f, connection.Browser, connection.Push)
		return
	case *connection.OrderLogin:
		*p = choose(f, connection.BasicOrBearer, connection.Basic, connection.Bearer)
		return
	case *purchase.Decision:
		*p = choose(f, purchase.Decisions()...)
		return
	case *receipt.Status:
		*p = choose(f, receipt.Statuses()...)
		return
	case *answer.Kind:
		*p = choose(f, answer.Response, answer.Status)
		return
	case *outbox.Type:
		*p = choose(f, outbox.Types()...)
		return
	case *fault.Kind:
		*p = choose(f, fault.Kinds()...)
		return
	case *session.Status:
		*p = choose(f, session.Statuses()...)
		return
	case *order.Status:
		*p = choose(f, order.Statuses()...)
		return
	case *audit.Action:
		*p = choose(f, audit.Actions()...)
		return
	case *traffic.Step:
		*p = choose(f, traffic.Steps()...)
		return
	case *traffic.Verdict:
		*p = choose(f, traffic.Verdicts()...)
		return
	case *traffic.Document:
		*p = choose(f, traffic.OrderCart, traffic.OrderDocument, traffic.ReceiptDocument, traffic.AnswerDocument)
		return
	case *audit.Result:
		*p = choose(f, audit.Results()...)
		return
	case *user.Role:
		*p = choose(f, user.Roles()...)
		return
	case *apikey.Scope:
		*p = choose(f, apikey.Scopes()...)
		return
	}
	if f.least {
		for i := 0; v.Kind() == reflect.Struct && i < v.NumField(); i++ {
			if v.Field(i).CanSet() {
				f.value(v.Field(i))
			}
		}
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = now.Add(time.Duration(f.count) * 1_000_000_007)
		return
	case *cart.Moment:
		*p = cart.Moment{Time: now.Truncate(24*time.Hour).AddDate(0, 0, f.count)}
		if f.bit() {
			*p = cart.Moment{Time: now.Truncate(time.Second).Add(time.Duration(f.count) * time.Second), HasTime: true}
		}
		return
	case *money.Decimal:
		*p = money.MustParse(fmt.Sprintf("%d.50", f.count))
		return
	case *json.RawMessage:
		*p = json.RawMessage(fmt.Sprintf(`{ "n": %d, "text": "<åäö>" }`, f.count))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d: <å&\"\\\n\u2028€𝄞>", f.count))
	case reflect.Bool:
		v.SetBool(f.bit())
	case reflect.Uint8:
		v.SetUint(uint64(0xFF - f.count%0x100)) // no text in UTF-8
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.count))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.value(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.value(key)
			f.value(element)
			v.SetMapIndex(key, element)
		}
	case reflect.Struct:
		for _, member := range v.Fields() {
			if !member.CanSet() {
				f.t.Fatalf("there is no rule to fill a %s", v.Type())
			}
			f.value(member)
		}
	default:
		f.t.Fatalf("there is no rule to fill a %s", v.Type())
	}
}

// bit differs, in one variant at least, between any two counts below 256.
func (f *filler) bit() bool { return f.count>>f.variant&1 == 1 }

func choose[T any](f *filler, from ...T) T { return from[(f.count+f.variant)%len(from)] }
