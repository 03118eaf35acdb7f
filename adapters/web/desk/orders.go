package desk

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/adapters/web/spreadsheet"
	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/transfer"
)

// ordersPage lists orders.
type ordersPage struct {
	listPage

	Orders []listing.Order
}

func (d *Desk) orders(c *gin.Context) {
	var p ordersPage
	var err error
	p.listPage, p.Orders, err = list(d, c, "orders", order.ParseStatus, d.use.Listing.Orders, d.use.Listing.CountOrders)
	if err != nil {
		d.refuse(c, err)
		return
	}
	p.Label = p.T("Filtrera order", "Filter orders")
	p.SearchFor = p.T("Ordernummer, varukorg eller inköpsorder", "Order number, cart or purchase order")
	d.render(c, http.StatusOK, "orders", p)
}

// StatusChoices returns the statuses that the list can be filtered by.
func (p ordersPage) StatusChoices() []Option {
	options := []Option{{"", p.T("Alla lägen", "All states")}}
	for _, s := range order.Statuses() {
		options = append(options, Option{s.String(), p.OrderStatus(s).Text})
	}
	return options
}

// ordersTable answers with the orders that a filter selects, as a table for spreadsheet programs.
func (d *Desk) ordersTable(c *gin.Context) {
	f := filterOf(c)
	d.table(c, "orders-"+string(shopOf(c).ID()), func(out io.Writer) error {
		w := spreadsheet.NewWriter(out)
		if err := w.Row(body.OrderColumns()...); err != nil {
			return err
		}
		err := d.use.Listing.EachOrder(c.Request.Context(), shopOf(c).ID(), port.Filter[order.Status]{
			Connection: connection.ID(f.Connection), Status: parsed(f.Status, order.ParseStatus), Created: f.span(),
		}, func(page []listing.Order) error {
			for _, o := range page {
				if err := w.Row(body.OrderCells(o)...); err != nil {
					return err
				}
			}
			return w.Flush()
		})
		return cmp.Or(err, w.Flush())
	})
}

// table answers with a table for spreadsheet programs. What fails on the way cuts the answer off, so that nobody takes a part for the
// whole.
func (d *Desk) table(c *gin.Context, name string, write func(io.Writer) error) {
	c.Header("Content-Type", spreadsheet.MediaType)
	c.Header("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	if err := write(c.Writer); err != nil {
		d.edge.Classify(c, err) //nolint:errcheck // it returns what was logged
		panic(http.ErrAbortHandler)
	}
}

// orderPage shows one order.
type orderPage struct {
	Page

	listing.Order

	Tab   string
	Cart  *cart.Cart
	Lines []cart.Line // of the cart, those that the page shows
	First int         // the position of the first of them
	Form  Form
}

// shownLines is how many lines of a cart a page shows.
const shownLines = 100

func (d *Desk) order(c *gin.Context) { d.showOrder(c, nil) }

// showOrder answers with an order, and with why something was not done to it.
func (d *Desk) showOrder(c *gin.Context, refusal error) {
	found, sent, err := d.use.Listing.Order(c.Request.Context(), shopOf(c).ID(), order.ID(c.Param("id")))
	if err != nil {
		d.refuse(c, err)
		return
	}
	p := orderPage{Page: d.page(c, "orders"), Order: found, Tab: "order", Cart: sent}
	p.path = p.In("/orders/" + string(p.OrderID()))
	p.First = max(0, parsed(c.Query("from"), strconv.Atoi))
	p.Lines = sent.Lines[min(p.First, len(sent.Lines)):min(p.First+shownLines, len(sent.Lines))]
	p.Form = typed(c).refused(p.Page, refusal)
	d.render(c, d.statusOf(c, refusal), "order", p)
}

// OrderID returns the order's identifier.
func (p orderPage) OrderID() order.ID { return p.Order.Order.ID() }

// State is all that is kept of the order.
func (p orderPage) State() order.State { return p.Order.Order.Snapshot() }

// MayBecome reports whether the order may go to a status.
func (p orderPage) MayBecome(name string) bool {
	return p.State().Status.MayBecome(parsed(name, order.ParseStatus))
}

// Pushable reports whether the gateway can be told to hand the cart over again.
func (p orderPage) Pushable() bool {
	s := p.State()
	return s.Push.Wanted && s.TransferredAt.IsZero() && p.Order.Order.Awaits()
}

// PricedFor returns of how many units a line names the price, where it is not one.
func (p orderPage) PricedFor(l cart.Line) string {
	if basis := l.PriceBasisQuantity; !basis.IsZero() && basis.Cmp(money.MustParse("1")) != 0 {
		return p.Number(basis)
	}
	return ""
}

// NextLines returns the position of the line after those that are shown, or nought.
func (p orderPage) NextLines() int {
	if next := p.First + len(p.Lines); next < len(p.Cart.Lines) {
		return next
	}
	return 0
}

// decide does something to an order that an operator decided.
func (d *Desk) decide(
	action audit.Action, do func(ctx context.Context, c *gin.Context, id order.ID) error,
) gin.HandlerFunc {
	return func(c *gin.Context) {
		id := order.ID(c.Param("id"))
		err := d.act(c, action, string(id), func(ctx context.Context) (string, error) { return "", do(ctx, c, id) })
		if err != nil {
			d.showOrder(c, err)
			return
		}
		d.leave(c, shopPath(shopOf(c).ID(), "/orders/"+string(id)), "saved")
	}
}

func (d *Desk) confirmOrder(ctx context.Context, c *gin.Context, id order.ID) error {
	_, err := d.use.Completion.ConfirmByHand(ctx, shopOf(c).ID(), id, c.PostForm("/purchase_order"))
	return err
}

func (d *Desk) rejectOrder(ctx context.Context, c *gin.Context, id order.ID) error {
	_, err := d.use.Completion.Reject(ctx, shopOf(c).ID(), id, c.PostForm("/reason"))
	return err
}

func (d *Desk) cancelOrder(ctx context.Context, c *gin.Context, id order.ID) error {
	_, err := d.use.Completion.Cancel(ctx, shopOf(c).ID(), id)
	return err
}

func (d *Desk) pushOrder(ctx context.Context, c *gin.Context, id order.ID) error {
	_, err := d.use.Transfer.PushAgain(ctx, shopOf(c).ID(), id)
	return err
}

// documentPage shows a document, raw and for reading.
type documentPage struct {
	Page

	OrderID  order.ID
	Tab      string
	Document *transfer.Document
	Raw      shownText
	Readable shownText
	Answers  []*answer.Answer
}

// shownText is a text, or the beginning of a long one.
type shownText struct {
	Text string
	Cut  bool
}

// maxShown is how many bytes of a text a page shows.
const maxShown = 40 << 10

func shownOf(text string) shownText {
	if len(text) <= maxShown {
		return shownText{text, false}
	}
	end := maxShown
	for end > 0 && text[end]&0xC0 == 0x80 { // not within a character
		end--
	}
	return shownText{text[:end], true}
}

func (d *Desk) orderDocument(c *gin.Context) {
	ctx, of, id := c.Request.Context(), shopOf(c).ID(), order.ID(c.Param("id"))
	document, err := d.use.ERP.Document(ctx, of, id)
	p := documentPage{Page: d.page(c, "orders"), OrderID: id, Tab: "document", Document: document}
	if err == nil {
		p.Answers, err = d.use.Answering.Answers(ctx, of, id)
	}
	if err != nil {
		d.refuse(c, err)
		return
	}
	p.Raw, p.Readable = shownOf(readable.Decoded(document.Body)), shownOf(readable.DocumentOutline(document))
	d.render(c, http.StatusOK, "document", p)
}

// rawDocument answers with the bytes of a document, to be kept as a file.
func (d *Desk) rawDocument(c *gin.Context) {
	document, err := d.use.ERP.Document(c.Request.Context(), shopOf(c).ID(), order.ID(c.Param("id")))
	if err != nil {
		d.refuse(c, err)
		return
	}
	c.Header("Content-Disposition", `attachment; filename="`+c.Param("id")+extension(document.MediaType)+`"`)
	c.Data(http.StatusOK, "application/octet-stream", document.Body)
}

func extension(mediaType string) string {
	if slices.Contains([]string{"application/xml", "text/xml"}, mediaType) {
		return ".xml"
	}
	return ".txt"
}
