package imports_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/app/policies"
	"hoten/app/store"
)

func rejectedFile(w *apptest.World, id int64, file string) string {
	w.T.Helper()
	var out bytes.Buffer
	if err := imports.WriteRejected(w.Ctx, w.Store, w.Manager, id, file, &out, func(r imports.Rejection, _ string) (string, string) { return r.ColumnName, "sentence of " + r.Reason }); err != nil {
		w.T.Fatal(err)
	}
	return out.String()
}

// Refused rows, corrected in the file they are given back in, go in as they would
// have; what was not corrected is refused again for the same reasons.
func TestRefusedRowsGoBackIn(t *testing.T) {
	w := apptest.NewWorld(t)
	header := "備考,OCN ID,氏名,生年月日,連絡先メール,gooポイント残高"
	i := w.Import(header+"\n"+
		"x,a@ocn.example,=SUM 太郎,2014-02-30,bad,1\n"+
		"y,b@ocn.example,\"山田\n太郎\",1970-03-02,,1.5\n"+
		"z,c@ocn.example,'=quoted,1970-03-02,,1,000\n"+
		"\"torn,d@ocn.example\n"+
		"-,e@ocn.example,#N/A,,,5\n", "")
	if counts(i) != "done 0/0/5" {
		t.Fatalf("%s %v", counts(i), rejections(w, i.ID))
	}
	file := rejectedFile(w, i.ID, imports.AffectedFile)
	want := "\ufeff" + header + ",line,column,reason,message\r\n" +
		"x,a@ocn.example,'=SUM 太郎,2014-02-30,bad,1,2,birth_date email,birth_date_invalid email_invalid,sentence of birth_date_invalid / sentence of email_invalid\r\n" +
		"y,b@ocn.example,\"山田\n太郎\",1970-03-02,,1.5,3,balance_goo,balance_not_integer,sentence of balance_not_integer\r\n" +
		"z,c@ocn.example,''=quoted,1970-03-02,,1,5,,wrong_number_of_fields,sentence of wrong_number_of_fields,000\r\n" +
		"\"\"\"torn,d@ocn.example\",,,,,,6,,quote_invalid,sentence of quote_invalid\r\n" +
		"'-,e@ocn.example,#N/A,,,5,7,name,excel_error,sentence of excel_error\r\n"
	if file != want {
		t.Errorf("%s\nwant\n%s", file, want)
	}
	again := w.Import(file, "")
	if got := rejections(w, again.ID); counts(again) != "done 0/0/5" || len(again.Columns()) != 1 || again.Columns()[0] != "備考" || !slices.Contains(got, "affected:2:birth_date:birth_date_invalid") {
		t.Errorf("uncorrected: %s %v %v", counts(again), got, again.Columns())
	}
	second := rejectedFile(w, again.ID, imports.AffectedFile)
	if strings.Count(second, "message") != 1 || !strings.Contains(second, "'=SUM") || strings.Contains(second, "''=SUM") {
		t.Errorf("the file of the file: %s", second)
	}
	corrected := strings.NewReplacer("2014-02-30,bad", "1970-03-02,a@mail.example", ",1.5,", ",15,", ",000\r\n", "\r\n", "\"\"\"torn,d@ocn.example\",,", "torn,d@ocn.example,", "#N/A", "山田").Replace(second)
	done := w.Import(corrected, "")
	if got := rejections(w, done.ID); counts(done) != "done 5/0/0" {
		t.Fatalf("corrected: %s %v\n%s", counts(done), got, corrected)
	}
	for login, name := range map[string]string{"a@ocn.example": "=SUM 太郎", "b@ocn.example": "山田\n太郎", "c@ocn.example": "'=quoted"} {
		if got := memberName(w, login); got != name {
			t.Errorf("%s is called %q", login, got)
		}
	}
}

func memberName(w *apptest.World, login string) string {
	w.T.Helper()
	var id int64
	var sealed []byte
	if err := store.Scan(store.Read(w.Ctx, w.Store), "select m.id, m.name from members m join identities i on i.member_id = m.id where i.id = $1", []any{w.Case(login).IdentityID}, &id, &sealed); err != nil {
		w.T.Fatal(err)
	}
	name, err := w.Store.Vault.Unseal("members", "name", id, sealed)
	if err != nil {
		w.T.Fatal(err)
	}
	return name
}

// A file of nothing but broken rows stops at the limit, keeps what was found, and
// lands nothing.
func TestTooManyRefusedRows(t *testing.T) {
	w := apptest.NewWorld(t)
	w.SetPolicies(func(p *policies.Policies) { p.RefusedRows = 50 })
	var broken, repeated strings.Builder
	broken.WriteString(ids + "good@ocn.example,山田,1,1\n")
	for n := range 5000 {
		fmt.Fprintf(&broken, "a%d@ocn.example,山田,x,1\n", n)
		fmt.Fprintf(&repeated, "b%d@ocn.example,山田,1,1\n", n%200)
	}
	for _, dryRun := range []bool{true, false} {
		i, err := upload(w, w.Manager, dryRun, "affected", broken.String())
		if err != nil {
			t.Fatal(err)
		}
		i = work(w, i.ID)
		if i.State != imports.Failed || i.Error != "too_many_refused" || i.Accepted != 0 || i.Rejected != 50 || len(rejections(w, i.ID)) != 50 || count(w, "select count(*) from cases") != 0 {
			t.Errorf("%s %s, %d kept", counts(i), i.Error, len(rejections(w, i.ID)))
		}
		if count(w, "select count(*) from import_chunks") != 0 {
			t.Error("its file stays")
		}
		if lines := strings.Count(rejectedFile(w, i.ID, imports.AffectedFile), "\r\n"); lines != 51 {
			t.Errorf("%d lines given back", lines)
		}
	}
	// One less passes; refusals that only the database can tell count as well.
	w.SetPolicies(func(p *policies.Policies) { p.RefusedRows = 200 })
	if i := w.Import(ids+repeated.String(), ""); counts(i) != "done 200/4800/0" {
		t.Errorf("%s", counts(i))
	}
	i := w.Import(ids+strings.ReplaceAll(repeated.String(), "山田", "鈴木"), "")
	if i.State != imports.Failed || i.Error != "too_many_refused" {
		t.Errorf("%s %s", counts(i), i.Error)
	}
}

func TestTheBytesOfRefusedRowsAreLimited(t *testing.T) {
	w := apptest.NewWorld(t)
	line := strings.Repeat("x", 60_000)
	i := w.Import(ids+strings.Repeat("\""+line+"\n", 1500), "")
	if i.State != imports.Failed || i.Error != "too_many_refused" || i.Rejected > 1200 {
		t.Errorf("%s %s", counts(i), i.Error)
	}
}
