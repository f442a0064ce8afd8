package imports_test

import (
	"slices"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/i18n"
)

// A cancellation is not dated before its exchange, in this file or an earlier one, and
// nothing after the day that follows the import's.
func TestDatesOfMovements(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+"a@ocn.example,,,,,,,,,,ja,0,1000,\n", "")
	const exchange = ",a@ocn.example,2014-07-20 02:00,exchange,goo,,gift,100,,,confirmed\n"
	cancel := func(id, at, of string) string {
		return id + ",a@ocn.example," + at + ",cancel,,goo,gift,50,," + of + ",none\n"
	}
	w.Import("", apptest.MovementsHeader+"E1"+exchange)
	i := w.Import("", apptest.MovementsHeader+"E2"+exchange+
		cancel("C1", "2014-07-20 01:59", "E1")+
		cancel("C2", "2014-07-20 01:59", "E2")+
		cancel("C3", "2036-07-20 02:00", "E1")+
		"P1,a@ocn.example,2036-01-01 00:00,earn,,goo,,5,,,none\n"+
		cancel("C4", "2014-07-20 02:00", "E1")+
		cancel("C5", "2014-08-01 23:59", "E2"))
	want := []string{"movements:3:occurred_at:cancel_before_exchange", "movements:4:occurred_at:cancel_before_exchange",
		"movements:5:occurred_at:date_in_future", "movements:6:occurred_at:date_in_future"}
	got := rejections(w, i.ID)
	if slices.Sort(got); counts(i) != "done 3/0/4" || !slices.Equal(got, want) {
		t.Errorf("%s %v", counts(i), got)
	}
	for column, want := range map[string]string{"occurred_at": "未来の日時です。", "restricted_at": "未来の日時です。", "birth_date": "未来の日付です。"} {
		r := imports.Rejection{ColumnName: column, Reason: "date_in_future"}
		if got := r.Sentence(i18n.With(w.Ctx, "ja")); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", column, got)
		}
	}
}
