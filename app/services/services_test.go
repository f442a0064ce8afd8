package services_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/services"
	"hoten/app/store"
	"hoten/i18n"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// july is an hour of a day in July 2014, in Japan.
func july(day, hour int) time.Time { return time.Date(2014, time.July, day, hour, 0, 0, 0, jptext.JST) }

func until(t time.Time) *time.Time { return &t }

// exchange is goo's exchange, suspended from a time to another, nil for open.
func exchange(from time.Time, end *time.Time) services.New {
	return services.New{Program: "goo", Service: services.Exchange, State: services.Suspended, From: from, Until: end, Reason: "2014-R096"}
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Code != code && (len(f.Fields) != 1 || f.Fields[0].Code != code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

func set(w *apptest.World, n services.New) *services.Status {
	w.T.Helper()
	made, err := services.Set(w.Ctx, w.Store, w.Manager, n)
	if err != nil {
		w.T.Fatal(err)
	}
	return made
}

// said is what counts at a time, in Japanese.
func said(w *apptest.World, at time.Time) (out []string) {
	w.T.Helper()
	now, err := services.Now(store.Read(w.Ctx, w.Store), at)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, n := range now {
		out = append(out, services.Say(i18n.With(w.Ctx, "ja"), n))
	}
	return out
}

// What holds changes at the very instant, and suspended counts before a password.
func TestHolding(t *testing.T) {
	at := july(28, 20)
	list := []services.Status{
		{ID: 1, ProgramID: 1, Service: services.Transfer, State: services.PointPassword, FromAt: at},
		{ID: 2, ProgramID: 1, Service: services.Transfer, State: services.Suspended, FromAt: at.Add(time.Hour), UntilAt: until(at.Add(2 * time.Hour))},
		{ID: 3, ProgramID: 2, Service: services.Transfer, State: services.Suspended, FromAt: at, VoidedAt: &at},
	}
	for _, c := range []struct {
		after time.Duration
		want  int64
	}{{-1, 0}, {0, 1}, {time.Hour - 1, 1}, {time.Hour, 2}, {2*time.Hour - 1, 2}, {2 * time.Hour, 1}, {1000 * time.Hour, 1}} {
		got := services.Holding(list, at.Add(c.after))
		if c.want == 0 && len(got) > 0 || c.want > 0 && (len(got) != 1 || got[0].ID != c.want) {
			t.Errorf("after %v: %+v, want %d", c.after, got, c.want)
		}
	}
}

// The incident's services from the release, day by day.
func TestRelease(t *testing.T) {
	w := apptest.NewWorld(t)
	set(w, exchange(july(28, 20), until(july(31, 15))))
	set(w, services.New{Program: "pointtalk", Service: services.Transfer, State: services.PointPassword, From: july(30, 15), Reason: "2014-R096"})
	suspended, password := "現在、gooポイントの交換はご利用いただけません。2014年7月31日 15:00に再開の予定です。", "ポイントークからのポイント移行には、ポイントパスワードが必要です。"
	for _, c := range []struct {
		at   time.Time
		want []string
	}{
		{july(28, 19), nil}, {july(28, 20), []string{suspended}}, {july(30, 15), []string{suspended, password}}, {july(31, 15), []string{password}},
	} {
		if got := said(w, c.at); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%v: %q", c.at, got)
		}
	}
}

// A member reads the word of their ID for the password for points, and the usual one where
// none is known.
func TestPasswordIsCalledAsTheIDSays(t *testing.T) {
	n := services.Named{NameJa: "gooポイント", NameEn: "goo Point"}
	n.Service, n.State = services.Exchange, services.PointPassword
	for _, c := range []struct {
		lang  string
		names []string
		want  string
	}{
		{"ja", []string{"マイル暗証"}, "gooポイントの交換には、マイル暗証が必要です。"},
		{"en", []string{"miles PIN"}, "You need the miles PIN to exchange goo Point."},
		{"ja", []string{"マイル暗証", "ポイント暗証"}, "gooポイントの交換には、マイル暗証またはポイント暗証が必要です。"},
		{"ja", nil, "gooポイントの交換には、ポイントパスワードが必要です。"},
		{"en", []string{""}, "You need the point password to exchange goo Point."},
	} {
		if got := services.Say(i18n.With(t.Context(), c.lang), n, c.names...); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.lang, c.names, got, c.want)
		}
	}
}

func TestRules(t *testing.T) {
	w := apptest.NewWorld(t)
	kept := set(w, exchange(july(28, 20), until(july(31, 15))))
	for _, c := range []struct {
		n    services.New
		code string
	}{
		{exchange(july(31, 14), nil), "service_overlaps"},
		{exchange(july(1, 0), until(july(28, 21))), "service_overlaps"},
		{exchange(july(29, 0), until(july(28, 0))), "end_before_begin"},
		{services.New{Program: "gold", Service: services.Exchange, State: services.Suspended, From: july(28, 0), Reason: "x"}, "program_unknown"},
		{services.New{Program: "goo", Service: "login", State: services.Suspended, From: july(28, 0), Reason: "x"}, "service_unknown"},
		{services.New{Program: "goo", Service: services.Exchange, State: "available", From: july(28, 0), Reason: "x"}, "service_state_unknown"},
		{services.New{Program: "goo", Service: services.Transfer, State: services.Suspended, Reason: "x"}, "required"},
		{services.New{Program: "goo", Service: services.Transfer, State: services.Suspended, From: july(28, 0), Reason: " "}, "required"},
		{services.New{Program: "goo", Service: services.Transfer, State: services.Suspended, From: july(28, 0), Reason: "x", Note: strings.Repeat("長", 301)}, "too_long"},
	} {
		_, err := services.Set(w.Ctx, w.Store, w.Manager, c.n)
		refused(t, err, c.code)
	}
	password := services.New{Program: "goo", Service: services.Registration, State: services.PointPassword, From: july(28, 0), Reason: "x"}
	w.Number("with u as (update id_kinds set point_password_ja = '', point_password_en = '' returning 1) select count(*) from u")
	_, err := services.Set(w.Ctx, w.Store, w.Manager, password)
	refused(t, err, "point_password_none")
	w.Number("with u as (update id_kinds set point_password_ja = 'ポイントパスワード', point_password_en = 'point password' returning 1) select count(*) from u")
	set(w, password)
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Auditor} {
		_, err := services.Set(w.Ctx, w.Store, by, exchange(july(31, 15), nil))
		refused(t, err, "forbidden")
		_, err = services.Void(w.Ctx, w.Store, by, kept.ID, 1, "x")
		refused(t, err, "forbidden")
	}
	set(w, exchange(july(31, 15), nil)) // begins as the other ends
}

// A status is prolonged, resumed and then history; a stale page changes nothing.
func TestChange(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Clock.Add(july(29, 12).Sub(w.Clock.Now()))
	kept := set(w, exchange(july(28, 20), nil))
	amend := func(end *time.Time, version int64) error {
		_, err := services.Amend(w.Ctx, w.Store, w.Manager, kept.ID, services.Change{Until: end, Reason: "日程の決定", Version: version})
		return err
	}
	if err := amend(until(july(31, 15)), 1); err != nil {
		t.Fatal(err)
	}
	refused(t, amend(nil, 1), "conflict")
	refused(t, amend(until(july(29, 11)), 2), "end_passed")
	set(w, exchange(july(31, 15), nil))
	refused(t, amend(nil, 2), "service_overlaps")
	if got := said(w, july(29, 12)); len(got) != 1 || !strings.Contains(got[0], "15:00") {
		t.Errorf("%q", got)
	}
	if _, err := services.Resume(w.Ctx, w.Store, w.Manager, kept.ID, 2, "復旧"); err != nil {
		t.Fatal(err)
	}
	if got := said(w, july(29, 12)); len(got) != 0 {
		t.Errorf("resumed, and yet %q", got)
	}
	w.Clock.Add(time.Second)
	refused(t, amend(nil, 3), "service_ended")
	_, err := services.Void(w.Ctx, w.Store, w.Manager, kept.ID, 3, "誤登録")
	refused(t, err, "service_ended")
}

// Of two who set the same at once one is refused.
func TestSetAtOnce(t *testing.T) {
	w := apptest.NewWorld(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = services.Set(w.Ctx, w.Store, w.Manager, exchange(july(28, 20+i%2), nil)) })
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else {
			refused(t, err, "service_overlaps")
		}
	}
	if made != 1 {
		t.Errorf("%d were set", made)
	}
}
