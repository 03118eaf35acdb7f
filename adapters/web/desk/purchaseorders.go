package desk

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/receipt"
)

// purchaseOrdersPage lists the purchase order documents that changed no order: that match no cart, or whose order forbids what they
// ask for.
type purchaseOrdersPage struct {
	Page

	Status receipt.Status
	Rows   []receipt.State
	Next   string // the cursor of the next page; empty on the last one
}

func (d *Desk) purchaseOrders(c *gin.Context) {
	p := purchaseOrdersPage{Page: d.page(c, "purchase-orders"), Status: receipt.Unmatched}
	if c.Query("status") == receipt.Refused.String() {
		p.Status = receipt.Refused
	}
	found, next, err := d.use.Completion.Receipts(c.Request.Context(), p.Shop.ID(), p.Status, c.Query("cursor"), pageLength)
	if err != nil {
		d.refuse(c, err)
		return
	}
	for _, each := range found {
		p.Rows = append(p.Rows, each.Snapshot())
	}
	p.Next = next
	d.render(c, http.StatusOK, "purchase-orders", p)
}

// Tabs returns the statuses that the page lists.
func (p purchaseOrdersPage) Tabs() []Entry {
	refused := receipt.Refused
	return []Entry{
		{p.In("/purchase-orders"), p.T("Omatchade", "Unmatched"), p.Status == receipt.Unmatched},
		{p.In("/purchase-orders?status=" + refused.String()), p.T("Nekade av sin order", "Refused by their order"), p.Status == refused},
	}
}

// purchaseOrderPage shows a document, and ties it to an order.
type purchaseOrderPage struct {
	Page

	Form       Form // /order
	Search     Form // q
	Document   receipt.State
	Read       purchase.Order
	Text       string // readable, as far as it is shown
	Cut        bool   // there is more of it
	Candidates []*order.Order
}

// Bounds of what the page shows of a document, which can be large.
const (
	maxDocumentText = 60_000 // bytes
	maxCandidates   = 20
)

func (d *Desk) purchaseOrderPage(c *gin.Context) (p purchaseOrderPage, err error) {
	p = purchaseOrderPage{Page: d.page(c, "purchase-orders"), Search: Form{Values: c.Request.URL.Query()}}
	found, content, err := d.use.Completion.Receipt(c.Request.Context(), p.Shop.ID(), receipt.ID(c.Param("id")))
	if err != nil {
		return p, err
	}
	p.path = p.In("/purchase-orders/" + string(found.ID()))
	p.Document, p.Read, p.Text = found.Snapshot(), content.Order, readable.Text(content.MediaType, content.Body)
	if len(p.Text) > maxDocumentText {
		p.Text, p.Cut = strings.ToValidUTF8(p.Text[:maxDocumentText], ""), true
	}
	if !p.Open() {
		return p, nil
	}
	p.Candidates, err = d.use.Completion.Candidates(c.Request.Context(), p.Shop.ID(), found, strings.TrimSpace(c.Query("q")), maxCandidates)
	return p, err
}

// Date returns the date of the purchase order, with its time of day where it has one.
func (p purchaseOrderPage) Date() string {
	if at, err := time.Parse(time.RFC3339, p.Read.Date); err == nil {
		return at.Format("2006-01-02 15:04")
	}
	return p.Read.Date
}

// maxLines is how many lines of a purchase order the page shows.
const maxLines = 100

// Lines returns the lines of the purchase order that are shown.
func (p purchaseOrderPage) Lines() []purchase.Line {
	return p.Read.Lines[:min(len(p.Read.Lines), maxLines)]
}

// MoreLines reports whether there are more.
func (p purchaseOrderPage) MoreLines() bool { return len(p.Read.Lines) > maxLines }

// Open reports whether the document can be tied to an order.
func (p purchaseOrderPage) Open() bool { return p.Document.Status.MayBecome(receipt.Applied) }

func (d *Desk) purchaseOrder(c *gin.Context) {
	p, err := d.purchaseOrderPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "purchase-order", p)
}

// purchaseOrderDocument downloads a document as it came. What came from outside must not be shown as a page of the gateway.
func (d *Desk) purchaseOrderDocument(c *gin.Context) {
	found, content, err := d.use.Completion.Receipt(c.Request.Context(), shopOf(c).ID(), receipt.ID(c.Param("id")))
	if err != nil {
		d.refuse(c, err)
		return
	}
	c.Header("Content-Disposition", `attachment; filename="`+string(found.ID())+`.xml"`)
	c.Data(http.StatusOK, "application/octet-stream", content.Body)
}

func (d *Desk) tiePurchaseOrder(c *gin.Context) {
	f, id := typed(c), c.Param("id")
	wrong := d.act(c, audit.PurchaseOrderTie, id, func(ctx context.Context) (string, error) {
		to := order.ID(f.Value("/order"))
		if to == "" {
			return "", errNoOrder
		}
		_, err := d.use.Completion.Tie(ctx, shopOf(c).ID(), receipt.ID(id), to)
		return "", err
	})
	if wrong == nil {
		d.leave(c, d.page(c, "").In("/purchase-orders/"+id), "tied")
		return
	}
	p, err := d.purchaseOrderPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	p.Form = f.refused(p.Page, wrong)
	d.render(c, d.statusOf(c, wrong), "purchase-order", p)
}

var errNoOrder = fault.New(fault.Invalid, "form.no_order", "choose the order that the document belongs to")

// Refusal says why a document was refused.
func (p purchaseOrdersPage) Refusal(r receipt.Refusal) string {
	return refusalOf(p.Page, r)
}

// Refusal says why the document was refused.
func (p purchaseOrderPage) Refusal() string { return refusalOf(p.Page, p.Document.Refusal) }

func refusalOf(p Page, r receipt.Refusal) string {
	return words.Refusal(p.Lang, fault.New(r.Kind, r.Code, r.Message))
}

// Does says what a purchase order does.
func (p Page) Does(kind string) string {
	switch kind {
	case purchase.Update:
		return p.T("Ändring", "Update")
	case purchase.Delete:
		return p.T("Återkallelse", "Deletion")
	default:
		return p.T("Ny", "New")
	}
}
