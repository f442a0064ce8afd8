package desks_test

import (
	"io/fs"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/desks"
	"hoten/app/store"
	"hoten/migrations"
)

// The desks of the release as databases kept them before each of the hours had days
// of the week of its own, and desks topics and short names.
var oldRules = map[string]string{
	desks.Tech: `{"code": "tech", "phone": "0120-047-860", "name_en": "OCN Technical Support Center", "name_ja": "OCNテクニカルサポートセンタ", "weekdays": 127,
  "hours": [{"open": 600, "close": 1140, "from": "", "until": ""}, {"open": 600, "close": 1260, "from": "2014-07-28", "until": "2014-08-06"},
            {"open": 600, "close": 1320, "from": "2014-07-28", "until": "2014-07-30"}],
  "exceptions": null, "closed_yearly": [{"first": {"month": 12, "day": 29}, "last": {"month": 1, "day": 3}}], "closed_on_holidays": false}`,
	desks.Point: `{"code": "point", "phone": "0120-170-033", "name_en": "Point Renewal Center", "name_ja": "ポイントリニューアル受付センタ", "weekdays": 62,
  "hours": [{"open": 600, "close": 1140, "from": "", "until": ""}, {"open": 600, "close": 1260, "from": "2014-07-28", "until": "2014-08-06"}],
  "exceptions": null, "closed_yearly": [{"first": {"month": 12, "day": 29}, "last": {"month": 1, "day": 3}}], "closed_on_holidays": true}`,
}

func TestOldRulesAreCompleted(t *testing.T) {
	w := apptest.NewWorld(t)
	file, err := fs.ReadFile(migrations.FS, "0031_complete_desk_rules.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, up, _ := strings.Cut(string(file), "-- +goose Up")
	up, _, _ = strings.Cut(up, "-- +goose Down")
	exec := func(query string, args ...any) {
		t.Helper()
		if err := store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
			_, err := store.Exec(tx, query, args...)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for code, rules := range oldRules {
		exec("update desks set rules = $1 where code = $2", rules, code)
	}
	for range 2 {
		exec(up)
		for _, d := range desks.Release() {
			d.IDs = nil // of which old rules say nothing
			if differs := desks.Differences(d, stands(t, w, d.Code)); len(differs) > 0 {
				t.Errorf("%s: %+v", d.Code, differs)
			}
		}
	}
	// A desk that gave its topics away does not get those of the release back.
	exec(`update desks set rules = rules || '{"topics": []}'`)
	exec(up)
	if d := stands(t, w, desks.Tech); len(d.Topics) != 0 {
		t.Errorf("%v", d.Topics)
	}
}
