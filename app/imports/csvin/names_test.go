package csvin

import (
	"regexp"
	"strings"
	"testing"
)

// words are those of the incident that most tests read files of.
var words = Names{IDs: []string{"OCN ID"}, Programs: map[string]string{"ポイントーク": "pointtalk", "PointTalk": "pointtalk", "gooポイント": "goo", "goo Point": "goo"}}

// What an operator calls its ID and its programs names columns, and programs in cells;
// what another calls them does not.
func TestNamesAreTheInstallations(t *testing.T) {
	ferry := Names{IDs: []string{"フェリーID", "Ferry ID"}, Programs: map[string]string{"フェリーマイル": "miles", "Ferry Miles": "miles"}, Language: "en",
		Fits: regexp.MustCompile(`^fc-[0-9]{6}$`).MatchString, Form: "FC-[0-9]{6}"}
	for head, ignored := range map[string]string{
		"フェリーID,フェリーマイル残高": "", "Ferry ID,balance_miles": "", "login_id,ﾌｪﾘｰﾏｲﾙ残高": "", "ログインID,balance_miles": "",
		"フェリーID,フェリーマイル残高,OCN ID": "OCN ID", "login_id,balance_miles,gooポイント残高": "gooポイント残高",
	} {
		r, err := NewReader(strings.NewReader(head+"\nFC-000123,500\nferry,1\n"), AffectedFile, ferry)
		if err != nil {
			t.Errorf("%s: %v", head, err)
			continue
		}
		if got := strings.Join(r.Ignored(), ","); got != ignored {
			t.Errorf("%s: ignored %q", head, got)
		}
		if ignored != "" {
			continue
		}
		row, err := r.Next()
		if err != nil || len(row.Problems) > 0 || row.Affected.LoginKey != "fc-000123" || row.Affected.Language != "en" || len(row.Affected.Balances) != 1 || row.Affected.Balances[0] != (Balance{"miles", 500}) {
			t.Errorf("%s: %+v, %v", head, row, err)
		}
		if row, err := r.Next(); err != nil || len(row.Problems) != 1 || row.Problems[0].Reason != "login_id_form" || row.Problems[0].Detail != "FC-[0-9]{6}" {
			t.Errorf("%s: an ID of another form: %+v, %v", head, row.Problems, err)
		}
	}
	r, err := NewReader(strings.NewReader("movement_id,フェリーID,occurred_at,kind,from_program,points\nM1,fc-000123,2026-03-02 10:00,交換,フェリーマイル,500\n"), MovementsFile, ferry)
	if err != nil {
		t.Fatal(err)
	}
	if row, err := r.Next(); err != nil || len(row.Problems) > 0 || row.Movement.FromProgram != "miles" {
		t.Errorf("%+v, %v", row, err)
	}
	if _, err := NewReader(strings.NewReader("OCN ID,フェリーマイル残高\nfc-000123,1\n"), AffectedFile, ferry); err == nil {
		t.Error("another operator's name of the ID was taken")
	}
}
