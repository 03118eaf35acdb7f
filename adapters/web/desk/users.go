package desk

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// userRoutes are those of the users of a shop, or of whoever runs the gateway.
func (d *Desk) userRoutes(see, change gin.IRoutes) {
	see.GET("/users", d.users)
	change.POST("/users", d.createUser)
	see.GET("/users/:id", d.user)
	change.POST("/users/:id", d.saveUser)
	change.POST("/users/:id/password", d.setPassword)
	change.POST("/users/:id/sign-out", d.signOutUser)
	change.POST("/users/:id/remove", d.removeUser)
}

// usersPage lists users, and creates them.
type usersPage struct {
	Page

	Form     Form
	Users    []userRow
	Next     user.ID // empty on the last page
	Password string  // of the user who was just created, shown this once
	Made     string  // the address of that user
	Provider string
}

type userRow struct {
	body.User

	Self bool // who is signed in
}

// newUserForm is what is asked of a user who is created.
type newUserForm struct {
	Email           string `json:"email"`
	Name            string `json:"name"`
	Role            string `json:"role"`
	Language        string `json:"language"`
	Password        string `json:"password"`         // empty for one that is made; for the input alone
	WithoutPassword bool   `json:"without_password"` // signs in by the identity provider alone
}

// Roles returns what a user of the page's shop, or of whoever runs the gateway, can be.
func (p Page) Roles() (all []Option) {
	of := tenant.Platform
	if p.Shop != nil {
		of = p.Shop.ID()
	}
	for _, r := range user.RolesOf(of) {
		all = append(all, Option{r.String(), p.Role(r.String())})
	}
	return all
}

// Role returns what people call a role.
func (p Page) Role(name string) string {
	switch name {
	case user.Platform.String():
		return p.T("Driver tjänsten", "Runs the service")
	case user.Administrator.String():
		return p.T("Administratör", "Administrator")
	default:
		return p.T("Läsare: ser allt, ändrar inget", "Reader: sees all, changes nothing")
	}
}

// Languages returns those that a user can choose.
func (p Page) Languages() []Option {
	return []Option{{"", p.T("Webbläsarens", "The browser's")}, {"sv", "Svenska"}, {"en", "English"}}
}

func (d *Desk) usersPage(c *gin.Context, f Form) (usersPage, error) {
	found, err := d.use.Access.Users(c.Request.Context(), tenantOf(c), user.ID(c.Query("after")), pageLength+1)
	p := usersPage{Page: d.page(c, "users"), Form: f, Provider: d.use.Access.Provider()}
	if len(found) > pageLength {
		found = found[:pageLength]
		p.Next = found[pageLength-1].ID()
	}
	for _, u := range found {
		p.Users = append(p.Users, userRow{body.OfUser(u), u.ID() == whoOf(c).User.ID()})
	}
	return p, err
}

func (d *Desk) users(c *gin.Context) {
	p, err := d.usersPage(c, shown(newUserForm{Role: user.RolesOf(tenantOf(c))[0].String()}))
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "users", p)
}

func (d *Desk) createUser(c *gin.Context) {
	f, b, typedPassword := typed(c), newUserForm{}, secret.New(c.PostForm("/password")) // with the white space around it
	var made *user.User
	var password secret.Text
	wrong := d.submit(c, f, &b, audit.UserCreate, "", func(ctx context.Context) (string, error) {
		asked := body.NewUser{Email: b.Email, Name: b.Name, Role: b.Role, Language: b.Language, Active: true}
		p, err := asked.Read()
		if err != nil {
			return "", err
		}
		if password = typedPassword; password.Empty() && !b.WithoutPassword {
			password = d.use.Access.GeneratePassword(ctx)
		}
		if made, err = d.use.Access.CreateUser(ctx, tenantOf(c), p, password); err != nil {
			return "", err
		}
		return string(made.ID()), nil
	})
	f.Values.Set("/password", "") // it is not sent back
	if wrong == nil {
		f = shown(newUserForm{Role: b.Role})
	}
	p, err := d.usersPage(c, f)
	if err != nil {
		d.refuse(c, err)
		return
	}
	if p.Form = f.refused(p.Page, wrong); d.answerCheck(c, p.Form) {
		return
	}
	if wrong == nil {
		p.Made = made.Profile().Email
		if p.Done = p.T("Användaren är skapad: ", "The user is created: ") + p.Made; typedPassword.Empty() {
			p.Password = password.Reveal()
		}
	}
	d.render(c, d.statusOf(c, wrong), "users", p)
}

// userPage shows one user.
type userPage struct {
	Page

	Form     Form
	Is       body.User
	Self     bool
	Secret   Form   // of another password
	Password string // that was just made, shown this once
}

func (d *Desk) userPage(c *gin.Context) (p userPage, err error) {
	u, err := d.use.Access.User(c.Request.Context(), tenantOf(c), user.ID(c.Param("id")))
	if err != nil {
		return p, err
	}
	is := body.OfUser(u)
	p = userPage{Page: d.page(c, "users"), Form: shown(is), Is: is, Self: u.ID() == whoOf(c).User.ID()}
	p.path = p.In("/users/" + string(u.ID()))
	return p, nil
}

func (d *Desk) user(c *gin.Context) {
	p, err := d.userPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "user", p)
}

func (d *Desk) saveUser(c *gin.Context) {
	p, err := d.userPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	f, b, id := typed(c), body.User{}, p.Is.ID
	err = d.submit(c, f, &b, audit.UserChange, string(id), func(ctx context.Context) (string, error) {
		profile, err := b.Read()
		if err != nil {
			return "", err
		}
		_, err = d.use.Access.ChangeUser(ctx, tenantOf(c), id, profile, body.Unchanged(f.Tag, body.OfUser))
		return "", err
	})
	p.Form = f.refusedOver(p.Page, err, p.Form)
	switch {
	case d.answerCheck(c, p.Form):
	case err != nil:
		d.render(c, d.statusOf(c, err), "user", p)
	default:
		d.leave(c, p.In("/users/"+string(id)), "saved")
	}
}

// emptied is a form whose inputs are not sent back.
func emptied(pointers ...string) Form {
	f := Form{Values: url.Values{}}
	for _, pointer := range pointers {
		f.Values.Set(pointer, "")
	}
	return f
}

func (d *Desk) setPassword(c *gin.Context) {
	id, chosen := c.Param("id"), secret.New(c.PostForm("/password"))
	var password secret.Text
	wrong := d.submit(c, typed(c), &struct{}{}, audit.UserPassword, id, func(ctx context.Context) (_ string, err error) {
		password, err = d.use.Access.SetPassword(ctx, tenantOf(c), user.ID(id), chosen)
		return "", err
	})
	p, err := d.userPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	if p.Secret = emptied("/password").refused(p.Page, wrong); d.answerCheck(c, p.Secret) {
		return
	}
	if wrong == nil {
		p.Done = p.T("Lösenordet är bytt. Användaren är utloggad överallt.", "The password is replaced. The user is signed out everywhere.")
		if chosen.Empty() {
			p.Password = password.Reveal()
		}
	}
	d.render(c, d.statusOf(c, wrong), "user", p)
}

func (d *Desk) signOutUser(c *gin.Context) {
	id := c.Param("id")
	d.actOnUser(c, audit.UserSignOut, "/users/"+id, "saved", func(ctx context.Context) error {
		_, err := d.use.Access.SignOutUser(ctx, tenantOf(c), user.ID(id))
		return err
	})
}

func (d *Desk) removeUser(c *gin.Context) {
	d.actOnUser(c, audit.UserRemove, "/users", "removed", func(ctx context.Context) error {
		return d.use.Access.RemoveUser(ctx, tenantOf(c), user.ID(c.Param("id")))
	})
}

// actOnUser does what needs no form, and leads on to a page.
func (d *Desk) actOnUser(c *gin.Context, what audit.Action, to, done string, do func(context.Context) error) {
	err := d.act(c, what, c.Param("id"), func(ctx context.Context) (string, error) { return "", do(ctx) })
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.leave(c, d.page(c, "").In(to), done)
}
