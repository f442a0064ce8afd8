package demo

import (
	"fmt"
	"strings"
	"time"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/resets"
	"hoten/app/store"
)

// memberResets reads the link out of the mail, as the member would, has the mail
// delivered, and sets a password with it.
func (p *play) memberResets(row *cases.Row, leaveOpen bool) error {
	type mail struct {
		ID     int64
		Secret []byte
	}
	mails, err := store.Select[mail](store.Read(p.ctx, p.s), "select id, secret from mails where case_id = $1 and kind = 'reset_link' order by id desc limit 1", row.Case.ID)
	if err != nil || len(mails) == 0 {
		return err
	}
	link, err := p.s.Vault.Unseal("mails", "secret", mails[0].ID, mails[0].Secret)
	if err != nil {
		return err
	}
	if err := p.deliver(p.ctx, p.s, []int64{mails[0].ID}); err != nil || leaveOpen {
		return err
	}
	p.pass(5 * time.Minute)
	token := link[strings.LastIndexByte(link, '/')+1:]
	password := fmt.Sprintf("demo-member-%d-secret", row.Case.ID)
	return resets.Complete(p.ctx, p.s, token, password, password, row.Case.ID%2 == 0)
}

func isRefusal(err error) bool {
	_, ok := fault.As(err)
	return ok
}
