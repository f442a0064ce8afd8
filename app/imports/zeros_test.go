package imports_test

import (
	"slices"
	"testing"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/i18n"
)

// A list of numbers whose zeros a spreadsheet took has no row of the form of the ID: what
// happened to it stands beside the refusals.
func TestZerosLostInAllRows(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Number("with u as (update id_kinds set form = '[0-9]{8}' returning 1) select count(*) from u")
	i := w.Import("login_id\n1\n2\n40\n", "")
	if got := i.Told(); counts(i) != "done 0/0/3" || !slices.Equal(got, []imports.Notice{{File: imports.AffectedFile, Column: "login_id", Code: "leading_zeros_lost", Count: 3}}) {
		t.Errorf("%s %+v", counts(i), got)
	}
	rows, err := imports.Rejections(store.Read(w.Ctx, w.Store), i.ID, 0, 1)
	if err != nil || jptext.FormDigits(rows[0].Detail) != 8 {
		t.Fatalf("%+v %v", rows, err)
	}
	for lang, want := range map[string]string{"ja": "IDの桁数が、登録されている形式と異なります：数字8桁", "en": "The ID does not have the expected form: 8 digits"} {
		if got := rows[0].Sentence(i18n.With(w.Ctx, lang)); got != want {
			t.Errorf("%s: %s", lang, got)
		}
	}
}
