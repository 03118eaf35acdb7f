package desk

import (
	"context"
	"fmt"
	"html/template"
	"image/color"
	"net/http"
	"slices"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/connection"
)

// linkRow is a link as the pages show it.
type linkRow struct {
	connection.LinkState

	URL  string
	Good bool
}

// QR returns a picture of the address.
func (l linkRow) QR(label string) (template.HTML, error) { return qrPicture(l.URL, label) }

// linkRows returns links, those that are good first and of them the newest.
func (d *Desk) linkRows(links []*connection.Link) []linkRow {
	rows := make([]linkRow, len(links))
	for i, l := range links {
		rows[i] = linkRow{l.Snapshot(), d.linkURL(l), l.Check() == nil}
	}
	slices.SortStableFunc(rows, func(a, b linkRow) int {
		if a.Good != b.Good {
			if a.Good {
				return -1
			}
			return 1
		}
		return b.CreatedAt.Compare(a.CreatedAt)
	})
	return rows
}

// linksPage lists the links of a connection.
type linksPage struct {
	connectionPage

	Links []linkRow
}

// Create returns where another link is made.
func (p linksPage) Create() string { return p.At("/links") }

func (d *Desk) links(c *gin.Context) {
	p := linksPage{connectionPage: d.connectionPage(c, "/links")}
	found, err := d.use.Administration.Links(c.Request.Context(), shopOf(c).ID(), p.Connection.ID())
	if err != nil {
		d.refuse(c, err)
		return
	}
	p.Links = d.linkRows(found)
	d.render(c, http.StatusOK, "links", p)
}

func (d *Desk) createLink(c *gin.Context) {
	err := d.makeLink(c, func(ctx context.Context) (*connection.Link, error) {
		return d.use.Administration.CreateLink(ctx, shopOf(c).ID(), connectionOf(c).ID())
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.leave(c, d.connectionPage(c, "").At("/links"), "created")
}

// makeLink makes a link as the use case does, and writes it into the audit log.
func (d *Desk) makeLink(c *gin.Context, create func(context.Context) (*connection.Link, error)) error {
	return d.act(c, audit.LinkCreate, "", func(ctx context.Context) (string, error) {
		made, err := create(ctx)
		if err != nil {
			return "", err
		}
		return string(made.Snapshot().ID), nil
	})
}

// networkLinksPage lists the links that serve all connections of a shop.
type networkLinksPage struct {
	Page

	Links []linkRow
}

// Create returns where another link is made.
func (p networkLinksPage) Create() string { return p.In("/links") }

func (d *Desk) networkLinks(c *gin.Context) {
	p := networkLinksPage{Page: d.page(c, "connections")}
	found, err := d.use.Administration.NetworkLinks(c.Request.Context(), shopOf(c).ID())
	if err != nil {
		d.refuse(c, err)
		return
	}
	p.Links = d.linkRows(found)
	d.render(c, http.StatusOK, "network-links", p)
}

func (d *Desk) createNetworkLink(c *gin.Context) {
	err := d.makeLink(c, func(ctx context.Context) (*connection.Link, error) {
		return d.use.Administration.CreateNetworkLink(ctx, shopOf(c).ID())
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.leave(c, d.page(c, "").In("/links"), "created")
}

func (d *Desk) revokeLink(c *gin.Context) {
	var of connection.ID
	err := d.act(c, audit.LinkRevoke, c.Param("link"), func(ctx context.Context) (string, error) {
		revoked, err := d.use.Administration.RevokeLink(ctx, shopOf(c).ID(), connection.LinkID(c.Param("link")))
		if err == nil {
			of = revoked.Snapshot().Connection
		}
		return "", err
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	to := "/links"
	if of != "" {
		to = "/connections/" + string(of) + "/links"
	}
	d.leave(c, d.page(c, "").In(to), "revoked")
}

// quiet is how many modules around a QR code stay white (ISO/IEC 18004, section 9.1).
const quiet = 4

// qrPicture returns a QR code (ISO/IEC 18004) of a text as SVG.
func qrPicture(text, label string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", err
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if code.At(x, y) == color.Black {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	whole := size + 2*quiet
	//nolint:gosec // numbers, and a label that is escaped
	return template.HTML(fmt.Sprintf(`<svg class="qr" role="img" aria-label="%s" viewBox="%d %d %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M-%d-%dh%dv%dh-%dz"/><path d="%s"/></svg>`,
		template.HTMLEscapeString(label), -quiet, -quiet, whole, whole, quiet, quiet, whole, whole, whole, path.String())), nil
}
