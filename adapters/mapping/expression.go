package mapping

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"github.com/punchgate/punchgate/domain/money"
)

// Limits of an expression. The depth of its tree is bounded by its length.
const (
	maxExpression = 1_000 // bytes
	maxNodes      = 200
	maxExact      = 40 // digits of a number in between: the product of two has no more than money computes exactly
)

// expression is a compiled expression. It sees its operands and nothing else.
type expression struct {
	program  *vm.Program
	operands []operand
	nodes    int
	length   int // of its text
}

// operand is a path in an expression.
type operand struct {
	path  string
	kind  kind
	times int // how often it stands there
	read  func(*run) string
}

// language is what the expressions consist of, beside what reader.Visit lets pass. A function of a name that no identifier
// can have stands for an operator.
var language = append([]expr.Option{
	expr.DisableAllBuiltins(), expr.MaxNodes(maxNodes), expr.Optimize(false),
	expr.Operator("+", "+ text", "+"), expr.Operator("-", "-"), expr.Operator("*", "*"),
	expr.Operator("==", "=="), expr.Operator("!=", "!="),
	expr.Operator("<", "<"), expr.Operator("<=", "<="), expr.Operator(">", ">"), expr.Operator(">=", ">="),
	function2("+ text", func(a, b string) (string, error) { return a + b, nil }),
	function2("+", func(a, b money.Decimal) (money.Decimal, error) { return exact(a.Add(b)) }),
	function2("-", func(a, b money.Decimal) (money.Decimal, error) { return exact(a.Add(b.Mul(minusOne))) }),
	function2("*", func(a, b money.Decimal) (money.Decimal, error) { return exact(a.Mul(b)) }),
	function2("==", func(a, b money.Decimal) (bool, error) { return a.Cmp(b) == 0, nil }),
	function2("!=", func(a, b money.Decimal) (bool, error) { return a.Cmp(b) != 0, nil }),
	function2("<", func(a, b money.Decimal) (bool, error) { return a.Cmp(b) < 0, nil }),
	function2("<=", func(a, b money.Decimal) (bool, error) { return a.Cmp(b) <= 0, nil }),
	function2(">", func(a, b money.Decimal) (bool, error) { return a.Cmp(b) > 0, nil }),
	function2(">=", func(a, b money.Decimal) (bool, error) { return a.Cmp(b) >= 0, nil }),
}, slices.Collect(maps.Values(functions))...)

// functions are those that an expression can call. None gives more text than it takes.
var functions = map[string]expr.Option{
	"upper": function1("upper", func(text string) (string, error) { return strings.ToUpper(text), nil }),
	"lower": function1("lower", func(text string) (string, error) { return strings.ToLower(text), nil }),
	"trim":  function1("trim", func(text string) (string, error) { return strings.TrimSpace(text), nil }),
	"length": function1("length", func(text string) (money.Decimal, error) {
		return money.FromInt(int64(utf8.RuneCountInString(text))), nil
	}),
	"cut": function2("cut", func(text string, n money.Decimal) (string, error) {
		return firstCharacters(text, small(n)), nil
	}),
	"remove": function2("remove", func(text, what string) (string, error) { return strings.ReplaceAll(text, what, ""), nil }),
	"before": function2("before", func(text, mark string) (string, error) {
		first, _, _ := strings.Cut(text, mark)
		return first, nil
	}),
	"after": function2("after", func(text, mark string) (string, error) {
		_, rest, _ := strings.Cut(text, mark)
		return rest, nil
	}),
	"number": function1("number", func(text string) (money.Decimal, error) { return decimal(strings.TrimSpace(text)) }),
	"text":   function1("text", func(n money.Decimal) (string, error) { return n.String(), nil }),
	"round": function2("round", func(n, digits money.Decimal) (money.Decimal, error) {
		return n.Round(small(digits)), nil
	}),
	"divide": function3("divide", func(n, by, digits money.Decimal) (money.Decimal, error) {
		if by.Sign() == 0 {
			return n, refuse("not_number", "a division by nought")
		}
		return exact(n.Quo(by).Round(small(digits)))
	}),
}

func function1[A, R any](name string, f func(A) (R, error)) expr.Option {
	return expr.Function(name, func(p ...any) (any, error) { return f(as[A](p[0])) }, new(func(A) R))
}

func function2[A, B, R any](name string, f func(A, B) (R, error)) expr.Option {
	return expr.Function(name, func(p ...any) (any, error) { return f(as[A](p[0]), as[B](p[1])) }, new(func(A, B) R))
}

func function3[A, B, C, R any](name string, f func(A, B, C) (R, error)) expr.Option {
	return expr.Function(name, func(p ...any) (any, error) { return f(as[A](p[0]), as[B](p[1]), as[C](p[2])) }, new(func(A, B, C) R))
}

// as returns an argument, whose type was checked with the expression.
func as[T any](argument any) T {
	typed, _ := argument.(T)
	return typed
}

func exact(d money.Decimal) (money.Decimal, error) {
	if len(strings.Trim(d.String(), "-")) > maxExact+1 { // with the point
		return d, refuse("too_many_digits", "a number in the expression has more than %d digits", maxExact)
	}
	return d, nil
}

var most = money.FromInt(100_000)

// small returns a number as a count, nought where it is below, and no more than any text has characters.
func small(d money.Decimal) int {
	if d.Cmp(most) > 0 {
		d = most
	}
	n, err := strconv.Atoi(d.Round(0).String())
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// expression compiles an expression that gives a text, or with condition true or false. What it returns can be run only
// where nothing is reported.
func (c *compiler) expression(v *value, onLine, condition bool) *expression {
	source := c.string(v, maxExpression)
	if source == "" {
		if v.kind == '"' && v.text == "" {
			c.wrongf(v, "missing", "the expression is empty")
		}
		return &expression{}
	}
	e, err := compileExpression(source, onLine, condition)
	if err != nil {
		c.wrongf(v, "expression", "%v", err)
		return &expression{}
	}
	return e
}

func compileExpression(source string, onLine, condition bool) (e *expression, err error) {
	defer func() {
		if defect := recover(); defect != nil { // of the library, on an expression that nobody thought of
			e, err = nil, fmt.Errorf("the expression cannot be compiled: %v", defect)
		}
	}()
	config := conf.CreateNew()
	for _, option := range language {
		option(config)
	}
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		return nil, plain(err)
	}
	seen := &reader{source: []rune(source)}
	ast.Walk(&tree.Node, seen)
	e = &expression{nodes: seen.nodes, length: len(source)}
	types := map[string]any{}
	ast.Walk(&tree.Node, visitor(func(node ast.Node) {
		name, ok := node.(*ast.IdentifierNode)
		if !ok || functions[name.Value] != nil {
			return
		}
		if i := slices.IndexFunc(e.operands, func(o operand) bool { return o.path == name.Value }); i >= 0 {
			e.operands[i].times++
			return
		}
		read, kind, err := resolve(name.Value, onLine)
		if err != nil {
			seen.refusef(node, "%v", err)
			return
		}
		e.operands = append(e.operands, operand{name.Value, kind, 1, read})
		types[name.Value] = [...]any{kindText: "", kindNumber: money.Decimal{}, kindTruth: false}[kind]
	}))
	if seen.err != nil {
		return nil, seen.err
	}
	options := append(slices.Clone(language), expr.Env(types), expr.Patch(seen))
	if condition {
		options = append(options, expr.AsBool())
	}
	if e.program, err = expr.Compile(source, options...); err != nil {
		return nil, plain(err)
	}
	return e, checkTypes(e.program.Node(), seen)
}

// checkTypes refuses what the library would let pass: operators that are those of numbers between texts, which it orders
// letter by letter, and results of other types.
func checkTypes(node ast.Node, seen *reader) error {
	ast.Walk(&node, visitor(func(node ast.Node) {
		if n, ok := node.(*ast.BinaryNode); ok && strings.ContainsAny(n.Operator, "+-*<>") {
			seen.refusef(n, "%s is for numbers; number(...) reads one from a text", n.Operator)
		}
	}))
	switch node.Type() {
	case reflect.TypeFor[string](), reflect.TypeFor[money.Decimal](), reflect.TypeFor[bool]():
	default:
		seen.refusef(node, "an expression gives a text, a number or a condition, in both branches of a choice the same")
	}
	return seen.err
}

type visitor func(ast.Node)

func (v visitor) Visit(node *ast.Node) { v(*node) }

// reader turns a parsed expression into one of the mapping's: paths become operands, numbers become decimals. It refuses
// everything else that the library knows: loops, variables, ranges, slices, regular expressions, floats.
type reader struct {
	source []rune
	nodes  int
	err    error // the first
}

func (w *reader) refusef(node ast.Node, format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("at character %d of the expression: "+format, append([]any{node.Location().From + 1}, args...)...)
	}
}

// operators are the binary operators of the expressions.
var operators = strings.Fields("+ - * == != < <= > >= and && or || in contains startsWith endsWith")

// Visit looks at a node after what is below it, so that a path grows from its first name.
func (w *reader) Visit(node *ast.Node) {
	w.nodes++
	switch n := (*node).(type) {
	case *ast.StringNode, *ast.BoolNode, *ast.IdentifierNode, *ast.ConditionalNode:
	case *ast.IntegerNode, *ast.FloatNode:
		literal := string(w.source[n.Location().From:n.Location().To])
		d, err := money.Parse(literal)
		if err != nil {
			w.refusef(n, "%s is no decimal number such as 12.50", literal)
			return
		}
		ast.Patch(node, &ast.ConstantNode{Value: d})
	case *ast.ConstantNode: // made of a literal before
	case *ast.UnaryNode:
		switch n.Operator {
		case "-":
			ast.Patch(node, &ast.BinaryNode{Operator: "-", Left: &ast.ConstantNode{Value: money.FromInt(0)}, Right: n.Node})
		case "+":
			w.refusef(n, "there is no sign +")
		}
	case *ast.BinaryNode:
		if !slices.Contains(operators, n.Operator) {
			w.refusef(n, "there is no operator %s; there are %s, and divide(a, b, digits)", n.Operator, strings.Join(operators, " "))
		}
	case *ast.MemberNode:
		object, isPath := n.Node.(*ast.IdentifierNode)
		name, isName := n.Property.(*ast.StringNode)
		if !isPath || !isName || n.Optional {
			w.refusef(n, `a path is written line.sku or visit["COST CENTRE"]`)
			return
		}
		ast.Patch(node, &ast.IdentifierNode{Value: object.Value + "." + name.Value})
	case *ast.ArrayNode:
		for _, item := range n.Nodes {
			if _, ok := item.(*ast.StringNode); !ok {
				w.refusef(n, "a list holds texts only")
			}
		}
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); !ok || functions[name.Value] == nil {
			w.refusef(n, "there is no such function; there are %s", strings.Join(slices.Sorted(maps.Keys(functions)), ", "))
		}
	case *ast.BuiltinNode:
		w.refusef(n, "there is no function %s; there are %s", n.Name, strings.Join(slices.Sorted(maps.Keys(functions)), ", "))
	default:
		w.refusef(n, "is more than the expressions of mappings can do")
	}
}

// plain returns what the library says, in the words of mappings and without a picture of the source.
func plain(err error) error {
	f, ok := errors.AsType[*file.Error](err)
	if !ok {
		return errors.New(inWords.Replace(err.Error()))
	}
	return fmt.Errorf("at character %d of the expression: %s", f.From+1, inWords.Replace(f.Message))
}

var inWords = strings.NewReplacer("money.Decimal", "number", "string", "text", "bool", "condition")

// run evaluates the expression.
func (e *expression) run(r *run) (any, error) {
	clear(r.operands)
	read := e.length
	for _, o := range e.operands {
		text := o.read(r)
		read += o.times * len(text)
		switch o.kind {
		case kindText:
			r.operands[o.path] = text
		case kindTruth:
			r.operands[o.path] = text == "true"
		case kindNumber:
			d, err := decimal(text)
			if err != nil {
				return nil, err
			}
			r.operands[o.path] = d
		}
	}
	if err := r.spend(e.nodes * (perValue + read)); err != nil { // no node gives more text than is below it
		return nil, err
	}
	result, err := expr.Run(e.program, r.operands)
	if own, ok := errors.AsType[refusal](err); ok {
		return nil, own
	}
	if err != nil {
		return nil, refuse("expression", "%v", plain(err))
	}
	return result, nil
}

// text returns what the expression gives, as text.
func (e *expression) text(r *run) (string, error) {
	result, err := e.run(r)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(result), nil // a text, a number, or true or false
}

// truth returns what a condition gives.
func (e *expression) truth(r *run) (bool, error) {
	result, err := e.run(r)
	holds, _ := result.(bool)
	return holds, err
}
