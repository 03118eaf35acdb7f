package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
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
)

// expression is a compiled expression. It sees its operands and nothing else.
type expression struct {
	program  *vm.Program
	operands []operand
	nodes    int
	texts    int // bytes of the texts that stand in it
}

// operand is a path in an expression.
type operand struct {
	path  string
	kind  kind
	times int // how often it stands there
	read  func(*run) string
}

// expression compiles an expression that gives a text, or with condition true or false. What it returns can be run only
// where nothing is reported.
func (c *compilation) expression(v *value, onLine, condition bool) *expression {
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
	config.MaxNodes = maxNodes
	expr.DisableAllBuiltins()(config)
	clear(config.Builtins)
	for name, f := range functions {
		expr.Function(name, f.call, f.signature)(config)
	}
	for name, f := range calculations {
		expr.Function(calculation(name), f.call, f.signature)(config)
	}
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		return nil, plain(err)
	}
	t := &translator{source: []rune(source), onLine: onLine, kinds: map[ast.Node]kind{}, types: map[string]any{}}
	ast.Walk(&tree.Node, t)
	if result := t.kindOf(tree.Node); condition && result != kindTruth {
		t.refusef(tree.Node, "a condition is true or false, and this is %s", result)
	} else if result == kindList {
		t.refusef(tree.Node, "an expression gives a text, a number or a condition, and this is %s", result)
	}
	if t.err != nil {
		return nil, t.err
	}
	config.WithEnv(t.types)
	if _, err := checker.Check(tree, config); err != nil { // agrees with the translator, or one of them is wrong
		return nil, plain(err)
	}
	program, err := compiler.Compile(tree, config)
	if err != nil {
		return nil, plain(err)
	}
	return &expression{program, t.operands, t.nodes, t.texts}, nil
}

// translator turns a parsed expression into one of the mapping's: paths become operands, numbers become exact decimals, and
// what is done with them becomes calls. It checks the types, and refuses all else that the library can do: loops, variables,
// ranges, slices, regular expressions, floats. The library's own check of types passes over what was translated.
type translator struct {
	source   []rune
	onLine   bool
	nodes    int
	texts    int
	kinds    map[ast.Node]kind
	operands []operand
	types    map[string]any // of the operands, for the library
	err      error          // the first
}

func (t *translator) refusef(node ast.Node, format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf("at character %d of the expression: "+format, append([]any{node.Location().From + 1}, args...)...)
	}
}

// replace puts another node of a kind in the place of one.
func (t *translator) replace(node *ast.Node, by ast.Node, k kind) {
	ast.Patch(node, by)
	t.kinds[by] = k
}

// kindOf returns the kind of a node that is used as a value. A name that is, is a path.
func (t *translator) kindOf(node ast.Node) kind {
	name, ok := node.(*ast.IdentifierNode)
	if !ok {
		return t.kinds[node]
	}
	if i := slices.IndexFunc(t.operands, func(o operand) bool { return o.path == name.Value }); i >= 0 {
		t.operands[i].times++
		return t.operands[i].kind
	}
	read, kind, err := resolve(name.Value, t.onLine)
	if err != nil {
		t.refusef(node, "%v", err)
		return kindText
	}
	t.operands = append(t.operands, operand{name.Value, kind, 1, read})
	t.types[name.Value] = [...]any{kindText: "", kindNumber: money.Decimal{}, kindTruth: false}[kind]
	return kind
}

// want refuses a node of another kind.
func (t *translator) want(node ast.Node, want kind, where string) {
	t.wanted(node, t.kindOf(node), want, where)
}

func (t *translator) wanted(node ast.Node, got, want kind, where string) {
	if got == want {
		return
	}
	hint := ""
	if got == kindText && want == kindNumber {
		hint = "; number(...) reads one from a text"
	}
	t.refusef(node, "%s takes %s here, and this is %s%s", where, want, got, hint)
}

// Visit looks at a node after what is below it, so that a path grows from its first name.
func (t *translator) Visit(node *ast.Node) {
	t.nodes++
	switch n := (*node).(type) {
	case *ast.IdentifierNode: // for whoever uses it
	case *ast.StringNode:
		t.kinds[n] = kindText
		t.texts += len(n.Value)
	case *ast.BoolNode:
		t.kinds[n] = kindTruth
	case *ast.IntegerNode, *ast.FloatNode:
		literal := string(t.source[n.Location().From:n.Location().To])
		d, err := money.Parse(literal)
		if err != nil {
			t.refusef(n, "%s is no decimal number such as 12.50", literal)
		}
		t.replace(node, &ast.ConstantNode{Value: d}, kindNumber)
	case *ast.ArrayNode:
		for _, item := range n.Nodes {
			t.want(item, kindText, "a list")
		}
		t.kinds[n] = kindList
	case *ast.MemberNode:
		object, isPath := n.Node.(*ast.IdentifierNode)
		name, isName := n.Property.(*ast.StringNode)
		if !isPath || !isName || n.Optional {
			t.refusef(n, `a path is written line.sku or visit["COST CENTRE"]`)
			return
		}
		ast.Patch(node, &ast.IdentifierNode{Value: object.Value + "." + name.Value})
	case *ast.UnaryNode:
		t.unary(node, n)
	case *ast.BinaryNode:
		t.binary(node, n)
	case *ast.ConditionalNode:
		t.want(n.Cond, kindTruth, "a choice")
		t.kinds[n] = t.kindOf(n.Exp1)
		t.want(n.Exp2, t.kinds[n], "the choice, as before the colon,")
	case *ast.CallNode:
		t.call(n)
	case *ast.BuiltinNode:
		t.err = nil // what does not exist tells more than what is wrong within it
		t.noFunction(n, n.Name)
	default:
		t.err = nil // likewise
		t.refusef(n, "this is more than the expressions of mappings can do")
	}
}

func (t *translator) unary(node *ast.Node, n *ast.UnaryNode) {
	switch n.Operator {
	case "-":
		t.want(n.Node, kindNumber, n.Operator)
		t.replace(node, calculate("-", &ast.ConstantNode{Value: nought}, n.Node), kindNumber)
	case "not", "!":
		t.want(n.Node, kindTruth, n.Operator)
		t.kinds[n] = kindTruth
	default:
		t.refusef(n, "there is no sign %s", n.Operator)
	}
}

func (t *translator) binary(node *ast.Node, n *ast.BinaryNode) {
	calculated, isCalculation := calculations[n.Operator]
	left := t.kindOf(n.Left)
	own := natives[n.Operator]
	i := slices.IndexFunc(own, func(o native) bool { return o.left == left })
	switch {
	case i >= 0:
		t.want(n.Right, own[i].right, n.Operator)
		t.kinds[n] = own[i].gives
	case isCalculation:
		t.wanted(n.Left, left, kindNumber, n.Operator)
		t.want(n.Right, kindNumber, n.Operator)
		t.replace(node, calculate(n.Operator, n.Left, n.Right), calculated.gives)
	case own != nil:
		t.wanted(n.Left, left, own[0].left, n.Operator)
	default:
		t.refusef(n, "there is no operator %s; there are %s", n.Operator, operatorNames)
	}
}

func (t *translator) call(n *ast.CallNode) {
	name, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		t.refusef(n, "this is no function")
		return
	}
	f, ok := functions[name.Value]
	switch {
	case !ok:
		t.noFunction(n, name.Value)
	case len(n.Arguments) != len(f.takes):
		t.refusef(n, "%s takes %d arguments, and not %d", name.Value, len(f.takes), len(n.Arguments))
	default:
		for i, argument := range n.Arguments {
			t.want(argument, f.takes[i], name.Value)
		}
		t.kinds[n] = f.gives
	}
}

func (t *translator) noFunction(n ast.Node, name string) {
	t.refusef(n, "there is no function %s; there are %s", quote(name), strings.Join(slices.Sorted(maps.Keys(functions)), ", "))
}

// plain returns what the library says, without its picture of the source.
func plain(err error) error {
	if f, ok := errors.AsType[*file.Error](err); ok {
		return fmt.Errorf("at character %d of the expression: %s", f.From+1, f.Message)
	}
	return err
}

// run evaluates the expression.
func (e *expression) run(r *run) (any, error) {
	clear(r.operands)
	read := e.texts
	for _, o := range e.operands {
		text := o.read(r)
		read += o.times * len(text)
		switch o.kind {
		case kindTruth:
			r.operands[o.path] = text == "true"
		case kindNumber:
			d, err := decimal(text)
			if err != nil {
				return nil, err
			}
			r.operands[o.path] = d
		default:
			r.operands[o.path] = text
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
