package reports

import (
	"gorm.io/gorm"

	"hoten/app/store"
)

// open counts the cases that were open when the day ended, or are now, by how many
// days before they had last changed. A case that has not changed since stands where
// it stood; of another its timeline tells where that was. A proposal and its
// decision move a case without a word about its status: it is open after each.
func (d *Daily) open(db *gorm.DB, of scope) error {
	if of.large {
		return nil
	}
	rows, err := store.Select[Ages](db, `select `+ages(jst("$2")+" - "+jst("x.at"))+` from (
			select c.changed_at as at from cases c
			where c.incident_id = $1 and c.changed_at < $3 and c.status not in ('completed', 'out_of_scope') and `+ofDesk(caseDesk)+`
			union all
			select coalesce(b.at, c.opened_at) from cases c cross join lateral (
				select max(e.at) filter (where e.kind not in ('note', 'revealed')) as at, (array_agg(coalesce(e.data->>'to', '') order by e.at desc, e.id desc)
					filter (where e.kind in ('opened', 'status', 'proposed', 'returned', 'rejected', 'withdrawn', 'posted')))[1] as status
				from case_events e where e.case_id = c.id and e.at < $3) b
			where c.incident_id = $1 and c.changed_at >= $3 and c.opened_at < $3 and `+ofDesk(caseDesk)+`
				and coalesce(b.status, '') not in ('completed', 'out_of_scope')) x`, of.args()...)
	if err == nil {
		d.Open = &rows[0]
	}
	return err
}
