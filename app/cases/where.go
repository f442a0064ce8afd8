package cases

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
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
}

// behind are the conditions of a page that follows another.
func (f Filter) behind(add func(condition string, args ...any)) {
	if f.After.ID > 0 {
		add("("+f.Queue.since()+map[bool]string{false: ", c.id) > (?, ?)", true: ", c.id) < (?, ?)"}[f.Order == Latest], f.After.At, f.After.ID)
	}
	if f.Before > 0 {
		add(map[bool]string{false: "c.id < ?", true: "-c.id > -?::bigint"}[f.order() == byFilter], f.Before)
	}
}

// numbered puts the n-th argument for the first question mark.
func numbered(condition string, n int) string {
	return strings.Replace(condition, "?", fmt.Sprintf("$%d", n), 1)
}

// where are the conditions of the list, empty when nothing is named as sought; by is how
// those that are were found.
func (f Filter) where(db *gorm.DB, v *vault.Vault) (where string, args []any, by found, err error) {
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
	if q := strings.TrimSpace(f.Q); q != "" || f.Phone != "" {
		condition, values, sought, err := f.sought(db, v, q)
		if err != nil || condition == "" {
			return "", nil, sought, err
		}
		by = sought
		add(condition, values...)
	}
	if f.Queue.ofIDs() {
		conditions = []string{oneOfEach(strings.Join(conditions, " and "))}
	}
	f.behind(add)
	return strings.Join(conditions, " and "), args, by, nil
}

// found is how a search found cases: by the identity, or else by the case's number;
// truncated reports that more people are named so than were looked into.
type found struct {
	identities map[int64]string
	first      int64
	last       int64
	truncated  bool
}

// FoundByNumber is how a case is found beside the ways in which members are.
const FoundByNumber = "number"

func (by found) of(r Row) string {
	if by.first <= r.Case.ID && r.Case.ID <= by.last {
		return FoundByNumber
	}
	return by.identities[r.IdentityID]
}

// sought is the condition for what q names, or for the number of a telephone; none
// when nothing is named so.
func (f Filter) sought(db *gorm.DB, v *vault.Vault, q string) (condition string, args []any, by found, err error) {
	by = found{identities: map[int64]string{}, last: -1}
	if f.Phone != "" {
		identities, err := members.ByPhone(db, v, f.Phone)
		for _, id := range identities {
			by.identities[id] = members.ByTelephone
		}
		return "c.identity_id = any(?)", []any{identities}, by, err
	}
	// What reads as the number of a case may be an ID or a telephone's as well.
	by.first, by.last = numbersFrom(q)
	if id, ok := ParseNumber(q); ok {
		by.first, by.last = id, id
	}
	hits, truncated, err := members.Search(db, v, q, cmp.Or(f.Look, members.MaxHits))
	by.truncated = truncated
	for _, hit := range slices.Backward(hits) { // the first way found counts
		by.identities[hit.ID] = hit.By
	}
	identities := slices.Collect(maps.Keys(by.identities))
	switch {
	case err != nil || len(identities) == 0 && by.first > by.last:
		return "", nil, by, err
	case len(identities) == 0:
		return "c.id between ? and ?", []any{by.first, by.last}, by, nil
	case by.first > by.last:
		return "c.identity_id = any(?)", []any{identities}, by, nil
	}
	return "(c.id between ? and ? or c.identity_id = any(?))", []any{by.first, by.last, identities}, by, nil
}
