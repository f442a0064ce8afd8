package cti_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/cti"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// pbx is a telephone system of the world's, with the agent at extension 201.
type pbx struct {
	*apptest.World
	at *cti.Connection
}

func connect(t *testing.T) pbx {
	w := apptest.NewWorld(t)
	w.Import(apptest.Losses(2))
	extension := "201"
	if _, err := staff.Update(w.Ctx, w.Store, w.Administrator, w.Agent.ID, staff.Change{Extension: &extension}); err != nil {
		t.Fatal(err)
	}
	token, err := cti.Connect(w.Ctx, w.Store, w.Administrator, "PBX")
	if err != nil {
		t.Fatal(err)
	}
	at, err := cti.ByToken(store.Read(w.Ctx, w.Store), token)
	if err != nil {
		t.Fatal(err)
	}
	return pbx{w, at}
}

// said is an event of an inbound call to the desk Tech.
func said(event, call string) cti.Event {
	e := cti.Event{Event: event, Direction: "in", From: "+81 90-1111-2222", To: "81120047860", CallID: call}
	switch event {
	case cti.Answer:
		e.AnsweringNumber = "201"
	case cti.Hangup:
		e.Cause = "normalClearing"
	}
	return e
}

func (p pbx) tell(e cti.Event) *cti.Line {
	p.T.Helper()
	line, err := cti.Take(p.Ctx, p.Store, p.at, e)
	if err == nil {
		err = cases.FollowLine(p.Ctx, p.Store, line)
	}
	if err != nil {
		p.T.Fatal(err)
	}
	return line
}

func (p pbx) ended(call *cases.Call) bool {
	p.T.Helper()
	now, err := store.Find[cases.Call](store.Read(p.Ctx, p.Store), "id = ?", call.ID)
	if err != nil {
		p.T.Fatal(err)
	}
	return now.EndedAt != nil
}

// A call is known once, whatever the order in which it is told of, and what is told twice.
func TestEventsInAnyOrderAreOneCall(t *testing.T) {
	p := connect(t)
	kinds := []string{cti.NewCall, cti.Answer, cti.Hangup}
	for run := range 12 {
		order := append([]string{}, kinds...)
		order = append(order, kinds[run%3], kinds[rand.IntN(3)])
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		call := fmt.Sprint("any-", run)
		var line *cti.Line
		for _, kind := range order {
			line = p.tell(said(kind, call))
		}
		if line.AgentID == nil || *line.AgentID != p.Agent.ID || line.AnsweredAt == nil || line.EndedAt == nil || line.DeskID == nil || line.PlainNumber(p.Vault) != "09011112222" {
			t.Errorf("%v: %+v", order, line)
		}
		if n := p.Number("select count(*) from cti_calls where call_key = $1", call); n != 1 {
			t.Errorf("%v: %d calls", order, n)
		}
	}
}

// Who answers is told of it at once, once, and not of a call that is over.
func TestAnsweredCallsRingAtTheirAgent(t *testing.T) {
	p := connect(t)
	var bell cti.Bell
	ctx, end := context.WithCancel(p.Ctx)
	var heard sync.WaitGroup
	heard.Go(func() { bell.Listen(ctx, p.Store) })
	defer heard.Wait()
	defer end()
	type rung struct {
		line *cti.Line
		err  error
	}
	waits := make(chan rung)
	go func() {
		for {
			line, again, err := bell.Wait(p.Ctx, p.Store, p.Agent.ID, 20*time.Second)
			if !again {
				waits <- rung{line, err}
				return
			}
		}
	}()
	p.tell(said(cti.NewCall, "1"))
	answered := p.tell(said(cti.Answer, "1"))
	if got := <-waits; got.err != nil || got.line == nil || got.line.ID != answered.ID {
		t.Fatalf("the answer reached nobody: %+v", got)
	}
	if _, err := cti.Show(p.Ctx, p.Store, p.Agent2, answered.ID); !fault.Of(err, fault.NotFound) {
		t.Errorf("another's call opens: %v", err)
	}
	if line, err := cti.Show(p.Ctx, p.Store, p.Agent, answered.ID); err != nil || line.PlainNumber(p.Vault) != "09011112222" {
		t.Error(line, err)
	}
	p.tell(said(cti.Answer, "1"))
	if line, _, err := bell.Wait(p.Ctx, p.Store, p.Agent.ID, 0); err != nil || line != nil {
		t.Errorf("what was shown rings again: %+v %v", line, err)
	}
	p.tell(said(cti.Hangup, "2"))
	p.tell(said(cti.Answer, "2"))
	if line, _, err := bell.Wait(p.Ctx, p.Store, p.Agent.ID, 0); err != nil || line != nil {
		t.Errorf("what is over rings: %+v %v", line, err)
	}
	bell.Close()
	if _, _, err := bell.Wait(p.Ctx, p.Store, p.Agent.ID, time.Hour); err != nil {
		t.Error(err)
	}
}

// What is hung up ends the call about a case and its verification; what is put through does
// not.
func TestHangupEndsTheCallAndItsVerification(t *testing.T) {
	p := connect(t)
	c := p.Case(apptest.LossLogin(0))
	p.tell(said(cti.Answer, "1"))
	call := p.Verified(p.Agent, c.ID, apptest.LossSays(0)...)
	kept, err := store.Find[cases.Call](store.Read(p.Ctx, p.Store), "id = ?", call.ID)
	if err != nil {
		t.Fatal(err)
	}
	if number, err := kept.PlainNumber(p.Vault); err != nil || number != "09011112222" || kept.DeskID == nil {
		t.Errorf("the call knows nothing of its telephone call: %q %v", number, err)
	}
	forwarded := said(cti.Hangup, "1")
	forwarded.Cause = cti.Forwarded
	p.tell(forwarded)
	if p.ended(call) {
		t.Fatal("a call that was put through has ended")
	}
	other := said(cti.Answer, "0")
	other.From = "0312345678"
	p.tell(other)
	other.Event = cti.Hangup
	p.tell(other)
	if p.ended(call) {
		t.Fatal("a call with somebody else has ended it")
	}
	p.tell(said(cti.Answer, "2")) // the other leg
	p.tell(said(cti.Hangup, "2"))
	if !p.ended(call) {
		t.Fatal("the call goes on")
	}
	if n := p.Number("select count(*) from audit_entries where action = 'call.hung_up' and subject = $1", cases.Subject(c.ID)); n != 1 {
		t.Errorf("recorded %d times", n)
	}
	p.tell(said(cti.Hangup, "2"))
	if n := p.Number("select count(*) from case_events where kind = 'call_ended' and case_id = $1", c.ID); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// A call that was begun by hand before the telephone system told of the answer belongs to it;
// one of another agent, in the other direction or of before does not.
func TestALateAnswerFindsItsCall(t *testing.T) {
	p := connect(t)
	before := p.Call(p.Agent2, p.Case(apptest.LossLogin(0)).ID)
	call := p.Call(p.Agent, p.Case(apptest.LossLogin(1)).ID)
	p.Clock.Add(time.Second)
	p.tell(said(cti.Answer, "1"))
	p.tell(said(cti.Hangup, "1"))
	if !p.ended(call) || p.ended(before) {
		t.Errorf("ended: %v, and of another %v", p.ended(call), p.ended(before))
	}
	old := p.Call(p.Agent, p.Case(apptest.LossLogin(1)).ID)
	p.Clock.Add(10 * time.Minute)
	out := said(cti.Answer, "2")
	p.tell(out)
	p.tell(said(cti.Hangup, "2"))
	if p.ended(old) {
		t.Error("a call of before has ended")
	}
}

// What was told just before the program ended is made good by the next.
func TestHangUpLost(t *testing.T) {
	p := connect(t)
	p.tell(said(cti.Answer, "1"))
	call := p.Call(p.Agent, p.Case(apptest.LossLogin(0)).ID)
	if _, err := cti.Take(p.Ctx, p.Store, p.at, said(cti.Hangup, "1")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := cases.HangUpLost(p.Ctx, p.Store); err != nil {
			t.Fatal(err)
		}
	}
	if !p.ended(call) {
		t.Error("the call goes on")
	}
}

func TestUnreadableEventsSayWhy(t *testing.T) {
	p := connect(t)
	for field, change := range map[string]func(*cti.Event){
		"event":     func(e *cti.Event) { e.Event = "transfer" },
		"callId":    func(e *cti.Event) { e.CallID = "" },
		"direction": func(e *cti.Event) { e.Direction = "inbound" },
		"from":      func(e *cti.Event) { e.From = string(make([]byte, 300)) },
	} {
		e := said(cti.NewCall, "1")
		change(&e)
		_, err := cti.Take(p.Ctx, p.Store, p.at, e)
		if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	list, err := cti.Connections(store.Read(p.Ctx, p.Store))
	if err != nil || list[0].RefusedAt == nil {
		t.Errorf("the page does not tell: %+v %v", list, err)
	}
	odd := said(cti.Answer, "2")
	odd.To, odd.AnsweringNumber = "0312340000", "999"
	p.tell(odd)
	unknown, err := cti.Unknowns(store.Read(p.Ctx, p.Store), p.at.ID, p.Clock.Now())
	if err != nil || len(unknown) != 1 || unknown[0].Dialled != "0312340000" || unknown[0].AnsweredBy != "999" {
		t.Errorf("%+v %v", unknown, err)
	}
	if list, err = cti.Connections(store.Read(p.Ctx, p.Store)); err != nil || list[0].RefusedAt != nil || list[0].HeardAt == nil {
		t.Errorf("a good event changes nothing: %+v %v", list, err)
	}
}

func TestNumber(t *testing.T) {
	for said, want := range map[string]string{
		"090-1111-2222": "09011112222", "+819011112222": "09011112222", "819011112222": "09011112222", "00819011112222": "09011112222",
		"sip:+81312345678@pbx.example": "0312345678", "0312345678@pbx": "0312345678", "81120047860": "0120047860",
		"anonymous": "", "Anonymous": "", "非通知": "", "": "", "unknown": "", "taro": "",
		"+4930123456": "+4930123456", "004930123456": "+4930123456",
	} {
		if got := cti.Number(said); got != want {
			t.Errorf("%q: %q, not %q", said, got, want)
		}
	}
}

func TestHalfHours(t *testing.T) {
	p := connect(t)
	start := p.Clock.Now().Truncate(30 * time.Minute)
	p.Clock.Set(start.Add(29 * time.Minute))
	p.tell(said(cti.NewCall, "1"))
	p.tell(said(cti.Answer, "1"))
	p.tell(said(cti.NewCall, "2"))
	p.Clock.Add(2 * time.Minute)
	p.tell(said(cti.Hangup, "2"))
	nowhere := said(cti.NewCall, "4")
	nowhere.To = "0999999999"
	p.tell(nowhere)
	p.tell(said(cti.NewCall, "3"))
	got, err := cti.HalfHours(store.Read(p.Ctx, p.Store), start, start.Add(time.Hour))
	if err != nil || len(got) != 3 || got[1].DeskID != 0 || got[1].Offered != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	if a, b := got[0], got[2]; a.Offered != 2 || a.Answered != 1 || a.Abandoned != 1 || b.Offered != 1 || b.Answered+b.Abandoned != 0 || !b.From.Equal(start.Add(30*time.Minute)) {
		t.Errorf("%+v", got)
	}
}

func TestDialling(t *testing.T) {
	p := connect(t)
	for _, bad := range []cti.Dialling{"tel:", "javascript:{number}", "https:{number}", "ftp://x/{number}", "{number}"} {
		if err := cti.SetDialling(p.Ctx, p.Store, p.Administrator, bad); !fault.Of(err, fault.Invalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if err := cti.SetDialling(p.Ctx, p.Store, p.Administrator, "https://pbx.example/dial?from={extension}&to={number}"); err != nil {
		t.Fatal(err)
	}
	now, err := cti.CurrentDialling(store.Read(p.Ctx, p.Store))
	if got := now.URL("09011112222", "20 1"); err != nil || got != "https://pbx.example/dial?from=20+1&to=09011112222" {
		t.Error(got, err)
	}
}
