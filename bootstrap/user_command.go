package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/auditing"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

func userCommand(extra []fx.Option) *cobra.Command {
	parent := parentCommand("user", "Set up who may use the operators' pages")
	parent.AddCommand(createUserCommand(extra), passwordCommand(extra), disableCommand(extra))
	return parent
}

const fromStdin = "password-stdin"

// addPasswordFlag lets a password come from standard input; command lines are read by every user of a machine.
func addPasswordFlag(c *cobra.Command) {
	c.Flags().Bool(fromStdin, false, "read the password from standard input (default: one is made and printed)")
}

// chosenPassword returns the line of standard input, or nothing where a password is to be made.
func chosenPassword(c *cobra.Command) (secret.Text, error) {
	if read, err := c.Flags().GetBool(fromStdin); err != nil || !read {
		return secret.Text{}, err
	}
	const most = 4*user.LongestPassword + len("\r\n") // in UTF-8
	text, err := io.ReadAll(io.LimitReader(c.InOrStdin(), int64(most)+1))
	chosen := secret.New(strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"))
	if err == nil {
		err = user.CheckPassword(chosen)
	}
	return chosen, err
}

func createUserCommand(extra []fx.Option) *cobra.Command {
	var email, name, role, of, language string
	c := &cobra.Command{
		Use:   "create --email ADDRESS --name NAME (--role platform | --role ROLE --tenant ID)",
		Short: "Create a user, and print the password that was made",
		Args:  cobra.NoArgs,
		RunE: action(func(c *cobra.Command, _ []string) error {
			as, err := user.ParseRole(role)
			if err != nil {
				return usageError{errors.New("--role: must be platform, administrator or reader")}
			}
			if (as == user.Platform) != (of == "") {
				return usageError{errors.New("give --tenant with the roles administrator and reader, and only with them")}
			}
			if of == "" {
				of = string(tenant.Platform)
			}
			chosen, err := chosenPassword(c)
			if err != nil {
				return err
			}
			return administer(c, extra, tenant.ID(of), audit.UserCreate, "", func(ctx context.Context, s *access.Service) (string, error) {
				password := chosen
				if password.Empty() {
					password = s.GeneratePassword(ctx)
				}
				p := user.Profile{Email: email, Name: name, Role: as, Language: language, Active: true}
				u, err := s.CreateUser(ctx, tenant.ID(of), p, password)
				if err != nil {
					return "", err
				}
				return string(u.ID()), printMade(c, chosen, password)
			})
		}),
	}
	addFlags(c.Flags(), nil)
	c.Flags().StringVar(&email, "email", "", "the address that the user signs in by")
	c.Flags().StringVar(&name, "name", "", "the user's name")
	c.Flags().StringVar(&role, "role", "", "platform, administrator or reader")
	c.Flags().StringVar(&of, "tenant", "", "the tenant of an administrator or reader")
	c.Flags().StringVar(&language, "language", "", "of the pages: sv or en (default: the browser's)")
	addPasswordFlag(c)
	return c
}

// printMade prints a password unless it was chosen.
func printMade(c *cobra.Command, chosen, password secret.Text) error {
	if !chosen.Empty() {
		return nil
	}
	_, err := fmt.Fprintln(c.OutOrStdout(), password.Reveal())
	return err
}

// onUser does an action on the user with an address, and writes it into the audit log.
func onUser(
	c *cobra.Command, extra []fx.Option, email string, what audit.Action, do func(context.Context, *access.Service, *user.User) error,
) error {
	return withUseCase(c, extra, func(ctx context.Context, s *access.Service, log *auditing.Service) error {
		u, err := s.UserByEmail(ctx, email)
		if err != nil {
			return err
		}
		return log.Do(ctx, byCommand(u.Tenant(), what, string(u.ID())), func(ctx context.Context) (string, error) {
			return "", do(ctx, s, u)
		})
	})
}

func passwordCommand(extra []fx.Option) *cobra.Command {
	c := &cobra.Command{
		Use:   "password ADDRESS",
		Short: "Give a user another password, and print the one that was made; ends all sign-ins of the user",
		Args:  cobra.ExactArgs(1),
		RunE: action(func(c *cobra.Command, args []string) error {
			chosen, err := chosenPassword(c)
			if err != nil {
				return err
			}
			return onUser(c, extra, args[0], audit.UserPassword, func(ctx context.Context, s *access.Service, u *user.User) error {
				password, err := s.SetPassword(ctx, u.Tenant(), u.ID(), chosen)
				if err != nil {
					return err
				}
				return printMade(c, chosen, password)
			})
		}),
	}
	addFlags(c.Flags(), nil)
	addPasswordFlag(c)
	return c
}

func disableCommand(extra []fx.Option) *cobra.Command {
	c := &cobra.Command{
		Use:   "disable ADDRESS",
		Short: "Let a user sign in no more, and end all sign-ins of the user",
		Args:  cobra.ExactArgs(1),
		RunE: action(func(c *cobra.Command, args []string) error {
			return onUser(c, extra, args[0], audit.UserChange, func(ctx context.Context, s *access.Service, u *user.User) error {
				p := u.Profile()
				p.Active = false
				_, err := s.ChangeUser(ctx, u.Tenant(), u.ID(), p, nil)
				return err
			})
		}),
	}
	addFlags(c.Flags(), nil)
	return c
}
