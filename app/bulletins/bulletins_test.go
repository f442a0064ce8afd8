package bulletins_test

import (
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/bulletins"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/staff"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func post(w *apptest.World, n bulletins.New) *bulletins.Bulletin {
	w.T.Helper()
	n.TextJa = "本文"
	b, err := bulletins.Post(w.Ctx, w.Store, w.Manager, n)
	if err != nil {
		w.T.Fatal(err)
	}
	return b
}

// board is what stands on somebody's board now: what is to be confirmed is marked.
func board(w *apptest.World, who access.Actor) string {
	w.T.Helper()
	today := jptext.DateOf(w.Clock.Now())
	var reads store.Reads
	list, count := bulletins.AskBoard(&reads, who.ID, today), bulletins.AskUnconfirmed(&reads, who.ID, today)
	if err := reads.Run(store.Read(w.Ctx, w.Store)); err != nil {
		w.T.Fatal(err)
	}
	var out []string
	open := int64(0)
	for _, b := range *list {
		said := b.SubjectJa
		if b.ToConfirm(today) {
			said, open = said+"!", open+1
		}
		if b.WithdrawnAt != nil {
			said += "×"
		}
		out = append(out, said)
	}
	if open != (*count)[0] {
		w.T.Errorf("%d are counted to confirm, of %v", (*count)[0], out)
	}
	return strings.Join(out, " ")
}

func expect(w *apptest.World, who access.Actor, want string) {
	w.T.Helper()
	if got := board(w, who); got != want {
		w.T.Errorf("the board of %s has %q, want %q", who.Name, got, want)
	}
}

// A bulletin stands on the boards of those it is for, from its first day to its last, and is
// confirmed once by each.
func TestBoard(t *testing.T) {
	w := apptest.NewWorld(t)
	today := jptext.DateOf(w.Clock.Now())
	tomorrow := today.AddDays(1)
	all := post(w, bulletins.New{SubjectJa: "全員"})
	post(w, bulletins.New{SubjectJa: "技術", Desk: apptest.Tech, Until: &today})
	later := post(w, bulletins.New{SubjectJa: "明日", From: tomorrow, Until: &tomorrow})
	if all.FromOn != today || all.UntilOn != nil {
		t.Errorf("from %v until %v", all.FromOn, all.UntilOn)
	}
	expect(w, w.Agent, "技術! 全員!")
	expect(w, w.Agent2, "全員!") // of the other desk
	expect(w, w.Manager, "")   // wrote them
	must(t, bulletins.Confirm(w.Ctx, w.Store, w.Agent, all.ID))
	must(t, bulletins.Confirm(w.Ctx, w.Store, w.Agent, all.ID))
	expect(w, w.Agent, "技術! 全員")
	expect(w, w.Agent2, "全員!")
	if n := w.Number("select count(*) from audit_entries where action = 'bulletin.confirmed'"); n != 1 {
		t.Errorf("%d confirmations are recorded", n)
	}
	if err := bulletins.Confirm(w.Ctx, w.Store, w.Agent, later.ID); !fault.Is(err, "bulletin_not_in_force") {
		t.Errorf("confirmed before its day: %v", err)
	}
	w.Clock.Add(24 * time.Hour)
	expect(w, w.Agent, "明日! 全員")
	w.Clock.Add(24 * time.Hour)
	expect(w, w.Agent, "全員")
}

// What is withdrawn is gone, but for those who had confirmed it: on that day they see that it
// holds no more.
func TestWithdrawn(t *testing.T) {
	w := apptest.NewWorld(t)
	b := post(w, bulletins.New{SubjectJa: "案内"})
	must(t, bulletins.Confirm(w.Ctx, w.Store, w.Agent, b.ID))
	if err := bulletins.Withdraw(w.Ctx, w.Store, w.Manager, b.ID, " "); !fault.Of(err, fault.Invalid) {
		t.Errorf("withdrawn without a reason: %v", err)
	}
	must(t, bulletins.Withdraw(w.Ctx, w.Store, w.Administrator, b.ID, "日付の誤り"))
	expect(w, w.Agent, "案内×")
	expect(w, w.Agent2, "")
	if err := bulletins.Withdraw(w.Ctx, w.Store, w.Manager, b.ID, "もう一度"); !fault.Is(err, "bulletin_past") {
		t.Errorf("withdrawn twice: %v", err)
	}
	if err := bulletins.Confirm(w.Ctx, w.Store, w.Agent2, b.ID); !fault.Is(err, "bulletin_not_in_force") {
		t.Errorf("confirmed what was withdrawn: %v", err)
	}
	found, err := bulletins.Get(store.Read(w.Ctx, w.Store), w.Agent.ID, b.ID)
	must(t, err)
	if found.PlainWhy(w.Vault) != "日付の誤り" || found.Withdrawer.String() != w.Administrator.Name {
		t.Errorf("withdrawn by %s because of %s", found.Withdrawer, found.PlainWhy(w.Vault))
	}
	w.Clock.Add(24 * time.Hour)
	expect(w, w.Agent, "")
}

// Who has confirmed, and who of those it is for has not: whoever left, wrote it or works at
// another desk is not asked.
func TestPeople(t *testing.T) {
	w := apptest.NewWorld(t)
	b := post(w, bulletins.New{SubjectJa: "技術", Desk: apptest.Tech})
	if err := bulletins.Confirm(w.Ctx, w.Store, w.Agent2, b.ID); !fault.Is(err, "bulletin_for_others") {
		t.Errorf("confirmed for another desk: %v", err)
	}
	if err := bulletins.Confirm(w.Ctx, w.Store, w.Manager, b.ID); !fault.Is(err, "bulletin_for_others") {
		t.Errorf("confirmed by who wrote it: %v", err)
	}
	must(t, bulletins.Confirm(w.Ctx, w.Store, w.Agent, b.ID))
	see := func(want string, confirmed, missing int64) {
		t.Helper()
		db := store.Read(w.Ctx, w.Store)
		people, err := bulletins.People(db, b.ID)
		must(t, err)
		var got []string
		for _, p := range people {
			mark := "×"
			if p.ConfirmedAt != nil {
				mark = "○"
			}
			got = append(got, p.Name.String()+mark)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%v, want %s", got, want)
		}
		list, err := bulletins.List(db, w.Manager.ID, b.FromOn, bulletins.InForce, 0, 20)
		must(t, err)
		if len(list) != 1 || list[0].Confirmed != confirmed || list[0].Missing != missing || list[0].Desk != apptest.Tech {
			t.Errorf("the list has %+v", list)
		}
	}
	see(w.Supervisor.Name+"× "+w.Agent.Name+"○", 1, 1)
	gone := true
	for _, who := range []access.Actor{w.Agent, w.Supervisor} {
		_, err := staff.Update(w.Ctx, w.Store, w.Administrator, who.ID, staff.Change{Disabled: &gone})
		must(t, err)
	}
	see(w.Agent.Name+"○", 1, 0)
}

// Lists page by id, each state for itself.
func TestList(t *testing.T) {
	w := apptest.NewWorld(t)
	today := jptext.DateOf(w.Clock.Now())
	for _, subject := range []string{"一", "二", "三"} {
		post(w, bulletins.New{SubjectJa: subject})
	}
	post(w, bulletins.New{SubjectJa: "次", From: today.AddDays(1)})
	over := post(w, bulletins.New{SubjectJa: "済"})
	must(t, bulletins.Withdraw(w.Ctx, w.Store, w.Manager, over.ID, "誤り"))
	see := func(state string, before int64, want string) (last int64) {
		t.Helper()
		list, err := bulletins.List(store.Read(w.Ctx, w.Store), w.Agent.ID, today, state, before, 1)
		must(t, err)
		var got []string
		for _, b := range list {
			got = append(got, b.SubjectJa)
			if b.State(today) != state {
				t.Errorf("%s is %s", b.SubjectJa, b.State(today))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s has %v, want %s", state, got, want)
		}
		return list[0].ID
	}
	see(bulletins.InForce, see(bulletins.InForce, 0, "三 二"), "二 一")
	see(bulletins.Coming, 0, "次")
	see(bulletins.Past, 0, "済")
}

// What a bulletin may not say, with the field that says so.
func TestRefused(t *testing.T) {
	w := apptest.NewWorld(t)
	today := jptext.DateOf(w.Clock.Now())
	yesterday := today.AddDays(-1)
	good := bulletins.New{SubjectJa: "件名", TextJa: "本文"}
	for want, change := range map[string]func(*bulletins.New){
		"subject_ja required":        func(n *bulletins.New) { n.SubjectJa = " " },
		"text_ja required":           func(n *bulletins.New) { n.TextJa = "" },
		"text_ja too_long":           func(n *bulletins.New) { n.TextJa = strings.Repeat("長", 1001) },
		"subject_ja too_long":        func(n *bulletins.New) { n.SubjectJa = strings.Repeat("長", 81) },
		"text_en required":           func(n *bulletins.New) { n.SubjectEn = "Subject" },
		"subject_en required":        func(n *bulletins.New) { n.TextEn = "Text" },
		"text_ja secret_password":    func(n *bulletins.New) { n.TextJa = "暗証番号4821" },
		"until_on day_passed":        func(n *bulletins.New) { n.From, n.Until = yesterday, &yesterday },
		"until_on last_before_first": func(n *bulletins.New) { n.Until = &yesterday },
		"desk desk_unknown":          func(n *bulletins.New) { n.Desk = "none" },
	} {
		n := good
		change(&n)
		_, err := bulletins.Post(w.Ctx, w.Store, w.Manager, n)
		if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name+" "+f.Fields[0].Code != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := bulletins.Post(w.Ctx, w.Store, w.Supervisor, good); !fault.Of(err, fault.Forbidden) {
		t.Errorf("posted by a supervisor: %v", err)
	}
}

// Where nobody wrote it in English it is read in Japanese.
func TestLanguages(t *testing.T) {
	b := bulletins.Bulletin{SubjectJa: "件名", TextJa: "本文"}
	if _, text, in := b.In("en"); text != "本文" || in != "ja" {
		t.Errorf("%s in %s", text, in)
	}
	b.SubjectEn, b.TextEn = "Subject", "Text"
	if subject, _, in := b.In("en"); subject != "Subject" || in != "en" {
		t.Errorf("%s in %s", subject, in)
	}
}
