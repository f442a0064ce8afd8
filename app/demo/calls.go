package demo

import (
	"fmt"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

func (p *play) inbound(by access.Actor, row *cases.Row, number string) (*cases.Call, error) {
	return cases.StartCall(p.ctx, p.s, by, row.Case.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self, CallerNumber: number})
}

// wholeCall is a call as it should go: the caller is verified, and gets the link
// where a contact may be used; the member then sets the password, unless it is
// left open.
func (p *play) wholeCall(by access.Actor, row *cases.Row, byCode, leaveOpen bool) error {
	call, err := p.inbound(by, row, "")
	if err != nil {
		return err
	}
	if err := p.verify(by, row, call, byCode); err != nil {
		return err
	}
	p.pass(2 * time.Minute)
	_, err = resets.Send(p.ctx, p.s, by, row.Case.ID, p.baseURL)
	switch {
	case isRefusal(err):
		_, err = cases.AddNote(p.ctx, p.s, by, row.Case.ID, "使用できる連絡先がないため、登録電話番号への折り返しをご案内しました。")
	case err == nil:
		err = p.memberResets(row, leaveOpen)
	}
	if err != nil {
		return err
	}
	_, err = cases.EndCall(p.ctx, p.s, by, call.ID)
	return err
}

// verify has the caller say what is registered, or some of it and the code that
// was mailed.
func (p *play) verify(by access.Actor, row *cases.Row, call *cases.Call, byCode bool) error {
	m, err := members.Find(store.Read(p.ctx, p.s), members.Identity{MemberID: row.MemberID})
	if err != nil {
		return err
	}
	person, err := m.Person(p.s.Vault)
	if err != nil {
		return err
	}
	said := [][2]string{{cases.ItemName, person.Name}, {cases.ItemBirthDate, person.BirthDate}, {cases.ItemAddress, person.Address}}
	if byCode {
		byCode, err = p.readsOutCode(by, row, call)
	}
	if err != nil {
		return err
	}
	if !byCode {
		said = append(said, [2]string{cases.ItemCustomerNumber, person.CustomerNumber})
	}
	for _, item := range said {
		if _, err := cases.Answer(p.ctx, p.s, by, call.ID, item[0], item[1], true); err != nil {
			return err
		}
	}
	_, err = cases.Conclude(p.ctx, p.s, by, call.ID, cases.Verified)
	return err
}

// readsOutCode reports whether the member could be sent a code.
func (p *play) readsOutCode(by access.Actor, row *cases.Row, call *cases.Call) (bool, error) {
	if _, err := cases.SendCode(p.ctx, p.s, by, call.ID); isRefusal(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	code, err := p.reads(row, notices.VerificationCode)
	if err != nil {
		return false, err
	}
	p.pass(time.Minute)
	_, err = cases.CheckCode(p.ctx, p.s, by, call.ID, code)
	return true, err
}

// memberResets has the member set a password by the link in the mail.
func (p *play) memberResets(row *cases.Row, leaveOpen bool) error {
	link, err := p.reads(row, notices.ResetLink)
	if err != nil || leaveOpen {
		return err
	}
	p.pass(5 * time.Minute)
	token := link[strings.LastIndexByte(link, '/')+1:]
	password := fmt.Sprintf("demo-member-%d-secret", row.Case.ID)
	_, err = resets.Complete(p.ctx, p.s, token, password, password, row.Case.ID%2 == 0)
	return err
}

// reads takes the secret out of the newest mail, as the member would, and has the mail
// delivered.
func (p *play) reads(row *cases.Row, kind string) (string, error) {
	type mail struct {
		ID     int64
		Secret []byte
	}
	mails, err := store.Select[mail](store.Read(p.ctx, p.s), "select id, secret from mails where case_id = $1 and kind = $2 order by id desc limit 1", row.Case.ID, kind)
	if err != nil {
		return "", err
	}
	if len(mails) == 0 {
		return "", fmt.Errorf("no mail %s of case %s", kind, row.Case.Number())
	}
	secret, err := p.s.Vault.Unseal("mails", "secret", mails[0].ID, mails[0].Secret)
	if err != nil {
		return "", err
	}
	return secret, p.deliver(p.ctx, p.s, []int64{mails[0].ID})
}

// failedCall is one whose caller knows nothing.
func (p *play) failedCall(by access.Actor, row *cases.Row) error {
	call, err := p.inbound(by, row, "090-0000-9876")
	if err != nil {
		return err
	}
	for _, said := range [][2]string{{cases.ItemName, "不明 太郎"}, {cases.ItemBirthDate, "1900-01-01"}, {cases.ItemPhone, "03-0000-0000"}} {
		if _, err := cases.Answer(p.ctx, p.s, by, call.ID, said[0], said[1], false); err != nil {
			return err
		}
	}
	_, err = cases.EndCall(p.ctx, p.s, by, call.ID)
	return err
}

// impostorCall is one whose caller somebody else is suspected to be.
func (p *play) impostorCall(by access.Actor, row *cases.Row) error {
	call, err := p.inbound(by, row, "050-0000-1234")
	if err != nil {
		return err
	}
	if _, err := cases.Conclude(p.ctx, p.s, by, call.ID, cases.ImpostorSuspected); err != nil {
		return err
	}
	_, err = cases.EndCall(p.ctx, p.s, by, call.ID)
	return err
}

func isRefusal(err error) bool {
	_, ok := fault.As(err)
	return ok
}
