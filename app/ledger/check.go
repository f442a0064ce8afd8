package ledger

import (
	"fmt"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Check sums everything again: no unit may differ from zero, no member's
// balance from the sum of its postings, no balance be negative. It returns the
// first difference, empty when the books are right.
func Check(db *gorm.DB) (string, error) {
	type difference struct {
		What string
		Off  int64
	}
	rows, err := store.Select[difference](db, `
		select 'program ' || a.program_id as what, sum(p.points) as off
		  from postings p join accounts a on a.id = p.account_id group by a.program_id having sum(p.points) <> 0
		union all
		select 'account ' || a.id, a.balance - coalesce(sum(p.points), 0)
		  from accounts a left join postings p on p.account_id = a.id
		  where a.purpose = 'member' group by a.id having a.balance <> coalesce(sum(p.points), 0) or a.balance < 0
		limit 1`)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return fmt.Sprintf("%s is off by %d points", rows[0].What, rows[0].Off), nil
}
