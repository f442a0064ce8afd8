package reports

import (
	"gorm.io/gorm"

	"hoten/app/incidents"
	"hoten/app/store"
)

func (d *Daily) calls(db *gorm.DB, of scope) error {
	rows, err := store.Select[DeskCalls](db, `select coalesce(n.code, '') as desk, count(*) filter (where k.direction = 'inbound') as inbound,
			count(*) filter (where k.direction = 'outbound') as outbound, count(*) filter (where k.outcome = 'verified') as verified,
			count(*) filter (where k.outcome = 'mismatch') as mismatch, count(*) filter (where k.outcome = 'unable') as unable,
			count(*) filter (where k.outcome = 'impostor_suspected') as impostor_suspected, count(k.ended_at) as ended,
			coalesce(sum(extract(epoch from k.ended_at - k.started_at)), 0)::bigint as talk_seconds
		from calls k join cases c on c.id = k.case_id left join desks n on n.id = k.desk_id
		where c.incident_id = $1 and `+onDay("k.started_at")+` and `+ofDesk("k.desk_id")+` group by n.code`, of.args()...)
	if err != nil {
		return err
	}
	found := map[string]DeskCalls{}
	for _, r := range rows {
		found[r.Desk] = r
	}
	for _, desk := range of.desks {
		if of.desk == 0 || of.desk == desk.ID {
			line := found[desk.Code]
			line.Desk = desk.Code
			d.Calls = append(d.Calls, line)
		}
	}
	if none, some := found[""]; some {
		d.Calls = append(d.Calls, none)
	}
	return nil
}

func (d *Daily) callbacks(db *gorm.DB, of scope) error {
	mine := " from callbacks b join cases c on c.id = b.case_id where c.incident_id = $1 and " + ofDesk("b.desk_id") + " and "
	tries := "(select count(*) from callback_attempts a join callbacks b on b.id = a.callback_id join cases c on c.id = b.case_id where c.incident_id = $1 and " +
		ofDesk("b.desk_id") + " and " + onDay("a.at")
	return store.Scan(db, `select (select count(*)`+mine+onDay("b.promised_at")+`), `+tries+`), `+tries+` and a.outcome = 'reached'),
		(select count(*)`+mine+onDay("b.due_at")+` and b.due_at < $5 and (b.closed_at is null or b.closed_at > b.due_at)
			and not exists (select 1 from callback_attempts a where a.callback_id = b.id and a.at <= b.due_at))`,
		append(of.args(), d.At), &d.Callbacks.Promised, &d.Callbacks.Attempts, &d.Callbacks.Reached, &d.Callbacks.Missed)
}

func (d *Daily) work(db *gorm.DB, of scope) error {
	links := `(select count(*) from reset_links l join cases c on c.id = l.case_id join staff s on s.id = l.sent_by
		where c.incident_id = $1 and ` + ofDesk("s.desk_id") + ` and `
	own := `(select count(*) from cases where incident_id = $1 and ` + ofDesk("desk_id") + ` and `
	return store.Scan(db, `select `+links+onDay("l.sent_at")+`), `+links+onDay("l.used_at")+`), `+own+onDay("opened_at")+`), `+own+onDay("completed_at")+`)`,
		of.args(), &d.Resets.Sent, &d.Resets.Completed, &d.Cases.Opened, &d.Cases.Completed)
}

// steps are the reimbursements that took a step on the day, once a step: an
// approval counts as its proposal, whoever gave it.
var steps = `with steps as (
	select distinct s.step, s.id from (
		select 'proposed' as step, id, proposer_id as who from reimbursements where incident_id = $1 and ` + onDay("submitted_at") + `
		union all
		select 'approved', r.id, a.staff_id from approvals a join reimbursements r on r.id = a.reimbursement_id
			where r.incident_id = $1 and a.voided_at is null and ` + onDay("a.at") + `
		union all
		select state, id, decided_by from reimbursements
			where incident_id = $1 and state in ('returned', 'rejected', 'withdrawn', 'posted') and ` + onDay("decided_at") + `
	) s join staff f on f.id = s.who where ` + ofDesk("f.desk_id") + `) `

func (d *Daily) reimbursements(db *gorm.DB, of scope) error {
	rows, err := store.Select[Decided](db, steps+"select step, count(*) as count from steps group by step", of.args()...)
	found := map[string]int64{}
	for _, r := range rows {
		found[r.Step] = r.Count
	}
	for _, step := range Steps {
		d.Reimbursements = append(d.Reimbursements, Decided{step, found[step]})
	}
	return err
}

// points sums as reimbursements.Totals does: what a rollback takes back counts in
// the program that it is taken from.
func (d *Daily) points(db *gorm.DB, of scope) error {
	rows, err := store.Select[PointsOnDay](db, steps+`select s.step, p.code as program,
			coalesce(sum(v.points) filter (where l.kind = 'rollback'), 0)::bigint as rollback, coalesce(sum(v.points) filter (where l.kind = 'reimburse'), 0)::bigint as reimburse,
			coalesce(sum(v.points) filter (where l.kind = 'absorb'), 0)::bigint as absorbed, coalesce(sum(v.points) filter (where l.kind = 'adjust'), 0)::bigint as adjusted
		from steps s join reimbursement_lines l on l.reimbursement_id = s.id
		cross join lateral (values (l.program_id, l.points), (l.counter_program_id, l.counter_points)) v(program_id, points)
		join programs p on p.id = v.program_id where s.step in ('proposed', 'approved', 'posted') group by 1, 2`, of.args()...)
	if err != nil {
		return err
	}
	programs, err := incidents.Programs(db)
	type place struct{ step, program string }
	found := map[place]PointsOnDay{}
	for _, r := range rows {
		found[place{r.Step, r.Program}] = r
	}
	for _, p := range programs {
		for _, step := range []string{"proposed", "approved", "posted"} {
			line := found[place{step, p.Code}]
			line.Step, line.Program = step, p.Code
			d.Points = append(d.Points, line)
		}
	}
	return err
}

// mails: one that was given up keeps when its last attempt would have been over.
func (d *Daily) mails(db *gorm.DB, of scope) error {
	var sent, failed, bounced int64
	err := store.Scan(db, `select count(*) filter (where m.state = 'sent'), count(*) filter (where m.state = 'failed'), count(*) filter (where m.state = 'bounced')
		from (select case_id, state from mails where state = 'sent' and `+onDay("sent_at")+`
			union all select case_id, state from mails where state in ('failed', 'bounced') and `+onDay("due_at")+`) m
		join cases c on c.id = m.case_id where c.incident_id = $1 and `+ofDesk("c.desk_id"), of.args(), &sent, &failed, &bounced)
	d.Mails = map[string]int64{"sent": sent, "failed": failed, "bounced": bounced}
	return err
}

// open is what was open when the day ended, or is now. The past is told from the
// present and from what happened since: a case that nothing happened to stands
// where it stood then, another stood where its first move came from.
func (d *Daily) open(db *gorm.DB, of scope) error {
	if of.long {
		return nil
	}
	d.Open = &Ages{}
	if of.today && of.desk == 0 {
		kept, err := keptOr(db, of.incident.ID, "counts", func() (*overview, error) {
			now := &overview{}
			err := now.Figures.Open.then(db, of)
			return now, err
		})
		if err == nil {
			*d.Open = kept.Figures.Open
		}
		return err
	}
	return d.Open.then(db, of)
}

func (a *Ages) then(db *gorm.DB, of scope) error {
	rows, err := store.Select[Ages](db, `with since as (
			select case_id, (array_agg(data->>'from' order by id) filter (where kind = 'status'))[1] as status from case_events where at >= $3 group by case_id)
		select `+ages("x.age")+` from (
			select `+jst("$2")+` - `+jst("coalesce(b.at, c.changed_at)")+` as age, coalesce(s.status, c.status) as status
			from cases c left join since s on s.case_id = c.id
			left join lateral (select max(e.at) as at from case_events e where s.case_id is not null and e.case_id = c.id and e.at < $3) b on true
			where c.incident_id = $1 and c.opened_at < $3 and `+ofDesk("c.desk_id")+`) x
		where x.status not in ('completed', 'out_of_scope')`, of.args()...)
	if err == nil && len(rows) == 1 {
		*a = rows[0]
	}
	return err
}

func (d *Daily) agents(db *gorm.DB, of scope) (err error) {
	d.Agents, err = store.Select[AgentDay](db, `select s.id, s.name, coalesce(k.calls, 0) as calls, coalesce(k.verified, 0) as verified, coalesce(r.proposals, 0) as proposals
		from staff s
		left join (select k.agent_id, count(*) as calls, count(*) filter (where k.outcome = 'verified') as verified
			from calls k join cases c on c.id = k.case_id where c.incident_id = $1 and `+onDay("k.started_at")+` group by 1) k on k.agent_id = s.id
		left join (select proposer_id, count(*) as proposals from reimbursements where incident_id = $1 and `+onDay("submitted_at")+` group by 1) r on r.proposer_id = s.id
		where (k.calls > 0 or r.proposals > 0) and `+ofDesk("s.desk_id")+` order by s.id`, of.args()...)
	if err == nil && d.Agents == nil {
		d.Agents = []AgentDay{} // nobody did anything, which is not the same as not to be told
	}
	return err
}
