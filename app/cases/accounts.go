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
// which it has none, with the balances that somebody states, by program code, else 0. It
// returns what was stated of the accounts that it opened.
func openAccounts(tx *store.Tx, c *Case, balances map[string]int64) (map[string]int64, error) {
	type program struct {
		ID   int16
		Code string
		Open bool
	}
	rows, err := store.Select[program](tx.DB, `select p.id, p.code, exists (select from accounts a where a.identity_id = $2 and a.program_id = p.id) as open
		from incident_programs i join programs p on p.id = i.program_id where i.incident_id = $1 order by p.id`, c.IncidentID, c.IdentityID)
	if err != nil {
		return nil, err
	}
	if err := checkBalances(balances, func(code string) bool {
		return slices.ContainsFunc(rows, func(p program) bool { return p.Code == code })
	}); err != nil {
		return nil, err
	}
	stated := map[string]int64{}
	var programs []int16
	var points []int64
	for _, p := range rows {
		if !p.Open {
			stated[p.Code] = balances[p.Code]
			programs, points = append(programs, p.ID), append(points, balances[p.Code])
		}
	}
	if len(programs) == 0 {
		return stated, nil
	}
	if _, err := ledger.BeginOpening(tx, c.Subject()+":opening"); err != nil {
		return nil, err
	}
	return stated, ledger.OpenWith(tx, "select $1::bigint as identity_id, $2::smallint[] as programs, $3::bigint[] as points, $4::timestamptz as as_of", c.IdentityID, programs, points, tx.Now)
}

// checkBalances refuses what an import would refuse.
func checkBalances(balances map[string]int64, known func(code string) bool) error {
	var p fault.Problems
	for _, code := range slices.Sorted(maps.Keys(balances)) {
		switch points := balances[code]; {
		case !known(code):
			p.Add("balance_"+code, "program_unknown")
		case points < 0:
			p.Add("balance_"+code, "balance_negative")
		case points > jptext.MaxPoints:
			p.Add("balance_"+code, "balance_too_large")
		}
	}
	return p.Err()
}
