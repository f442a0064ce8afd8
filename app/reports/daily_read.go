package reports

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/notices"
	"hoten/app/staff"
	"hoten/app/store"
)

// calls counts a call that was handed over once; its talk goes on.
func (d *Daily) calls(db *gorm.DB, of scope) error {
	rows, err := store.Select[DeskCalls](db, `select coalesce(n.code, '') as desk, count(*) filter (where k.direction = 'inbound' and k.first_id is null) as inbound,
			count(*) filter (where k.direction = 'outbound' and k.first_id is null) as outbound, count(*) filter (where `+cases.ReachedLevel+`) as verified,
			count(*) filter (where k.outcome = 'mismatch') as mismatch, count(*) filter (where k.outcome = 'unable') as unable,
			count(*) filter (where k.outcome = 'impostor_suspected') as impostor_suspected, count(k.ended_at) filter (where k.outcome is distinct from 'handed_over') as ended,
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

// byHour lists the hours in which a desk was open or somebody called, with those between.
func (d *Daily) byHour(db *gorm.DB, of scope) error {
	rows, err := store.Select[HourCalls](db, `select extract(hour from k.started_at at time zone interval '9 hours')::int as hour,
			count(*) filter (where k.direction = 'inbound') as inbound, count(*) filter (where k.direction = 'outbound') as outbound
		from calls k join cases c on c.id = k.case_id
		where k.first_id is null and c.incident_id = $1 and `+onDay("k.started_at")+` and `+ofDesk("k.desk_id")+` group by 1`, of.args()...)
	if err != nil {
		return err
	}
	first, last, found := 24, -1, [24]HourCalls{}
	for _, r := range rows {
		found[r.Hour] = r
		first, last = min(first, r.Hour), max(last, r.Hour)
	}
	for _, desk := range of.desks {
		for _, opening := range desk.On(of.date) {
			if of.desk == 0 || of.desk == desk.ID {
				first, last = min(first, opening.Open/60), max(last, min((opening.Close-1)/60, 23))
			}
		}
	}
	for h := first; h <= last; h++ {
		found[h].Hour = h
		d.ByHour = append(d.ByHour, found[h])
	}
	return nil
}

// callbacks reads those due by state: each has its index.
func (d *Daily) callbacks(db *gorm.DB, of scope) error {
	type counted struct{ Promised, Due, Kept, Missed, Attempts, Reached int64 }
	rows, err := store.Select[counted](db, `with promised as (
			select count(*) as n from callbacks b join cases c on c.id = b.case_id
			where c.incident_id = $1 and `+ofDesk("b.desk_id")+` and `+onDay("b.promised_at")+`),
		due as (
			select b.due_at, exists (select 1 from callback_attempts a where a.callback_id = b.id and a.at <= b.due_at) as tried
			from (select * from callbacks where state = 'open' and `+onDay("due_at")+`
				union all select * from callbacks where state <> 'open' and `+onDay("due_at")+` and (state <> 'dropped' or closed_at > due_at)) b
			join cases c on c.id = b.case_id where c.incident_id = $1 and `+ofDesk("b.desk_id")+`),
		tries as (
			select count(*) as n, count(*) filter (where a.outcome = 'reached') as reached
			from callback_attempts a join callbacks b on b.id = a.callback_id join cases c on c.id = b.case_id
			where c.incident_id = $1 and `+ofDesk("b.desk_id")+` and `+onDay("a.at")+`)
		select p.n as promised, t.n as attempts, t.reached, d.due, d.kept, d.missed from promised p, tries t,
			(select count(*) as due, count(*) filter (where tried) as kept, count(*) filter (where not tried and due_at < $5) as missed from due) d`, of.args(d.At)...)
	if err == nil {
		d.Callbacks = CallbackDay(rows[0])
	}
	return err
}

// work counts what the timelines tell, for the desk of who did it; a link that a
// member used counts for the desk of who sent it.
func (d *Daily) work(db *gorm.DB, of scope) error {
	links := `(select count(*) from reset_links l join cases c on c.id = l.case_id join staff s on s.id = l.sent_by
		where c.incident_id = $1 and ` + ofDesk("s.desk_id") + ` and `
	// What was undone did not happen, and an undo is no move of its own.
	moved := func(to string) string {
		return `count(distinct e.case_id) filter (where e.kind = 'status' and e.data->>'to' = '` + to + `' and e.data->>'undo' is null
			and not exists (select from case_events u where u.case_id = e.case_id and u.id > e.id and u.kind = 'status' and u.data->>'undo' is not null
				and u.data->>'from' = '` + to + `' and u.at <= e.at + interval '` + fmt.Sprint(int(cases.UndoFor.Seconds())) + ` seconds'))`
	}
	return store.Scan(db, `select `+links+onDay("l.sent_at")+`), `+links+onDay("l.used_at")+`), count(distinct e.case_id) filter (where e.kind = 'released'),
			count(distinct e.case_id) filter (where e.kind = 'opened'), `+moved("completed")+`, `+moved("out_of_scope")+`, `+moved("reopened")+`
		from case_events e join cases c on c.id = e.case_id left join staff s on s.id = e.actor_id and e.actor_kind = 'staff'
		where c.incident_id = $1 and e.kind in ('opened', 'status', 'released') and `+onDay("e.at")+` and `+ofDesk("s.desk_id"), of.args(),
		&d.Resets.Sent, &d.Resets.Completed, &d.Resets.Released, &d.Cases.Opened, &d.Cases.Completed, &d.Cases.OutOfScope, &d.Cases.Reopened)
}

// mails: of one that was given up, due_at is when its last attempt would have been over.
func (d *Daily) mails(db *gorm.DB, of scope) error {
	rows, err := store.Select[MailDay](db, `select m.kind, count(*) filter (where m.state = 'sent') as sent,
			count(*) filter (where m.state = 'failed') as failed, count(*) filter (where m.state = 'bounced') as bounced
		from (select case_id, kind, state from mails where state = 'sent' and `+onDay("sent_at")+`
			union all select case_id, kind, state from mails where state in ('failed', 'bounced') and due_at >= $2::timestamptz + $5::interval and due_at < $3::timestamptz + $5::interval) m
		join cases c on c.id = m.case_id where c.incident_id = $1 and `+ofDesk(caseDesk)+` group by m.kind`, of.args(notices.Claimed)...)
	d.Mails = append(d.Mails, rows...)
	slices.SortFunc(d.Mails, func(a, b MailDay) int {
		return slices.Index(notices.Kinds, a.Kind) - slices.Index(notices.Kinds, b.Kind)
	})
	return err
}

func (d *Daily) agents(db *gorm.DB, of scope) (err error) {
	d.Agents, err = store.Select[AgentDay](db, `with did as (
			select k.agent_id as id, count(*) as calls, count(*) filter (where `+cases.ReachedLevel+`) as verified, 0 as resets, 0 as proposals, 0 as approvals
			from calls k join cases c on c.id = k.case_id where c.incident_id = $1 and `+onDay("k.started_at")+` group by 1
			union all
			select l.sent_by, 0, 0, count(*), 0, 0 from reset_links l join cases c on c.id = l.case_id where c.incident_id = $1 and `+onDay("l.sent_at")+` group by 1
			union all
			select proposer_id, 0, 0, 0, count(*), 0 from reimbursements where incident_id = $1 and undoes is null and undone_by is null and `+onDay("submitted_at")+` group by 1
			union all
			select a.staff_id, 0, 0, 0, 0, count(*) from approvals a join reimbursements r on r.id = a.reimbursement_id
			where r.incident_id = $1 and r.undoes is null and r.undone_by is null and `+onDay("a.at")+` and a.voided_at is null group by 1)
		select s.id, `+staff.NameOf("s")+` as name, sum(calls)::bigint as calls, sum(verified)::bigint as verified, sum(resets)::bigint as resets, sum(proposals)::bigint as proposals, sum(approvals)::bigint as approvals
		from did join staff s on s.id = did.id where `+ofDesk("s.desk_id")+` group by s.id order by s.id`, of.args()...)
	if err == nil && d.Agents == nil {
		d.Agents = []AgentDay{} // nobody did anything, which is not the same as not to be told
	}
	return err
}

// nameAgents says what people are called now, in each language: kept figures know one name.
func (d *Daily) nameAgents(db *gorm.DB) error {
	ids := make([]int64, len(d.Agents))
	for i, a := range d.Agents {
		ids[i] = a.ID
	}
	rows, err := store.Select[AgentDay](db, "select s.id, "+staff.NameOf("s")+" as name from staff s where s.id = any($1)", ids)
	for _, r := range rows {
		for i := range d.Agents {
			if d.Agents[i].ID == r.ID {
				d.Agents[i].Name = r.Name
			}
		}
	}
	return err
}
