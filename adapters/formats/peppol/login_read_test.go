package peppol

import (
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
)

func TestTheStartCallIsAFormWithTheConnectionsNames(t *testing.T) {
	request := port.StartRequest{
		Method: "POST", ContentType: "application/x-www-form-urlencoded",
		Body:  []byte("user=anna&password=secret&return_url=https%3A%2F%2Fbuyer.example.com%2Freturn&session=77&customer=4711"),
		Login: connection.Login{Names: connection.Presets["plain"]},
	}
	call, err := New().DecodeLogin(request)
	if err != nil {
		t.Fatal(err)
	}
	if call.ReturnURL != "https://buyer.example.com/return" || call.Correlation != "77" || call.Presented.User != "anna" ||
		call.Presented.Customer != "4711" {
		t.Errorf("read %+v", call)
	}
	request.Body = []byte("user=%zz")
	if _, err := New().DecodeLogin(request); fault.KindOf(err) != fault.Malformed {
		t.Errorf("broken encoding is answered by %v", err)
	}
}
