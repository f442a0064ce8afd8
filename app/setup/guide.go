package setup

import (
	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/store"
)

// Steps of setting up, in the order in which one needs another.
var Steps = []string{"operator", "id", "program", "desk", "staff", "mail", "incident"}

// Missing are the steps that are not done yet; nothing is missing in an installation that
// can take a call and make a member whole. mails tells whether mails are sent and not only
// kept.
func Missing(db *gorm.DB, mails bool) (out []string, err error) {
	var operator, id, program, desk, agent, decider, incident bool
	err = store.Scan(db, `select exists (select from operators), exists (select from id_kinds), exists (select from programs), exists (select from desks),
		exists (select from staff where disabled_at is null and role = any($1)), exists (select from staff where disabled_at is null and role = any($2)),
		exists (select from incidents)`, []any{roles(access.WorkCases), roles(access.Decide)}, &operator, &id, &program, &desk, &agent, &decider, &incident)
	done := map[string]bool{"operator": operator, "id": id, "program": program, "desk": desk, "staff": agent && decider, "mail": mails, "incident": incident}
	for _, step := range Steps {
		if !done[step] {
			out = append(out, step)
		}
	}
	return out, err
}

func roles(p access.Permission) (out []string) {
	for _, r := range access.Holders(p) {
		out = append(out, string(r))
	}
	return out
}
