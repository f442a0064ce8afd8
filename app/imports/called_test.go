package imports_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/app/store"
	"hoten/i18n"
)

// What people are told names columns as the file does, and what to do about them.
func TestWhatIsSaidOfRefusedRows(t *testing.T) {
	w := apptest.NewWorld(t)
	i := w.Import("OCN ID,氏名,連絡先メール,gooポイント残高\na@ocn.example,山田,bad,1\nb@ocn.example,鈴木,,1\nb@ocn.example,佐藤,,1\n", "")
	if got := said(w, i); !slices.Equal(got, []string{"2 連絡先メール: This is not an email address.", "4 : Line 3 has the same ID or number with other values. Line 3 was kept, and this one was not imported."}) {
		t.Errorf("%q", got)
	}
	i = w.Import("login_id,gooポイント残高\nb@ocn.example,2\n", "移動番号,OCN ID,発生日時,種別,移行元,ポイント\nM1,b@ocn.example,2014-07-20 03:00,交換,,5\n")
	if got := said(w, i); !slices.Equal(got, []string{"2 gooポイント残高: The balance differs from the one on record, which was kept.", "2 移行元: A movement of this kind needs a program here."}) {
		t.Errorf("%q", got)
	}
	i = w.Import("ocn id,氏名\nb@ocn.example,別人\n", "")
	if got := said(w, i); !slices.Equal(got, []string{"2 : An earlier row has the same ID or number with other values. The earlier row was kept, and this one was not imported."}) {
		t.Errorf("%q", got)
	}
	i = w.Import("会員番号,氏名,備考\nb@ocn.example,別人,x\n", "")
	if got := said(w, i); i.State != imports.Failed || !slices.Equal(got, []string{"1 login_id: A required column is missing. Its header is one of: OCN ID, ログインID, login_id"}) || !slices.Equal(i.Columns(), []string{"会員番号", "備考"}) {
		t.Errorf("%q %q", got, i.Columns())
	}
	i = w.Import("b@ocn.example,鈴木\n", "") // no header, but data
	if got := i.Columns(); len(got) != 0 {
		t.Errorf("data kept as columns: %q", got)
	}
	i = w.Import("OCN ID,氏名,login_id\na,b,c\n", "")
	if got := said(w, i); !slices.Equal(got, []string{"1 login_id: Two columns are the same: OCN ID, login_id"}) {
		t.Errorf("%q", got)
	}
}

// said is what the file of refused rows says, but for its other columns.
func said(w *apptest.World, i *imports.Import) (out []string) {
	w.T.Helper()
	headers, err := i.ReadHeaders(w.Store)
	if err != nil {
		w.T.Fatal(err)
	}
	rows, err := imports.Rejections(store.Read(w.Ctx, w.Store), i.ID, 0, 100)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, r := range rows {
		column, sentence := headers.Called(r.File, r.ColumnName), r.Sentence(i18n.With(w.Ctx, "en"))
		out = append(out, strings.Join([]string{i18n.Number(r.Line), " ", column, ": ", sentence}, ""))
		var file bytes.Buffer
		err := imports.WriteRejected(w.Ctx, w.Store, w.Manager, i.ID, r.File, &file, func(r imports.Rejection, called string) (string, string) { return called, "" })
		if err != nil || !strings.Contains(file.String(), ","+column+","+r.Reason) {
			w.T.Errorf("%s %v", &file, err)
		}
	}
	return out
}
