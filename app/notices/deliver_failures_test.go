package notices_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"hoten/app/apptest"
	"hoten/app/notices"
	"hoten/app/store"
)

func TestTemporaryErrors(t *testing.T) {
	s, clock := apptest.New(t)
	out := &catcher{answer: func(notices.Envelope) error { return errors.New("451 try later") }}
	id := queue(t, s, draft(notices.ReimbursementCompleted, "taro@mail.example"))[0]
	var waited []time.Duration
	for byID(t, s, id).State == notices.Queued {
		deliver(t, postman(s, out), id)
		deliver(t, postman(s, out), id)
		m := byID(t, s, id)
		waited = append(waited, m.DueAt.Sub(clock.Now()).Round(time.Second))
		clock.Set(m.DueAt)
	}
	if got := fmt.Sprint(waited[:7]); got != "[1m0s 5m0s 15m0s 1h0m0s 2h0m0s 4h0m0s 8h0m0s]" || len(out.got) != 8 {
		t.Errorf("waited %v, %d attempts", got, len(out.got))
	}
	if m := byID(t, s, id); m.State != notices.Failed || m.Error != "451 try later" || m.Attempts != 8 {
		t.Errorf("%+v", m)
	}
	if slices.ContainsFunc(out.got, func(e notices.Envelope) bool { return e.MessageID != out.got[0].MessageID }) {
		t.Error("the Message-ID changed")
	}
}

func TestFourHundredThenSent(t *testing.T) {
	s, clock := apptest.New(t)
	out := &catcher{answer: func(notices.Envelope) error { return errors.New("450 busy") }}
	code := draft(notices.VerificationCode, "taro@mail.example")
	code.Secret = "048159"
	id := queue(t, s, code)[0]
	deliver(t, postman(s, out), id)
	if m := byID(t, s, id); m.State != notices.Queued || m.Secret == nil {
		t.Fatalf("%+v", m)
	}
	out.answer = nil
	clock.Add(time.Minute)
	deliver(t, postman(s, out), id)
	if m := byID(t, s, id); m.State != notices.Sent || m.Secret != nil || m.Error != "" || len(out.got) != 2 {
		t.Errorf("%+v", m)
	}
}

func TestRefusals(t *testing.T) {
	s, _ := apptest.New(t)
	answers := map[string]error{
		"gone@mail.example":    &notices.Permanent{Err: errors.New("550 5.1.1 <gone@mail.example>:\r\nno such user \"foo..bar\"@docomo.example"), Recipient: true},
		"content@mail.example": &notices.Permanent{Err: errors.New("554 not liked")},
	}
	out := &catcher{answer: func(e notices.Envelope) error { return answers[e.To] }}
	link := draft(notices.ResetLink, "gone@mail.example")
	link.Secret = "https://hoten.example/reset/abc"
	ids := queue(t, s, link, draft(notices.ReimbursementCompleted, "content@mail.example"), draft(notices.ReimbursementCompleted, "fine@mail.example"))
	var told []notices.Mail
	p := postman(s, out)
	p.Settled = func(tx *store.Tx, m notices.Mail) error { told = append(told, m); return nil }
	deliver(t, p, ids...)
	bounced, failed := byID(t, s, ids[0]), byID(t, s, ids[1])
	if bounced.State != notices.Bounced || bounced.Secret != nil || len(told) != 3 || told[0].ID != ids[0] || told[0].State != notices.Bounced || told[1].State != notices.Failed || told[2].State != notices.Sent {
		t.Errorf("%+v, told %v", bounced, told)
	}
	if want := `550 5.1.1 <g•••e@mail.example>:\r\nno such user \"•••r\"@docomo.example`; !strings.HasPrefix(bounced.Error, "550 5.1.1 <g•••e@mail.example>") || strings.Contains(bounced.Error, "foo..bar") {
		t.Errorf("kept %s, not %s", bounced.Error, want)
	}
	if failed.State != notices.Failed || failed.Error != "554 not liked" || byID(t, s, ids[2]).State != notices.Sent {
		t.Errorf("%+v", failed)
	}
	p.Settled = func(*store.Tx, notices.Mail) error { return errors.New("no") }
	again := queue(t, s, link)[0]
	if err := p.Deliver(t.Context(), []int64{again}); err == nil || byID(t, s, again).State != notices.Queued {
		t.Error("an outcome that nobody could be told of was settled")
	}
}

func TestExpired(t *testing.T) {
	s, clock := apptest.New(t)
	out := &catcher{}
	code := draft(notices.VerificationCode, "taro@mail.example")
	code.Secret = "048159"
	ids := queue(t, s, code, draft(notices.ReimbursementCompleted, "taro@mail.example"))
	clock.Add(10 * time.Minute)
	deliver(t, postman(s, out), ids...)
	if m := byID(t, s, ids[0]); m.State != notices.Failed || m.Error != "expired" || m.Secret != nil || len(out.got) != 1 {
		t.Errorf("%+v, %d sent", m, len(out.got))
	}
}

func TestAnEndingProgramLetsGo(t *testing.T) {
	s, _ := apptest.New(t)
	ctx, end := context.WithCancel(t.Context())
	out := &catcher{answer: func(notices.Envelope) error { end(); return context.Canceled }}
	ids := queue(t, s, draft(notices.ReimbursementCompleted, "a@mail.example"), draft(notices.ReimbursementCompleted, "b@mail.example"))
	if err := postman(s, out).Deliver(ctx, ids); !errors.Is(err, context.Canceled) || len(out.got) != 1 {
		t.Errorf("%v, %d sent", err, len(out.got))
	}
	out.answer = nil
	deliver(t, postman(s, out), ids...)
	if m := byID(t, s, ids[0]); m.State != notices.Sent || m.Attempts != 1 {
		t.Errorf("%+v", m)
	}
}

func TestOverSMTP(t *testing.T) {
	s, clock := apptest.New(t)
	address, got := notices.Receive(t, []error{&smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}, nil,
		&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<gone@mail.example> unknown"}}, nil)
	out, err := notices.NewSMTP(address, "no-reply@hoten.example")
	if err != nil {
		t.Fatal(err)
	}
	p := postman(s, out)
	var told int
	p.Settled = func(*store.Tx, notices.Mail) error { told++; return nil }
	ids := queue(t, s, draft(notices.ReimbursementCompleted, "late@mail.example"), draft(notices.ReimbursementCompleted, "foo.@docomo.example"), draft(notices.ReimbursementCompleted, "gone@mail.example"))
	deliver(t, p, ids...)
	clock.Add(time.Minute)
	deliver(t, p, ids...)
	want := []string{notices.Sent, notices.Sent, notices.Bounced}
	for i, id := range ids {
		if m := byID(t, s, id); m.State != want[i] || strings.Contains(m.Error, "gone@") {
			t.Errorf("%+v", m)
		}
	}
	if mails := got(); len(mails) != 2 || told != 3 || !strings.Contains(mails[0], `"foo."@docomo.example`) {
		t.Errorf("%d told, received %v", told, mails)
	}
}
