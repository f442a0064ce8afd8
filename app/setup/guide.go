package setup

import (
	"slices"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/operators"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// Steps of setting up, in the order in which one needs another.
var Steps = []string{"operator", "id", "program", "desk", "staff", "mail", "incident", "import"}

// Missing are the steps that are not done yet; nothing is missing in an installation that
// can take a call and make a member whole. mails tells whether mails are sent and not only
// kept.
func Missing(db *gorm.DB, mails bool) (out []string, err error) {
	var operator, program, incident, imported bool
	err = store.Scan(db, `select exists (select from operators), exists (select from programs),
		exists (select from incidents) and not exists (select from incidents i where not exists (select from incident_programs p where p.incident_id = i.id)),
		exists (select from cases)`, nil, &operator, &program, &incident, &imported)
	if err != nil {
		return nil, err
	}
	ids, err := operators.IDs(db)
	if err != nil {
		return nil, err
	}
	list, err := desks.List(db)
	if err != nil {
		return nil, err
	}
	people, err := StaffOf(db)
	done := map[string]bool{"operator": operator, "id": len(ids) > 0, "program": program, "desk": slices.ContainsFunc(list, opens) && len(Unserved(ids, list)) == 0, "staff": people.Enough(), "mail": mails, "incident": incident, "import": imported}
	for _, step := range Steps {
		if !done[step] {
			out = append(out, step)
		}
	}
	return out, err
}

// opens tells whether a desk is ever open.
func opens(d desks.Kept) bool { return len(d.Hours) > 0 }

// answers tells whether a desk is asked about the ID of its members or the password.
func answers(d desks.Kept) bool {
	return slices.Contains(d.Topics, desks.AboutID) || slices.Contains(d.Topics, desks.AboutPassword)
}

// Unserved are the IDs whose members no desk of the list serves that is ever open and
// answers for their ID.
func Unserved(ids []operators.ID, list []desks.Kept) (out []operators.ID) {
	for _, id := range ids {
		if !slices.ContainsFunc(list, func(d desks.Kept) bool { return opens(d) && answers(d) && d.Serves(id.Code) }) {
			out = append(out, id)
		}
	}
	return out
}

// Staff are the people who can do what a case needs: agents take the call and propose,
// others approve, who are never the proposer. Invited are all who have not set a password yet,
// and Ready whether the others are enough.
type Staff struct {
	Agents, Approvers int64
	Invited           int64
	Ready             bool
}

// StaffOf counts them; whoever has left does not count.
func StaffOf(db *gorm.DB) (s Staff, err error) {
	var signed Staff
	err = store.Scan(db, `select count(*) filter (where role = $1), count(*) filter (where role = any($2)), count(*) filter (where password_hash = ''),
		count(*) filter (where role = $1 and password_hash <> ''), count(*) filter (where role = any($2) and password_hash <> '') from staff where disabled_at is null`,
		[]any{string(access.Agent), roles(access.Decide)}, &s.Agents, &s.Approvers, &s.Invited, &signed.Agents, &signed.Approvers)
	s.Ready = signed.Enough()
	return s, err
}

// Enough reports whether every proposal can be approved.
func (s Staff) Enough() bool { return s.Agents > 0 && s.MoreApprovers() == 0 }

// MoreApprovers is how many people are missing who may approve.
func (s Staff) MoreApprovers() int64 { return max(0, reimbursements.MostApprovals-s.Approvers) }

func roles(p access.Permission) (out []string) {
	for _, r := range access.Holders(p) {
		out = append(out, string(r))
	}
	return out
}
