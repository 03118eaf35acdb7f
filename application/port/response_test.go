package port_test

import (
	"testing"

	"github.com/punchgate/punchgate/application/port"
)

func TestARefusedAnswerNamesAHundredMembersAtMost(t *testing.T) {
	r := port.OrderResponse{Number: "1", Status: port.ResponseChanged, Lines: make([]port.OrderResponseLine, 1000)}
	if n := len(r.Check()); n != 100 {
		t.Errorf("%d are named", n)
	}
}
