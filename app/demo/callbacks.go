package demo

import (
	"time"

	"hoten/app/access"
	"hoten/app/callbacks"
)

// promise has an agent promise a callback at a time, in the first case from the
// n-th on whose member has a phone that may be called.
func (p *play) promise(by access.Actor, n int, due time.Time, note string) error {
	despite := p.file.Rules()[0].NoCalls(due) != ""
	for ; ; n++ {
		made, err := callbacks.Promise(p.ctx, p.s, by, p.rows[n].Case.ID, callbacks.New{DueAt: due, Desk: tech, Note: note, Despite: despite})
		if err == nil {
			p.promised = append(p.promised, made.ID)
		}
		if err == nil || !isRefusal(err) {
			return err
		}
	}
}

// tries has an agent call a callback's member.
func (p *play) tries(by access.Actor, id int64, outcome string) error {
	_, err := callbacks.Attempt(p.ctx, p.s, by, id, callbacks.Tried{Outcome: outcome})
	return err
}

// promises of the first day are for the second morning.
func (p *play) promises() error {
	for i, note := range []string{"午前中の連絡をご希望。", "ご家族が応対される場合は、あらためてかけ直すとお伝え済み。", "操作記録の確認結果をお伝えする。", ""} {
		if err := p.promise(p.who([]string{"agent", "agent2"}[i%2]), 1150+i*5, p.days[1].At(opens+20+i*5), note); err != nil {
			return err
		}
	}
	return nil
}

// keepsPromises: two are reached, one at the second attempt; one is not at all, and
// one no longer wants to be called.
func (p *play) keepsPromises() error {
	agent, agent2 := p.who("agent"), p.who("agent2")
	for _, turn := range []struct {
		by      access.Actor
		which   int
		outcome string
	}{{agent, 0, callbacks.Reached}, {agent2, 1, callbacks.NoAnswer}, {agent, 2, callbacks.Voicemail}, {agent2, 1, callbacks.Reached},
		{agent, 2, callbacks.NoAnswer}, {agent, 2, callbacks.NoAnswer}} {
		p.pass(4 * time.Minute)
		if err := p.tries(turn.by, p.promised[turn.which], turn.outcome); err != nil {
			return err
		}
	}
	_, err := callbacks.Drop(p.ctx, p.s, agent2, p.promised[3], 1, "お客さまからお電話をいただき、ご用件が済んだため。")
	return err
}

// promisesToday: one whose time has passed since, with an unsuccessful attempt; one that
// is due as the demo is opened; one for later.
func (p *play) promisesToday() error {
	agent := p.who("agent")
	today := p.days[len(p.days)-1]
	if err := p.promise(agent, 1200, today.At(opens+25), "再設定の手順をもう一度ご案内する。"); err != nil {
		return err
	}
	if err := p.promise(agent, 1210, p.now.Truncate(time.Minute).Add(12*time.Minute), "お仕事の合間をご希望。"); err != nil {
		return err
	}
	if err := p.promise(p.who("agent2"), 1220, p.now.Truncate(time.Hour).Add(26*time.Hour), "補填の完了をお知らせする。"); err != nil {
		return err
	}
	p.pass(10 * time.Minute)
	return p.tries(agent, p.promised[4], callbacks.NoAnswer)
}
