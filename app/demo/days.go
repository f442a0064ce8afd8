package demo

import (
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/members"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/store"
)

// firstDay: the first proposals, and the first calls.
func (p *play) firstDay() error {
	p.pass(40 * time.Minute)
	made, err := p.propose("agent", 320)
	if err != nil {
		return err
	}
	p.pass(3 * time.Hour)
	if _, err := reimbursements.ApproveMany(p.ctx, p.s, p.who("sv"), made[:260]); err != nil {
		return err
	}
	for i := range 9 {
		p.pass(11 * time.Minute)
		if err := p.wholeCall(p.who("agent"), &p.rows[3+i*7], i%3 == 0); err != nil {
			return err
		}
	}
	return nil
}

// secondDay: more calls, a suspicion, refusals.
func (p *play) secondDay() error {
	p.morning()
	p.pass(15 * time.Minute)
	made, err := p.propose("agent2", 260)
	if err != nil {
		return err
	}
	p.pass(30 * time.Minute)
	if _, err := reimbursements.ApproveMany(p.ctx, p.s, p.who("sv2"), made[:140]); err != nil {
		return err
	}
	for i := range 12 {
		p.pass(9 * time.Minute)
		if err := p.wholeCall(p.who([]string{"agent", "agent2"}[i%2]), &p.rows[80+i*5], i%4 == 0); err != nil {
			return err
		}
	}
	if err := p.decisions(made[140:]); err != nil {
		return err
	}
	return p.suspicions()
}

func (p *play) decisions(waiting []int64) error {
	p.pass(10 * time.Minute)
	if _, err := reimbursements.Return(p.ctx, p.s, p.who("sv"), waiting[0], "移行の受取ポイントを操作記録と照らし合わせてください。"); err != nil {
		return err
	}
	if _, err := reimbursements.RejectFor(p.ctx, p.s, p.who("sv"), waiting[1], "duplicate", "同じお客さまの別案件で申請済みのため。"); err != nil {
		return err
	}
	_, err := reimbursements.Withdraw(p.ctx, p.s, p.who("agent2"), waiting[2], "お客さまから交換の一部は本人利用との申し出があったため、確認します。")
	return err
}

// suspicions: a caller who is somebody else, one who fails twice, and an ID that is
// on no list.
func (p *play) suspicions() error {
	agent := p.who("agent2")
	for range 2 {
		p.pass(8 * time.Minute)
		if err := p.failedCall(agent, &p.rows[200]); err != nil {
			return err
		}
	}
	p.pass(12 * time.Minute)
	call, err := cases.StartCall(p.ctx, p.s, agent, p.rows[210].Case.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self, CallerNumber: "050-0000-1234"})
	if err != nil {
		return err
	}
	if _, err := cases.Conclude(p.ctx, p.s, agent, call.ID, cases.ImpostorSuspected); err != nil {
		return err
	}
	if _, err := cases.EndCall(p.ctx, p.s, agent, call.ID); err != nil {
		return err
	}
	p.pass(7 * time.Minute)
	opened, err := cases.Open(p.ctx, p.s, agent, Reference, "unlisted.holder@ocn.example")
	if err != nil {
		return err
	}
	_, err = cases.AddNote(p.ctx, p.s, agent, opened.Case.ID, "7月20日ごろからポイントが減っているとのお申し出。操作記録の確認を依頼しました。")
	return err
}

// today: what waits on the desks this morning.
func (p *play) today() error {
	p.morning()
	if err := p.judged(); err != nil {
		return err
	}
	if _, err := p.propose("agent", 90); err != nil {
		return err
	}
	for i, status := range []cases.Status{cases.AwaitingCustomer, cases.CallbackDue, cases.OnHold, cases.InProgress} {
		c, err := cases.Get(store.Read(p.ctx, p.s), p.rows[1100+i].Case.ID)
		if err != nil {
			return err
		}
		agent := p.who("agent")
		if _, err := cases.Update(p.ctx, p.s, agent, c.Case.ID, cases.Change{Status: &status, Assignee: &agent.ID, Version: c.Version}); err != nil {
			return err
		}
	}
	for i := range 3 {
		p.pass(6 * time.Minute)
		if err := p.completed(&p.rows[3+i*7]); err != nil {
			return err
		}
	}
	return nil
}

// judged: a finding of the member's own use that leaves the class as it is, and an
// adjustment that waits for its second approval.
func (p *play) judged() error {
	at := p.next
	for ; at < len(p.rows); at++ {
		row := p.rows[at]
		movements, err := incidents.Movements(store.Read(p.ctx, p.s), row.IncidentID, []int64{row.IdentityID})
		if err != nil {
			return err
		}
		transfers := slices.DeleteFunc(movements, func(m incidents.Movement) bool { return m.Kind != incidents.Transfer || !m.Fraudulent() })
		if len(transfers) < 2 {
			continue
		}
		if _, err := reimbursements.DecideFinding(p.ctx, p.s, p.who("sv"), row.Case.ID, transfers[1].MovementID, incidents.Own,
			"本人確認のうえ、ご自身で移行されたとのお申し出。"); err != nil {
			return err
		}
		break
	}
	adjusted := p.rows[at+1]
	for i := at + 1; *adjusted.Class == "D"; i++ {
		adjusted = p.rows[i]
	}
	if _, err := reimbursements.AddAdjustment(p.ctx, p.s, p.who("agent"), adjusted.Case.ID, "goo", 300, "調査中に失効した期間限定ポイントの補填。"); err != nil {
		return err
	}
	made, err := reimbursements.Propose(p.ctx, p.s, p.who("agent"), adjusted.Case.ID, "失効分の調整を含みます。")
	if err != nil {
		return err
	}
	_, err = reimbursements.Approve(p.ctx, p.s, p.who("sv"), made.ID)
	return err
}

func (p *play) completed(row *cases.Row) error {
	c, err := cases.Get(store.Read(p.ctx, p.s), row.Case.ID)
	if err != nil || c.Status != cases.InProgress {
		return err
	}
	done := cases.Completed
	_, err = cases.Update(p.ctx, p.s, p.who("agent"), row.Case.ID, cases.Change{Status: &done, Version: c.Version})
	return err
}

// wholeCall is a call as it should go: verified, and the link sent where a contact
// may be used; the member then sets the password, unless it is left open.
func (p *play) wholeCall(by access.Actor, row *cases.Row, leaveOpen bool) error {
	call, err := cases.StartCall(p.ctx, p.s, by, row.Case.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self})
	if err != nil {
		return err
	}
	m, err := members.Find(store.Read(p.ctx, p.s), members.Identity{MemberID: row.MemberID})
	if err != nil {
		return err
	}
	person, err := m.Person(p.s.Vault)
	if err != nil {
		return err
	}
	for _, said := range [][2]string{{cases.ItemName, person.Name}, {cases.ItemBirthDate, person.BirthDate}, {cases.ItemAddress, person.Address},
		{cases.ItemCustomerNumber, person.CustomerNumber}} {
		if _, err := cases.Answer(p.ctx, p.s, by, call.ID, said[0], said[1], true); err != nil {
			return err
		}
	}
	if _, err := cases.Conclude(p.ctx, p.s, by, call.ID, cases.Verified); err != nil {
		return err
	}
	p.pass(2 * time.Minute)
	_, err = resets.Send(p.ctx, p.s, by, row.Case.ID, p.baseURL)
	sent := err == nil
	if isRefusal(err) {
		_, err = cases.AddNote(p.ctx, p.s, by, row.Case.ID, "使用できる連絡先がないため、登録電話番号への折り返しをご案内しました。")
	}
	if err != nil {
		return err
	}
	if sent {
		if err := p.memberResets(row, leaveOpen); err != nil {
			return err
		}
	}
	_, err = cases.EndCall(p.ctx, p.s, by, call.ID)
	return err
}

func (p *play) failedCall(by access.Actor, row *cases.Row) error {
	call, err := cases.StartCall(p.ctx, p.s, by, row.Case.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self, CallerNumber: "080-0000-9876"})
	if err != nil {
		return err
	}
	for _, item := range []string{cases.ItemName, cases.ItemBirthDate, cases.ItemPhone} {
		said := map[string]string{cases.ItemName: "不明 太郎", cases.ItemBirthDate: "1900-01-01", cases.ItemPhone: "03-0000-0000"}[item]
		if _, err := cases.Answer(p.ctx, p.s, by, call.ID, item, said, false); err != nil {
			return err
		}
	}
	_, err = cases.EndCall(p.ctx, p.s, by, call.ID)
	return err
}
