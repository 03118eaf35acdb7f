package mapping

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"github.com/punchgate/punchgate/domain/money"
)

// function is what an expression can call.
type function struct {
	takes     []kind
	gives     kind
	call      func(arguments ...any) (any, error)
	signature any // a pointer to a function of the types, for the library
}

// functions are those that stand in expressions by their names. None gives more text than it takes.
var functions = map[string]function{
	"upper": function1(func(text string) (string, error) { return strings.ToUpper(text), nil }),
	"lower": function1(func(text string) (string, error) { return strings.ToLower(text), nil }),
	"trim":  function1(func(text string) (string, error) { return strings.TrimSpace(text), nil }),
	"length": function1(func(text string) (money.Decimal, error) {
		return money.FromInt(int64(utf8.RuneCountInString(text))), nil
	}),
	"cut": function2(func(text string, n money.Decimal) (string, error) {
		return firstCharacters(text, count(n)), nil
	}),
	"remove": function2(func(text, what string) (string, error) { return strings.ReplaceAll(text, what, ""), nil }),
	"before": function2(func(text, mark string) (string, error) {
		first, _, _ := strings.Cut(text, mark)
		return first, nil
	}),
	"after": function2(func(text, mark string) (string, error) {
		_, rest, _ := strings.Cut(text, mark)
		return rest, nil
	}),
	"number": function1(func(text string) (money.Decimal, error) { return decimal(strings.TrimSpace(text)) }),
	"text":   function1(func(n money.Decimal) (string, error) { return n.String(), nil }),
	"round": function2(func(n, digits money.Decimal) (money.Decimal, error) {
		return n.Round(count(digits)), nil
	}),
	"divide": function3(func(n, by, digits money.Decimal) (money.Decimal, error) {
		if by.Sign() == 0 {
			return n, refuse("not_number", "divides by nought")
		}
		return exact(n.Quo(by).Round(count(digits)))
	}),
}

// calculations are the operators on numbers; the library would have them on floats.
var calculations = map[string]function{
	"+":  function2(func(a, b money.Decimal) (money.Decimal, error) { return exact(a.Add(b)) }),
	"-":  function2(func(a, b money.Decimal) (money.Decimal, error) { return exact(a.Add(b.Mul(minusOne))) }),
	"*":  function2(func(a, b money.Decimal) (money.Decimal, error) { return exact(a.Mul(b)) }),
	"==": function2(func(a, b money.Decimal) (bool, error) { return a.Cmp(b) == 0, nil }),
	"!=": function2(func(a, b money.Decimal) (bool, error) { return a.Cmp(b) != 0, nil }),
	"<":  function2(func(a, b money.Decimal) (bool, error) { return a.Cmp(b) < 0, nil }),
	"<=": function2(func(a, b money.Decimal) (bool, error) { return a.Cmp(b) <= 0, nil }),
	">":  function2(func(a, b money.Decimal) (bool, error) { return a.Cmp(b) > 0, nil }),
	">=": function2(func(a, b money.Decimal) (bool, error) { return a.Cmp(b) >= 0, nil }),
}

// calculation is the name by which the library knows a calculation; no identifier can have it.
func calculation(operator string) string { return "number " + operator }

func calculate(operator string, arguments ...ast.Node) ast.Node {
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: calculation(operator)}, Arguments: arguments}
}

// native is an operator as the library has it.
type native struct{ left, right, gives kind }

// natives are the operators that the library has as mappings want them, by the kinds that they take.
var natives = map[string][]native{
	"+":          {{kindText, kindText, kindText}},
	"==":         {{kindText, kindText, kindTruth}, {kindTruth, kindTruth, kindTruth}},
	"!=":         {{kindText, kindText, kindTruth}, {kindTruth, kindTruth, kindTruth}},
	"and":        {{kindTruth, kindTruth, kindTruth}},
	"&&":         {{kindTruth, kindTruth, kindTruth}},
	"or":         {{kindTruth, kindTruth, kindTruth}},
	"||":         {{kindTruth, kindTruth, kindTruth}},
	"in":         {{kindText, kindList, kindTruth}},
	"contains":   {{kindText, kindText, kindTruth}},
	"startsWith": {{kindText, kindText, kindTruth}},
	"endsWith":   {{kindText, kindText, kindTruth}},
}

// operatorNames are the operators as they are listed.
const operatorNames = "+ - * == != < <= > >= and or not in contains startsWith endsWith, and divide(a, b, digits)"

func function1[A, R any](f func(A) (R, error)) function {
	return function{
		[]kind{kindFor[A]()}, kindFor[R](),
		func(p ...any) (any, error) { return f(as[A](p[0])) }, new(func(A) R),
	}
}

func function2[A, B, R any](f func(A, B) (R, error)) function {
	return function{
		[]kind{kindFor[A](), kindFor[B]()}, kindFor[R](),
		func(p ...any) (any, error) { return f(as[A](p[0]), as[B](p[1])) }, new(func(A, B) R),
	}
}

func function3[A, B, C, R any](f func(A, B, C) (R, error)) function {
	return function{
		[]kind{kindFor[A](), kindFor[B](), kindFor[C]()}, kindFor[R](),
		func(p ...any) (any, error) { return f(as[A](p[0]), as[B](p[1]), as[C](p[2])) }, new(func(A, B, C) R),
	}
}

// as returns an argument, whose type was checked with the expression.
func as[T any](argument any) T {
	typed, _ := argument.(T)
	return typed
}

func kindFor[T any]() kind {
	switch any(*new(T)).(type) {
	case bool:
		return kindTruth
	case money.Decimal:
		return kindNumber
	}
	return kindText
}

var nought, minusOne, most = money.FromInt(0), money.FromInt(-1), money.FromInt(100_000)

// maxExact is the most digits of a number in an expression. The product of two has no more than money computes exactly.
const maxExact = 40

func exact(d money.Decimal) (money.Decimal, error) {
	if len(strings.Trim(d.String(), "-")) > maxExact+1 { // with the point
		return d, refuse("too_many_digits", "a number in the expression has more than %d digits", maxExact)
	}
	return d, nil
}

// count returns a number as a count: nought where it is below, and no more than any text has characters.
func count(d money.Decimal) int {
	if d.Cmp(most) > 0 {
		d = most
	}
	n, err := strconv.Atoi(d.Round(0).String())
	if err != nil || n < 0 {
		return 0
	}
	return n
}
