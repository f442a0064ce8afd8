package app_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/api"
	"hoten/app/apptest"
	"hoten/app/store"
	"hoten/app/verbs"
	"hoten/app/web"
)

// schemaTables lists our tables of the migrated database; River's and goose's are theirs.
func schemaTables(t *testing.T) (names []string) {
	t.Helper()
	s, _ := apptest.New(t)
	type table struct{ Name string }
	rows, err := store.Select[table](store.Read(t.Context(), s), `select tablename as name from pg_tables where schemaname = 'public'
		and tablename not like 'river%' and tablename <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		names = append(names, r.Name)
	}
	return names
}

var verbName = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)

// Every verb can be read in the trail, and its permission is one that somebody has.
func TestVerbsAreWellFormed(t *testing.T) {
	for _, v := range verbs.All() {
		if !verbName.MatchString(v.Name) || v.Subject == "" {
			t.Errorf("%+v: a name like case.noted and a subject are needed", *v)
		}
		if v.Needs != access.Anyone && v.Needs != access.Program && len(access.Holders(v.Needs)) == 0 {
			t.Errorf("%s needs %q, which nobody has", v.Name, v.Needs)
		}
	}
}

// A verb that nothing runs, or that is named otherwise than To and its function,
// misleads whoever reads the list.
func TestVerbsAreRun(t *testing.T) {
	declared, run := map[string]token.Position{}, map[string]bool{}

	eachFile(t, func(p pkg, _ string, f *ast.File, set *token.FileSet) {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if len(n.Values) == 1 && isCall(n.Values[0], "verbs", "Declare") {
					declared[p.name()+"."+n.Names[0].Name] = set.Position(n.Pos())
				}
			case *ast.CallExpr:
				for _, a := range n.Args {
					if id, ok := a.(*ast.Ident); ok && strings.HasPrefix(id.Name, "To") {
						run[p.name()+"."+id.Name] = true
					}
				}
			case *ast.CompositeLit:
				for _, e := range n.Elts {
					if id, ok := e.(*ast.Ident); ok && strings.HasPrefix(id.Name, "To") {
						run[p.name()+"."+id.Name] = true
					}
				}
			}
			return true
		})
	})
	if len(declared) != len(verbs.All()) {
		t.Errorf("%d verbs are declared in the source, %d at run time", len(declared), len(verbs.All()))
	}
	for name, at := range declared {
		if !run[name] {
			t.Errorf("%s: %s is run by nothing", at, name)
		}
		if !strings.Contains(name, ".To") {
			t.Errorf("%s: %s must be named To and its function", at, name)
		}
	}
}

func isCall(e ast.Expr, pkg, name string) bool {
	c, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg
}

// onlyElsewhere are the verbs that no page offers, and why.
var onlyElsewhere = map[string]string{
	"reconciliation.compared":         "what the program learned of legs and statements",
	"leg.answered":                    "what a point system answers to the program",
	"directory.answered":              "what an identity system answers to the program",
	"reimbursements.proposed_for_all": "programs do it; a person is shown what would be proposed, and proposes that",
	"staff.sign_in_failed":            "what becomes of a sign-in",
	"setup.applied":                   "hoten setup does it, with a file",
	"call.handover_expired":           "the program does it by itself",
	"call.hung_up":                    "a telephone system tells that it was",
	"reset.revised":                   "the program does it by itself",
	"mails.stopped":                   "the program does it by itself",
	"import.done":                     "what becomes of an import that was started",
	"reimbursement.caught_up":         "the program does it by itself",
	"reimbursement.reminded":          "the program does it by itself",
	"reimbursement.escalated":         "the program does it by itself",
}

// bookkeeping are forms that change nothing anybody has to answer for.
var bookkeeping = []string{"/session", "/language", "/appearance", "/views", "/views/:id/drop", "/members/balances", "/questions/search", "/questions/suggestions",
	"/reset/:token/strength", "/enrol/:token/strength", "/password/strength", "/training", "/training/:id/ask"}

// Every form of the console and every call of the API that acts names its verb, and
// every verb is offered by the console.
func TestRoutesNameTheirVerbs(t *testing.T) {
	offered := map[*verbs.Verb]bool{}
	for _, r := range web.Routes {
		v := verbs.Of(r.Gate)
		offered[v] = true
		if r.Method == "POST" && (v == nil) != slices.Contains(bookkeeping, r.Path) {
			t.Errorf("%s %s names no verb, or is listed as bookkeeping", r.Method, r.Path)
		}
	}
	for _, r := range api.Routes {
		if v := verbs.Of(r.Gate); r.Method != "GET" && (v == nil) != slices.Contains(bookkeeping, r.Path) {
			t.Errorf("%s %s names no verb, or is listed as bookkeeping", r.Method, r.Path)
		}
	}
	for _, v := range verbs.All() {
		if offered[v] == (onlyElsewhere[v.Name] != "") {
			t.Errorf("%s is offered by no page, or has a reason why", v.Name)
		}
	}
}
