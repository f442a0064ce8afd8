package app

import (
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/jptext"
	"hoten/app/notices"
	"hoten/app/services"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// A mail says what holds on the day it is sent, and asks nobody to do what is
// suspended then.
func TestMailsOfTheDay(t *testing.T) {
	w := apptest.NewWorld(t)
	a := &App{Store: w.Store}
	day := func(n int) time.Time { return time.Date(2014, time.July, n, 12, 0, 0, 0, jptext.JST) }
	set := func(program, service, state string, from int, until *time.Time) {
		n := services.New{Program: program, Service: service, State: state, From: day(from), Until: until, Reason: "2014-R096"}
		if _, err := services.Set(w.Ctx, w.Store, w.Manager, n); err != nil {
			t.Fatal(err)
		}
	}
	w.Number("with u as (update id_kinds set point_password_ja = 'おひさま暗証', point_password_en = 'sun PIN' returning 1) select count(*) from u")
	end := day(31)
	set("pointtalk", services.Transfer, services.Suspended, 29, &end)
	set("pointtalk", services.Transfer, services.PointPassword, 30, nil)
	for _, c := range []struct {
		day       int
		has, none string
	}{
		{28, "おひさま暗証をお使いの場合は", "ご利用状況"},
		{29, "登録は、移行の再開後にお願いいたします", "おひさま暗証を登録してください"},
		{30, "2014年7月31日 12:00に再開の予定です", "おひさま暗証が必要です"},
		{31, "新しいおひさま暗証が必要です", "再開の予定"},
	} {
		env, err := a.mailEnv(w.Ctx, day(c.day), "ja", 0)
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Join(env.Services, ""); c.day > 30 && said != "ポイントークからのポイント移行には、おひさま暗証が必要です。" {
			t.Errorf("of the %dth: %s", c.day, said)
		}
		m, err := notices.Render(notices.ResetCompleted, "ja", notices.Facts{Name: "山田 太郎"}, "", env)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(strings.ReplaceAll(m.Text, "\n　", ""), "\n", "")
		if !strings.Contains(text, c.has) || strings.Contains(text, c.none) {
			t.Errorf("of the %dth: want %q and not %q in\n%s", c.day, c.has, c.none, m.Text)
		}
	}
}

// A mail says the hours of the day and those of a usual week, where a desk is closed also
// when it opens next, and on which domain its link lies.
func TestMailsSayHoursAndDomain(t *testing.T) {
	w := apptest.NewWorld(t)
	a := &App{Store: w.Store}
	a.BaseURL = "https://hoten.example:8443"
	saturday := time.Date(2014, time.August, 2, 12, 0, 0, 0, jptext.JST)
	for lang, want := range map[string][2]notices.DeskLine{
		"ja": {{Hours: "10:00〜21:00", Regular: "毎日 10:00〜19:00（12月29日〜1月3日を除く）"},
			{Hours: "休業（次の受付：8月4日（月）10:00〜21:00）", Regular: "月〜金 10:00〜19:00（祝日および12月29日〜1月3日を除く）"}},
		"en": {{Hours: "10:00–21:00", Regular: "Daily 10:00–19:00 (except 29 December–3 January)"},
			{Hours: "closed (next open Monday 4 August, 10:00–21:00)", Regular: "Mon–Fri 10:00–19:00 (except public holidays and 29 December–3 January)"}},
	} {
		env, err := a.mailEnv(w.Ctx, saturday, lang, 0)
		if err != nil || len(env.Desks) != 2 || env.Site != "hoten.example" {
			t.Fatalf("%s: %+v, %v", lang, env, err)
		}
		for i, d := range env.Desks {
			if d.Hours != want[i].Hours || d.Regular != want[i].Regular {
				t.Errorf("%s: %+v, want %+v", lang, d, want[i])
			}
		}
	}
}
