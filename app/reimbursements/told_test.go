package reimbursements_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/store"
)

// lines are the texts of the mails that are delivered now, unwrapped, by their address.
func lines(w *apptest.World) map[string]string {
	w.T.Helper()
	out := map[string]string{}
	w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error {
		out[e.To] += strings.ReplaceAll(e.Text, "\n", "")
		return nil
	}))
	return out
}

func done[T any](_ T, err error) error { return err }

// A mail says whether the ID is in use when it is sent, not when it was queued.
func TestAResultThatWaitedForAReset(t *testing.T) {
	w, of := importLosses(t, small, small)
	for _, c := range of {
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	}
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		return members.Resume(tx, of[1].IdentityID, "correct horse battery", false)
	}))
	told := lines(w)
	for i, address := range []string{"c0@mail.example", "c1@mail.example"} {
		if restricted := strings.Contains(told[address], "利用制限中です"); told[address] == "" || restricted != (i == 0) {
			t.Errorf("%s is told of a restriction: %v", address, restricted)
		}
	}
}

// The mail that closes a case explains a balance that something else moved since.
func TestTheClosingMailTellsWhatElseMoved(t *testing.T) {
	w, of := importLosses(t, small, small)
	for _, c := range of {
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	}
	lines(w)
	w.Import("", apptest.MovementsHeader+"U1,"+login(1)+",2014-07-31 01:00:00,exchange,pointtalk,,gift-code,40,,,none\n")
	completed := cases.Completed
	for _, c := range of {
		_, err := cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &completed, Version: w.Case(login(int(c.ID - of[0].ID))).Version, Reason: "ご本人に電話済み"})
		must(t, err)
	}
	w.Clock.Add(notices.ClosingWaits)
	told := lines(w)
	if text := told["c0@mail.example"]; !strings.Contains(text, "反映後の残高") || strings.Contains(text, "そのほか") {
		t.Errorf("nothing else moved: %s", text)
	}
	if text := told["c1@mail.example"]; !strings.Contains(text, "そのほかのポイントの動き：−40") || !strings.Contains(text, "反映後の残高：3,060") {
		t.Errorf("40 were used since: %s", text)
	}
}

// What canceled exchanges returned is told once, and nothing is made up to balance it: here
// before the posting (E0), and after it (E1).
func TestACancellationIsToldOnce(t *testing.T) {
	w, of := importLosses(t, exchanged(250), exchanged(250))
	cancel := func(i string) {
		t.Helper()
		w.Clock.Add(time.Minute)
		w.Import("", movements("C"+i+","+login(int(i[0]-'0'))+",2014-08-01 10:00,cancel,,goo,,100,,E"+i+",none"))
		w.Clock.Add(time.Minute)
	}
	cancel("0")
	settle(t, w, of[0])
	settle(t, w, of[1])
	cancel("1")
	settle(t, w, of[1])
	if text := lines(w)["c1@mail.example"]; !strings.Contains(text, "取消により戻った分：+100") {
		t.Errorf("not told when it came: %s", text)
	}
	for i, c := range of {
		must(t, done(reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, c.ID, fmt.Sprint("E", i), incidents.Own, "本人と申告")))
		w.Clock.Add(time.Minute)
		r := propose(t, w, w.Agent, c)
		approve(t, w, w.Supervisor2, r.ID)
	}
	told := lines(w)
	for _, address := range []string{"c0@mail.example", "c1@mail.example"} {
		if text := told[address]; !strings.Contains(text, "差額：−150") || strings.Contains(text, "戻った分") || strings.Contains(text, "そのほか") {
			t.Errorf("%s: %s", address, text)
		}
	}
}

// Mails that tell balances reach a member in the order in which they were queued, also when
// the server put the first one off.
func TestResultsArriveInOrder(t *testing.T) {
	w, of := importLosses(t, small, small)
	c := of[0]
	approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	w.Deliver(apptest.OutletFunc(func(notices.Envelope) error { return errors.New("451 4.3.0 try later") }))
	must(t, done(reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor2, c.ID, "pointtalk", 100, "端数")))
	settle(t, w, c)
	approve(t, w, w.Supervisor, propose(t, w, w.Agent, of[1]).ID)
	var got []string
	deliver := func(want ...string) {
		t.Helper()
		got = nil
		w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error { got = append(got, e.To+" "+e.Subject); return nil }))
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || !strings.HasPrefix(got[i], want[i]) {
				t.Fatalf("sent %q, want %q", got, want)
			}
		}
	}
	deliver("c1@mail.example") // nothing of another member waits
	w.Clock.Add(time.Minute)
	deliver("c0@mail.example ポイントの復元・補填完了", "c0@mail.example ポイントの残高調整")
	if n := w.Number("select count(*) from mails where state <> 'sent'"); n != 0 {
		t.Errorf("%d wait still", n)
	}
}

// A notice that waited until points were put back, or turned out to be the member's own, does
// not promise to put them back.
func TestANoticeTellsWhatStandsWhenItIsSent(t *testing.T) {
	w, of := importLosses(t, exchanged(250), exchanged(250), exchanged(250))
	must(t, done(resets.NotifyAll(w.Ctx, w.Store, w.Manager, apptest.Reference)))
	approve(t, w, w.Supervisor, propose(t, w, w.Agent, of[1]).ID)
	must(t, done(reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, of[2].ID, "E2", incidents.Own, "本人と申告")))
	told := map[string]string{}
	w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error {
		if strings.Contains(e.Subject, "利用制限") {
			told[e.To] = strings.ReplaceAll(e.Text, "\n", "")
		}
		return nil
	}))
	for i, address := range []string{"c0@mail.example", "c1@mail.example", "c2@mail.example"} {
		if promised := strings.Contains(told[address], "完了しましたら、あらためてメールで"); told[address] == "" || promised != (i == 0) {
			t.Errorf("%s: promised %v: %s", address, promised, told[address])
		}
	}
}

// sentTo delivers what is queued and gives what went out as "address subject".
func sentTo(w *apptest.World, failure error) (out []string) {
	w.T.Helper()
	w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error {
		if failure == nil {
			out = append(out, e.To+" "+e.Subject)
		}
		return failure
	}))
	return out
}

var (
	errPutOff  = errors.New("451 4.3.0 try later")
	errUnknown = &notices.Permanent{Err: errors.New("550 5.1.1 no such user"), Recipient: true}
)

// late has 100 of the exchange of the case canceled after it was posted, and the correction posted.
func late(t *testing.T, w *apptest.World, i int, c *cases.Case) {
	t.Helper()
	w.Clock.Add(time.Minute)
	w.Import("", movements(fmt.Sprintf("C%d,%s,2014-08-01 10:00,cancel,,goo,,100,,E%d,none", i, login(i), i)))
	w.Clock.Add(time.Minute)
	settle(t, w, c)
}

// A result that did not get through is told by letter, as a whole: no mail tells a part of it
// later, neither a correction that was queued behind it nor the result itself, sent again.
func TestALostResultIsToldByLetter(t *testing.T) {
	for name, first := range map[string]error{"a correction waits": errPutOff, "a correction comes later": errUnknown} {
		t.Run(name, func(t *testing.T) {
			w, of := importLosses(t, exchanged(250))
			settle(t, w, of[0])
			sentTo(w, first)
			late(t, w, 0, of[0])
			if first == errPutOff {
				sentTo(w, errUnknown)
			}
			w.Number("update contacts set undeliverable_at = null returning 1")
			if sent := sentTo(w, nil); len(sent) != 0 {
				t.Errorf("sent %q", sent)
			}
			result := w.Number("select min(id) from mails where kind = $1", notices.ReimbursementCompleted)
			_, err := notices.Resend(w.Ctx, w.Store, w.Agent, result, true)
			refusedAs(t, err, "mail_not_resendable")
			if about := w.Case(login(0)).Letter(w.ID(login(0)).Standing); !slices.Contains(about, cases.LetterResult) {
				t.Errorf("a letter about %v", about)
			}
		})
	}
}

// What is moved to another address keeps its place: the result goes before its correction, and
// is not sent again.
func TestAMovedResultKeepsItsPlace(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	settle(t, w, of[0])
	sentTo(w, errPutOff)
	change, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, of[0].ID, members.Email, "new@mail.example", "免許証")
	must(t, err)
	must(t, done(cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, change.ID, "new@mail.example")))
	late(t, w, 0, of[0])
	var got []string
	for range 3 {
		got = append(got, sentTo(w, nil)...)
		w.Clock.Add(2 * time.Second)
	}
	got = slices.DeleteFunc(got, func(s string) bool { return !strings.Contains(s, "補填") })
	if len(got) != 2 || !strings.HasPrefix(got[0], "new@mail.example ポイントの補填完了") || !strings.HasPrefix(got[1], "new@mail.example") || !strings.Contains(got[1], "訂正") {
		t.Errorf("sent %q", got)
	}
	_, err = notices.Resend(w.Ctx, w.Store, w.Agent, w.Number("select min(id) from mails where kind = $1", notices.ReimbursementCompleted), true)
	refusedAs(t, err, "mail_not_resendable")
}

// A correction to a result that waits in the ID's own mailbox goes there as well: the member
// reads both once the ID is in use.
func TestACorrectionFollowsIntoTheOwnMailbox(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	w.Number("update contacts set depends_on_login = true returning 1")
	settle(t, w, of[0])
	if sent := sentTo(w, nil); len(sent) != 1 || !w.Case(login(0)).LetterWaits(w.ID(login(0)).Standing) {
		t.Fatalf("sent %q, a letter waits: %v", sent, w.Case(login(0)).LetterWaits(w.ID(login(0)).Standing))
	}
	late(t, w, 0, of[0])
	if sent := sentTo(w, nil); len(sent) != 1 || !strings.Contains(sent[0], "訂正") {
		t.Errorf("sent %q", sent)
	}
}

// A result that was only kept is not sent after its correction was.
func TestAKeptResultIsNotSentAfterItsCorrection(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	settle(t, w, of[0])
	w.Deliver(notices.Mailbox{Folder: t.TempDir()})
	late(t, w, 0, of[0])
	if sent := sentTo(w, nil); len(sent) != 1 {
		t.Errorf("sent %q", sent)
	}
	if n, err := notices.SendKept(w.Ctx, w.Store, w.Manager, true); err != nil || n != 0 {
		t.Errorf("%d are sent late, %v", n, err)
	}
	if about := w.Case(login(0)).Letter(w.ID(login(0)).Standing); !slices.Contains(about, cases.LetterResult) {
		t.Errorf("a letter about %v", about)
	}
}

// adjusted gives 100 points more, which a mail tells alone.
func adjusted(t *testing.T, w *apptest.World, c *cases.Case) {
	t.Helper()
	w.Clock.Add(time.Minute)
	must(t, done(reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor2, c.ID, "pointtalk", 100, "端数")))
	settle(t, w, c)
}

// Once a part of what was put back is lost, no later part is told alone, and none that was
// sent ends the letter, which tells the whole.
func TestALaterPartDoesNotHideALostOne(t *testing.T) {
	for name, play := range map[string]func(w *apptest.World, c *cases.Case) (sent []string){
		"refused": func(w *apptest.World, c *cases.Case) []string {
			sentTo(w, &notices.Permanent{Err: errors.New("554 5.7.1 not wanted")})
			adjusted(t, w, c)
			return sentTo(w, nil)
		},
		"refused while another waits": func(w *apptest.World, c *cases.Case) []string {
			sentTo(w, errPutOff)
			adjusted(t, w, c)
			w.Clock.Add(time.Minute)
			sentTo(w, &notices.Permanent{Err: errors.New("554 5.7.1 not wanted")})
			w.Clock.Add(time.Minute)
			return sentTo(w, nil)
		},
		"bounced, and the address taken back": func(w *apptest.World, c *cases.Case) []string {
			sentTo(w, errUnknown)
			adjusted(t, w, c)
			w.Number("update contacts set undeliverable_at = null returning 1")
			return sentTo(w, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, of := importLosses(t, exchanged(250))
			settle(t, w, of[0])
			if sent := play(w, of[0]); len(sent) != 0 {
				t.Errorf("sent %q", sent)
			}
			if about := w.Case(login(0)).Letter(w.ID(login(0)).Standing); !slices.Contains(about, cases.LetterResult) {
				t.Errorf("a letter about %v", about)
			}
			_, err := notices.Resend(w.Ctx, w.Store, w.Agent, w.Number("select min(id) from mails"), true)
			refusedAs(t, err, "mail_not_resendable")
		})
	}
}

// A lost result goes again as long as it is all that was not told, and then no letter is due.
func TestALostResultIsSentAgain(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	settle(t, w, of[0])
	sentTo(w, &notices.Permanent{Err: errors.New("554 5.7.1 not wanted")})
	must(t, done(notices.Resend(w.Ctx, w.Store, w.Agent, w.Number("select min(id) from mails"), true)))
	if sent := sentTo(w, nil); len(sent) != 1 {
		t.Errorf("sent %q", sent)
	}
	if about := w.Case(login(0)).Letter(w.ID(login(0)).Standing); slices.Contains(about, cases.LetterResult) {
		t.Errorf("a letter about %v", about)
	}
}

// What lies in the ID's own mailbox is not corrected at another address: the letter tells the
// whole, also once the ID is in use.
func TestAnotherAddressIsNotToldAPart(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	w.Number("update contacts set depends_on_login = true returning 1")
	settle(t, w, of[0])
	sentTo(w, nil)
	change, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, of[0].ID, members.Email, "new@mail.example", "免許証")
	must(t, err)
	must(t, done(cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, change.ID, "new@mail.example")))
	late(t, w, 0, of[0])
	if sent := sentTo(w, nil); slices.ContainsFunc(sent, func(s string) bool { return strings.Contains(s, "訂正") }) {
		t.Errorf("sent %q", sent)
	}
	must(t, done(resets.Release(w.Ctx, w.Store, w.Supervisor, of[0].ID, "誤って制限")))
	if about := w.Case(login(0)).Letter(w.ID(login(0)).Standing); !slices.Contains(about, cases.LetterResult) {
		t.Errorf("a letter about %v", about)
	}
}

// What waits in the stopped queue of an address that was replaced leaves it, and what came
// later waits for it.
func TestAResultLeavesAStoppedQueue(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	w.Number(`insert into mail_queues (scope, relay, about_us, refusal, said, mails, domains, since, stopped_at) values ('mail.example', false, false, '550', '550', '{}', '{}', $1, $1) returning 1`, w.Clock.Now())
	settle(t, w, of[0])
	sentTo(w, nil)
	change, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, of[0].ID, members.Email, "new@other.example", "免許証")
	must(t, err)
	must(t, done(cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, change.ID, "new@other.example")))
	late(t, w, 0, of[0])
	got := sentTo(w, nil)
	for range 3 {
		w.Clock.Add(61 * time.Minute)
		got = append(got, sentTo(w, nil)...)
	}
	got = slices.DeleteFunc(got, func(s string) bool { return !strings.Contains(s, "補填") })
	if len(got) != 2 || !strings.HasPrefix(got[0], "new@other.example ポイントの補填完了") || !strings.Contains(got[1], "訂正") {
		t.Errorf("sent %q", got)
	}
}

// written records that the letter about the result was sent today.
func written(t *testing.T, w *apptest.World, c *cases.Case) {
	t.Helper()
	w.Clock.Add(time.Minute)
	must(t, done(cases.RecordLetter(w.Ctx, w.Store, w.Agent, c.ID, jptext.DateOf(w.Clock.Now()).String(), cases.LetterResult)))
	w.Clock.Add(time.Minute)
}

func letterWaits(w *apptest.World) bool {
	return slices.Contains(w.Case(login(0)).Letter(w.ID(login(0)).Standing), cases.LetterResult)
}

// What a letter told is not told again: neither what was lost before it, nor what waited.
func TestNothingIsTwiceToldAfterALetter(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	settle(t, w, of[0])
	sentTo(w, &notices.Permanent{Err: errors.New("554 5.7.1 not wanted")})
	written(t, w, of[0])
	result := w.Number("select min(id) from mails")
	_, err := notices.Resend(w.Ctx, w.Store, w.Agent, result, true)
	refusedAs(t, err, "mail_not_resendable")
	adjusted(t, w, of[0])
	if sent := sentTo(w, &notices.Permanent{Err: errors.New("554 5.7.1 not wanted")}); len(sent) != 0 || !letterWaits(w) {
		t.Errorf("sent %q, a letter waits: %v", sent, letterWaits(w))
	}
	must(t, done(notices.Resend(w.Ctx, w.Store, w.Agent, w.Number("select max(id) from mails"), true)))
	if sent := sentTo(w, nil); len(sent) != 1 || letterWaits(w) {
		t.Errorf("sent %q, a letter waits: %v", sent, letterWaits(w))
	}
}

// A letter takes the place of what was only kept, once.
func TestALetterTakesThePlaceOfWhatWasKept(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	settle(t, w, of[0])
	w.Deliver(notices.Mailbox{Folder: t.TempDir()})
	for i, want := range []bool{true, false} {
		adjusted(t, w, of[0])
		if sent := sentTo(w, nil); len(sent) != 1 || letterWaits(w) != want {
			t.Errorf("%d: sent %q, a letter waits: %v", i, sent, letterWaits(w))
		}
		if want {
			written(t, w, of[0])
		}
	}
}

// A closing mail that is on its way tells the whole: what is lost before it opens nothing.
func TestAClosingOnItsWayTellsTheWhole(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	settle(t, w, of[0])
	sentTo(w, errPutOff)
	completed := cases.Completed
	must(t, done(cases.Update(w.Ctx, w.Store, w.Supervisor, of[0].ID, cases.Change{Status: &completed, Version: w.Case(login(0)).Version, Reason: "ご本人に電話済み"})))
	sentTo(w, nil)
	w.Clock.Add(time.Minute)
	var got []string
	w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error {
		if strings.Contains(e.Subject, "完了のお知らせ") && strings.Contains(e.Subject, "補填") {
			return &notices.Permanent{Err: errors.New("554 5.7.1 not wanted")}
		}
		got = append(got, e.Subject)
		return nil
	}))
	if c := w.Case(login(0)); c.Status != cases.Completed || len(got) != 1 || c.LetterAbout != 0 {
		t.Errorf("%s, sent %q, a letter about %b", c.Status, got, c.LetterAbout)
	}
}

// The balances of two incidents of an ID come in order too: what was only kept of one, or lost
// of its closing, is not sent after the result of the other; the letter tells the former.
func TestNoOlderBalanceOfAnotherIncident(t *testing.T) {
	w := apptest.NewWorld(t)
	twice(w)
	affected, _ := files(0, []loss{exchanged(0)})
	w.Import(affected, movements("P1,"+login(0)+",2014-07-20 01:00:00,exchange,goo,,gift-code,400,,,confirmed"))
	w.ImportInto(second, affected, movements("P2,"+login(0)+",2014-07-21 01:00:00,exchange,goo,,gift-code,300,,,confirmed"))
	one, two := caseIn(w, apptest.Reference, login(0)), caseIn(w, second, login(0))
	settle(t, w, one)
	completed := cases.Completed
	must(t, done(cases.Update(w.Ctx, w.Store, w.Supervisor, one.ID, cases.Change{Status: &completed, Version: caseIn(w, apptest.Reference, login(0)).Version, Reason: "ご本人に電話済み"})))
	w.Clock.Add(notices.ClosingWaits)
	w.Deliver(notices.Mailbox{Folder: t.TempDir()})
	w.Clock.Add(time.Minute)
	settle(t, w, two)
	if sent := sentTo(w, nil); len(sent) != 1 {
		t.Errorf("sent %q", sent)
	}
	if n, err := notices.SendKept(w.Ctx, w.Store, w.Manager, true); err != nil || n != 0 {
		t.Errorf("%d are sent late, %v", n, err)
	}
	if c := caseIn(w, apptest.Reference, login(0)); c.Status != cases.Reopened || !c.LetterWaits(w.ID(login(0)).Standing) {
		t.Errorf("%s, a letter waits: %v", c.Status, c.LetterWaits(w.ID(login(0)).Standing))
	}
}

// What is posted while a lost mail is on its way again, and relies on the letter, keeps the
// letter due: so does what is posted while the closing mail is.
func TestPostedWhileAMailIsOnItsWay(t *testing.T) {
	lost := &notices.Permanent{Err: errors.New("554 5.7.1 not wanted")}
	for name, again := range map[string]func(w *apptest.World, c *cases.Case){
		"a result": func(w *apptest.World, c *cases.Case) {
			must(t, done(notices.Resend(w.Ctx, w.Store, w.Agent, w.Number("select min(id) from mails"), true)))
		},
		"a closing": func(w *apptest.World, c *cases.Case) {
			completed := cases.Completed
			must(t, done(cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &completed, Version: w.Case(login(0)).Version, Reason: "ご本人に電話済み"})))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, of := importLosses(t, exchanged(250))
			settle(t, w, of[0])
			sentTo(w, lost)
			again(w, of[0])
			w.Clock.Add(notices.ClosingWaits)
			sent := 0
			w.Deliver(apptest.OutletFunc(func(notices.Envelope) error {
				adjusted(t, w, of[0])
				sent++
				return nil
			}))
			if w.Case(login(0)).LetterAbout == 0 || sent != 1 {
				t.Errorf("%d sent, and no letter is due", sent)
			}
		})
	}
}

// A result that is sent in the moment in which its contact is undone has reached nobody.
func TestAResultToAContactThatIsUndoneMeanwhile(t *testing.T) {
	w, of := importLosses(t, exchanged(250))
	change, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, of[0].ID, members.Email, "new@mail.example", "免許証")
	must(t, err)
	must(t, done(cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, change.ID, "new@mail.example")))
	sentTo(w, nil)
	settle(t, w, of[0])
	w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error {
		if strings.Contains(e.Subject, "補填完了") {
			must(t, done(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, change.ID, "書類が偽造")))
		}
		return nil
	}))
	if !letterWaits(w) {
		t.Error("no letter is due")
	}
}
