package fault_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/fault"
)

var errExpired = fault.New(fault.Gone, "session.expired", "the session has expired")

func TestKindsAreNamedAndDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range fault.Kinds() {
		name := kind.String()
		if name == "" || strings.HasPrefix(name, "kind(") || seen[name] {
			t.Errorf("kind %d is named %q, which is no name or another kind's", kind, name)
		}
		seen[name] = true
	}
	if last := fault.Kinds()[len(fault.Kinds())-1]; last != fault.Stale {
		t.Errorf("the last kind listed is %v, not the last declared, %v", last, fault.Stale)
	}
	for _, outside := range []fault.Kind{-1, fault.Stale + 1} {
		if want := fmt.Sprintf("kind(%d)", int(outside)); outside.String() != want {
			t.Errorf("a kind outside the list is named %q, want %q", outside, want)
		}
	}
}

func TestZeroKindIsInternal(t *testing.T) {
	var zero fault.Kind
	if zero != fault.Internal || zero.String() != "internal" {
		t.Errorf("the zero kind is %v, not internal", zero)
	}
}

func TestErrorsIsComparesCodes(t *testing.T) {
	cases := map[string]struct {
		err  error
		want bool
	}{
		"the fault itself":                       {errExpired, true},
		"the fault with details and a cause":     {errExpired.With(fault.Detail{Path: "/id"}).Because(io.EOF), true},
		"the fault wrapped":                      {fmt.Errorf("exchange: %w", errExpired), true},
		"the fault joined with others":           {errors.Join(io.EOF, errExpired), true},
		"another fault with the same code":       {fault.New(fault.Conflict, "session.expired", "otherwise"), true},
		"a fault of the same kind, another code": {fault.New(fault.Gone, "link.revoked", "revoked"), false},
		"an error that is no fault":              {io.EOF, false},
		"no error":                               {nil, false},
	}
	for name, c := range cases {
		if got := errors.Is(c.err, errExpired); got != c.want {
			t.Errorf("%s: errors.Is = %v, want %v", name, got, c.want)
		}
	}
}

func TestCauseIsForTheLogOnly(t *testing.T) {
	f := errExpired.Because(io.ErrUnexpectedEOF)
	if f.Message != errExpired.Message {
		t.Errorf("the message for people became %q", f.Message)
	}
	if want := "the session has expired: unexpected EOF"; f.Error() != want {
		t.Errorf("the text for the log is %q, want %q", f.Error(), want)
	}
	if !errors.Is(f, io.ErrUnexpectedEOF) {
		t.Error("the cause cannot be found")
	}
	if errExpired.Error() != "the session has expired" {
		t.Errorf("without a cause the text is %q", errExpired.Error())
	}
}

func TestBecauseAndWithLeaveTheirReceiverAlone(t *testing.T) {
	base := fault.Newf(fault.Invalid, "cart.invalid", "%d members are wrong", 2)
	detail := fault.Detail{Path: "/lines", Code: "empty", Message: "a cart needs at least one line"}
	with := base.With(detail).Because(io.EOF)
	if base.Details != nil || base.Unwrap() != nil {
		t.Errorf("the receiver changed to %+v", base)
	}
	if len(with.Details) != 1 || with.Details[0] != detail || !errors.Is(with.Unwrap(), io.EOF) {
		t.Errorf("the copy is %+v, without its detail or its cause", with)
	}
	if with.Message != "2 members are wrong" || with.Kind != fault.Invalid {
		t.Errorf("the copy is %v %q", with.Kind, with.Message)
	}
}

func TestFromFindsTheFaultOrMakesAnInternalOne(t *testing.T) {
	if f := fault.From(fmt.Errorf("login: %w", errExpired)); f != errExpired {
		t.Errorf("the wrapped fault was not found, but %+v", f)
	}
	if f := fault.From(nil); f != nil {
		t.Errorf("no error became %+v", f)
	}
	f := fault.From(io.EOF)
	if f.Kind != fault.Internal || f.Code != "internal" || !errors.Is(f, io.EOF) {
		t.Errorf("an error that nobody classified became %+v", f)
	}
	if strings.Contains(f.Message, io.EOF.Error()) {
		t.Errorf("the message for people tells the cause: %q", f.Message)
	}
	if kind := fault.KindOf(errors.Join(errExpired)); kind != fault.Gone {
		t.Errorf("the kind is %v, want gone", kind)
	}
	if kind := fault.KindOf(nil); slices.Contains(fault.Kinds(), kind) {
		t.Errorf("no error has the kind %v", kind)
	}
	if kind := fault.KindOf(io.EOF); kind != fault.Internal {
		t.Errorf("the kind of an unclassified error is %v, want internal", kind)
	}
}

func TestTheTextOfAnErrorLeavesOutTheCauseOfAFault(t *testing.T) {
	away := fault.New(fault.Unavailable, "store.away", "the store is away")
	for want, err := range map[string]error{
		"the store is away": fmt.Errorf("reading: %w", away.Because(errors.New("no answer of 10.0.0.7"))), "status 500": errors.New("status 500"),
	} {
		if got := fault.Text(err); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
