package demo

import (
	"slices"
	"time"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
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
		if err := p.wholeCall(p.who("agent"), &p.rows[3+i*7], false, i%3 == 0); err != nil {
			return err
		}
	}
	return p.promises()
}

// secondDay: more calls, a suspicion, refusals.
func (p *play) secondDay() error {
	p.begin(1)
	p.pass(15 * time.Minute)
	if err := p.keepsPromises(); err != nil {
		return err
	}
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
		if err := p.wholeCall(p.who([]string{"agent", "agent2"}[i%2]), &p.rows[80+i*5], i%3 == 1, i%4 == 0); err != nil {
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
	if err := p.impostorCall(agent, &p.rows[210]); err != nil {
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

// lastDay: what waits on the desks.
func (p *play) lastDay() error {
	p.begin(2)
	if err := p.judged(); err != nil {
		return err
	}
	if _, err := p.propose("agent", 90); err != nil {
		return err
	}
	for i, status := range []cases.Status{cases.AwaitingCustomer, cases.OnHold, cases.InProgress} {
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
	if err := p.told(); err != nil {
		return err
	}
	return p.promisesToday()
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
			"ご本人からの書面に、ご自身で移行されたとの記載。"); err != nil {
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
	by, change := p.who("agent"), cases.Change{Status: &done, Version: c.Version}
	if c.Closed() { // the member does not call
		by, change.Reason = p.who("sv"), "補填済み。再設定はお客さまからの入電時にご案内します。"
	}
	_, err = cases.Update(p.ctx, p.s, by, row.Case.ID, change)
	return err
}
