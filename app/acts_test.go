package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/audit"
	"hoten/app/bulletins"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/cti"
	"hoten/app/desks"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/installation"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/operators"
	"hoten/app/outside"
	"hoten/app/points"
	_ "hoten/app/points/bybatch"
	_ "hoten/app/points/overhttp"
	"hoten/app/policies"
	"hoten/app/questions"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/app/resets"
	"hoten/app/scripts"
	"hoten/app/services"
	"hoten/app/setup"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
	"hoten/app/webhooks"
	"hoten/i18n"
)

// act is one way to perform a verb: setUp prepares what it is done to and returns
// the action, which succeeds when actor does it.
type act struct {
	verb  *verbs.Verb
	title string
	actor access.Actor
	setUp func() func(by access.Actor) error
}

// elsewhere are the verbs whose atomicity is tested where they are at home, and why.
var elsewhere = map[string]string{
	"staff.sign_in_failed":    "the answer is a refusal, so nothing is there to be whole: app/staff",
	"staff.password_changed":  "counts the attempt first, as signing in does: app/staff",
	"staff.signed_in":         "counts the attempt first, on purpose in a transaction of its own: app/staff",
	"import.started":          "takes an upload as it comes: app/imports",
	"import.run":              "takes an upload of before: app/imports",
	"import.done":             "lands in the background, killed there at every step: app/crash",
	"case.viewed":             "a look: app/cases",
	"members.searched":        "a look: app/cases",
	"directory.answered":      "sends first, on purpose before it records: app/directories",
	"reconciliation.compared": "compares what was learned, which the acts do as well: app/reconciliations",
	"leg.answered":            "sends first, on purpose before it records: app/points",
}

const password = "tsukimi-dango-47"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shop is a world with enough cases that each act has one of its own.
func shop(t *testing.T) (w *apptest.World, address string) {
	address = apptest.DatabaseURL(t)
	clock := &apptest.Clock{}
	clock.Set(apptest.Start)
	w = apptest.Populate(t, apptest.Open(t, address, clock.Now), clock)
	w.Import(apptest.Losses(98))
	return w, address
}

// connected is a telephone system that tells of its calls.
func connected(t *testing.T, w *apptest.World) *cti.Connection {
	t.Helper()
	token, err := cti.Connect(w.Ctx, w.Store, w.Administrator, "PBX")
	must(t, err)
	c, err := cti.ByToken(store.Read(w.Ctx, w.Store), token)
	must(t, err)
	return c
}

// refusing is an order that a directory refused, where the IDs of the world live from then on.
func refusing(t *testing.T, w *apptest.World) directories.Order {
	t.Helper()
	db := store.Read(w.Ctx, w.Store)
	if homes, err := directories.Homes(db); err != nil || len(homes) == 0 {
		must(t, err)
		w.Connect(t)
		must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error { // a held copy sends nothing
			_, err := store.Exec(tx, "update directory_orders set state = 'refused', code = 'not_able', settled_at = $1", tx.Now)
			return err
		}))
	}
	d, err := directories.ByCode(db, "outside")
	must(t, err)
	list, err := directories.Open(db, d.ID, true, 0, 1)
	must(t, err)
	return list[0]
}

// pointsPlan is a point system that nobody answers for.
func pointsPlan(code string) points.Plan {
	return points.Plan{Plan: outside.Plan{Code: code, Name: "ポイント基盤", Kind: "http", Settings: map[string]string{"url": "http://127.0.0.1:1", "secret": "points-token-of-tests"}}}
}

// batchSystem is a point system of its own that takes files, with a leg that waits for one.
func batchSystem(t *testing.T, w *apptest.World) (code string, leg int64) {
	t.Helper()
	db := store.Read(w.Ctx, w.Store)
	list, err := points.List(db)
	must(t, err)
	code = fmt.Sprint("files", len(list))
	_, err = points.Set(w.Ctx, w.Store, w.Administrator, 0, points.Plan{Plan: outside.Plan{Code: code, Name: "ポイント基盤", Kind: "batch", Settings: map[string]string{"hours": "02:00", "encoding": "utf-8"}}})
	must(t, err)
	y, err := points.ByCode(db, code)
	must(t, err)
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		rows, err := store.Returning[struct{ ID int64 }](tx, `insert into point_legs (key, system_id, reimbursement_id, identity_id, program_id, points, parts, decided_at, next_at)
			select gen_random_uuid(), $1, r.id, c.identity_id, p.id, 5, '{}', $2, $2 from reimbursements r join cases c on c.id = r.case_id cross join programs p
			where r.state in ('posted', 'submitted') and not exists (select from point_legs l where l.reimbursement_id = r.id and l.program_id = p.id)
			and not exists (select from point_legs l where l.identity_id = c.identity_id and l.program_id = p.id and l.state in ('waiting', 'uncertain', 'refused')) limit 1 returning id`, y.ID, tx.Now)
		if err == nil {
			leg = rows[0].ID
		}
		return err
	}))
	return code, leg
}

// cutFile is a file of its own system.
func cutFile(t *testing.T, w *apptest.World) (code string, leg int64) {
	t.Helper()
	code, leg = batchSystem(t, w)
	_, err := points.CutNow(w.Ctx, w.Store, w.Supervisor, code)
	must(t, err)
	return code, leg
}

// refusedLeg is a leg of a case of its own that a point system refused.
func refusedLeg(t *testing.T, w *apptest.World) points.Leg {
	t.Helper()
	db := store.Read(w.Ctx, w.Store)
	y, err := points.ByCode(db, "refusing")
	if fault.Of(err, fault.NotFound) {
		_, err = points.Set(w.Ctx, w.Store, w.Administrator, 0, pointsPlan("refusing"))
		must(t, err)
		y, err = points.ByCode(db, "refusing")
	}
	must(t, err)
	var id int64
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		rows, err := store.Returning[struct{ ID int64 }](tx, `insert into point_legs (key, system_id, reimbursement_id, identity_id, program_id, points, parts, decided_at, next_at, state, settled_at, code)
			select gen_random_uuid(), $1, r.id, c.identity_id, p.id, 5, '{}', $2, $2, 'refused', $2, 'account_closed' from reimbursements r join cases c on c.id = r.case_id cross join programs p
			where r.state in ('posted', 'submitted') and not exists (select from point_legs l where l.reimbursement_id = r.id and l.program_id = p.id) limit 1 returning id`, y.ID, tx.Now)
		if err == nil {
			id = rows[0].ID
		}
		return err
	}))
	l, err := points.LegByID(db, id)
	must(t, err)
	return *l
}

// acts is every verb, each in at least one way.
func acts(t *testing.T, w *apptest.World) []act {
	ctx, db, clock := context.Background(), w.Store, w.Clock
	agent, supervisor, supervisor2, nobody := w.Agent, w.Supervisor, w.Supervisor2, access.Actor{}
	next := -1
	other := func() *cases.Case {
		next++
		return w.Case(apptest.LossLogin(next))
	}
	proposed := func() (*cases.Case, int64) {
		c := other()
		r, err := reimbursements.Propose(ctx, db, agent, c.ID, "")
		must(t, err)
		return c, r.ID
	}
	approve := func(w *apptest.World, by access.Actor, id int64) error {
		_, err := reimbursements.Approve(ctx, db, by, id)
		return err
	}
	approved := func(id int64) { must(t, approve(w, supervisor, id)) }
	hook := func(off bool) int64 {
		made, err := webhooks.Add(ctx, db, w.Administrator, webhooks.Internet, webhooks.Plan{URL: "https://example.jp/hoten", Note: "BI", Kinds: []string{"case"}})
		must(t, err)
		if off {
			must(t, webhooks.Disable(ctx, db, w.Administrator, made.ID))
		}
		return made.ID
	}
	posted := func() int64 {
		b, err := bulletins.Post(ctx, db, w.Manager, bulletins.New{SubjectJa: "件名", TextJa: "本文"})
		must(t, err)
		return b.ID
	}
	verified := func() (*cases.Case, *cases.Call) {
		c := other()
		return c, w.Verified(agent, c.ID, apptest.LossSays(next)...)
	}
	asked := func() (*cases.Case, *cases.Call) { c := other(); return c, w.Call(agent, c.ID) }
	offered := func() (*cases.Call, int64) {
		c, call := verified()
		_, err := cases.Update(ctx, db, agent, c.ID, cases.Change{Assignee: &agent.ID, Version: w.Case(apptest.LossLogin(next)).Version})
		must(t, err)
		h, err := cases.OfferHandover(ctx, db, agent, call.ID, supervisor.ID, "苦情のため")
		must(t, err)
		return call, h.ID
	}
	const newMail = "new.address@mail.example"
	changing := func() int64 {
		ch, err := cases.ProposeContact(ctx, db, agent, other().ID, members.Email, newMail, "本人確認書類の写し")
		must(t, err)
		return ch.ID
	}
	linked := func() (*cases.Case, string) {
		c, _ := verified()
		_, err := resets.Send(ctx, db, agent, c.ID, "")
		must(t, err)
		return c, strings.TrimPrefix(w.Secret(c.ID), "/reset/")
	}
	promised := func() int64 {
		c, err := callbacks.Promise(ctx, db, agent, other().ID, callbacks.New{DueAt: clock.Now().Add(time.Hour)})
		must(t, err)
		return c.ID
	}
	question := questions.Text{Topic: "goo", QuestionJa: "いつ戻りますか", QuestionEn: "When?", AnswerJa: "順次です", AnswerEn: "Soon."}
	suspended := func(program string) services.New {
		return services.New{Program: program, Service: services.Exchange, State: services.Suspended, From: clock.Now(), Reason: "不正利用"}
	}
	hired := 0
	hire := func(role access.Role) access.Actor {
		hired++
		added, err := staff.Add(ctx, db, w.Administrator, staff.New{Email: fmt.Sprintf("hired%d@hoten.example", hired), Name: "採用", Role: role, Password: password})
		must(t, err)
		return added.Staff.Actor("console")
	}
	return []act{
		{reimbursements.ToPropose, "", agent, func() func(access.Actor) error {
			c := other()
			return func(by access.Actor) error {
				_, err := reimbursements.Propose(ctx, db, by, c.ID, "覚え書き")
				return err
			}
		}},
		{reimbursements.ToPropose, "ProposeMany", agent, func() func(access.Actor) error {
			ids := []int64{other().ID, other().ID}
			return func(by access.Actor) error { _, err := reimbursements.ProposeMany(ctx, db, by, ids); return err }
		}},
		{reimbursements.ToApprove, "the first of two", supervisor, func() func(access.Actor) error {
			_, id := proposed()
			return func(by access.Actor) error { return approve(w, by, id) }
		}},
		{reimbursements.ToApprove, "the last: posted", supervisor2, func() func(access.Actor) error {
			_, id := proposed()
			approved(id)
			return func(by access.Actor) error { return approve(w, by, id) }
		}},
		{reimbursements.ToApprove, "ApproveMany", supervisor2, func() func(access.Actor) error {
			_, one := proposed()
			_, two := proposed()
			approved(one)
			return func(by access.Actor) error {
				results, err := reimbursements.ApproveMany(ctx, db, by, []int64{one, two})
				for _, r := range results {
					err = errors.Join(err, r.Err)
				}
				return err
			}
		}},
		{reimbursements.ToApproveSeen, "", supervisor, func() func(access.Actor) error {
			_, id := proposed()
			return func(by access.Actor) error {
				_, err := reimbursements.ApproveSeen(ctx, db, by, []cases.AsShown{{ID: id, Mark: 1}}, fmt.Sprint("once", id))
				return err
			}
		}},
		{reimbursements.ToReturn, "", supervisor, func() func(access.Actor) error {
			_, id := proposed()
			return func(by access.Actor) error { _, err := reimbursements.Return(ctx, db, by, id, "見直し"); return err }
		}},
		{reimbursements.ToReject, "", supervisor, func() func(access.Actor) error {
			_, id := proposed()
			return func(by access.Actor) error { _, err := reimbursements.Reject(ctx, db, by, id, "own_use"); return err }
		}},
		{reimbursements.ToWithdraw, "", agent, func() func(access.Actor) error {
			_, id := proposed()
			return func(by access.Actor) error { _, err := reimbursements.Withdraw(ctx, db, by, id, "誤り"); return err }
		}},
		{reimbursements.ToDecideFinding, "approvals voided", supervisor, func() func(access.Actor) error {
			c, id := proposed()
			approved(id)
			return func(by access.Actor) error {
				_, err := reimbursements.DecideFinding(ctx, db, by, c.ID, fmt.Sprint("E", next), incidents.Own, "本人")
				return err
			}
		}},
		{reimbursements.ToDecideDouble, "both real, approvals voided", supervisor, func() func(access.Actor) error {
			c, id := proposed()
			approved(id)
			w.Import("", apptest.MovementsHeader+fmt.Sprintf("D%d,%s,2014-07-20 05:00,exchange,goo,,gift,77,,,confirmed\nDD%d,%[2]s,2014-07-20 05:00,exchange,goo,,gift,77,,,suspected\n", next, apptest.LossLogin(next), next))
			return func(by access.Actor) error {
				_, err := reimbursements.DecideDouble(ctx, db, by, c.ID, fmt.Sprint("D", next), incidents.Real, "二つとも実際の交換")
				return err
			}
		}},
		{reimbursements.ToAddAdjustment, "approvals voided", agent, func() func(access.Actor) error {
			c, id := proposed()
			approved(id)
			return func(by access.Actor) error {
				_, err := reimbursements.AddAdjustment(ctx, db, by, c.ID, "goo", 5, "端数")
				return err
			}
		}},
		{reimbursements.ToUndoAdjustment, "", agent, func() func(access.Actor) error {
			c := other()
			clock.Add(time.Second)
			a, err := reimbursements.AddAdjustment(ctx, db, agent, c.ID, "goo", 5, "端数")
			must(t, err)
			return func(by access.Actor) error { return reimbursements.UndoAdjustment(ctx, db, by, c.ID, a.ID) }
		}},
		{cases.ToUndo, "", agent, func() func(access.Actor) error {
			c, held := other(), cases.OnHold
			clock.Add(time.Second)
			_, err := cases.Update(ctx, db, agent, c.ID, cases.Change{Status: &held, Assignee: &agent.ID, Version: c.Version})
			must(t, err)
			events, err := cases.Events(store.Read(ctx, db), c.ID, nil, 0, 1)
			must(t, err)
			return func(by access.Actor) error {
				_, err := cases.Undo(ctx, db, by, c.ID, events[0].ID)
				return err
			}
		}},
		{reimbursements.ToPropose, "as shown", agent, func() func(access.Actor) error {
			v, err := reimbursements.PreviewOf(store.Read(ctx, db), clock.Now(), agent, []int64{other().ID, other().ID})
			must(t, err)
			return func(by access.Actor) error {
				_, _, err := reimbursements.ProposeShown(ctx, db, by, v.Shown)
				return err
			}
		}},
		{reports.ToAddNote, "", agent, func() func(access.Actor) error {
			return func(by access.Actor) error {
				return reports.AddNote(ctx, db, by, reports.Query{}, "明日は10時から増員")
			}
		}},
		{cases.ToOpen, "", agent, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := cases.Open(ctx, db, by, apptest.Reference, "new@ocn.example")
				return err
			}
		}},
		{cases.ToAddToIncident, "", supervisor, func() func(access.Actor) error {
			opened, err := cases.Open(ctx, db, agent, apptest.Reference, "added@ocn.example")
			if err != nil {
				t.Fatal(err)
			}
			return func(by access.Actor) error {
				_, err := cases.AddToIncident(ctx, db, by, opened.Case.ID, "追加申告", map[string]int64{"goo": 5})
				return err
			}
		}},
		{cases.ToStartCall, "", agent, func() func(access.Actor) error {
			c := other()
			return func(by access.Actor) error {
				_, err := cases.StartCall(ctx, db, by, c.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self, CallerNumber: "090-0000-0001"})
				return err
			}
		}},
		{cases.ToHangUp, "", access.System("telephone"), func() func(access.Actor) error {
			pbx := connected(t, w)
			said := cti.Event{Event: cti.Answer, Direction: "in", From: "09011112222", CallID: fmt.Sprint("call", next), AnsweringNumber: "agent@hoten.example"}
			_, err := cti.Take(ctx, db, pbx, said)
			must(t, err)
			w.Call(agent, other().ID)
			said.Event = cti.Hangup
			line, err := cti.Take(ctx, db, pbx, said)
			must(t, err)
			return func(access.Actor) error { return cases.FollowLine(ctx, db, line) }
		}},
		{cti.ToConnect, "", w.Administrator, func() func(access.Actor) error {
			return func(by access.Actor) error { _, err := cti.Connect(ctx, db, by, "本社PBX"); return err }
		}},
		{cti.ToDisconnect, "", w.Administrator, func() func(access.Actor) error {
			pbx := connected(t, w)
			return func(by access.Actor) error { return cti.Disconnect(ctx, db, by, pbx.ID) }
		}},
		{cti.ToSetDialling, "", w.Administrator, func() func(access.Actor) error {
			return func(by access.Actor) error {
				return cti.SetDialling(ctx, db, by, "https://pbx.example/dial?to={number}")
			}
		}},
		{cases.ToAnswer, "right", agent, func() func(access.Actor) error {
			_, call := asked()
			return func(by access.Actor) error {
				_, err := cases.Answer(ctx, db, by, call.ID, cases.ItemName, "山田太郎", false)
				return err
			}
		}},
		{cases.ToAnswer, "the third wrong", agent, func() func(access.Actor) error {
			c := other()
			call := w.Call(agent, c.ID, cases.ItemName, "田中", cases.ItemName, "山本")
			return func(by access.Actor) error {
				_, err := cases.Answer(ctx, db, by, call.ID, cases.ItemPhone, "090-1111-1111", false)
				return err
			}
		}},
		{cases.ToConclude, "", agent, func() func(access.Actor) error {
			_, call := verified()
			return func(by access.Actor) error {
				_, err := cases.Conclude(ctx, db, by, call.ID, cases.Verified)
				return err
			}
		}},
		{cases.ToConclude, "impostor", agent, func() func(access.Actor) error {
			_, call := verified()
			return func(by access.Actor) error {
				_, err := cases.Conclude(ctx, db, by, call.ID, cases.ImpostorSuspected)
				return err
			}
		}},
		{cases.ToClearImpostor, "", supervisor, func() func(access.Actor) error {
			c, call := verified()
			if _, err := cases.Conclude(ctx, db, agent, call.ID, cases.ImpostorSuspected); err != nil {
				t.Fatal(err)
			}
			return func(by access.Actor) error {
				_, err := cases.ClearImpostor(ctx, db, by, c.ID, "本人と確認", nil)
				return err
			}
		}},
		{cases.ToUpholdImpostor, "", supervisor, func() func(access.Actor) error {
			c, call := verified()
			_, err := cases.Conclude(ctx, db, agent, call.ID, cases.ImpostorSuspected)
			must(t, err)
			return func(by access.Actor) error {
				_, err := cases.UpholdImpostor(ctx, db, by, c.ID, "別人と確認")
				return err
			}
		}},
		{cases.ToReopenVerification, "", supervisor, func() func(access.Actor) error {
			c := other()
			w.Call(agent, c.ID, cases.ItemName, "田中", cases.ItemName, "山本", cases.ItemName, "鈴木")
			return func(by access.Actor) error {
				_, err := cases.ReopenVerification(ctx, db, by, c.ID, "折り返しで確認")
				return err
			}
		}},
		{cases.ToRecordRepresentative, "", supervisor, func() func(access.Actor) error {
			c := other()
			return func(by access.Actor) error {
				_, err := cases.RecordRepresentative(ctx, db, by, c.ID, cases.Proxy, "委任状を確認")
				return err
			}
		}},
		{cases.ToWithdrawRepresentative, "", supervisor, func() func(access.Actor) error {
			c := other()
			if _, err := cases.RecordRepresentative(ctx, db, supervisor, c.ID, cases.Proxy, "委任状を確認"); err != nil {
				t.Fatal(err)
			}
			id := w.Number("select max(id) from representatives")
			return func(by access.Actor) error {
				_, err := cases.WithdrawRepresentative(ctx, db, by, c.ID, id, "委任状が偽造と判明")
				return err
			}
		}},
		{cases.ToSendCode, "", agent, func() func(access.Actor) error {
			_, call := asked()
			return func(by access.Actor) error { _, err := cases.SendCode(ctx, db, by, call.ID); return err }
		}},
		{cases.ToCheckCode, "", agent, func() func(access.Actor) error {
			c, call := asked()
			if _, err := cases.SendCode(ctx, db, agent, call.ID); err != nil {
				t.Fatal(err)
			}
			code := w.Secret(c.ID)
			return func(by access.Actor) error { _, err := cases.CheckCode(ctx, db, by, call.ID, code); return err }
		}},
		{cases.ToConfirmCallback, "", agent, func() func(access.Actor) error {
			c := other()
			call, err := cases.StartCall(ctx, db, agent, c.ID, cases.NewCall{Direction: "outbound", Relation: cases.Self})
			if err != nil {
				t.Fatal(err)
			}
			return func(by access.Actor) error { _, err := cases.ConfirmCallback(ctx, db, by, call.ID); return err }
		}},
		{callbacks.ToPromise, "", agent, func() func(access.Actor) error {
			c := other()
			return func(by access.Actor) error {
				_, err := callbacks.Promise(ctx, db, by, c.ID, callbacks.New{DueAt: clock.Now().Add(time.Hour), Note: "午後を希望"})
				return err
			}
		}},
		{callbacks.ToDial, "", agent, func() func(access.Actor) error {
			id := promised()
			clock.Add(time.Hour)
			return func(by access.Actor) error { _, err := callbacks.Dial(ctx, db, by, id, false); return err }
		}},
		{callbacks.ToAttempt, "the third unsuccessful", agent, func() func(access.Actor) error {
			id := promised()
			attempt := func(by access.Actor) error {
				_, err := callbacks.Attempt(ctx, db, by, id, callbacks.Tried{Outcome: callbacks.NoAnswer})
				return err
			}
			if err := errors.Join(attempt(agent), attempt(agent)); err != nil {
				t.Fatal(err)
			}
			return attempt
		}},
		{callbacks.ToMove, "", agent, func() func(access.Actor) error {
			id := promised()
			return func(by access.Actor) error {
				_, err := callbacks.Move(ctx, db, by, id, callbacks.Moved{DueAt: clock.Now().Add(2 * time.Hour), Reason: "お客さまの都合"})
				return err
			}
		}},
		{callbacks.ToDrop, "", agent, func() func(access.Actor) error {
			id := promised()
			return func(by access.Actor) error { _, err := callbacks.Drop(ctx, db, by, id, 0, "不要"); return err }
		}},
		{cases.ToEndCall, "", agent, func() func(access.Actor) error {
			_, call := asked()
			return func(by access.Actor) error { _, err := cases.EndCall(ctx, db, by, call.ID); return err }
		}},
		{cases.ToProposeContact, "", agent, func() func(access.Actor) error {
			c := other()
			return func(by access.Actor) error {
				_, err := cases.ProposeContact(ctx, db, by, c.ID, members.Phone, "090-7777-0001", "本人確認書類の写し")
				return err
			}
		}},
		{cases.ToConfirmContact, "", supervisor, func() func(access.Actor) error {
			id := changing()
			return func(by access.Actor) error { _, err := cases.ConfirmContact(ctx, db, by, id, newMail); return err }
		}},
		{cases.ToRefuseContact, "", supervisor, func() func(access.Actor) error {
			id := changing()
			return func(by access.Actor) error {
				_, err := cases.RefuseContact(ctx, db, by, id, "書類が不鮮明")
				return err
			}
		}},
		{cases.ToWithdrawContact, "", agent, func() func(access.Actor) error {
			id := changing()
			return func(by access.Actor) error { _, err := cases.WithdrawContact(ctx, db, by, id); return err }
		}},
		{cases.ToRecordLetter, "", agent, func() func(access.Actor) error {
			c := other()
			_, err := w.Pool.Exec(ctx, "update cases set letter_about = 1 where id = $1", c.ID)
			must(t, err)
			return func(by access.Actor) error {
				_, err := cases.RecordLetter(ctx, db, by, c.ID, jptext.DateOf(clock.Now()).String())
				return err
			}
		}},
		{cases.ToUndoContact, "", supervisor, func() func(access.Actor) error {
			id := changing()
			_, err := cases.ConfirmContact(ctx, db, supervisor, id, newMail)
			must(t, err)
			return func(by access.Actor) error {
				_, err := cases.UndoContact(ctx, db, by, id, "誤記のため")
				return err
			}
		}},
		{cases.ToOfferHandover, "after one that ran out", agent, func() func(access.Actor) error {
			_, call := asked()
			_, err := cases.OfferHandover(ctx, db, agent, call.ID, supervisor.ID, "")
			must(t, err)
			clock.Add(time.Hour)
			return func(by access.Actor) error {
				_, err := cases.OfferHandover(ctx, db, by, call.ID, supervisor.ID, "苦情のため")
				return err
			}
		}},
		{cases.ToWithdrawHandover, "", agent, func() func(access.Actor) error {
			call, _ := offered()
			return func(by access.Actor) error { _, err := cases.WithdrawHandover(ctx, db, by, call.ID); return err }
		}},
		{cases.ToDeclineHandover, "", supervisor, func() func(access.Actor) error {
			_, id := offered()
			return func(by access.Actor) error { _, err := cases.DeclineHandover(ctx, db, by, id); return err }
		}},
		{cases.ToExpireHandover, "", access.System("test"), func() func(access.Actor) error {
			clock.Add(4 * time.Minute)
			must(t, cases.ExpireHandovers(ctx, db)) // those of other acts
			offered()
			clock.Add(4 * time.Minute)
			return func(access.Actor) error { return cases.ExpireHandovers(ctx, db) }
		}},
		{cases.ToAcceptHandover, "another call ends, the case goes along", supervisor, func() func(access.Actor) error {
			_, id := offered()
			w.Call(supervisor, other().ID)
			return func(by access.Actor) error { _, err := cases.AcceptHandover(ctx, db, by, id, true); return err }
		}},
		{cases.ToAddNote, "", agent, func() func(access.Actor) error {
			c := other()
			return func(by access.Actor) error {
				_, err := cases.AddNote(ctx, db, by, c.ID, "折り返しを希望")
				return err
			}
		}},
		{cases.ToUpdate, "closed and mailed", supervisor, func() func(access.Actor) error {
			c, done := other(), cases.Completed
			return func(by access.Actor) error {
				_, err := cases.Update(ctx, db, by, c.ID, cases.Change{Status: &done, Assignee: &agent.ID, Version: c.Version, Reason: "連絡なし"})
				return err
			}
		}},
		{cases.ToReveal, "", agent, func() func(access.Actor) error {
			c := other()
			return func(by access.Actor) error { _, err := cases.Reveal(ctx, db, by, c.ID, "封書の宛名"); return err }
		}},
		{resets.ToSend, "", agent, func() func(access.Actor) error {
			c, _ := verified()
			return func(by access.Actor) error { _, err := resets.Send(ctx, db, by, c.ID, ""); return err }
		}},
		{resets.ToComplete, "", access.System("test"), func() func(access.Actor) error {
			_, token := linked()
			return func(access.Actor) error {
				_, err := resets.Complete(ctx, db, token, "keyaki-no-ki-47", "keyaki-no-ki-47", true)
				return err
			}
		}},
		{resets.ToRelease, "with a link out", supervisor, func() func(access.Actor) error {
			c, _ := linked()
			return func(by access.Actor) error {
				_, err := resets.Release(ctx, db, by, c.ID, "誤って制限")
				return err
			}
		}},
		{resets.ToRestrict, "", supervisor, func() func(access.Actor) error {
			c, token := linked()
			_, err := resets.Complete(ctx, db, token, "keyaki-no-ki-47", "keyaki-no-ki-47", true)
			must(t, err)
			return func(by access.Actor) error {
				_, err := resets.Restrict(ctx, db, by, c.ID, time.Time{}, "別人と判明")
				return err
			}
		}},
		{resets.ToRevise, "", access.System("test"), func() func(access.Actor) error {
			c, token := linked()
			_, err := resets.Complete(ctx, db, token, "keyaki-no-ki-47", "keyaki-no-ki-47", true)
			must(t, err)
			_, err = w.Pool.Exec(ctx, "update contacts set withdrawn_at = now() where id = (select contact_id from reset_links where case_id = $1 and used_at is not null order by id desc limit 1)", c.ID)
			must(t, err)
			return func(access.Actor) error { return resets.Revise(ctx, db) }
		}},
		{resets.ToNotify, "", agent, func() func(access.Actor) error {
			c := other()
			return func(by access.Actor) error { _, err := resets.Notify(ctx, db, by, c.ID); return err }
		}},
		{policies.ToSet, "", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error {
				return policies.Set(ctx, db, by, w.PolicyVersion(), policies.Default(), "見直し")
			}
		}},
		{incidents.ToCreate, "", w.Manager, func() func(access.Actor) error {
			day := jptext.DateOf(apptest.Start)
			return func(by access.Actor) error {
				_, err := incidents.Create(ctx, db, by, incidents.New{Reference: "2014-R097", TitleJa: "別", TitleEn: "Other", PeriodFrom: day, PeriodTo: day, DetectedOn: day})
				return err
			}
		}},
		{incidents.ToChange, "", w.Manager, func() func(access.Actor) error {
			kept, err := incidents.ByReference(store.Read(ctx, db), apptest.Reference)
			must(t, err)
			n := incidents.New{Reference: kept.Reference, TitleJa: "改題", TitleEn: "Renamed", PeriodFrom: kept.PeriodFrom, PeriodTo: kept.PeriodTo, DetectedOn: kept.DetectedOn,
				Bearers: map[string]string{"goo": "ntt-com", "pointtalk": ""}}
			return func(by access.Actor) error { _, err := incidents.Change(ctx, db, by, kept.Version, n); return err }
		}},
		{incidents.ToSetProgram, "", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error {
				p := incidents.Program{Code: "miles", NameJa: "マイル", NameEn: "Miles", UnitJa: "マイル", UnitEn: "miles", UnitEnOne: "mile"}
				_, err := incidents.SetProgram(ctx, db, by, 0, p, "ntt-com")
				return err
			}
		}},
		{operators.ToSet, "", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := operators.Set(ctx, db, by, 0, operators.Operator{Code: "third", NameJa: "第三", NameEn: "Third"})
				return err
			}
		}},
		{operators.ToSetMark, "", w.Manager, func() func(access.Actor) error {
			var file bytes.Buffer
			if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
				t.Fatal(err)
			}
			return func(by access.Actor) error {
				_, err := operators.SetMark(ctx, db, by, "ntt-com", file.Bytes())
				return err
			}
		}},
		{operators.ToSetID, "", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := operators.SetID(ctx, db, by, 0, operators.ID{Code: "third-id", NameJa: "第三ID", NameEn: "Third ID", Language: "ja", Domains: []string{"third.example"}}, "ntt-com")
				return err
			}
		}},
		{setup.ToApply, "", w.Manager, func() func(access.Actor) error {
			f := apptest.Ferry(t)
			return func(by access.Actor) error { _, err := setup.Apply(ctx, db, by, f, "設定"); return err }
		}},
		{desks.ToAdd, "", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error {
				d := apptest.Release(t)[0]
				d.Code = "night"
				return desks.Add(ctx, db, by, d, "夜間の受付")
			}
		}},
		{desks.ToSet, "", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error {
				seen := apptest.Release(t)[0]
				next := seen
				next.Phone = "0120-000-000"
				_, err := desks.Set(ctx, db, by, seen, next, "番号の変更")
				return err
			}
		}},
		{desks.ToSet, "Except", w.Manager, func() func(access.Actor) error {
			day := jptext.Date{Year: 2014, Month: time.August, Day: 20}
			return func(by access.Actor) error {
				return desks.Except(ctx, db, by, "point", day, day.AddDays(1), nil, "点検")
			}
		}},
		{staff.ToAdd, "", w.Administrator, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := staff.Add(ctx, db, by, staff.New{Email: "new@hoten.example", Name: "新", Role: access.Agent})
				return err
			}
		}},
		{reimbursements.ToProposeAll, "", agent, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := reimbursements.ProposeAll(ctx, db, by, apptest.Reference)
				return err
			}
		}},
		{reimbursements.ToRemind, "", access.System("test"), func() func(access.Actor) error {
			proposed()
			clock.Add(5 * time.Hour)
			return func(access.Actor) error { return reimbursements.Remind(ctx, db) }
		}},
		{reimbursements.ToCatchUp, "", access.System("test"), func() func(access.Actor) error {
			c := other() // as if its balances were stated before what the thief did
			must(t, store.Keep(ctx, db, func(tx *store.Tx) error {
				_, err := store.Exec(tx, "update accounts set as_of = '2014-07-01' where identity_id = $1", c.IdentityID)
				return err
			}))
			return func(access.Actor) error { return reimbursements.CatchUp(ctx, db) }
		}},
		{reimbursements.ToEscalate, "escalated", access.System("test"), func() func(access.Actor) error {
			clock.Add(4 * time.Hour)
			return func(access.Actor) error { return reimbursements.Remind(ctx, db) }
		}},
		{cases.ToTakeNext, "", agent, func() func(access.Actor) error {
			return func(by access.Actor) error { _, err := cases.TakeNext(ctx, db, by); return err }
		}},
		{resets.ToNotifyAll, "as shown", w.Manager, func() func(access.Actor) error {
			other()
			v, err := resets.PreviewNotices(store.Read(ctx, db), db.Vault, other().IncidentID)
			must(t, err)
			return func(by access.Actor) error {
				_, _, err := resets.NotifyShown(ctx, db, by, apptest.Reference, v.Shown[:1]) // the others are told below
				return err
			}
		}},
		{resets.ToNotifyAll, "", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := resets.NotifyAll(ctx, db, by, apptest.Reference)
				return err
			}
		}},
		{notices.ToResend, "", agent, func() func(access.Actor) error {
			c := other()
			_, err := resets.Notify(ctx, db, agent, c.ID)
			id := w.Number("update mails set state = 'failed' where case_id = $1 returning id", c.ID)
			must(t, err)
			return func(by access.Actor) error { _, err := notices.Resend(ctx, db, by, id, true); return err }
		}},
		{notices.ToSendKept, "", w.Manager, func() func(access.Actor) error {
			c := other()
			_, err := resets.Notify(ctx, db, agent, c.ID)
			must(t, err)
			w.Number("update mails set state = 'sent', sent_at = now(), kept = true where case_id = $1 returning id", c.ID)
			return func(by access.Actor) error { _, err := notices.SendKept(ctx, db, by, true); return err }
		}},
		{notices.ToStop, "", access.System("test"), func() func(access.Actor) error {
			id := refused(w, true, "")
			return func(by access.Actor) error { return notices.Stop(ctx, db, by, id) }
		}},
		{notices.ToResume, "sent again", w.Manager, func() func(access.Actor) error {
			id := refused(w, false, "now()")
			return func(by access.Actor) error { return notices.Resume(ctx, db, by, id, true, "設定を修正") }
		}},
		{points.ToCut, "", supervisor, func() func(access.Actor) error {
			code, _ := batchSystem(t, w)
			return func(by access.Actor) error { _, err := points.CutNow(ctx, db, by, code); return err }
		}},
		{points.ToFetch, "", supervisor, func() func(access.Actor) error {
			code, _ := cutFile(t, w)
			return func(by access.Actor) error { _, err := points.Fetch(ctx, db, by, code, 1); return err }
		}},
		{points.ToTakeIn, "", supervisor, func() func(access.Actor) error {
			code, _ := cutFile(t, w)
			result := "1,RESULTS," + code + ",1,1,20140731,150000,REJECTED,\n9,1,1,0,0,0,0\n"
			return func(by access.Actor) error {
				_, err := points.TakeIn(ctx, db, by, code, points.Incoming{Source: points.FromConsole, Content: []byte(result)})
				return err
			}
		}},
		{points.ToSayNotDone, "", supervisor, func() func(access.Actor) error {
			_, leg := cutFile(t, w)
			_, err := w.Pool.Exec(ctx, "update point_files set answers = 1")
			must(t, err)
			return func(by access.Actor) error { return points.SayNotDone(ctx, db, by, leg, "台帳に無い") }
		}},
		{installation.ToRelease, "discarded", w.Administrator, func() func(access.Actor) error {
			_, err := resets.Notify(ctx, db, agent, other().ID)
			must(t, err)
			apptest.AsOwner(t, w.Store, "truncate installations; insert into installations values ('\\x00', 'elsewhere', now())")
			return func(by access.Actor) error {
				_, err := installation.Release(ctx, db, by, installation.Discard, "復元訓練")
				return err
			}
		}},
		{bulletins.ToPost, "", w.Manager, func() func(access.Actor) error {
			until := jptext.DateOf(clock.Now())
			return func(by access.Actor) error {
				_, err := bulletins.Post(ctx, db, by, bulletins.New{SubjectJa: "件名", TextJa: "本文", SubjectEn: "Subject", TextEn: "Text", Until: &until, Desk: apptest.Tech})
				return err
			}
		}},
		{bulletins.ToWithdraw, "", w.Manager, func() func(access.Actor) error {
			id := posted()
			return func(by access.Actor) error { return bulletins.Withdraw(ctx, db, by, id, "内容の訂正") }
		}},
		{bulletins.ToConfirm, "", agent, func() func(access.Actor) error {
			id := posted()
			return func(by access.Actor) error { return bulletins.Confirm(ctx, db, by, id) }
		}},
		{services.ToSet, "", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error { _, err := services.Set(ctx, db, by, suspended("goo")); return err }
		}},
		{services.ToAmend, "", w.Manager, func() func(access.Actor) error {
			kept, err := services.Set(ctx, db, w.Manager, suspended("pointtalk"))
			must(t, err)
			return func(by access.Actor) error {
				until := clock.Now().Add(48 * time.Hour)
				_, err := services.Amend(ctx, db, by, kept.ID, services.Change{Until: &until, Reason: "再開の見込み"})
				return err
			}
		}},
		{services.ToResume, "", w.Manager, func() func(access.Actor) error {
			kept, err := services.Set(ctx, db, w.Manager, services.New{Program: "goo", Service: services.Registration, State: services.Suspended, From: clock.Now().Add(-time.Hour), Reason: "不正利用"})
			must(t, err)
			return func(by access.Actor) error { _, err := services.Resume(ctx, db, by, kept.ID, 0, "復旧"); return err }
		}},
		{services.ToVoid, "", w.Manager, func() func(access.Actor) error {
			kept, err := services.Set(ctx, db, w.Manager, services.New{Program: "pointtalk", Service: services.Registration, State: services.Suspended, From: clock.Now(), Reason: "不正利用"})
			must(t, err)
			return func(by access.Actor) error {
				_, err := services.Void(ctx, db, by, kept.ID, 0, "入力誤り")
				return err
			}
		}},
		{scripts.ToChange, "", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := scripts.Change(ctx, db, by, "farewell", 0, scripts.Text{Ja: "失礼いたします。", En: "Goodbye."}, "短く")
				return err
			}
		}},
		{questions.ToSet, "a new one", w.Manager, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := questions.Add(ctx, db, by, question, "よくあるお尋ね")
				return err
			}
		}},
		{questions.ToSet, "", w.Manager, func() func(access.Actor) error {
			number, err := questions.Add(ctx, db, w.Manager, question, "よくあるお尋ね")
			must(t, err)
			return func(by access.Actor) error {
				other := question
				other.AnswerJa += "。"
				_, err := questions.Set(ctx, db, by, number, 1, other, "句点")
				return err
			}
		}},
		{questions.ToWithdraw, "", w.Manager, func() func(access.Actor) error {
			number, err := questions.Add(ctx, db, w.Manager, question, "よくあるお尋ね")
			must(t, err)
			return func(by access.Actor) error {
				_, err := questions.Withdraw(ctx, db, by, number, 1, "終了")
				return err
			}
		}},
		{staff.ToUpdate, "disabled in a call", w.Administrator, func() func(access.Actor) error {
			who := hire(access.Agent)
			w.Call(who, other().ID)
			yes := true
			return func(by access.Actor) error {
				_, err := staff.Update(ctx, db, by, who.ID, staff.Change{Disabled: &yes})
				return err
			}
		}},
		{staff.ToEnrol, "", w.Administrator, func() func(access.Actor) error {
			who := hire(access.Agent)
			return func(by access.Actor) error { _, err := staff.Enrol(ctx, db, by, who.ID); return err }
		}},
		{staff.ToEnrolSelf, "", nobody, func() func(access.Actor) error {
			token, err := staff.Enrol(ctx, db, w.Administrator, hire(access.Agent).ID)
			must(t, err)
			return func(access.Actor) error {
				_, err := staff.SetFirstPassword(ctx, db, token, password, password)
				return err
			}
		}},
		{staff.ToSignOut, "", agent, func() func(access.Actor) error {
			return func(by access.Actor) error { return staff.SignedOut(ctx, db, by) }
		}},
		{staff.ToCreateToken, "", agent, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := staff.CreateToken(ctx, db, by, by.ID, staff.NewToken{Name: "CTI"})
				return err
			}
		}},
		{staff.ToRevokeToken, "", agent, func() func(access.Actor) error {
			_, err := staff.CreateToken(ctx, db, agent, agent.ID, staff.NewToken{Name: "CTI"})
			must(t, err)
			id := w.Number("select max(id) from api_tokens")
			return func(by access.Actor) error { return staff.RevokeToken(ctx, db, by, id) }
		}},
		{reports.ToExportAudit, "", agent, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := reports.ExportAudit(ctx, db, by, audit.Filter{Limit: 10}, map[string]string{"action": "case.noted"})
				return err
			}
		}},
		{reports.ToExportList, "", agent, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := reports.ExportList(ctx, db, by, "mails", 10, nil, func(db *gorm.DB) ([]notices.Mail, error) { return notices.Find(db, notices.Filter{Limit: 10}) })
				return err
			}
		}},
		{cases.ToExport, "", agent, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := cases.Export(ctx, db, by, cases.Filter{Limit: 10, Of: cases.Desk{Now: w.Clock.Now()}}, nil)
				return err
			}
		}},
		{imports.ToReadRejected, "", w.Manager, func() func(access.Actor) error {
			i := w.Import(apptest.AffectedHeader+"x@ocn.example,山田 太郎,ヤマダ タロウ,2014-02-30,,,,,,,ja,0,0,\n", "")
			return func(by access.Actor) error {
				return imports.WriteRejected(ctx, db, by, i.ID, imports.AffectedFile, io.Discard, func(r imports.Rejection, column string) (string, string) { return column, r.Reason })
			}
		}},
		{webhooks.ToAdd, "", w.Administrator, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := webhooks.Add(ctx, db, by, webhooks.Internet, webhooks.Plan{URL: "https://example.jp/hoten", Note: "BI", Kinds: webhooks.Kinds})
				return err
			}
		}},
		{webhooks.ToChange, "", w.Administrator, func() func(access.Actor) error {
			id := hook(false)
			return func(by access.Actor) error {
				return webhooks.Change(ctx, db, by, webhooks.Internet, id, 1, webhooks.Plan{URL: "https://example.jp/other", Note: "CRM", Kinds: []string{"mail"}})
			}
		}},
		{webhooks.ToRotate, "", w.Administrator, func() func(access.Actor) error {
			id := hook(false)
			return func(by access.Actor) error { _, err := webhooks.Rotate(ctx, db, by, id); return err }
		}},
		{webhooks.ToDisable, "", w.Administrator, func() func(access.Actor) error {
			id := hook(false)
			return func(by access.Actor) error { return webhooks.Disable(ctx, db, by, id) }
		}},
		{webhooks.ToEnable, "", w.Administrator, func() func(access.Actor) error {
			id := hook(true)
			return func(by access.Actor) error { return webhooks.Enable(ctx, db, by, id) }
		}},
		{webhooks.ToTest, "", w.Administrator, func() func(access.Actor) error {
			id := hook(false)
			return func(by access.Actor) error { return webhooks.Test(ctx, db, by, id) }
		}},
		{webhooks.ToReplay, "", w.Administrator, func() func(access.Actor) error {
			id := hook(false)
			must(t, webhooks.Test(ctx, db, w.Administrator, id))
			sent, err := webhooks.Log(store.Read(ctx, db), id, 0, 1)
			must(t, err)
			return func(by access.Actor) error { return webhooks.Replay(ctx, db, by, id, sent[0].ID) }
		}},
		{points.ToSet, "", w.Administrator, func() func(access.Actor) error {
			return func(by access.Actor) error {
				_, err := points.Set(ctx, db, by, 0, pointsPlan("second"))
				return err
			}
		}},
		{points.ToCheck, "", w.Administrator, func() func(access.Actor) error {
			id := refusedLeg(t, w).SystemID
			return func(by access.Actor) error { _, err := points.Check(ctx, db, by, id); return err }
		}},
		{points.ToSendAgain, "", supervisor, func() func(access.Actor) error {
			l := refusedLeg(t, w)
			return func(by access.Actor) error { return points.SendAgain(ctx, db, by, l.ID) }
		}},
		{reconciliations.ToTake, "", supervisor, func() func(access.Actor) error {
			day := nextDay(t, w)
			return func(by access.Actor) error {
				_, err := reconciliations.Upload(ctx, db, by, "refusing", day, statementOf(day))
				return err
			}
		}},
		{reconciliations.ToExplain, "", supervisor, func() func(access.Actor) error {
			r := compared(t, w)
			return func(by access.Actor) error {
				return reconciliations.Explain(ctx, db, by, r.ID, r.Version, 0, reconciliations.UnknownKey, "elsewhere", "別環境の処理")
			}
		}},
		{reconciliations.ToPrepare, "", supervisor, func() func(access.Actor) error {
			r := explained(t, w)
			return func(by access.Actor) error { return reconciliations.Prepare(ctx, db, by, r.ID, r.Version) }
		}},
		{reconciliations.ToReturn, "", supervisor, func() func(access.Actor) error {
			r := prepared(t, w)
			return func(by access.Actor) error {
				return reconciliations.Return(ctx, db, by, r.ID, r.Version, "明細を確認する")
			}
		}},
		{reconciliations.ToSign, "", w.Supervisor2, func() func(access.Actor) error {
			r := prepared(t, w)
			return func(by access.Actor) error { return reconciliations.Sign(ctx, db, by, r.ID, r.Version) }
		}},
		{reimbursements.ToProposeUndo, "", agent, func() func(access.Actor) error {
			refusedLeg(t, w) // its point system
			_, id := proposed()
			approved(id)
			if r, err := reimbursements.ByID(store.Read(ctx, db), id); err == nil && r.Pending() {
				must(t, approve(w, w.Supervisor2, id))
			}
			for _, made := range []string{"update reimbursements set state = 'approved' where id = $1",
				`insert into point_legs (key, system_id, reimbursement_id, identity_id, program_id, points, parts, decided_at, next_at, state, settled_at, code)
				select gen_random_uuid(), y.id, r.id, c.identity_id, 1, 5, '{}', now(), now(), 'refused', now(), 'account_closed' from reimbursements r join cases c on c.id = r.case_id, point_systems y where r.id = $1 limit 1`} {
				_, err := w.Pool.Exec(ctx, made, id)
				must(t, err)
			}
			return func(by access.Actor) error {
				_, err := reimbursements.ProposeUndo(ctx, db, by, id, "口座が閉鎖されている")
				return err
			}
		}},
		{points.ToSettleByHand, "", supervisor, func() func(access.Actor) error {
			l := refusedLeg(t, w)
			return func(by access.Actor) error {
				return points.SettleByHand(ctx, db, by, l.ID, "M-1", "ポイント基盤で付与した")
			}
		}},
		// Last: from here on IDs live in a directory.
		{directories.ToSet, "", w.Administrator, func() func(access.Actor) error {
			apptest.NewDirectory(t)
			return func(by access.Actor) error {
				plan := directories.Plan{Code: "second", Name: "予備", Kind: "test", Settings: map[string]string{"name": t.Name()}}
				_, err := directories.Set(ctx, db, by, 0, plan)
				return err
			}
		}},
		{directories.ToCheck, "", w.Administrator, func() func(access.Actor) error {
			id := refusing(t, w).DirectoryID
			return func(by access.Actor) error { _, err := directories.Check(ctx, db, by, id); return err }
		}},
		{directories.ToSendAgain, "", supervisor, func() func(access.Actor) error {
			o := refusing(t, w)
			return func(by access.Actor) error { return directories.SendAgain(ctx, db, by, o.ID) }
		}},
		{directories.ToSettleByHand, "", supervisor, func() func(access.Actor) error {
			o := refusing(t, w)
			return func(by access.Actor) error {
				return directories.SettleByHand(ctx, db, by, o.ID, "台帳で停止した")
			}
		}},
		{directories.ToSendAllAgain, "", supervisor, func() func(access.Actor) error {
			refusing(t, w)
			return func(by access.Actor) error { _, err := directories.SendAllAgain(ctx, db, by, "outside"); return err }
		}},
	}
}

// refused is a run of refusals with one mail of a case that was given up.
func refused(w *apptest.World, aboutUs bool, stoppedAt string) int64 {
	w.T.Helper()
	c := w.Case(apptest.LossLogin(0))
	_, err := resets.Notify(w.Ctx, w.Store, w.Agent, c.ID)
	must(w.T.(*testing.T), err)
	mail := w.Number("update mails set state = 'bounced' where case_id = $1 returning id", c.ID)
	return w.Number(`insert into mail_queues (scope, relay, about_us, refusal, said, mails, domains, since, stopped_at)
		values (gen_random_uuid()::text, false, $1, '550', '550', array_fill($2::bigint, array[20]), '{}', now(), nullif($3, '')::timestamptz) returning id`, aboutUs, mail, stoppedAt)
}

// A verb that is in no list of acts is tested by nothing below.
func TestEveryVerbHasAnAct(t *testing.T) {
	w, _ := shop(t)
	known := map[*verbs.Verb]bool{}
	for _, a := range acts(t, w) {
		known[a.verb] = true
	}
	for _, v := range verbs.All() {
		if known[v] == (elsewhere[v.Name] != "") {
			t.Errorf("%s needs an act, or a reason why it has none; not both", v.Name)
		}
	}
}

// Every field that an action leaves in the trail has a word, and every value that is one of few.
func TestTheTrailHasWords(t *testing.T) {
	w, _ := shop(t)
	for _, a := range acts(t, w) {
		must(t, a.setUp()(a.actor))
	}
	fields, err := store.Select[struct{ Name, Value string }](store.Read(w.Ctx, w.Store), `select distinct name, coalesce(value, '') as value
		from audit_entries, unnest(array[before, after]) part, jsonb_each_text(case when part::text like '{%' then part::jsonb else '{}' end) each (name, value)`)
	must(t, err)
	enumerated := regexp.MustCompile(`^(state|status|kind|role|from|to|file|mails|item|origin|outcome|direction|relation|(identity_)?state|(point_)?password)$`)
	word := regexp.MustCompile(`^[a-z][a-z_]*$`)
	known := []string{"audit.value.", "audit.item.", "cases.status.", "cases.finding.", "cases.double.", "cases.origin.", "cases.contact.kind.", "calls.direction.", "calls.relation.", "calls.outcome.",
		"calls.item.", "staff.role.", "reimbursements.state.", "mails.state.", "services.state.", "callbacks.state.", "points.leg.", "reconciliations.state.", "reconciliations.kind."}
	for _, f := range fields {
		name := audit.Field(f.Name)
		if !i18n.Has("ja", "audit.field."+name) {
			t.Errorf("there is no word for %s", name)
		}
		if enumerated.MatchString(name) && word.MatchString(f.Value) && !slices.ContainsFunc(known, func(prefix string) bool { return i18n.Has("ja", prefix+f.Value) }) {
			t.Errorf("there is no word for %s of %s", f.Value, name)
		}
	}
	if len(fields) < 200 {
		t.Errorf("only %d values", len(fields))
	}
}

// Every action is whole or not at all.
func TestSabotage(t *testing.T) {
	w, address := shop(t)
	s := newSaboteur(t, address)
	for _, a := range acts(t, w) {
		t.Run(a.verb.Name+" "+a.title, func(t *testing.T) {
			action := a.setUp()
			s.sabotage(t, func() error { return action(a.actor) })
		})
	}
}

// Whoever may not do it is refused, changes nothing, and the attempt stands in the
// trail with its subject.
func TestRolesThatMayNot(t *testing.T) {
	w, address := shop(t)
	s := newSaboteur(t, address)
	people := w.People()
	for _, a := range acts(t, w) {
		if a.verb.Needs == access.Program {
			continue // no person can ask for it
		}
		t.Run(a.verb.Name+" "+a.title, func(t *testing.T) {
			action := a.setUp()
			for _, role := range access.Roles {
				if role.May(a.verb.Needs) {
					continue
				}
				before, attempts := s.tables(t), w.Number("select count(*) from audit_entries")
				if err := action(people[role]); !forbidden(err) {
					t.Errorf("%s: %v", role, err)
				}
				after := s.tables(t)
				for table := range after {
					if before[table] != after[table] && table != "audit_entries" {
						t.Errorf("%s: refused, and %s changed", role, table)
					}
				}
				noted := w.Number(`select count(*) from audit_entries where action = $1 || '.refused' and actor_id = $2 and (subject = $3 or subject like $3 || ':%' or subject ~ '^[a-z]+(:.+)?$')`,
					a.verb.Name, people[role].ID, a.verb.Subject)
				if w.Number("select count(*) from audit_entries") != attempts+1 || noted == 0 {
					t.Errorf("%s: the attempt does not stand once in the trail", role)
				}
			}
		})
	}
}

func forbidden(err error) bool {
	f, ok := fault.As(err)
	return ok && f.Kind == fault.Forbidden
}
