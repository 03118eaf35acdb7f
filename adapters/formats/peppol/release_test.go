package peppol

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// next returns the files of the release, as those of another with the name.
func next(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	folder := fstest.MapFS{}
	root := path.Join("release", Release)
	err := fs.WalkDir(releases, root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(releases, file)
		text = bytes.Replace(text, []byte("# release: "+Release), []byte("# release: "+name), 1)
		folder[strings.TrimPrefix(file, root+"/")] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestEveryFileOfTheReleaseNamesItsListSourceAndRelease(t *testing.T) {
	header := regexp.MustCompile(`^# list: \S.*\n# source: \S.*\n# release: ` + Release + `\n`)
	for file, content := range next(t, Release) {
		if !header.Match(content.Data) {
			t.Errorf("%s begins with %.80q", file, content.Data)
		}
	}
}

func TestEveryCheckIsThatOfARuleOfTheRelease(t *testing.T) {
	rules := string(next(t, Release)["rules.txt"].Data)
	for id := range checks {
		if !strings.Contains(rules, "\n"+id+" ") {
			t.Errorf("%s is no rule of the release any more", id)
		}
	}
}

// Each release is this one but for one change of its files.
func TestANewReleaseIsAChangeOfDataAlone(t *testing.T) {
	valid := golden(t, "contract")
	replaced := func(old, now string) string {
		if !strings.Contains(valid, old) {
			t.Fatalf("the document has no %q", old)
		}
		return strings.Replace(valid, old, now, 1)
	}
	for sentence, c := range map[string]struct {
		file, old, new string
		document       string
		rule           string // of the finding, "" for none
		fatal          bool
	}{
		"nothing is changed": {"rules.txt", "", "", valid, "", false},
		"a code is dropped":  {"codes/iso4217.txt", "\nSEK\n", "\n", valid, "PEPPOL-T77-B05202", true},
		"a code is added":    {"codes/mimecode.txt", "\nimage/png\n", "\nimage/png\nimage/webp\n", replaced(`"image/png"`, `"image/webp"`), "", false},
		"a list that the domain has is another here": {
			"codes/rec20.txt", "", "# release: 2025-11\nC62\nDAY\nGRM\n", valid, "PEPPOL-T77-B05402", true,
		},
		"a rule becomes a warning": {
			"rules.txt", "PEPPOL-COMMON-R040 fatal", "PEPPOL-COMMON-R040 warning", replaced("7300010000001", "7300010000002"),
			"PEPPOL-COMMON-R040", false,
		},
		"a rule is dropped": {
			"rules.txt", "PEPPOL-T77-R001 fatal ubl:Catalogue/cac:ValidityPeriod must not end before the issue date\n", "",
			replaced("<cbc:EndDate>2026-12-23", "<cbc:EndDate>2026-11-22"), "", false,
		},
		"an element is added": {
			"model.txt", "\n cbc:IssueDate date\n", "\n cbc:Note? text\n cbc:IssueDate date\n",
			replaced("<cbc:IssueDate>", "<cbc:Note>x</cbc:Note><cbc:IssueDate>"), "", false,
		},
		"an element becomes mandatory": {
			"model.txt", " cbc:ActionCode? code [boolean]\n", " cbc:ActionCode code [boolean]\n", valid, "PEPPOL-T77-B00104", true,
		},
		"with one more element the rules of all after it have other numbers": {
			"model.txt", "\n cbc:IssueDate date\n", "\n cbc:Note? text\n cbc:IssueDate date\n",
			replaced(`<cbc:EndpointID schemeID="0088">`, `<cbc:EndpointID>`), "PEPPOL-T77-B01501", true,
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			folder := next(t, "2025-11")
			text := ""
			if file := folder[c.file]; file != nil {
				text = string(file.Data)
			}
			if !strings.Contains(text, c.old) {
				t.Fatalf("%s has no %q", c.file, c.old)
			}
			folder[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
			r, err := readRelease(folder, "2025-11")
			if err != nil {
				t.Fatal(err)
			}
			findings, err := (&Format{r}).Validate(strings.NewReader(c.document))
			if err != nil {
				t.Fatal(err)
			}
			if c.rule == "" && len(findings) > 0 || c.rule != "" && !slices.ContainsFunc(findings, func(f port.Finding) bool {
				return f.Rule == c.rule && f.Fatal == c.fatal
			}) {
				t.Errorf("findings %+v, want %q", findings, c.rule)
			}
		})
	}
}

func TestWhatANewReleaseDropsIsNoLongerWritten(t *testing.T) {
	for sentence, c := range map[string]struct{ list, code, path string }{
		"a currency":            {"iso4217", "SEK", "/currency"},
		"a unit":                {"rec20", "EA", "/lines/0/unit"},
		"a unit of a property":  {"rec20", "GRM", "/lines/0/properties/0/unit"},
		"a country":             {"iso3166", "SE", "/ship_to/country"},
		"a country of origin":   {"iso3166", "SE", "/lines/0/origin_country"},
		"a tax category":        {"uncl5305", "S", "/lines/0/tax/category"},
		"an electronic address": {"eas", "0088", "/seller/endpoint/scheme"},
		"an identifier scheme":  {"icd", "0088", "/buyer/identifier/scheme"},
	} {
		t.Run(sentence, func(t *testing.T) {
			folder := next(t, "2025-11")
			codes := slices.DeleteFunc(listed(t, c.list), func(code string) bool { return code == c.code })
			folder["codes/"+c.list+".txt"] = &fstest.MapFile{Data: []byte("# release: 2025-11\n" + strings.Join(codes, "\n"))}
			r, err := readRelease(folder, "2025-11")
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			_, err = (&Format{r}).EncodeCart(&b, outgoing(readCart(t, "contract")))
			expectRefusal(t, err, c.path)
			if details := fault.From(err).Details; b.Len() > 0 || !strings.Contains(details[0].Message, "November 2025") {
				t.Errorf("%d bytes are written, and it is said: %+v", b.Len(), details)
			}
		})
	}
}

func TestAReleaseThatTheCodeCannotHoldIsRefused(t *testing.T) {
	for sentence, c := range map[string]struct{ file, old, new, says string }{
		"a file of the release before":      {"codes/eas.txt", "# release: 2025-11", "# release: 2025-05", "codes/eas.txt does not name the release 2025-11"},
		"a rule that nothing holds":         {"rules.txt", "PEPPOL-T77-R010", "PEPPOL-T77-R011", "PEPPOL-T77-R011"},
		"a rule that is neither":            {"rules.txt", "PEPPOL-T77-R010 fatal", "PEPPOL-T77-R010 error", "PEPPOL-T77-R010 error"},
		"a code list of an element missing": {"model.txt", "[boolean]", "[truth]", "cbc:ActionCode has the code list truth"},
		"a code list of an attribute missing": {
			"model.txt", "@schemeID[eas]", "@schemeID[addresses]", "cbc:EndpointID has the code list addresses",
		},
		"a kind of text that UBL has not": {"model.txt", "cbc:IssueTime time", "cbc:IssueTime clock", "cbc:IssueTime is of the kind clock"},
		"an element too deep":             {"model.txt", "\n cbc:IssueTime", "\n   cbc:IssueTime", "cbc:IssueTime has no parent"},
		"no model":                        {"model.txt", string(next(t, "2025-11")["model.txt"].Data), "# release: 2025-11\n", "no element"},
	} {
		t.Run(sentence, func(t *testing.T) {
			folder := next(t, "2025-11")
			text := string(folder[c.file].Data)
			if !strings.Contains(text, c.old) {
				t.Fatalf("%s has no %q", c.file, c.old)
			}
			folder[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
			if _, err := readRelease(folder, "2025-11"); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q", err, c.says)
			}
		})
	}
	for _, file := range []string{"model.txt", "rules.txt", "codes/icd.txt"} {
		t.Run("without "+file, func(t *testing.T) {
			folder := next(t, "2025-11")
			delete(folder, file)
			if _, err := readRelease(folder, "2025-11"); err == nil || !strings.Contains(err.Error(), file) {
				t.Errorf("error %v", err)
			}
		})
	}
	if _, err := readRelease(next(t, "autumn"), "autumn"); err == nil {
		t.Error("a release of no month is taken")
	}
}
