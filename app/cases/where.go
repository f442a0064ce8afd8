package cases

import (
	"cmp"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"hoten/app/members"
	"hoten/app/vault"
)

// inQueue are the conditions of the queue, the age and the order by waiting.
func (f Filter) inQueue(add func(condition string, args ...any)) {
	if f.Queue != "" || f.Order != ByNumber {
		where, args := f.Of.condition(f.Queue)
		add(where, args...)
	}
	age := f.Age
	if age == "" && f.Queue == QueueStalled {
		_, until := lain(stalledFrom, f.Of.Now)
		add("c.changed_at < ?", until)
	}
	if age != "" {
		from, until := lain(age, f.Of.Now)
		if !from.IsZero() {
			add("c.changed_at >= ?", from)
		}
		if !until.IsZero() {
			add("c.changed_at < ?", until)
		}
	}
	if f.After.ID > 0 {
		add("("+f.Queue.since()+map[bool]string{false: ", c.id) > (?, ?)", true: ", c.id) < (?, ?)"}[f.Order == Latest], f.After.At, f.After.ID)
	}
}

// numbered puts the n-th argument for the first question mark.
func numbered(condition string, n int) string {
	return strings.Replace(condition, "?", fmt.Sprintf("$%d", n), 1)
}

func (f Filter) where(db *gorm.DB, v *vault.Vault) (where string, args []any, truncated bool, err error) {
	conditions := []string{"true"}
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = numbered(condition, len(args))
		}
		conditions = append(conditions, condition)
	}
	f.inQueue(add)
	if f.Incident != "" {
		add("c.incident_id = (select id from incidents where reference = ?)", f.Incident)
	}
	if f.Status != "" {
		add("c.status = ?", string(f.Status))
	}
	if f.Class != "" {
		add(class+" = ?", f.Class)
	}
	if f.Origin != "" {
		add("c.origin = ?", f.Origin)
	}
	if f.Origin == Inquiry { // which has no class
		add(class + " = 'none'")
	}
	if f.Assignee != 0 {
		add(assignee+" = ?", max(f.Assignee, 0))
	}
	if f.Desk != "" {
		add(desk+" = (select id from desks where code = ?)", f.Desk)
	}
	if f.Before > 0 {
		add(map[bool]string{false: "c.id < ?", true: "-c.id > -?::bigint"}[f.order() == byFilter], f.Before)
	}
	if q := strings.TrimSpace(f.Q); q != "" || f.Phone != "" {
		condition, values, more, err := f.sought(db, v, q)
		if err != nil || condition == "" {
			return "", nil, false, err
		}
		truncated = more
		add(condition, values...)
	}
	return strings.Join(conditions, " and "), args, truncated, nil
}

// sought is the condition for what q names, or for the number of a telephone; none
// when nothing is named so.
func (f Filter) sought(db *gorm.DB, v *vault.Vault, q string) (condition string, args []any, truncated bool, err error) {
	if f.Phone != "" {
		identities, err := members.ByPhone(db, v, f.Phone)
		return "c.identity_id = any(?)", []any{identities}, false, err
	}
	// What reads as the number of a case may be an ID or a telephone's as well.
	first, last := numbersFrom(q)
	if id, ok := ParseNumber(q); ok {
		first, last = id, id
	}
	identities, truncated, err := members.Search(db, v, q, cmp.Or(f.Look, members.MaxHits))
	switch {
	case err != nil || len(identities) == 0 && first > last:
		return "", nil, false, err
	case len(identities) == 0:
		return "c.id between ? and ?", []any{first, last}, truncated, nil
	case first > last:
		return "c.identity_id = any(?)", []any{identities}, truncated, nil
	}
	return "(c.id between ? and ? or c.identity_id = any(?))", []any{first, last, identities}, truncated, nil
}
