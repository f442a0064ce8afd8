package setup_test

import (
	"fmt"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/reimbursements"
)

// Whose the IDs and programs in use are stays: their members hear from the operator of the
// ID, and by the operators of programs is reported who owes points to whom.
func TestOperatorsInUseStay(t *testing.T) {
	w := apptest.NewWorld(t)
	ocn := example(t, "ocn-2014")
	change := func(old, new string) string {
		t.Helper()
		text := strings.Replace(ocn, old, new, 1)
		if !strings.Contains(ocn, old) {
			t.Fatalf("the example has no %q", old)
		}
		_, err := apply(w.Store, w.Administrator, text)
		return fmt.Sprint(problems(err))
	}
	const talk = "- code: pointtalk                  # stays\n    operator: ntt-"
	if got := change(talk+"com", talk+"resonant"); got != "[<nil>]" {
		t.Errorf("nothing is posted yet: %s", got)
	}
	ocn = strings.Replace(ocn, talk+"com", talk+"resonant", 1)
	if got := change("- code: ocn-id\n    operator: ntt-com", "- code: ocn-id\n    operator: ntt-resonant"); got != "[<nil>]" {
		t.Errorf("no member has such an ID: %s", got)
	}
	if got := change("", ""); got != "[<nil>]" {
		t.Fatal(got)
	}
	affected, movements := apptest.Losses(2)
	w.Import(affected, movements)
	for _, c := range []struct{ old, new, refused string }{
		{"- code: ocn-id\n    operator: ntt-com", "- code: ocn-id\n    operator: ntt-resonant", "operator_in_use"},
		{`form: ""`, `form: "[a-z]{3}[0-9]@ocn\\.example"`, "form_excludes"},
		{`form: ""`, `form: "[a-z0-9]+@ocn\\.example"`, "<nil>"},
		{"name_en: PointTalk", "name_en: ＧＯＯ POINT", "name_taken"},
		{"name_ja: NTTレゾナント", "name_ja: ＮＴＴコミュニケーションズ", "name_taken"},
	} {
		if got := change(c.old, c.new); !strings.Contains(got, c.refused) {
			t.Errorf("%s: %s", c.new, got)
		}
	}
	// Names that were the same before the rule stay, and the same file is no change.
	if _, err := w.Pool.Exec(w.Ctx, "update programs set name_en = 'Points', version = version + 1"); err != nil {
		t.Fatal(err)
	}
	if got := change("name_en: PointTalk", "name_en: Points"); !strings.Contains(got, "<nil>") {
		t.Errorf("what stands is refused: %s", got)
	}
	posted(w)
	if got := change(talk+"resonant", talk+"com"); !strings.Contains(got, "operator program_posted") {
		t.Errorf("points were put back: %s", got)
	}
}

// posted has the points of a member put back.
func posted(w *apptest.World) {
	w.T.Helper()
	r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case(apptest.LossLogin(0)).ID, "")
	for _, by := range []access.Actor{w.Supervisor, w.Manager} {
		if err == nil {
			_, err = reimbursements.Approve(w.Ctx, w.Store, by, r.ID)
		}
	}
	if n := w.Number("select count(*) from reimbursements where state = 'posted'"); err != nil || n != 1 {
		w.T.Fatalf("%d posted, %v", n, err)
	}
}
