package reimbursements

import (
	"slices"

	"hoten/app/cases"
	"hoten/app/ledger"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

// result is what a member is told of a posting, as it was when it was decided.
type result struct {
	Corrects bool             `json:"corrects"`
	Points   []notices.Points `json:"points"`
	Programs []int16          `json:"programs,omitempty"` // of Points, one for one
	Before   notices.PutBack  `json:"before"`             // of a correction: in which ways points were put back before
}

// results are what the members of booked plans are told, by case.
func (p *preparation) results(tx *store.Tx, booked []*approval) (map[int64]result, error) {
	before, err := postedBefore(tx, booked)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]result, len(booked))
	for _, a := range booked {
		if a.undoes != nil {
			continue
		}
		r := result{Corrects: a.plan.Corrects, Before: before[a.CaseID].ways}
		r.Points, r.Programs = pointsFacts(a, p.programs, before[a.CaseID])
		out[a.CaseID] = r
	}
	return out, nil
}

// settled has the balances be what is on the accounts once the legs are done, which may be long
// after the decision: what was decided for the ID since is in them, what is not done outside is not.
func (r *result) settled(accounts []ledger.Account, open map[int16]int64) {
	for i, program := range r.Programs {
		for _, a := range accounts {
			if a.ProgramID == program && a.Balance != nil && !r.Points[i].Unknown {
				r.Points[i].Balance = *a.Balance - open[program]
			}
		}
	}
}

// tellMembers tells the members whose plans need no point system outside.
func (p *preparation) tellMembers(tx *store.Tx, booked []*approval, results map[int64]result) error {
	var of []*telling
	for _, a := range booked {
		if a.legs == nil && a.undoes == nil {
			a.telling = &telling{Case: a.Case, result: results[a.CaseID], who: p.addressees[a.CaseID], mail: a.mail}
			of = append(of, a.telling)
		}
	}
	return tell(tx, of)
}

// telling is a member who is told that points were put back, by a case that is locked.
type telling struct {
	*cases.Case
	result
	who   cases.Addressee
	mail  int64 // the number that was taken for it
	voids bool  // the password for points, as the member is told
}

// byLetter reports whether a letter tells a member what was put back: no address may be used, or
// a letter is due anyway, which tells the whole.
func byLetter(c *cases.Case, who cases.Addressee) bool {
	return who.Address == "" || c.OwesResult(who.Own)
}

// tell tells members what was posted, and voids the passwords for points of those IDs where a
// thief may have set them: docs/domain.md section 5.
func tell(tx *store.Tx, of []*telling) error {
	var drafts []notices.Draft
	var untold, void []int64
	for _, t := range of {
		facts := t.who.Facts
		facts.At, facts.Points, facts.Before = tx.Now, t.Points, t.Before
		kind := notices.ReimbursementCompleted
		if t.Corrects {
			kind = notices.ReimbursementCorrected
		}
		if !slices.ContainsFunc(facts.Points, moves) {
			continue // one number of a movement for another, or an adjustment undone: nothing changes for the member
		}
		if t.voids, facts.PointPassword = t.who.PointPassword, t.who.PointPassword; t.voids {
			void = append(void, t.IdentityID)
		}
		if byLetter(t.Case, t.who) {
			untold = append(untold, t.Case.ID)
			continue
		}
		draft := t.who.Draft(kind, facts)
		draft.ID = t.mail
		drafts = append(drafts, draft)
	}
	cases.OweResult(tx, untold)
	if _, err := notices.Queue(tx, drafts...); err != nil {
		return err
	}
	if void != nil {
		resets.VoidPointPasswords(tx, void)
	}
	return nil
}
