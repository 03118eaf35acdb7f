package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// userRoutes are those of the users of a tenant.
func (s *Server) userRoutes(r *gin.RouterGroup) {
	r.GET("", s.listUsers)
	r.POST("", s.audited(audit.UserCreate, ""), s.createUser)
	r.GET("/:user", s.getUser)
	r.PUT("/:user", s.audited(audit.UserChange, "user"), s.putUser)
	r.DELETE("/:user", s.audited(audit.UserRemove, "user"), s.removeUser)
	r.POST("/:user/password", s.audited(audit.UserPassword, "user"), s.setPassword)
	r.POST("/:user/sign-out", s.audited(audit.UserSignOut, "user"), s.signOutUser)
}

// within makes the call of whoever runs the gateway one about the tenant that the path names, or with tenant.Platform about the gateway.
func (s *Server) within(c *gin.Context) {
	of := tenant.ID(c.Param("id"))
	if of != tenant.Platform {
		if _, err := s.use.Administration.Tenant(c.Request.Context(), of); err != nil {
			s.refuse(c, err)
			return
		}
	}
	c.Set(tenantKey, string(of))
}

func userID(c *gin.Context) user.ID { return user.ID(c.Param("user")) }

func userView(u *user.User) any { return body.OfUser(u) }

func (s *Server) listUsers(c *gin.Context) {
	list(s, c, "users", func(after string, limit int) ([]*user.User, error) {
		return s.use.Access.Users(c.Request.Context(), tenantOf(c), user.ID(after), limit)
	}, userView)
}

func (s *Server) createUser(c *gin.Context) {
	b := body.NewUser{Active: true}
	if !s.decode(c, &b) {
		return
	}
	p, err := b.Read()
	if err != nil {
		s.refuse(c, err)
		return
	}
	u, err := s.use.Access.CreateUser(c.Request.Context(), tenantOf(c), p, secret.New(b.Password))
	reply(s, c, http.StatusCreated, u, err, func(u *user.User) any {
		made(c, u.ID())
		return body.OfUser(u)
	})
}

func (s *Server) getUser(c *gin.Context) {
	u, err := s.use.Access.User(c.Request.Context(), tenantOf(c), userID(c))
	replyTagged(s, c, u, err, body.OfUser)
}

func (s *Server) putUser(c *gin.Context) {
	b := body.User{Active: true}
	if !s.decode(c, &b) {
		return
	}
	p, err := b.Read()
	if err != nil {
		s.refuse(c, err)
		return
	}
	u, err := s.use.Access.ChangeUser(c.Request.Context(), tenantOf(c), userID(c), p, unchanged(c, body.OfUser))
	replyTagged(s, c, u, err, body.OfUser)
}

func (s *Server) removeUser(c *gin.Context) {
	if err := s.use.Access.RemoveUser(c.Request.Context(), tenantOf(c), userID(c)); err != nil {
		s.refuse(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

func (s *Server) setPassword(c *gin.Context) {
	var b struct {
		Password string `json:"password"`
	}
	if !s.decode(c, &b) {
		return
	}
	plain, err := s.use.Access.SetPassword(c.Request.Context(), tenantOf(c), userID(c), secret.New(b.Password))
	reply(s, c, http.StatusOK, plain, err, func(plain secret.Text) any {
		if b.Password != "" { // which the caller knows
			return gin.H{}
		}
		return gin.H{"password": plain.Reveal()}
	})
}

func (s *Server) signOutUser(c *gin.Context) {
	u, err := s.use.Access.SignOutUser(c.Request.Context(), tenantOf(c), userID(c))
	reply(s, c, http.StatusOK, u, err, userView)
}
