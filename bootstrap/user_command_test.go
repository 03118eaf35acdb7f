package bootstrap_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/secret"
)

// signsIn tries a password on the store in data.
func signsIn(t *testing.T, email, password string) error {
	t.Helper()
	var s *access.Service
	config := bootstrap.Config{Store: "sqlite", DataDir: "data", MasterKey: secret.New("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")}
	app := fx.New(bootstrap.Core(config), fx.Populate(&s))
	if err := app.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.SignIn(context.Background(), "192.0.2.1", email, secret.New(password))
	return errors.Join(err, app.Stop(context.Background()))
}

func TestTheFirstUsers(t *testing.T) {
	t.Setenv("PUNCHGATE_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	t.Chdir(t.TempDir())
	do := func(status int, says, stdin string, args ...string) string {
		t.Helper()
		got, stdout, stderr := cli(t, stdin, args...)
		if got != status || !strings.Contains(stderr, says) {
			t.Errorf("%q: %d, %q, %q", args, got, stdout, stderr)
		}
		return strings.TrimSuffix(stdout, "\n")
	}
	do(0, "", "", "tenant", "create", "--id", "papper", "--name", "Papper")
	create := []string{"user", "create", "--name", "Anna", "--email", "anna@example.com"}
	made := do(0, "", "", append(create, "--role", "administrator", "--tenant", "papper")...)
	if err := signsIn(t, "anna@example.com", made); err != nil || len(made) < 20 {
		t.Errorf("the password that was made: %v", err)
	}
	do(1, "e-mail", "", append(create, "--role", "reader", "--tenant", "papper")...)
	do(1, "there is no such tenant", "", append(create, "--role", "reader", "--tenant", "none")...)
	do(2, "--tenant", "", append(create, "--role", "platform", "--tenant", "papper")...)
	do(2, "--tenant", "", append(create, "--role", "reader")...)
	do(2, "--role", "", append(create, "--role", "root")...)

	const chosen = "kaffe och bulle klockan tre"
	op := []string{"user", "create", "--role", "platform", "--name", "Op", "--email", "op@example.com", "--password-stdin"}
	do(1, "/password", "kort\n", op...)
	do(1, "/password", "", op...)
	if told := do(0, "", chosen+"\n", op...); told != "" {
		t.Errorf("it tells %q", told)
	}
	if err := signsIn(t, "op@example.com", chosen); err != nil {
		t.Errorf("the password that was chosen: %v", err)
	}
	do(1, "there is no such user", "", "user", "password", "bo@example.com")
	again := do(0, "", "", "user", "password", " Op@Example.com")
	if err := signsIn(t, "op@example.com", again); err != nil || signsIn(t, "op@example.com", chosen) == nil {
		t.Errorf("the new one: %v", err)
	}
	do(1, "the last user", "", "user", "disable", "op@example.com")
	do(0, "", "", "user", "disable", "anna@example.com")
	if err := signsIn(t, "anna@example.com", made); !errors.Is(err, access.ErrCredentials) {
		t.Errorf("who was disabled: %v", err)
	}
}
