package app_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"hoten/app/apptest"
)

// Not even SQL with the program's rights moves a row to another case or member, changes
// what was said, proposed or approved, or removes it.
func TestRowsStayWhoseTheyAre(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import("login_id,name\na@ocn.example,山田\nb@ocn.example,鈴木\n", "")
	statements := []string{"update identities set member_id = (select max(id) from members) where member_id <> (select max(id) from members)",
		"update call_answers set matched = true", "update reimbursement_lines set points = points + 1", "update adjustments set points = points + 1",
		"update approvals set staff_id = 1", "update cases set identity_id = 1", "update contacts set member_id = 1", "update movements set identity_id = 1",
		"update calls set agent_id = 1", "update reset_links set contact_id = 1", "update verification_codes set call_id = 1", "update reimbursements set proposer_id = 1"}
	for _, table := range []string{"case_events", "callbacks", "calls", "representatives", "reimbursements", "mails", "reset_links"} {
		statements = append(statements, "update "+table+" set case_id = 1")
	}
	for _, table := range []string{"cases", "case_events", "movements", "mails", "calls", "call_answers", "callbacks", "representatives", "reimbursements",
		"reimbursement_lines", "adjustments", "approvals", "members", "identities"} {
		statements = append(statements, "delete from "+table, "truncate "+table+" cascade")
	}
	for _, statement := range statements {
		_, err := w.Pool.Exec(w.Ctx, statement)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "23001" && pg.Code != "42501" {
			t.Errorf("%s: %v", statement, err)
		}
	}
}
