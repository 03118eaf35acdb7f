package desk

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// shopsPage lists the shops of the gateway.
type shopsPage struct {
	Page

	Shops []*tenant.Tenant
	Next  tenant.ID // empty on the last page
}

// pageLength is how many things a page lists.
const pageLength = 50

func (d *Desk) shops(c *gin.Context) {
	who := whoOf(c).User
	if who.Role() != user.Platform {
		c.Redirect(http.StatusSeeOther, shopPath(who.Tenant(), "/settings"))
		return
	}
	found, err := d.use.Administration.Tenants(c.Request.Context(), tenant.ID(c.Query("after")), pageLength+1)
	if err != nil {
		d.refuse(c, err)
		return
	}
	p := shopsPage{Page: d.page(c, "shops"), Shops: found}
	if len(found) > pageLength {
		p.Shops, p.Next = found[:pageLength], found[pageLength-1].ID()
	}
	d.render(c, http.StatusOK, "shops", p)
}
