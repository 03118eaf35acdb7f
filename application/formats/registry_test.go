package formats_test

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// named can do nothing but be named.
type named string

func (n named) Name() string                       { return string(n) }
func (named) CheckOptions(_ json.RawMessage) error { return nil }

type (
	logsIn    struct{ named }
	writes    struct{ named }
	validates struct{ named }
	reads     struct{ named }
	answers   struct{ named }
	all       struct {
		logsIn
		writes
		validates
		reads
		answers
	}
)

func (logsIn) DecodeLogin(port.StartRequest) (port.StartCall, error) { return port.StartCall{}, nil }
func (writes) EncodeCart(io.Writer, port.Outgoing) (port.Handover, error) {
	return port.Handover{}, nil
}
func (writes) EncodeCancel(io.Writer, port.Outgoing) (port.Handover, error) {
	return port.Handover{}, nil
}
func (validates) Validate(io.Reader) ([]port.Finding, error)    { return nil, nil }
func (reads) DecodeOrder(io.Reader) (port.PurchaseOrder, error) { return port.PurchaseOrder{}, nil }
func (answers) EncodeOrderResponse(io.Writer, port.OrderResponse) (string, error) {
	return "", nil
}
func (a all) Name() string                               { return a.logsIn.Name() }
func (a all) CheckOptions(options json.RawMessage) error { return a.logsIn.CheckOptions(options) }

func registry(t *testing.T, all ...port.Format) *formats.Registry {
	t.Helper()
	r, err := formats.New(all)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAllDefectsAreToldAtOnce(t *testing.T) {
	_, err := formats.New([]port.Format{named("oci-4"), named(""), named("oci-4"), logsIn{""}, named("oci-5"), writes{"oci-4"}})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, defect := range []string{"format formats_test.named has no name", "format formats_test.logsIn has no name", "two formats are named oci-4"} {
		if !strings.Contains(err.Error(), defect) {
			t.Errorf("not told: %s: %v", defect, err)
		}
	}
	if n := strings.Count(err.Error(), "two formats are named oci-4"); n != 2 {
		t.Errorf("two further formats of one name are told %d times", n)
	}
}

func TestFormatsAreFoundByName(t *testing.T) {
	r := registry(t, named("oci-4"), logsIn{"cxml-1.2"}, named("a"))
	if names := r.Names(); !slices.Equal(names, []string{"a", "cxml-1.2", "oci-4"}) {
		t.Errorf("names %v", names)
	}
	if f, err := r.Get("cxml-1.2"); err != nil || f != (logsIn{"cxml-1.2"}) {
		t.Errorf("%v, %v", f, err)
	}
	for _, unknown := range []string{"", "OCI-4", "oci"} {
		_, err := r.Get(unknown)
		if fault.KindOf(err) != fault.Unsupported || fault.From(err).Code != "format.unknown" || !strings.Contains(err.Error(), "a, cxml-1.2, oci-4") {
			t.Errorf("%q: %v", unknown, err)
		}
	}
}

func TestAFormatThatCannotIsSaidSo(t *testing.T) {
	r := registry(t, named("plain"), writes{"writer"})
	if encoder, err := formats.As[port.CartEncoder](r, "writer", formats.Cart); err != nil || encoder.Name() != "writer" {
		t.Errorf("%v", err)
	}
	_, err := formats.As[port.CartEncoder](r, "plain", formats.Cart)
	if f := fault.From(err); f == nil || f.Kind != fault.Unsupported || f.Code != "format.incapable" || !strings.Contains(f.Message, "plain") {
		t.Errorf("%v", err)
	}
	if _, err := formats.As[port.CartEncoder](r, "none", formats.Cart); fault.From(err).Code != "format.unknown" {
		t.Errorf("%v", err)
	}
}

func TestCapabilitiesAreReadOffTheInterfaces(t *testing.T) {
	for f, want := range map[port.Format]string{
		named("x"): "", logsIn{"x"}: "login", writes{"x"}: "cart", validates{"x"}: "validate", reads{"x"}: "order",
		answers{"x"}: "order-response", all{logsIn: logsIn{"x"}}: "login cart validate order order-response",
	} {
		if got := strings.Join(formats.Capabilities(f), " "); got != want {
			t.Errorf("%T can %q, want %q", f, got, want)
		}
	}
}
