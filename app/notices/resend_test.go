package notices_test

import (
	"errors"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/store"
)

func TestResend(t *testing.T) {
	w := apptest.NewWorld(t)
	out := &catcher{answer: func(notices.Envelope) error { return &notices.Permanent{Err: errors.New("554 no")} }}
	link := draft(notices.ResetLink, "taro@mail.example")
	link.Secret = "https://hoten.example/reset/abc"
	ids := queue(t, w.Store, draft(notices.ReimbursementCompleted, "taro@mail.example"), link)
	try := func(by access.Actor, id int64, code string) {
		t.Helper()
		_, err := notices.Resend(w.Ctx, w.Store, by, id, true)
		if code == "" && err != nil || code != "" && !fault.Is(err, code) {
			t.Errorf("%v, not %q", err, code)
		}
	}
	try(w.Agent, ids[0], "mail_not_resendable")
	deliver(t, postman(w.Store, out), ids...)
	try(w.Auditor, ids[0], "forbidden")
	try(w.Administrator, ids[0], "forbidden")
	try(w.Agent, 999999, "not_found")
	try(w.Agent, ids[1], "mail_not_resendable")
	first := byID(t, w.Store, ids[0])
	try(w.Agent, ids[0], "")
	try(w.Agent, ids[0], "mail_not_resendable")
	out.answer = nil
	deliver(t, postman(w.Store, out), ids[0])
	if m := byID(t, w.Store, ids[0]); m.State != notices.Sent || m.Attempts != 1 || m.MessageID != first.MessageID {
		t.Errorf("%+v", m)
	}
	var n int
	if err := store.Scan(store.Read(w.Ctx, w.Store), "select count(*) from audit_entries where action = 'mail.resent'", nil, &n); err != nil || n != 1 {
		t.Errorf("%d audit entries, %v", n, err)
	}
}
