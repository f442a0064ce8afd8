package desks

import (
	"encoding/json"
	"testing"
	"time"

	"hoten/app/jptext"
)

// The desks of the release as databases kept them before hours had days of the
// week of their own.
const oldRules = `[
 {"code": "tech", "phone": "0120-047-860", "name_en": "OCN Technical Support Center", "name_ja": "OCNテクニカルサポートセンタ", "weekdays": 127,
  "hours": [{"open": 600, "close": 1140, "from": "", "until": ""}, {"open": 600, "close": 1260, "from": "2014-07-28", "until": "2014-08-06"},
            {"open": 600, "close": 1320, "from": "2014-07-28", "until": "2014-07-30"}],
  "exceptions": null, "closed_yearly": [{"first": {"month": 12, "day": 29}, "last": {"month": 1, "day": 3}}], "closed_on_holidays": false},
 {"code": "point", "phone": "0120-170-033", "name_en": "Point Renewal Center", "name_ja": "ポイントリニューアル受付センタ", "weekdays": 62,
  "hours": [{"open": 600, "close": 1140, "from": "", "until": ""}, {"open": 600, "close": 1260, "from": "2014-07-28", "until": "2014-08-06"}],
  "exceptions": null, "closed_yearly": [{"first": {"month": 12, "day": 29}, "last": {"month": 1, "day": 3}}], "closed_on_holidays": true}]`

func TestOldRulesAreRead(t *testing.T) {
	var list []Desk
	if err := json.Unmarshal([]byte(oldRules), &list); err != nil {
		t.Fatal(err)
	}
	holdsTable(t, list)
	for i, d := range Release() {
		if differs := Differences(d, list[i]); len(differs) > 0 {
			t.Errorf("%s: %+v", d.Code, differs)
		}
		if err := list[i].Check(); err != nil {
			t.Errorf("%s: %v", d.Code, err)
		}
	}
	holdsTable(t, again(t, list))
}

func TestOldRulesWithoutADayStayClosed(t *testing.T) {
	d := Desk{}
	if err := json.Unmarshal([]byte(`{"code": "other", "weekdays": 0, "hours": [{"open": 0, "close": 1440}]}`), &d); err != nil {
		t.Fatal(err)
	}
	for _, d := range again(t, []Desk{d}) {
		if state := d.At(time.Date(2014, 8, 1, 12, 0, 0, 0, jptext.JST)); state.Open || !state.Next.IsZero() || d.Topics == nil || len(d.Topics) > 0 {
			t.Errorf("%+v", state)
		}
	}
}

// A desk that gave its topics away does not get those of the release back.
func TestTopicsThatWereTakenAwayStayAway(t *testing.T) {
	list := Release()
	list[0].Topics = []string{}
	if got := again(t, list); len(got[0].Topics) != 0 || len(got[1].Topics) != 2 {
		t.Errorf("%v, %v", got[0].Topics, got[1].Topics)
	}
}

// again is what is read of what was written.
func again(t *testing.T, list []Desk) (out []Desk) {
	t.Helper()
	b, err := json.Marshal(list)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}
