package xmltext_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/domain/money"
)

func TestWhatIsWritten(t *testing.T) {
	cases := map[string]struct {
		write func(*xmltext.Writer)
		want  string
	}{
		"a declaration and raw text stand as they are": {
			func(w *xmltext.Writer) {
				w.Declaration()
				w.Raw("<!DOCTYPE a SYSTEM \"a.dtd\">\n")
				w.StartEmpty("a")
			},
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE a SYSTEM \"a.dtd\">\n<a/>\n",
		},
		"each element stands on its own line, indented by its depth": {
			func(w *xmltext.Writer) {
				w.Start("a")
				w.Start("b")
				w.Element("c", "text")
				w.StartEmpty("d")
				w.End("b")
				w.Element("e", "text")
				w.End("a")
			},
			"<a>\n  <b>\n    <c>text</c>\n    <d/>\n  </b>\n  <e>text</e>\n</a>\n",
		},
		"elements deeper than any format has are indented, too": {
			func(w *xmltext.Writer) {
				for range 40 {
					w.Start("a")
				}
				for range 40 {
					w.End("a")
				}
			},
			func() (want string) {
				for depth := range 39 {
					want += strings.Repeat("  ", depth) + "<a>\n"
				}
				want += strings.Repeat("  ", 39) + "<a></a>\n"
				for depth := range 39 {
					want += strings.Repeat("  ", 38-depth) + "</a>\n"
				}
				return want
			}(),
		},
		"inside an element that holds text no white space is added": {
			func(w *xmltext.Writer) {
				w.Start("a")
				w.Start("b")
				w.Text("one ")
				w.Start("c")
				w.Element("d", "two")
				w.End("c")
				w.Text(" three")
				w.End("b")
				w.Element("e", "four")
				w.End("a")
			},
			"<a>\n  <b>one <c><d>two</d></c> three</b>\n  <e>four</e>\n</a>\n",
		},
		"numbers stand in attributes and elements": {
			func(w *xmltext.Writer) {
				var a money.Accumulator
				a.Set(money.MustParse("1.20"))
				w.StartDecimal("a", "quantity", money.MustParse("-2.50"), "unit", "EA")
				w.Sum("b", &a, "currency", "SEK")
				w.Decimal("c", money.Decimal{})
				w.End("a")
			},
			"<a quantity=\"-2.50\" unit=\"EA\">\n  <b currency=\"SEK\">1.20</b>\n</a>\n",
		},
		"a template is written again with other numbers": {
			func(w *xmltext.Writer) {
				w.Start("a")
				w.ASCII()
				template := w.Template(func(piece *xmltext.Writer) {
					piece.Start("b")
					piece.Gap("c", "currency", "SEK")
					piece.Element("d", "&å")
					piece.Gap("e")
					piece.End("b")
				})
				for _, number := range []string{"1.20", "-3"} {
					var n money.Accumulator
					n.Set(money.MustParse(number))
					w.Fill(template, &n)
				}
				w.Element("f", "x")
				w.End("a")
			},
			"<a>\n  <b>\n    <c currency=\"SEK\">1.20</c>\n    <d>&amp;&#229;</d>\n    <e>1.20</e>\n  </b>\n" +
				"  <b>\n    <c currency=\"SEK\">-3</c>\n    <d>&amp;&#229;</d>\n    <e>-3</e>\n  </b>\n  <f>x</f>\n</a>\n",
		},
		"an attribute without a value is left out": {
			func(w *xmltext.Writer) { w.StartEmpty("a", "b", "", "c", "1", "d", "") },
			"<a c=\"1\"/>\n",
		},
		"an element without text is not written": {
			func(w *xmltext.Writer) {
				w.Start("a")
				w.Element("b", "", "c", "1")
				w.Decimal("d", money.Decimal{})
				w.Base64("e", nil)
				w.Time("f", time.Time{}, time.DateOnly)
				w.End("a")
			},
			"<a></a>\n",
		},
		"text is escaped, line ends and tabs stay": {
			func(w *xmltext.Writer) { w.Element("a", "]]> & <b> \"q\" 'q'\t\r\nä€😀") },
			"<a>]]&gt; &amp; &lt;b&gt; \"q\" 'q'\t&#13;\nä€😀</a>\n",
		},
		"in attributes white space is escaped, too": {
			func(w *xmltext.Writer) { w.StartEmpty("a", "b", "\"x\" & <y> \t\r\nä") },
			"<a b=\"&quot;x&quot; &amp; &lt;y&gt; &#9;&#13;&#10;ä\"/>\n",
		},
		"in ASCII mode other characters are references": {
			func(w *xmltext.Writer) {
				w.ASCII()
				w.Element("a", "ä€😀 & x", "b", "å")
			},
			"<a b=\"&#229;\">&#228;&#8364;&#128512; &amp; x</a>\n",
		},
		"what XML cannot hold becomes the replacement character": {
			func(w *xmltext.Writer) { w.Element("a", "x\x00y\xffz\ufffe\x1f") },
			"<a>x\ufffdy\ufffdz\ufffd\ufffd</a>\n",
		},
		"a time is written in its own zone": {
			func(w *xmltext.Writer) {
				w.Time("a", time.Date(2026, 11, 23, 23, 15, 0, 0, time.FixedZone("", -3600)), time.DateTime)
			},
			"<a>2026-11-23 23:15:00</a>\n",
		},
		"a number keeps its digits": {
			func(w *xmltext.Writer) { w.Decimal("a", money.MustParse("125.00"), "b", "SEK") },
			"<a b=\"SEK\">125.00</a>\n",
		},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			var b bytes.Buffer
			w := xmltext.NewWriter(&b)
			c.write(w)
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			if b.String() != c.want {
				t.Errorf("written:\n%s\nwant:\n%s", &b, c.want)
			}
		})
	}
}

func TestLongContentIsBase64OfTheWhole(t *testing.T) {
	for _, size := range []int{1, 2, 3, 24 << 10, 24<<10 + 1, 200_000} {
		content := bytes.Repeat([]byte{0, 1, 254, 255, 7}, size/5+1)[:size]
		var b strings.Builder
		w := xmltext.NewWriter(&b)
		w.Base64("a", content)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if want := "<a>" + base64.StdEncoding.EncodeToString(content) + "</a>\n"; b.String() != want {
			t.Errorf("%d bytes are not written as their Base64", size)
		}
	}
}

func TestAReaderGetsBackWhatWasWritten(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("]]>&<\"'\r\n\t ä€😀")))).Filter(func(s string) bool {
		return strings.IndexFunc(s, func(r rune) bool {
			return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
		}) < 0
	})
	rapid.Check(t, func(t *rapid.T) {
		content, attribute := text.Draw(t, "content"), text.Draw(t, "attribute")
		var b bytes.Buffer
		w := xmltext.NewWriter(&b)
		if rapid.Bool().Draw(t, "ascii") {
			w.ASCII()
		}
		w.Declaration()
		w.Start("root")
		w.Start("a", "b", attribute)
		w.Text(content)
		w.End("a")
		w.End("root")
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		var read struct {
			A struct {
				B    string `xml:"b,attr"`
				Text string `xml:",chardata"`
			} `xml:"a"`
		}
		if err := xml.Unmarshal(b.Bytes(), &read); err != nil {
			t.Fatalf("%v in %q", err, b.String())
		}
		if read.A.Text != content || read.A.B != attribute {
			t.Fatalf("read %q and %q, written %q and %q", read.A.Text, read.A.B, content, attribute)
		}
	})
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFlushReturnsTheFirstErrorOfTheWriterBelow(t *testing.T) {
	w := xmltext.NewWriter(full{})
	w.Start("a")
	for range 10_000 {
		w.Element("b", "long enough to be handed on several times")
	}
	w.End("a")
	if err := w.Flush(); !errors.Is(err, errFull) {
		t.Errorf("Flush returned %v", err)
	}
}

func TestNoElementAllocates(t *testing.T) {
	w := xmltext.NewWriter(io.Discard)
	number, picture, name := money.MustParse("1234567890123.45"), make([]byte, 100_000), strings.Repeat("Åäö & ", 3)
	when := time.Date(2026, 11, 23, 10, 15, 0, 0, time.UTC)
	writeAll := func() {
		w.Start("a", "b", name)
		w.Element("c", name, "d", name, "e", "")
		w.StartEmpty("f", "g", name)
		w.Decimal("h", number, "unit", name[:2])
		w.Time("i", when, time.DateOnly)
		w.Base64("j", picture, "name", name)
		w.End("a")
	}
	writeAll() // the buffer grows once
	if n := testing.AllocsPerRun(100, writeAll); n != 0 {
		t.Errorf("%v allocations for seven elements", n)
	}
}
