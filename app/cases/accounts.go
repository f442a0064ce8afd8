package cases

import (
	"maps"
	"slices"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/store"
)

// openAccounts opens an account for the ID of a case in every program of its incident in
// which it has none: with the balances that somebody states, by program code, else with an
// assumed 0. What is stated also fills accounts that were assumed. Refused: a balance that
// is known already.
func openAccounts(tx *store.Tx, c *Case, balances map[string]int64) error {
	var reads store.Reads
	ledger.AskLock(&reads, "select $1::bigint", c.IdentityID)
	if err := reads.Run(tx.DB); err != nil {
		return err
	}
	type program struct {
		ID       int16
		Code     string
		Involved bool
		Stated   bool
	}
	rows, err := store.Select[program](tx.DB, `select p.id, p.code, i.incident_id is not null as involved, exists (select from accounts a where a.identity_id = $2 and a.program_id = p.id and not `+ledger.Restatable+`) as stated
		from programs p left join incident_programs i on i.program_id = p.id and i.incident_id = $1 order by p.id`, c.IncidentID, c.IdentityID)
	if err != nil {
		return err
	}
	if err := checkBalances(balances, func(code string) string {
		i := slices.IndexFunc(rows, func(p program) bool { return p.Code == code })
		switch {
		case i < 0:
			return "program_unknown"
		case !rows[i].Involved:
			return "program_not_involved"
		case rows[i].Stated:
			return "balance_known"
		}
		return ""
	}); err != nil {
		return err
	}
	var stated, assumed []int16
	var points []int64
	for _, p := range rows {
		switch n, is := balances[p.Code]; {
		case is:
			stated, points = append(stated, p.ID), append(points, n)
		case p.Involved:
			assumed = append(assumed, p.ID)
		}
	}
	opening, err := ledger.BeginOpening(tx, c.Subject()+":opening")
	if err != nil {
		return err
	}
	const opened = "select $1::bigint as identity_id, $2::smallint[] as programs, $3::bigint[] as points, $4::timestamptz as as_of, $5::boolean as assumed, nullif($6::bigint, 0) as stated_by"
	theirs := []any{c.IdentityID, stated, points, tx.Now, false, tx.By.ID}
	if err := ledger.PostOpening(tx, opening, opened, theirs...); err != nil {
		return err
	}
	if err := ledger.OpenWith(tx, opened, theirs...); err != nil {
		return err
	}
	return ledger.OpenWith(tx, opened, c.IdentityID, assumed, make([]int64, len(assumed)), tx.Now, true, 0)
}

// checkBalances refuses what an import would refuse, and the programs that are refused.
func checkBalances(balances map[string]int64, refused func(program string) (reason string)) error {
	var p fault.Problems
	for _, code := range slices.Sorted(maps.Keys(balances)) {
		reason := refused(code)
		switch points := balances[code]; {
		case reason != "":
			p.Add("balance_"+code, reason)
		case points < 0:
			p.Add("balance_"+code, "balance_negative")
		case points > jptext.MaxPoints:
			p.Add("balance_"+code, "balance_too_large")
		}
	}
	return p.Err()
}
