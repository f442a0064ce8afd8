package members_test

import (
	"testing"

	"hoten/app/members"
)

func TestOwnMailbox(t *testing.T) {
	domains := []string{"ocn.example"}
	for _, c := range []struct {
		login, email string
		own          bool
	}{
		{"taro@ocn.example", "taro@ocn.example", true},
		{"taro", "taro@ocn.example", true},            // the ID without its domain
		{"taro@id.example", "taro@ocn.example", true}, // the mailbox by another domain of the ID
		{"taro@ocn.example", "hanako@ocn.example", false},
		{"taro@ocn.example", "taro@mail.example", false},
		{"taro", "taro@mail.example", false},
		{"taro@mail.example", "taro@mail.example", true}, // any ID that is the address
		{"", "@ocn.example", false},
		{"taro", "", false},
		{"fc-000123", "fc-000123@ferry.example", false},
	} {
		if got := members.OwnMailbox(c.login, c.email, domains); got != c.own {
			t.Errorf("%s of %s: %v", c.email, c.login, got)
		}
	}
}
