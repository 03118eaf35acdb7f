package desk

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// importPage imports customers from a table: it takes the file, shows what would come of it, and then what did.
type importPage struct {
	Page

	Form    Form // file
	Columns []string
	// Report is what came of the rows, or would come of them; nil before there is a file.
	Report *importReport
}

// importReport is what came of a table.
type importReport struct {
	Preview bool
	Counts  map[string]int // by outcome
	Rows    []administration.Imported
	Hidden  int // rows that are not shown
	Ignored []string
	// File is the table, packed, for the form that imports what was seen. Where it is empty the file is too large for a page: it is
	// chosen again, and Digest tells whether it is the same.
	File, Digest string
}

// Bounds of what a page of an import holds.
const (
	maxShownRows  = 200
	maxPackedFile = 60_000 // bytes
)

func (d *Desk) importPage(c *gin.Context) importPage {
	p := importPage{Page: d.page(c, "customers"), Columns: body.CustomerColumns(shopOf(c), langOf(c))}
	p.path, p.Form.Values = p.In("/customers/-/import"), url.Values{"file": {""}}
	return p
}

func (d *Desk) importForm(c *gin.Context) { d.render(c, http.StatusOK, "import", d.importPage(c)) }

// previewImport shows what would come of a file.
func (d *Desk) previewImport(c *gin.Context) {
	p := d.importPage(c)
	file, err := sentFile(c)
	if err == nil {
		p.Report, err = d.importTable(c.Request.Context(), shopOf(c), file, true)
	}
	if err != nil {
		p.Form = p.Form.refused(p.Page, err)
		d.render(c, d.statusOf(c, err), "import", p)
		return
	}
	sum := sha256.Sum256(file)
	p.Report.Digest = base64.RawURLEncoding.EncodeToString(sum[:])
	if packed := pack(file); len(packed) <= maxPackedFile {
		p.Report.File = packed
	}
	d.render(c, http.StatusOK, "import", p)
}

// importCustomers imports the file that was shown, and shows what came of it.
func (d *Desk) importCustomers(c *gin.Context) {
	p := d.importPage(c)
	err := d.act(c, audit.CustomersImport, "", func(ctx context.Context) (string, error) {
		file, err := seenFile(c)
		if err == nil {
			p.Report, err = d.importTable(ctx, shopOf(c), file, false)
		}
		return "", err
	})
	p.Form = p.Form.refused(p.Page, err)
	d.render(c, d.statusOf(c, err), "import", p)
}

func (d *Desk) importTable(ctx context.Context, shop *tenant.Tenant, file []byte, preview bool) (*importReport, error) {
	table, err := body.ReadCustomers(file, shop)
	if err != nil {
		return nil, err
	}
	rows, err := d.use.Administration.ImportCustomers(ctx, shop.ID(), table.Rows, preview)
	if err != nil {
		return nil, err
	}
	r := &importReport{Preview: preview, Ignored: table.Ignored, Counts: body.OfImport(table, rows, preview).Counts}
	// What is wrong is shown first; of what is unchanged there is nothing to see.
	importance := []administration.Outcome{
		administration.RowWrong, administration.RowChanges, administration.RowCreates, administration.RowUnchanged,
	}
	r.Rows = slices.Clone(rows)
	slices.SortStableFunc(r.Rows, func(a, b administration.Imported) int {
		return cmp.Compare(slices.Index(importance, a.Outcome), slices.Index(importance, b.Outcome))
	})
	if len(r.Rows) > maxShownRows {
		r.Rows, r.Hidden = r.Rows[:maxShownRows], len(r.Rows)-maxShownRows
	}
	return r, nil
}

// Refusals of a file.
var (
	errNoFile    = fault.New(fault.Invalid, "form.no_file", "choose a file")
	errOtherFile = fault.New(fault.Invalid, "form.other_file", "this is another file than the one that was shown; look at it first")
)

// sentFile returns the file that a form brings.
func sentFile(c *gin.Context) ([]byte, error) {
	sent, err := c.FormFile("file")
	if err != nil || sent.Size == 0 {
		return nil, errNoFile.With(fault.Detail{Path: "file", Code: errNoFile.Code, Message: errNoFile.Message})
	}
	opened, err := sent.Open()
	if err != nil {
		return nil, err
	}
	file, err := io.ReadAll(opened)
	return file, errors.Join(err, opened.Close())
}

// seenFile returns the file whose preview was shown.
func seenFile(c *gin.Context) (file []byte, err error) {
	if packed := c.PostForm("packed"); packed != "" {
		file, err = unpack(packed)
	} else {
		file, err = sentFile(c)
	}
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(file); base64.RawURLEncoding.EncodeToString(sum[:]) != c.PostForm("digest") {
		return nil, errOtherFile
	}
	return file, nil
}

func pack(file []byte) string {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(file)
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		panic(err) // the level is one, and memory takes all
	}
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

func unpack(packed string) ([]byte, error) {
	r, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed)))
	if err != nil {
		return nil, errUnreadable.Because(err)
	}
	file, err := io.ReadAll(io.LimitReader(r, body.Max))
	if err != nil {
		return nil, errUnreadable.Because(err)
	}
	return file, nil
}

// Outcome says what comes of a row.
func (p importPage) Outcome(o administration.Outcome) Badge {
	switch o {
	case administration.RowCreates:
		return Badge{"good", p.T("Ny", "New"), ""}
	case administration.RowChanges:
		return Badge{"", p.T("Ändras", "Changed"), ""}
	case administration.RowWrong:
		return Badge{"bad", p.T("Fel", "Wrong"), ""}
	default:
		return Badge{"", p.T("Oförändrad", "Unchanged"), ""}
	}
}

// Count says how many rows have an outcome.
func (p importPage) Count(outcome string) int { return p.Report.Counts[outcome] }

// Importing reports whether there is something to import.
func (r *importReport) Importing() bool {
	return r.Counts[administration.RowCreates.String()]+r.Counts[administration.RowChanges.String()] > 0
}

// Member returns what people call a member of a customer.
func (p importPage) Member(path string) string {
	if name, isField := strings.CutPrefix(path, "/fields/"); isField {
		if f, ok := p.Shop.Field(name); ok {
			return p.Label(f)
		}
		return name
	}
	if column := body.CustomerColumn(path, p.Lang); column != "" {
		return column
	}
	return path
}

// Value returns what people call a value of a member.
func (p importPage) Value(text string) string {
	switch text {
	case "":
		return p.T("tomt", "empty")
	case "true":
		return p.T("ja", "yes")
	case "false":
		return p.T("nej", "no")
	default:
		return text
	}
}

// Detail says what is wrong.
func (p importPage) Detail(d fault.Detail) string { return words.Detail(p.Lang, d) }
