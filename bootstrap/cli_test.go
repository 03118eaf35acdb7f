package bootstrap_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap"
)

// doubled has a name that another format has, and can do nothing.
type doubled struct{}

func (doubled) Name() string                         { return "proceedo-cxml" }
func (doubled) CheckOptions(_ json.RawMessage) error { return nil }

func typeName(f port.Format) string { return reflect.TypeOf(f).String() }

const minimalCart = `{"currency":"SEK","lines":[{"sku":"4711","name":"Papper","quantity":"2","unit":"EA","unit_price":"125.00",
	"tax":{"category":"S","percent":"25"},"classifications":[{"scheme":"UNSPSC","code":"14111507"}]}]}`

// cli runs the command line with the given files in its folder.
func cli(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = bootstrap.Main(args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExitStatusesAndOneLineErrors(t *testing.T) {
	for name, c := range map[string]struct {
		stdin  string
		args   []string
		status int
		says   string
	}{
		"an unknown command":                  {"", []string{"fly"}, 2, `unknown command "fly"`},
		"an unknown flag":                     {"", []string{"formats", "--xml"}, 2, "--xml"},
		"a log format that is none":           {"", []string{"serve", "--log-format", "xml"}, 2, "--log-format: must be text or json"},
		"an address of metrics that is none":  {"", []string{"serve", "--metrics-addr", "9090"}, 2, "--metrics-addr: must be host:port"},
		"a drain that is no duration":         {"", []string{"serve", "--drain", "5"}, 2, "--drain: must be a duration from 0s to 1h"},
		"a certificate without a key":         {"", []string{"serve", "--tls-cert", "tls.crt"}, 2, "PUNCHGATE_TLS_CERT and PUNCHGATE_TLS_KEY: give both or neither"},
		"an unknown format":                   {minimalCart, []string{"encode", "--format", "edi", "--cart", "-"}, 2, "this build has cxml-1.2, oci-3, oci-4, oci-5, peppol-bis-ordering-3, peppol-bis-punchout-3, proceedo-cxml"},
		"a format that cannot":                {"<x/>", []string{"order", "--format", "peppol-bis-punchout-3", "-"}, 2, "cannot do this: order"},
		"a format that has no carts":          {minimalCart, []string{"encode", "--format", "peppol-bis-ordering-3", "--cart", "-"}, 2, "cannot do this: cart"},
		"an order that is none":               {"<x/>", []string{"order", "--format", "peppol-bis-ordering-3", "-"}, 1, "line 1: /x is no Order"},
		"a required flag is missing":          {"", []string{"encode", "--format", "proceedo-cxml"}, 2, "cart"},
		"a file that does not exist":          {"", []string{"encode", "--format", "proceedo-cxml", "--cart", "/no/such/file"}, 1, "/no/such/file: no such file"},
		"broken JSON":                         {`{"currency"`, []string{"encode", "--format", "proceedo-cxml", "--cart", "-"}, 1, "not readable"},
		"a cart with a wrong member":          {strings.Replace(minimalCart, `"2"`, `"0"`, 1), []string{"encode", "--format", "proceedo-cxml", "--cart", "-"}, 1, "/lines/0/quantity must be above zero"},
		"a JSON number":                       {strings.Replace(minimalCart, `"2"`, `2`, 1), []string{"encode", "--format", "peppol-bis-punchout-3", "--cart", "-"}, 1, "/lines/0/quantity"},
		"a start call without a password":     {"", []string{"login", "--format", "proceedo-cxml", "--query", "USERNAME=a"}, 1, "PASSWORD"},
		"a document that is no XML":           {"hello", []string{"validate", "--format", "peppol-bis-punchout-3", "-"}, 1, ""},
		"a setting that is wrong":             {"", []string{"serve", "--addr", "nowhere"}, 2, "--addr: must be host:port"},
		"serve without a master key":          {"", []string{"serve", "--addr", "127.0.0.1:0"}, 2, "PUNCHGATE_MASTER_KEY is missing"},
		"a key for nobody":                    {"", []string{"key", "create"}, 2, "either --platform or --tenant"},
		"a store that this build has not":     {"", []string{"serve", "--store", "oracle"}, 2, `"oracle" is not a store`},
		"mongodb without its address":         {"", []string{"serve", "--store", "mongodb"}, 2, "PUNCHGATE_MONGODB_URI is missing"},
		"a command that needs another":        {"", []string{"tenant"}, 2, "tenant needs a command"},
		"a connection file of another format": {minimalCart, []string{"encode", "--format", "proceedo-cxml", "--cart", "-", "--connection", "FILE"}, 2, "is for format peppol-bis-punchout-3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PUNCHGATE_MASTER_KEY", "")
			t.Setenv("PUNCHGATE_MONGODB_URI", "")
			if strings.Contains(c.says, "PUBLIC_URL") || strings.Contains(c.says, "MONGODB_URI") {
				t.Setenv("PUNCHGATE_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
			}
			t.Chdir(t.TempDir())
			for i, arg := range c.args {
				if arg == "FILE" {
					c.args[i] = file(t, `{"format":"peppol-bis-punchout-3"}`)
				}
			}
			status, stdout, stderr := cli(t, c.stdin, c.args...)
			if status != c.status || !strings.Contains(stderr, c.says) {
				t.Errorf("status %d, want %d with %q: %s", status, c.status, c.says, stderr)
			}
			if c.says != "" && (strings.Count(stderr, "\n") != 1 || stdout != "") {
				t.Errorf("not one line of error alone: %q and %q", stderr, stdout)
			}
		})
	}
}

func TestAServerThatIsAwayStopsTheStartInOneLine(t *testing.T) {
	t.Setenv("PUNCHGATE_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	t.Setenv("PUNCHGATE_MONGODB_URI", "mongodb://gate:hemligt@127.0.0.1:1/?serverSelectionTimeoutMS=100")
	status, stdout, stderr := cli(t, "", "serve", "--store", "mongodb")
	if status != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "127.0.0.1:1") ||
		strings.Contains(stderr, "hemligt") {
		t.Errorf("status %d: %q, %q", status, stdout, stderr)
	}
}

func TestEncodeWritesADocumentThatValidateAccepts(t *testing.T) {
	for _, format := range []string{"proceedo-cxml", "peppol-bis-punchout-3"} {
		status, document, stderr := cli(t, minimalCart, "encode", "--format", format, "--cart", "-")
		if status != 0 || !strings.HasPrefix(document, "<?xml") {
			t.Fatalf("%s: %d %s", format, status, stderr)
		}
		for line := range strings.Lines(stderr) {
			if !strings.HasPrefix(line, "warning ") {
				t.Errorf("%s: a line on standard error that is no warning: %s", format, line)
			}
		}
		if status, findings, _ := cli(t, document, "validate", "--format", format, "-"); status != 0 || strings.Contains(findings, "fatal") {
			t.Errorf("%s: %d %s", format, status, findings)
		}
		broken := strings.Replace(document, "4711", "", 1)
		status, findings, _ := cli(t, broken, "validate", "--format", format, "-")
		if status != 1 || !strings.HasPrefix(findings, "fatal\t") || strings.Count(strings.SplitN(findings, "\n", 2)[0], "\t") != 3 {
			t.Errorf("%s, broken: %d %q", format, status, findings)
		}
	}
}

func TestOCIWritesTheFormAsJSONWithAndWithoutTheFlag(t *testing.T) {
	numbered := strings.Replace(minimalCart, "{", `{"id":"C-1",`, 1)
	for _, format := range []string{"oci-3", "oci-4", "oci-5"} {
		connection := file(t, `{"format":"`+format+`","options":{"hook_url":"split"},"return":{"url":"https://p.example.com/in?visit=7"}}`)
		var forms [2]struct {
			Action, Method, Target string
			AcceptCharset          string `json:"accept_charset"`
			Fields                 []struct{ Name, Value string }
		}
		for i, more := range [][]string{nil, {"--form"}} {
			args := append([]string{"encode", "--format", format, "--cart", "-", "--connection", connection}, more...)
			status, output, stderr := cli(t, numbered, args...)
			if status != 0 {
				t.Fatalf("%s: %d %s", format, status, stderr)
			}
			if err := json.Unmarshal([]byte(output), &forms[i]); err != nil {
				t.Fatal(err)
			}
			if status, findings, _ := cli(t, output, "validate", "--format", format, "-"); status != 0 || findings != "" {
				t.Errorf("%s: %d %s", format, status, findings)
			}
			broken := strings.Replace(output, "NEW_ITEM-QUANTITY[1]", "NEW_ITEM-QUANTITY[2]", 1)
			if status, findings, _ := cli(t, broken, "validate", "--format", format, "-"); status != 1 || !strings.HasPrefix(findings, "fatal\tOCI-") {
				t.Errorf("%s, broken: %d %s", format, status, findings)
			}
		}
		if !reflect.DeepEqual(forms[0], forms[1]) || forms[0].Action != "https://p.example.com/in" || forms[0].Fields[0].Name != "visit" {
			t.Errorf("%s: %+v", format, forms)
		}
	}
}

func TestEncodeReadsTheConnectionFile(t *testing.T) {
	connection := file(t, `{"format":"proceedo-cxml","options":{"field":"CART","header":true},"mapping":{},
		"seller":{"name":"Säljaren"},"buyer":{"name":"Köparen"},"return":{"url":"https://p.example.com/in"},"correlation":"COOKIE & <1>","operation":"create"}`)
	status, output, stderr := cli(t, minimalCart, "encode", "--format", "proceedo-cxml", "--cart", "-", "--connection", connection, "--form")
	if status != 0 {
		t.Fatal(stderr)
	}
	var form struct {
		Action, Method string
		AcceptCharset  string `json:"accept_charset"`
		Fields         []struct{ Name, Value string }
	}
	if err := json.Unmarshal([]byte(output), &form); err != nil {
		t.Fatal(err)
	}
	if form.Action != "https://p.example.com/in" || form.Method != "POST" || form.AcceptCharset != "UTF-8" || len(form.Fields) != 1 || form.Fields[0].Name != "CART" {
		t.Fatalf("%+v", form)
	}
	document, err := base64.StdEncoding.DecodeString(form.Fields[0].Value)
	if err != nil || !strings.Contains(string(document), "<BuyerCookie>COOKIE &amp; &lt;1&gt;</BuyerCookie>") {
		t.Errorf("%v %s", err, document)
	}
}

func TestLoginPrintsWhatItUnderstandsAndNoSecret(t *testing.T) {
	for _, format := range []string{"proceedo-cxml", "peppol-bis-punchout-3", "oci-3", "oci-4", "oci-5"} {
		status, output, stderr := cli(t, "username=anna&PASSWORD=hemligt&HOOK_URL=https%3A%2F%2Fp.example.com%2F", "login", "--format", format,
			"--query", "SESSION=abc&Avdelning=IT", "--body", "-")
		if status != 0 || strings.Contains(output+stderr, "hemligt") {
			t.Fatalf("%s: %d %s %s", format, status, output, stderr)
		}
		var call map[string]any
		if err := json.Unmarshal([]byte(output), &call); err != nil {
			t.Fatal(err)
		}
		for member, want := range map[string]string{
			"operation": "create", "return_url": "https://p.example.com/", "correlation": "abc", "user": "anna",
			"credentials": "[Avdelning HOOK_URL PASSWORD SESSION username]", "extrinsics": "map[Avdelning:IT]",
		} {
			if got := fmt.Sprint(call[member]); got != want {
				t.Errorf("%s: %s is %s, want %s", format, member, got, want)
			}
		}
	}
}

func TestEncodeAppliesTheMappingOfTheConnectionFile(t *testing.T) {
	connection := file(t, `{"mapping":{"version":1,"lines":{"name":{"value":"Mappat & klart"}}}}`)
	for _, format := range []string{"proceedo-cxml", "peppol-bis-punchout-3", "oci-4"} {
		status, output, stderr := cli(t, minimalCart, "encode", "--format", format, "--cart", "-", "--connection", connection)
		if status != 0 || !strings.Contains(output, "Mappat ") || strings.Contains(output, "Papper") {
			t.Errorf("%s: %d %s %s", format, status, output, stderr)
		}
	}
	for name, c := range map[string]struct{ connection, says string }{
		"a mapping that is none":             {`{"mapping":{"version":1,"lines":{"colour":{"value":"x"}}}}`, "colour"},
		"a document that its format refuses": {`{"mapping":{"version":1,"lines":{"unit":{"value":"EACH"}}}}`, "a document that is wrong in its format: NEW_ITEM-UNIT[1]"},
		"a buyer system that there is not":   {`{"buyer_system":"workday"}`, `"workday" is not a buyer system; there are ariba, `},
	} {
		status, output, stderr := cli(t, minimalCart, "encode", "--format", "oci-4", "--cart", "-", "--connection", file(t, c.connection))
		if status != 1 || output != "" || !strings.Contains(stderr, c.says) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %d %q %q", name, status, output, stderr)
		}
	}
}

func TestEncodeTellsWhatTheBuyersSystemDoes(t *testing.T) {
	kilo := strings.Replace(minimalCart, `"EA"`, `"KGM"`, 1)
	connection := file(t, `{"buyer_system":"sap"}`)
	status, _, stderr := cli(t, kilo, "encode", "--format", "oci-4", "--cart", "-", "--connection", connection)
	for _, says := range []string{
		"warning sap.unit_known: /lines/0/unit SAP leaves out lines", `; refused: "KGM"; remedy: ask the buyer`, "; source: njp970/punchoutsandbox, oci-and-oracle 3 (not verified)\n",
	} {
		if status != 0 || !strings.Contains(stderr, says) {
			t.Errorf("%d, not told %q: %s", status, says, stderr)
		}
	}
	bare := strings.Replace(minimalCart, "UNSPSC", "CPV", 1)
	_, _, stderr = cli(t, bare, "encode", "--format", "proceedo-cxml", "--cart", "-")
	if !strings.Contains(stderr, `; changed: "" becomes "the default code of the agreement in Proceedo"; remedy: `) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("the system that the format is of: %s", stderr)
	}
	connection = file(t, `{"buyer_system":"proceedo","options":{"description_bytes":30}}`)
	_, _, stderr = cli(t, strings.Replace(minimalCart, `"name":"`, `"name":"`+x(40), 1), "encode", "--format", "cxml-1.2", "--cart", "-", "--connection", connection)
	if !strings.Contains(stderr, `; refused; remedy: `) || !strings.Contains(stderr, `; cut: "`+x(40)) || !strings.Contains(stderr, ` becomes "`+x(30)+`"; remedy: begin`) {
		t.Errorf("a system that does not take the format, and a text that is cut: %s", stderr)
	}
	connection = file(t, `{"buyer_system":"proceedo","options":{"default_unspsc":"14111507"}}`)
	if _, _, stderr = cli(t, bare, "encode", "--format", "oci-4", "--cart", "-", "--connection", connection); strings.Contains(stderr, "proceedo.unspsc_oci") {
		t.Errorf("the connection has a default code: %s", stderr)
	}
}

func TestOrderPrintsThePurchaseOrderAndNothingElse(t *testing.T) {
	path := filepath.Join("..", "adapters", "formats", "peppol", "testdata", "orders", "full.xml")
	status, output, stderr := cli(t, "", "order", "--format", "peppol-bis-ordering-3", path)
	if status != 0 || stderr != "" {
		t.Fatalf("%d %s", status, stderr)
	}
	var order map[string]any
	if err := json.Unmarshal([]byte(output), &order); err != nil {
		t.Fatal(err)
	}
	lines, _ := order["lines"].([]any)
	delete(order, "lines")
	want := map[string]any{
		"number": "PO-2026-77", "date": "2026-11-24", "type": "new", "cart_id": "C-2026-000123", "currency": "SEK", "total": "336.17",
		"buyer": map[string]any{"name": "Göteborgs stad", "endpoint": map[string]any{"scheme": "0088", "id": "7381030000004"},
			"identifier": map[string]any{"scheme": "0007", "id": "5541277710"}, "reference": "4711-Anna"},
		"ship_to": map[string]any{"name": "Skolan", "street": "Storgatan 1", "street2": "Hus B, Port 4", "city": "Göteborg",
			"postal_code": "41101", "region": "Västra Götaland", "country": "SE", "gln": "7381030000011"},
		"comments": "Leverera till <porten> & ring\npå klockan", "test": false,
	}
	if !reflect.DeepEqual(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
	line := map[string]any{"line_number": "10", "sku": "4711", "key": "", "gtin": "07310865004703", "name": "Kopieringspapper A4 80 g",
		"quantity": "2", "unit": "EA", "unit_price": "125.00", "price_basis_quantity": "1", "currency": "SEK"}
	if len(lines) != 3 || !reflect.DeepEqual(lines[0], line) {
		t.Errorf("%v, want three, first %v", lines, line)
	}
}

func TestFormatsListsWhatEachCanDo(t *testing.T) {
	status, output, _ := cli(t, "", "formats", "--json")
	var list []struct {
		Name         string
		Capabilities []string
	}
	if err := json.Unmarshal([]byte(output), &list); err != nil || status != 0 {
		t.Fatal(status, err)
	}
	want := "[{cxml-1.2 [login cart validate order order-response]} {oci-3 [login cart validate]} {oci-4 [login cart validate]} {oci-5 [login cart validate]} " +
		"{peppol-bis-ordering-3 [order order-response]} {peppol-bis-punchout-3 [login cart validate]} " +
		"{proceedo-cxml [login cart validate order order-response]}]"
	if got := fmt.Sprint(list); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, lines, _ := cli(t, "", "formats"); !strings.Contains(lines, "proceedo-cxml\tlogin cart validate order order-response\n") {
		t.Errorf("%q", lines)
	}
}

func TestTheFirstTenantAndKeys(t *testing.T) {
	t.Setenv("PUNCHGATE_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	t.Setenv("PUNCHGATE_DATA_DIR", t.TempDir())
	t.Setenv("PUNCHGATE_LOG_LEVEL", "error")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"key", "create", "--platform"}, "pgk.-."},
		{[]string{"tenant", "create", "--id", "papper", "--name", "Papper och Penna AB", "--landing-url", "https://shop.example.com/punchout"}, "papper\n"},
		{[]string{"key", "create", "--tenant", "papper", "--scope", "storefront", "--scope", "erp"}, "pgk.papper."},
		{[]string{"key", "create", "--tenant", "papper", "--scope", "policy", "--origin", "https://shop.example.com"}, "pgk.papper."},
	} {
		if status, stdout, stderr := cli(t, "", c.args...); status != 0 || !strings.HasPrefix(stdout, c.want) {
			t.Errorf("%v: %d %q %s", c.args, status, stdout, stderr)
		}
	}
	_, key, _ := cli(t, "", "key", "create", "--platform")
	for range 2 {
		if status, stdout, stderr := cli(t, "", "key", "revoke", strings.TrimSpace(key)); status != 0 || stdout != "" {
			t.Errorf("revoking: %d %q %s", status, stdout, stderr)
		}
	}
	for name, args := range map[string][]string{
		"a key that is none":      {"key", "revoke", "pgk.papper.okand"},
		"a tenant that exists":    {"tenant", "create", "--id", "papper", "--name", "Annan"},
		"a key of no tenant":      {"key", "create", "--tenant", "okand", "--scope", "erp"},
		"a tenant with no name":   {"tenant", "create"},
		"a key without a scope":   {"key", "create", "--tenant", "papper"},
		"a key without an origin": {"key", "create", "--tenant", "papper", "--scope", "policy"},
		"a tenant's platformkey":  {"key", "create", "--tenant", "papper", "--scope", "platform"},
	} {
		if status, stdout, stderr := cli(t, "", args...); status != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %d %q %q", name, status, stdout, stderr)
		}
	}
}

func TestARefusalTellsNothingTwice(t *testing.T) {
	_, _, stderr := cli(t, "", "login", "--format", "oci-4", "--query", "a=b")
	if strings.Count(stderr, "USERNAME") != 1 || strings.Count(stderr, "missing or empty") < 1 {
		t.Errorf("told %s", stderr)
	}
}

func TestTheLogIsOneJSONObjectALineWhereItIsAskedFor(t *testing.T) {
	t.Setenv("PUNCHGATE_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	t.Setenv("PUNCHGATE_DATA_DIR", t.TempDir())
	t.Setenv("PUNCHGATE_LOG_LEVEL", "debug")
	t.Setenv("PUNCHGATE_LOG_FORMAT", "json")
	log := filepath.Join(t.TempDir(), "log")
	to, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	terminal := os.Stderr
	os.Stderr = to
	defer func() { os.Stderr = terminal }()
	if status, _, stderr := cli(t, "", "tenant", "create", "--name", "Papper"); status != 0 {
		t.Fatal(stderr)
	}
	text, err := os.ReadFile(log)
	if err != nil || len(text) == 0 {
		t.Fatal("nothing is logged", err)
	}
	for line := range strings.Lines(string(text)) {
		var fields struct{ Time, Level, Msg string }
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields.Time == "" || fields.Level == "" || fields.Msg == "" {
			t.Errorf("%v in %s", err, line)
		}
	}
}
