package notices_test

import (
	"slices"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/store"
)

func TestFind(t *testing.T) {
	s, _ := apptest.New(t)
	ids := queue(t, s, draft(notices.ReimbursementCompleted, "a@mail.example"), draft(notices.AllHolders, "b@mail.example"), draft(notices.ReimbursementCompleted, "c@mail.example"), draft(notices.ReimbursementCompleted, "d@mail.example"))
	deliver(t, postman(s, &catcher{}), ids[2])
	for _, c := range []struct {
		f    notices.Filter
		want []int64
	}{
		{notices.Filter{Limit: 10}, []int64{ids[3], ids[2], ids[1], ids[0]}},
		{notices.Filter{Limit: 1, Kind: notices.ReimbursementCompleted}, []int64{ids[3], ids[2]}},
		{notices.Filter{Limit: 10, Kind: notices.ReimbursementCompleted, Before: ids[3]}, []int64{ids[2], ids[0]}},
		{notices.Filter{Limit: 10, State: notices.Sent}, []int64{ids[2]}},
		{notices.Filter{Limit: 10, CaseID: 1}, nil},
	} {
		rows, err := notices.Find(store.Read(t.Context(), s), c.f)
		var got []int64
		for _, m := range rows {
			got = append(got, m.ID)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%+v finds %v, not %v (%v)", c.f, got, c.want, err)
		}
	}
	if _, err := notices.ByID(store.Read(t.Context(), s), 999); !fault.Is(err, "not_found") {
		t.Error(err)
	}
}

func TestShowBeforeSending(t *testing.T) {
	s, _ := apptest.New(t)
	code := draft(notices.VerificationCode, "taro@mail.example")
	code.Secret = "048159"
	m := byID(t, s, queue(t, s, code)[0])
	shown, err := m.Show(s.Vault, notices.Env{Company: "会社"})
	if err != nil || !strings.Contains(shown.Text, notices.Hidden) || strings.Contains(shown.Text, "048159") || shown.Subject == "" {
		t.Errorf("%v\n%s", err, shown.Text)
	}
	if to, err := m.PlainRecipient(s.Vault); err != nil || to != "taro@mail.example" {
		t.Errorf("%s %v", to, err)
	}
}
