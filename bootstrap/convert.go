package bootstrap

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/mapping"
	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/adapters/system"
	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/buyersystem"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	document "github.com/punchgate/punchgate/domain/transfer"
)

// formatCommands are the commands that use formats without a store.
func formatCommands(extra []fx.Option) []*cobra.Command {
	return []*cobra.Command{
		formatsCommand(extra), encodeCommand(extra), validateCommand(extra), loginCommand(extra), orderCommand(extra),
	}
}

// parts are what there is of the gateway without a store.
type parts struct {
	fx.In
	Formats *formats.Registry
	Mapper  port.Mapper
	Encoder *encoding.Encoder
}

// withParts runs a command without a store.
func withParts(extra []fx.Option, do func(parts) error) error {
	var p parts
	return run(context.Background(), func(context.Context, func() (os.Signal, error)) error { return do(p) },
		append(extra, Formats, mapping.Module, system.Module, fx.NopLogger, fx.Provide(encoding.NewEncoder), fx.Populate(&p))...)
}

// withFormats runs a command on the formats of this build.
func withFormats(extra []fx.Option, do func(*formats.Registry) error) error {
	return withParts(extra, func(p parts) error { return do(p.Formats) })
}

// withFormat is withFormats for commands that ask one thing of one format.
func withFormat[T port.Format](extra []fx.Option, name, capability string, do func(T) error) error {
	return withFormats(extra, func(registry *formats.Registry) error {
		able, err := formats.As[T](registry, name, capability)
		if err != nil {
			return err
		}
		return do(able)
	})
}

func formatsCommand(extra []fx.Option) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "formats",
		Short: "List the formats and what they can do",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			type view struct {
				Name         string   `json:"name"`
				Capabilities []string `json:"capabilities"`
			}
			return withFormats(extra, func(registry *formats.Registry) error {
				var views []view
				for _, name := range registry.Names() {
					f, err := registry.Get(name)
					if err != nil {
						return err
					}
					views = append(views, view{name, formats.Capabilities(f)})
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), views)
				}
				for _, v := range views {
					if _, err := fmt.Fprintf(c.OutOrStdout(), "%s\t%s\n", v.Name, strings.Join(v.Capabilities, " ")); err != nil {
						return err
					}
				}
				return nil
			})
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printJSON(w io.Writer, value any) error {
	b, err := strictjson.EncodeIndented(value)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// connectionFile is the file of encode's --connection.
type connectionFile struct {
	Format  string          `json:"format"`
	Options json.RawMessage `json:"options"`
	Mapping json.RawMessage `json:"mapping"`
	Seller  cart.Party      `json:"seller"`
	Buyer   cart.Party      `json:"buyer"`
	Return  struct {
		URL string `json:"url"`
	} `json:"return"`
	Correlation string `json:"correlation"`
	Operation   string `json:"operation"`
	BuyerSystem string `json:"buyer_system"`
}

// check refuses what no connection would have.
func (f *connectionFile) check(encoder port.CartEncoder, mapper port.Mapper) error {
	if err := encoder.CheckOptions(f.Options); err != nil {
		return err
	}
	if err := mapper.Check(f.Mapping, encoder, f.Options); err != nil {
		return err
	}
	if _, err := buyersystem.For(f.BuyerSystem, encoder.Name()); err != nil {
		return err
	}
	if err := (&connection.Return{Fixed: f.Return.URL}).CheckAddress(f.Return.URL, true); err != nil {
		return err
	}
	if !slices.Contains([]string{"create", "edit", "inspect"}, f.Operation) {
		return fault.New(fault.Invalid, "connection.operation", "the operation is create, edit or inspect")
	}
	if wrong := cart.CheckText("/correlation", f.Correlation, cart.MaxDescription); wrong != nil {
		return fault.New(fault.Invalid, "connection.correlation", "the correlation value cannot be written").With(wrong...)
	}
	return nil
}

// Stand-ins of encode where neither cart nor connection file names the parties.
var (
	exampleSeller = cart.Party{
		Name: "Example Seller", Endpoint: cart.Identifier{Scheme: "0088", ID: "7300010000001"},
		Identifier: cart.Identifier{Scheme: "0088", ID: "7300010000001"},
	}
	exampleBuyer = cart.Party{
		Name: "Example Buyer", Endpoint: cart.Identifier{Scheme: "0088", ID: "7381030000004"},
		Identifier: cart.Identifier{Scheme: "0088", ID: "7381030000004"},
	}
	exampleSellerID = connection.Identity{Domain: "NetworkID", ID: "example-seller"}
	exampleBuyerID  = connection.Identity{Domain: "NetworkID", ID: "example-buyer"}
)

const exampleReturn = "https://buyer.example.com/return"

func encodeCommand(extra []fx.Option) *cobra.Command {
	var format, cartPath, connectionPath string
	var asForm bool
	c := &cobra.Command{
		Use:   "encode --format FORMAT --cart FILE",
		Short: "Write a neutral cart in a format",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			return withParts(extra, func(p parts) error {
				encoder, err := formats.As[port.CartEncoder](p.Formats, format, formats.Cart)
				if err != nil {
					return err
				}
				file, err := readConnection(encoder, p.Mapper, connectionPath, c.InOrStdin())
				if err != nil {
					return err
				}
				var content cart.Cart
				if err := readJSON(cartPath, c.InOrStdin(), &content); err != nil {
					return err
				}
				made, err := p.Encoder.Encode(exampleSubject(&content, format, file), &content)
				if err != nil {
					return inFile(cartPath, err)
				}
				for _, w := range made.Warnings {
					if _, err := fmt.Fprintln(c.ErrOrStderr(), warningLine(w)); err != nil {
						return err
					}
				}
				if asForm {
					return printForm(c.OutOrStdout(), made)
				}
				_, err = c.OutOrStdout().Write(made.Body)
				return err
			})
		}),
	}
	c.Flags().StringVar(&format, "format", "", "name of the format")
	c.Flags().StringVar(&cartPath, "cart", "", "file with the cart as JSON; - for standard input")
	c.Flags().StringVar(&connectionPath, "connection", "", "file with the connection as JSON")
	c.Flags().BoolVar(&asForm, "form", false, "print the form that carries the document, as JSON")
	require(c, "format", "cart")
	return c
}

// require marks flags that must be given.
func require(c *cobra.Command, names ...string) {
	for _, name := range names {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is declared just above
		}
	}
}

// warningLine is a warning in one line, with what becomes of the value where that is known.
func warningLine(w document.Warning) string {
	line := fmt.Sprintf("warning %s: %s %s", w.Code, w.Path, w.Message)
	if w.Effect != "" {
		line += "; " + string(w.Effect)
	}
	if w.Before != "" || w.After != "" {
		line += fmt.Sprintf(": %q", w.Before)
	}
	if w.After != "" {
		line += fmt.Sprintf(" becomes %q", w.After)
	}
	if w.Remedy != "" {
		line += "; remedy: " + w.Remedy
	}
	if w.Source != "" {
		line += "; source: " + w.Source
	}
	return oneLine(line)
}

// readConnection reads and checks the file of a connection; without one the format's defaults hold.
func readConnection(encoder port.CartEncoder, mapper port.Mapper, path string, stdin io.Reader) (connectionFile, error) {
	file := connectionFile{Operation: "create"}
	file.Return.URL = exampleReturn
	if path == "" {
		return file, nil
	}
	if err := readJSON(path, stdin, &file); err != nil {
		return file, err
	}
	if file.Format != "" && file.Format != encoder.Name() {
		return file, usageError{fmt.Errorf("%s: is for format %s, not %s", path, file.Format, encoder.Name())}
	}
	if err := file.check(encoder, mapper); err != nil {
		return file, inFile(path, err)
	}
	return file, nil
}

// exampleSubject is the visit that the gateway would know, from the connection file and the stand-ins.
func exampleSubject(c *cart.Cart, format string, file connectionFile) encoding.Subject {
	const box = "punchout"
	settings := tenant.Defaults()
	if c.Language == "" {
		c.Language = settings.Language
	}
	settings.Language = "en" // of the warnings, as of all that the command line says
	settings.Seller, settings.DecidingField = exampleSeller, box
	return encoding.Subject{
		Shop: tenant.Restore(tenant.State{ID: "example", Name: exampleSeller.Name, Settings: settings}),
		Customer: customer.Restore(customer.State{ID: "example", Profile: customer.Profile{
			Name: exampleBuyer.Name, Active: true, Buyer: exampleBuyer, Values: map[string]string{box: "true"},
		}}),
		Connection: connection.Restore(connection.State{ID: "example", Profile: connection.Profile{
			Name: "example", Customer: "example", Format: format, Active: true,
			Options: file.Options, Mapping: file.Mapping, BuyerSystem: file.BuyerSystem,
			Login: connection.Login{
				From: []connection.Identity{exampleBuyerID}, To: []connection.Identity{exampleSellerID}, Sender: []connection.Identity{exampleBuyerID},
			},
			Seller: file.Seller, Buyer: file.Buyer,
		}}),
		Session: session.State{Tenant: "example", Customer: "example", Connection: "example", Visit: session.Visit{
			Operation: file.Operation, ReturnURL: file.Return.URL, Correlation: file.Correlation,
			CorrelationField: connection.Presets[connection.DefaultPreset].Session,
		}},
	}
}

func printForm(w io.Writer, d *document.Document) error {
	type field struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	var fields []field
	for _, f := range d.Values() {
		fields = append(fields, field{f.Name, f.Value})
	}
	return printJSON(w, struct {
		Action        string  `json:"action"`
		Method        string  `json:"method"`
		AcceptCharset string  `json:"accept_charset"`
		Target        string  `json:"target"`
		Fields        []field `json:"fields"`
	}{d.Form.Action, d.Form.Method, d.Form.AcceptCharset, d.Form.Target, fields})
}

func validateCommand(extra []fx.Option) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "validate --format FORMAT FILE",
		Short: "Judge a document; one finding per line",
		Args:  cobra.ExactArgs(1),
		RunE: action(func(c *cobra.Command, args []string) error {
			return withFormat(extra, format, formats.Validate, func(validator port.DocumentValidator) error {
				content, err := readFile(args[0], c.InOrStdin())
				if err != nil {
					return err
				}
				findings, err := validator.Validate(bytes.NewReader(content))
				if err != nil {
					return inFile(args[0], err)
				}
				fatal := false
				for _, f := range findings {
					flag := "warning"
					if f.Fatal {
						flag, fatal = "fatal", true
					}
					if _, err := fmt.Fprintf(c.OutOrStdout(), "%s\t%s\t%s\t%s\n", flag, f.Rule, oneLine(f.Path), oneLine(f.Message)); err != nil {
						return err
					}
				}
				if fatal {
					return errFindings
				}
				return nil
			})
		}),
	}
	c.Flags().StringVar(&format, "format", "", "name of the format")
	require(c, "format")
	return c
}

func loginCommand(extra []fx.Option) *cobra.Command {
	var format, query, bodyPath, contentType string
	c := &cobra.Command{
		Use:   "login --format FORMAT [--query QUERY] [--body FILE]",
		Short: "Read a start call, without checking its credentials, and print it as JSON",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			return withFormat(extra, format, formats.Login, func(decoder port.LoginDecoder) error {
				request := port.StartRequest{Method: http.MethodGet, Query: strings.TrimPrefix(query, "?"), ContentType: contentType}
				if bodyPath != "" {
					content, err := readFile(bodyPath, c.InOrStdin())
					if err != nil {
						return err
					}
					request.Method, request.Body = http.MethodPost, content
					if contentType == "" {
						request.ContentType = guessContentType(content)
					}
				}
				call, err := decoder.DecodeLogin(request)
				if err != nil {
					return inFile("the start call", err)
				}
				return printJSON(c.OutOrStdout(), viewStartCall(call))
			})
		}),
	}
	c.Flags().StringVar(&format, "format", "", "name of the format")
	c.Flags().StringVar(&query, "query", "", "query of the address")
	c.Flags().StringVar(&bodyPath, "body", "", "file with the body of a POST; - for standard input")
	c.Flags().StringVar(&contentType, "content-type", "", "content type of the body (default: by its first character)")
	require(c, "format")
	return c
}

func guessContentType(content []byte) string {
	if bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))), []byte("<")) {
		return "text/xml"
	}
	return "application/x-www-form-urlencoded"
}

type startCallView struct {
	Operation    string            `json:"operation"`
	ReturnURL    string            `json:"return_url"`
	Correlation  string            `json:"correlation"`
	User         string            `json:"user"`
	Credentials  []string          `json:"credentials"`
	Person       personView        `json:"person"`
	ShipTo       cart.Address      `json:"ship_to"`
	SelectedItem string            `json:"selected_item"`
	Lines        []cart.Line       `json:"lines"`
	Function     string            `json:"function"`
	Test         bool              `json:"test"`
	Extrinsics   map[string]string `json:"extrinsics"`
}

type personView struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

func viewStartCall(s port.StartCall) startCallView {
	return startCallView{
		Operation: s.Operation, ReturnURL: s.ReturnURL, Correlation: s.Correlation, User: s.Presented.User,
		Credentials: s.Presented.Names, Person: personView(s.Person), ShipTo: s.ShipTo, SelectedItem: s.SelectedItem,
		Lines: s.Lines, Function: s.Function, Test: s.Test, Extrinsics: s.Extrinsics,
	}
}

func orderCommand(extra []fx.Option) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "order --format FORMAT FILE",
		Short: "Read a purchase order document and print it as JSON",
		Args:  cobra.ExactArgs(1),
		RunE: action(func(c *cobra.Command, args []string) error {
			return withFormat(extra, format, formats.Order, func(decoder port.OrderDecoder) error {
				content, err := readFile(args[0], c.InOrStdin())
				if err != nil {
					return err
				}
				o, err := decoder.DecodeOrder(bytes.NewReader(content))
				if err != nil {
					return inFile(args[0], err)
				}
				return printJSON(c.OutOrStdout(), viewPurchaseOrder(o))
			})
		}),
	}
	c.Flags().StringVar(&format, "format", "", "name of the format")
	require(c, "format")
	return c
}

type purchaseOrderView struct {
	Number   string                  `json:"number"`
	Date     string                  `json:"date"`
	Type     string                  `json:"type"`
	CartID   string                  `json:"cart_id"`
	Currency string                  `json:"currency"`
	Total    money.Decimal           `json:"total"`
	Buyer    cart.Party              `json:"buyer"`
	ShipTo   cart.Address            `json:"ship_to"`
	Comments string                  `json:"comments"`
	Lines    []purchaseOrderLineView `json:"lines"`
	Test     bool                    `json:"test"`
}

type purchaseOrderLineView struct {
	LineNumber         string        `json:"line_number"`
	SKU                string        `json:"sku"`
	Key                string        `json:"key"`
	GTIN               string        `json:"gtin"`
	Name               string        `json:"name"`
	Quantity           money.Decimal `json:"quantity"`
	Unit               string        `json:"unit"`
	UnitPrice          money.Decimal `json:"unit_price"`
	PriceBasisQuantity money.Decimal `json:"price_basis_quantity"`
	Currency           string        `json:"currency"`
}

func viewPurchaseOrder(o port.PurchaseOrder) purchaseOrderView {
	view := purchaseOrderView{
		Number: o.Number, Date: o.Date, Type: o.Type, CartID: o.CartID, Currency: o.Currency, Total: o.Total,
		Buyer: o.Buyer, ShipTo: o.ShipTo, Comments: o.Comments, Test: o.Test,
	}
	for _, l := range o.Lines {
		view.Lines = append(view.Lines, purchaseOrderLineView{
			LineNumber: l.LineNumber, SKU: l.SKU, Key: l.Key, GTIN: l.GTIN, Name: l.Name, Quantity: l.Quantity, Unit: l.Unit,
			UnitPrice: l.UnitPrice, PriceBasisQuantity: l.PriceBasisQuantity, Currency: l.Currency,
		})
	}
	return view
}

// readFile reads a file, or standard input for "-".
func readFile(path string, stdin io.Reader) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(stdin)
	}
	content, err := os.ReadFile(path) //nolint:gosec // the caller names the file to read
	if failure, ok := errors.AsType[*os.PathError](err); ok {
		return nil, fmt.Errorf("%s: %w", path, failure.Err)
	}
	return content, err
}

func readJSON(path string, stdin io.Reader, into any) error {
	content, err := readFile(path, stdin)
	if err != nil {
		return err
	}
	if err := strictjson.Decode(content, into); err != nil {
		return inFile(path, err)
	}
	return nil
}

// inFile puts the file's name before a refusal's message.
func inFile(path string, err error) error {
	f := fault.From(err)
	named := *f
	named.Message = path + ": " + f.Message
	if named.Kind == fault.Unsupported { // the format is right, the document is another one
		named.Kind = fault.Invalid
	}
	return &named
}
