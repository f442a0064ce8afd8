package app_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layers lists the packages from the bottom up: a package imports only packages of
// the lines above its own.
var layers = [][]string{
	{"app/fault", "app/jptext", "i18n", "migrations", "app/store/embedded"},
	{"app/access", "app/api/client", "app/vault", "app/passwords", "app/secrets", "app/edge", "app/outbound", "app/imports/csvin"},
	{"app/store"},
	{"app/audit", "app/jobs"},
	{"app/verbs"},
	{"app/installation"},
	{"app/outside"},
	{"app/outside/rest"},
	{"app/ledger", "app/desks", "app/notices", "app/operators", "app/views", "app/forms"},
	{"app/members", "app/staff"},
	{"app/policies", "app/bulletins", "app/scripts", "app/cti", "app/directories", "app/points", "app/webhooks"},
	{"app/directories/ldap"},
	{"app/directories/keycloak", "app/directories/kratos", "app/directories/scim", "app/directories/webhook"},
	{"app/directories/kinds", "app/points/overhttp", "app/points/bybatch", "app/points/simulator"},
	{"app/incidents"},
	{"app/cases", "app/services", "app/questions"},
	{"app/resets", "app/callbacks"},
	{"app/reimbursements"},
	{"app/imports", "app/reconciliations"},
	{"app/reports", "app/setup", "app/training"},
	{"ui"},
	{"app/web", "app/api"},
	{"app"},
	{"app/demo"},
	{"cmd/hoten"},
}

// testsOnly are packages for tests: they may import everything below app, and no
// program imports them.
var testsOnly = []string{"app/apptest", "app/bench", "app/crash", "app/outside/rest/resttest"}

// Nothing of ours below these: they must stay usable from anywhere.
var selfContained = []string{"app/api/client", "app/fault", "app/jptext", "i18n", "migrations", "app/store/embedded"}

// onlyHere is who may import what from outside, by the start of the path. An
// entry that ends in .go is one file, else a whole package.
var onlyHere = map[string][]string{
	"github.com/riverqueue/river/riverdriver":  {"app/store"},
	"github.com/riverqueue/river/rivermigrate": {"app/store"},
	"github.com/riverqueue/river": {"app", "app/store", "app/notices/worker.go", "app/imports/worker.go", "app/reimbursements/worker.go",
		"app/jobs/lost.go",    // reads River's own table of jobs that were given up
		"app/notices/mail.go", // InsertOpts of the job that its rows are queued with
		"app/apptest/work.go", // works queued jobs here and now
	},
	"github.com/jordan-wright/email":  {"app/notices"},
	"gorm.io/driver/postgres":         {"app/store"},
	"github.com/pressly/goose":        {"app/store"},
	"github.com/go-ldap/ldap":         {"app/directories/ldap"},
	"github.com/go-asn1-ber/asn1-ber": {"app/directories/ldap"},
	"github.com/tink-crypto/tink-go":  {"app/vault"},
	"github.com/alexedwards/scs":      {"app/web"},
	"github.com/xuri/excelize":        {"app/reports", "app/imports/csvin"},
	"golang.org/x/crypto/argon2":      {"app/passwords", "app/apptest"},
	"hoten/app/demo":                  {"cmd/hoten"},
	"hoten/app/store/embedded":        {"app", "app/apptest"},
	"hoten/ui":                        {"app/web"},
	"hoten/migrations":                {"app/store", "app/apptest"},
}

// bookkeepers may write without an audit entry (store.Keep), each for what it says.
var bookkeepers = map[string]string{
	"app/training":        "callers that were played, where nobody is real",
	"app/views":           "lists as people like to see them, which nobody else sees",
	"app/api":             "answers kept under idempotency keys",
	"app/installation":    "where the database was started first",
	"app/audit":           "seals, and the outcome of the last check",
	"app/directories":     "what directories answered that is not definite",
	"app/webhooks":        "events to deliver, and what receivers answered",
	"app/reconciliations": "days to be reconciled, and when point systems were asked for them",
	"app/points":          "what point systems answered that is not definite",
	"app/cases":           "who has which case open, and on which telephone call a call is held",
	"app/cti":             "what telephone systems tell of their calls",
	"app/imports":         "progress of an import and its rejected rows",
	"app/jobs":            "jobs given up are put back",
	"app/members":         "keyed hashes of what an older release kept",
	"app/notices":         "delivery attempts and their outcome",
	"app/reports":         "figures of large incidents, counted again",
	"app/reimbursements":  "who has looked at which proposal, and what became of a batch",
	"app/staff":           "people's own language, theme and text size; attempts to sign in",
	"app/forms":           "forms that were sent, where they led, and what they told",
}

type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, "hoten/") }

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", "./...")
	cmd.Dir = ".."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func height(name string) int {
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, name) })
}

func TestImportsPointDown(t *testing.T) {
	known := map[string]bool{}
	for _, p := range packages(t) {
		known[p.name()] = true
		if slices.Contains(testsOnly, p.name()) {
			continue
		}
		mine := height(p.name())
		if mine < 0 {
			t.Errorf("%s has no layer: put it into the list", p.name())
			continue
		}
		for _, i := range p.Imports {
			other, ours := strings.CutPrefix(i, "hoten/")
			switch {
			case !ours:
			case slices.Contains(testsOnly, other):
				t.Errorf("%s imports %s, which is for tests", p.name(), other)
			case slices.Contains(selfContained, p.name()) && height(p.name()) == 0:
				t.Errorf("%s imports %s, but must stand by itself", p.name(), other)
			case height(other) >= mine:
				t.Errorf("%s imports %s, which is not below it", p.name(), other)
			}
		}
	}
	for _, l := range layers {
		for _, name := range l {
			if !known[name] {
				t.Errorf("the list names %s, which does not exist", name)
			}
		}
	}
}

// eachFile parses every file of every program (no tests).
func eachFile(t *testing.T, fn func(p pkg, file string, f *ast.File, set *token.FileSet)) {
	t.Helper()
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			fn(p, p.name()+"/"+name, f, set)
		}
	}
}

// allowed finds the rule with the longest path that the import starts with.
func allowed(path string) (who []string, ruled bool) {
	longest := ""
	for start := range onlyHere {
		if (path == start || strings.HasPrefix(path, start+"/")) && len(start) > len(longest) {
			longest = start
		}
	}
	return onlyHere[longest], longest != ""
}

func TestPartsAreImportedOnlyByTheirPackage(t *testing.T) {
	used := map[string]bool{}
	eachFile(t, func(p pkg, file string, f *ast.File, _ *token.FileSet) {
		for _, i := range f.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			who, ruled := allowed(path)
			switch {
			case !ruled:
			case slices.Contains(who, p.name()):
			case slices.Contains(who, file):
				used[file] = true
			default:
				t.Errorf("%s imports %s; only %v may", file, path, who)
			}
		}
	})
	for _, who := range onlyHere {
		for _, w := range who {
			if strings.HasSuffix(w, ".go") && !used[w] {
				t.Errorf("%s is allowed something that it does not need", w)
			}
		}
	}
}

func TestBookkeepersAreListed(t *testing.T) {
	found := map[string]bool{}
	calls := func(f *ast.File, set *token.FileSet, selector string) (at []string) {
		of, name, _ := strings.Cut(selector, ".")
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == name {
				if x, ok := s.X.(*ast.Ident); ok && (x.Name == of || of == "") {
					at = append(at, set.Position(n.Pos()).String())
				}
			}
			return true
		})
		return at
	}
	eachFile(t, func(p pkg, _ string, f *ast.File, set *token.FileSet) {
		for _, at := range calls(f, set, "store.Keep") {
			found[p.name()] = true
			if bookkeepers[p.name()] == "" {
				t.Errorf("%s: %s is not among those who may write unaudited", at, p.name())
			}
		}
		for _, at := range calls(f, set, "tx.Record") {
			if p.name() != "app/audit" {
				t.Errorf("%s: only audit.Record says that a change was audited", at)
			}
		}
		for _, at := range calls(f, set, "store.Write") {
			if p.name() != "app/verbs" && p.name() != "app/audit" {
				t.Errorf("%s: actions run by verbs.Do", at)
			}
		}
	})
	for name := range bookkeepers {
		if !found[name] {
			t.Errorf("%s may write unaudited and does not", name)
		}
	}
}

// A front that holds SQL decides what the nouns should.
func TestFrontsHoldNoTransactions(t *testing.T) {
	fronts := []string{"app/web", "cmd/hoten", "ui"}
	eachFile(t, func(p pkg, _ string, f *ast.File, set *token.FileSet) {
		if !slices.Contains(fronts, p.name()) {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "store" && slices.Contains([]string{"Write", "Keep", "Exec", "Lock", "Migrate"}, s.Sel.Name) {
					t.Errorf("%s: store.%s in a front", set.Position(n.Pos()), s.Sel.Name)
				}
			}
			return true
		})
	})
}

func TestFilesStayReadable(t *testing.T) {
	const most = 400
	eachFile(t, func(p pkg, file string, f *ast.File, set *token.FileSet) {
		if lines := set.File(f.Pos()).LineCount(); lines > most && !strings.HasSuffix(file, "_templ.go") && !strings.HasSuffix(file, ".gen.go") {
			t.Errorf("%s has %d lines", file, lines)
		}
	})
}
