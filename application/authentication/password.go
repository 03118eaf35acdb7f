package authentication

import (
	"context"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
)

// Password is what a person presented to sign in.
type Password struct {
	Address   string // the caller's
	Whose     string // names the user, or the user that there is not
	Verifier  string // of the user, or a decoy
	Presented secret.Text
	// Renew keeps the verifier as it is made today.
	Renew func(ctx context.Context, verifier string) error
}

// Password checks the password of a user. Wrong ones are counted for the user and the address, and for the address alone, which may
// try one password on many users.
func (s *Service) Password(ctx context.Context, p Password) error {
	if p.Presented.Empty() {
		return ErrCredentials // no guess
	}
	ofUser := s.place(tenant.Platform, "sign-in "+p.Whose, p.Address, throttle.Free)
	ofUser.person = true
	ofAddress := s.place(tenant.Platform, "sign-in", p.Address, throttle.FreeKeys)
	good, err := s.verifyPassword(ctx, p, ofUser, ofAddress)
	if err != nil {
		return err
	}
	if !good {
		refusal, other := s.throttles.refuse(ctx, ofUser, ErrCredentials), s.throttles.refuse(ctx, ofAddress, ErrCredentials)
		if fault.From(other).Wait > fault.From(refusal).Wait {
			refusal = other
		}
		return refusal
	}
	s.throttles.succeed(ofUser)
	s.throttles.succeed(ofAddress)
	if !s.secrets.Current(p.Verifier) {
		s.later.do("user "+p.Whose, func(ctx context.Context) error { return p.Renew(ctx, s.secrets.Renew(p.Verifier, p.Presented)) })
	}
	return nil
}

func (s *Service) verifyPassword(ctx context.Context, p Password, places ...place) (bool, error) {
	glance := s.secrets.Glance(p.Verifier, p.Presented)
	if glance == port.Right || glance == port.Wrong {
		return glance == port.Right, nil
	}
	for _, where := range places {
		if err := s.throttles.listen(ctx, where, glance == port.Likely); err != nil {
			return false, err
		}
	}
	return s.secrets.Verify(ctx, p.Verifier, p.Presented)
}
