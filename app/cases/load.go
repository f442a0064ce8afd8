package cases

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/staff"
	"hoten/app/store"
)

// Load is what one agent has on the table: open cases, those among them that
// wait for an approval and that are stalled, and since when the longest has waited.
type Load struct {
	StaffID  int64
	Name     staff.Name
	Open     int64
	Approval int64
	Stalled  int64
	Oldest   *time.Time
	Left     bool // may no longer work cases
}

// Loads lists everybody who works cases, those with the most open ones first, and
// whoever left some behind: their cases wait to be handed over.
func Loads(db *gorm.DB, now time.Time) ([]Load, error) {
	_, until := lain(stalledFrom, now)
	// The cases that nobody has are most, and are not read: one look into the index for all people.
	return store.Select[Load](db, `select s.id as staff_id, `+staff.NameOf("s")+` as name, coalesce(c.open, 0) as open, coalesce(c.approval, 0) as approval, coalesce(c.stalled, 0) as stalled, c.oldest,
		s.disabled_at is not null or s.role <> all($1) as left
		from staff s left join (select `+assignee+` as id, count(*) as open, count(*) filter (where c.status = 'awaiting_approval') as approval,
		  count(*) filter (where c.changed_at < $2) as stalled, min(c.changed_at) as oldest
		  from cases c where `+assignee+` > 0 and `+open+` group by 1) c on c.id = s.id
		where s.disabled_at is null and s.role = any($1) or c.open > 0 order by open desc, s.id`, access.Holders(access.WorkCases), until)
}
