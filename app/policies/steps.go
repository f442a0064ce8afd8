package policies

import (
	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/store"
)

// Center is the key in Substitutes that covers every desk without one of its own.
const Center = "center"

// mostWait is a thousand open hours, as mostRespond.
const mostWait = 1000

// checkSteps refuses steps in the wrong order, and substitutes who may not decide.
func (p Policies) checkSteps(db *gorm.DB) (problems fault.Problems, err error) {
	for name, hours := range map[string]int{"remind_hours": p.RemindHours, "escalate_hours": p.EscalateHours} {
		if hours > mostWait {
			problems.Add(name, "too_large", "max", mostWait)
		}
	}
	if p.EscalateHours <= p.RemindHours {
		problems.Add("escalate_hours", "escalates_before_reminding")
	}
	type code struct{ Code string }
	desks, err := store.Select[code](db, "select code from desks")
	if err != nil {
		return nil, err
	}
	known := map[string]bool{Center: true}
	for _, d := range desks {
		known[d.Code] = true
	}
	type person struct{ ID int64 }
	able, err := store.Select[person](db, "select id from staff where disabled_at is null and role = any($1)", access.Holders(access.Decide))
	if err != nil {
		return nil, err
	}
	deciders := map[int64]bool{}
	for _, who := range able {
		deciders[who.ID] = true
	}
	for desk, id := range p.Substitutes {
		if !known[desk] || !deciders[id] {
			problems.Add("substitute_"+desk, "substitute_unknown")
		}
	}
	return problems, nil
}
