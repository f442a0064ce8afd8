package app_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tables is whose each table is: only its noun writes it, and only what stands
// above the noun may read it.
var tables = map[string][]string{
	"app/store":           {"settings"},
	"app/audit":           {"audit_entries", "audit_seals"},
	"app/jobs":            {"jobs"},
	"app/views":           {"saved_views"},
	"app/forms":           {"sent_forms", "form_results"},
	"app/desks":           {"desks"},
	"app/operators":       {"operators", "operator_marks", "id_kinds", "id_domains"},
	"app/ledger":          {"programs", "accounts", "transfers", "postings"},
	"app/installation":    {"installations", "copies"},
	"app/notices":         {"mails", "mail_queues"},
	"app/staff":           {"staff", "staff_seen", "api_tokens", "sign_in_failures"},
	"app/members":         {"members", "identities", "contacts", "contact_ways", "contact_proofs"},
	"app/policies":        {"policies"},
	"app/directories":     {"directories", "directory_kinds", "directory_orders"},
	"app/webhooks":        {"webhook_endpoints", "webhook_secrets", "webhook_deliveries"},
	"app/points":          {"point_systems", "point_programs", "point_legs", "point_files", "point_rows", "point_results"},
	"app/cti":             {"cti_connections", "cti_calls"},
	"app/bulletins":       {"bulletins", "bulletin_confirmations"},
	"app/incidents":       {"incidents", "incident_programs", "movements"},
	"app/cases":           {"cases", "case_events", "calls", "call_answers", "verification_codes", "representatives", "presence", "handovers", "contact_changes"},
	"app/services":        {"service_statuses"},
	"app/scripts":         {"scripts"},
	"app/questions":       {"questions"},
	"app/callbacks":       {"callbacks", "callback_attempts"},
	"app/resets":          {"reset_links"},
	"app/reimbursements":  {"reimbursements", "reimbursement_lines", "reimbursement_looks", "approvals", "approval_results", "compensations", "adjustments", "adjustment_withdrawals", "loss_authors"},
	"app/reconciliations": {"reconciliations", "statements", "statement_rows", "reconciled_legs", "reconciliation_differences", "reconciliation_signatures"},
	"app/imports":         {"imports", "import_chunks", "import_rejections"},
	"app/reports":         {"daily_figures", "daily_notes", "incident_figures"},
	"app/training":        {"training_calls"},
	"app/web":             {"sessions"},
	"app/api":             {"idempotency_keys"},
}

var (
	writesTable = regexp.MustCompile(`(?i)\b(?:insert\s+into|update|delete\s+from)\s+([a-z_]+)`)
	readsTable  = regexp.MustCompile(`(?i)\b(?:from|join)\s+([a-z_]+)`)
)

func owners() map[string]string {
	out := map[string]string{}
	for noun, names := range tables {
		for _, n := range names {
			out[n] = noun
		}
	}
	return out
}

// SQL of a table stands with its noun: what is true of a row has one writer, and a
// noun knows nothing of those above it.
func TestTablesBelongToTheirNoun(t *testing.T) {
	owner := owners()
	eachFile(t, func(p pkg, _ string, f *ast.File, set *token.FileSet) {
		if slices.Contains(testsOnly, p.name()) {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			at := set.Position(lit.Pos())
			for _, m := range writesTable.FindAllStringSubmatch(lit.Value, -1) {
				if noun, is := owner[strings.ToLower(m[1])]; is && noun != p.name() {
					t.Errorf("%s writes %s, which is %s's", at, m[1], noun)
				}
			}
			for _, m := range readsTable.FindAllStringSubmatch(lit.Value, -1) {
				if noun, is := owner[strings.ToLower(m[1])]; is && noun != p.name() && height(noun) >= height(p.name()) {
					t.Errorf("%s reads %s, which is %s's and not below it", at, m[1], noun)
				}
			}
			return true
		})
	})
}

// Every table of the schema is somebody's.
func TestTablesAreListed(t *testing.T) {
	owner := owners()
	known := map[string]bool{}
	for _, name := range schemaTables(t) {
		known[name] = true
		if owner[name] == "" {
			t.Errorf("the list does not say whose %s is", name)
		}
	}
	for name := range owner {
		if !known[name] && name != "contact_ways" { // a view
			t.Errorf("the list names %s, which does not exist", name)
		}
	}
}

// Writes go through the store, which knows then that something changed and must
// have been recorded.
func TestWritesGoThroughTheStore(t *testing.T) {
	gormWrites := map[string]bool{"Create": true, "CreateInBatches": true, "Save": true, "Updates": true, "Update": true, "UpdateColumn": true, "Delete": true, "Exec": true}
	eachFile(t, func(p pkg, _ string, f *ast.File, set *token.FileSet) {
		if p.name() == "app/store" || slices.Contains(testsOnly, p.name()) {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && gormWrites[s.Sel.Name] && fromDatabase(s.X) {
				t.Errorf("%s: %s on the database itself; store.Insert, Save and Exec write", set.Position(n.Pos()), s.Sel.Name)
			}
			return true
		})
	})
}

// fromDatabase reports whether a chain of calls begins at a gorm session: db, or
// the DB of a transaction or a store.
func fromDatabase(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "db"
	case *ast.SelectorExpr:
		return x.Sel.Name == "DB" || fromDatabase(x.X)
	case *ast.CallExpr:
		s, ok := x.Fun.(*ast.SelectorExpr)
		return ok && fromDatabase(s.X)
	}
	return false
}
