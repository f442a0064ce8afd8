package imports

import (
	"fmt"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/store"
)

// arrive lands the IDs of a part of the file that nobody knew, while the next part is
// sealed: nobody else can hold rows of theirs. The others, and all of a dry run, are
// staged: what becomes of them is judged with the whole file.
func (r *run) arrive(tx *store.Tx) error {
	known, err := store.Exec(tx, `update arriving_affected s set known_identity = k.id, known_member = k.member_id from (
		  select a.line, i.id, i.member_id from arriving_affected a, `+calledBy("a")+`) k where k.line = s.line`)
	if err != nil {
		return err
	}
	if known > 0 || r.DryRun {
		_, err := store.Exec(tx, `with moved as (delete from arriving_affected where known_identity is not null or $1 returning *)
			insert into staged_affected select * from moved`, r.DryRun)
		if err != nil {
			return err
		}
	}
	if !r.DryRun {
		n, err := count(tx, "arriving_affected")
		if err != nil {
			return err
		}
		r.Accepted += n
		for _, step := range []func(*store.Tx, string) error{r.insertMembers, r.openCases, r.openAccounts} {
			if err := step(tx, "arriving_affected"); err != nil {
				return err
			}
		}
	}
	_, err = store.Exec(tx, "truncate arriving_affected")
	return err
}

// insert inserts what was judged with the whole file. Rows that others may hold are
// locked in the order of all transactions: identities (lockIdentities), cases, accounts,
// each by id.
func (r *run) insert(tx *store.Tx) error {
	const staged = "staged_affected"
	for _, step := range []func(*store.Tx, string) error{r.insertMembers, members.AdoptKnown, members.DateKnown, r.lockCases, r.openCases, r.learn, r.insertMovements, r.classify, r.lockAccounts, r.openAccounts, r.openKnownAccounts, r.stateBalances, r.review} {
		if err := step(tx, staged); err != nil {
			return err
		}
	}
	return nil
}

// restrictedBy yields, in SQL, the IDs (i, where known) of a staged table (s) that hoten has
// restricted: those that the operator had not restricted when the list was made, and known
// ones, unless the member set a new password since the restriction and after the incident,
// which ended at $1.
func restrictedBy(staged string) string {
	return " from " + staged + " s left join identities i on i.id = s.known_identity where (s.restricted_at is null or i.id is not null) and not (" +
		resets.Answered("s.restricted_at") + " and i.resumed_at >= $1)"
}

// inUse is the condition, in SQL, of IDs (i) whose restriction was over before the file.
const inUse = " and i.state = '" + members.Resumed + "'"

// insertMembers has the identity system restrict IDs (restrictedBy); the cases of other
// incidents are told.
func (r *run) insertMembers(tx *store.Tx, staged string) error {
	if err := members.InsertStaged(tx, staged); err != nil {
		return err
	}
	ids, err := numbersOf(tx, "select coalesce(s.known_identity, s.identity_id) as id"+restrictedBy(staged), r.incident.Ended())
	if err != nil || len(ids) == 0 {
		return err
	}
	again, err := numbersOf(tx, "select i.id"+restrictedBy(staged)+inUse, r.incident.Ended())
	if err != nil {
		return err
	}
	if err := cases.RestrictedBy(tx, r.incident, again); err != nil {
		return err
	}
	if err := resets.RestrictIDs(tx, ids); err != nil {
		return err
	}
	return members.RestrictedSince(tx, staged, again)
}

// learn takes back what was given through mailboxes that turn out to be those of the file's IDs.
func (r *run) learn(tx *store.Tx, _ string) error {
	if r.src.affected == nil {
		return nil
	}
	return cases.Learned(tx)
}

// calledBy is the identity (i), in SQL, that a staged row names by its login ID. There is at
// most one, which the planner does not know of rows that were never counted: it is told.
func calledBy(row string) string {
	return fmt.Sprintf("lateral (select * from identities i where i.login_key = %[1]s.login_key and i.id_kind_id is not distinct from %[1]s.id_kind_id limit 1) i", row)
}

// known names the IDs that were there before the file of affected IDs.
const known = `select known_identity from staged_affected where known_identity is not null
	union all select known_identity from staged_balances`

// touched names the IDs whose cases an import may change, as far as they were known.
var touched = known + `
	union all select i.id from staged_movements s, ` + calledBy("s")

func (r *run) lockCases(tx *store.Tx, _ string) error { return cases.LockOf(tx, touched) }

func (r *run) openCases(tx *store.Tx, staged string) error {
	return cases.OpenListed(tx, r.IncidentID, r.ID, `
		select coalesce(known_identity, identity_id) as identity_id, coalesce(c.class, 'D') as class, row_hash
		from `+staged+` a left join lateral (select class from staged_classes c where c.login_key = a.login_key offset 0) c on true`)
}

// stageClasses notes the classes that the movements of a file will make. Known ones
// are judged later; they change none.
func (r *run) stageClasses(tx *store.Tx) error {
	for _, q := range []string{
		`insert into staged_classes select s.login_key, ` + cases.ClassOfMovements + ` from staged_movements s
			where finding in ('suspected', 'confirmed') and kind in ('transfer', 'exchange')
			  and not exists (select 1 from movements m where ` + incidents.Numbered("m", "movement_key") + `) group by login_key`,
		"analyze staged_classes",
	} {
		if _, err := store.Exec(tx, q); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) insertMovements(tx *store.Tx, _ string) error {
	if r.src.movements == nil {
		return nil
	}
	return incidents.InsertStaged(tx, "staged_movements", r.IncidentID, r.ID)
}

// classify is for cases that were there before: an import opens its own in their
// class already.
func (r *run) classify(tx *store.Tx, _ string) error {
	return cases.Reclassify(tx, r.IncidentID, touched)
}

func (r *run) lockAccounts(tx *store.Tx, staged string) error {
	var reads store.Reads
	ledger.AskLock(&reads, "select known_identity from "+staged+" where known_identity is not null union all select known_identity from staged_balances")
	return reads.Run(tx.DB)
}

func (r *run) openAccounts(tx *store.Tx, staged string) error {
	if r.src.affected == nil {
		return nil
	}
	return ledger.OpenWith(tx, listedBalances(staged))
}

// listedBalances yields what the rows of a staged table say of balances, as of their freeze.
func listedBalances(staged string) string {
	return "select i.id as identity_id, coalesce(s.restricted_at, i.restricted_at) as as_of, " + balances + staged + " s join identities i on i.id = coalesce(s.known_identity, s.identity_id)"
}

// openKnownAccounts states the balances of accounts that were opened without.
func (r *run) openKnownAccounts(tx *store.Tx, staged string) error {
	if r.src.affected == nil {
		return nil
	}
	if err := cases.TellOf(tx, cases.BalanceStated, "select known_identity from "+staged+" s join accounts a on a.identity_id = s.known_identity and a.assumed and a.program_id = any(s.balance_programs)", r.ID); err != nil {
		return err
	}
	return ledger.PostOpening(tx, r.opening, listedBalances(staged)+" where s.known_identity is not null")
}

// frozen is, in SQL, when the balances of a staged row (s) about a known ID (i) were so: as it
// says itself, as the other balances of the ID, or when hoten restricted the ID first. That it
// was restricted again since froze nothing.
const frozen = `coalesce(s.restricted_at, (select min(a.as_of) from accounts a where a.identity_id = i.id and not a.assumed),
	least(i.restricted_at, (select min(c.opened_at) from cases c where c.identity_id = i.id and c.origin <> 'inquiry')))`

// stateBalances states the balances of IDs that the incident has already.
func (r *run) stateBalances(tx *store.Tx, _ string) error {
	const query = "select i.id as identity_id, " + frozen + " as as_of, " + balances + "staged_balances s join identities i on i.id = s.known_identity"
	if r.src.affected == nil {
		return nil
	}
	if err := ledger.OpenWith(tx, query); err != nil {
		return err
	}
	if err := ledger.PostOpening(tx, r.opening, query); err != nil {
		return err
	}
	return cases.TellOf(tx, cases.BalanceStated, "select known_identity from staged_balances", r.ID)
}

// review looks again at the points of the cases that the files may have changed.
func (r *run) review(tx *store.Tx, _ string) error {
	return reimbursements.Landed(tx, "staged_movements", known)
}

const balances = "balance_programs as programs, balances as points, false as assumed, null::bigint as stated_by from "

// numbersOf are the ids that a query yields.
func numbersOf(tx *store.Tx, query string, args ...any) ([]int64, error) {
	type row struct{ ID int64 }
	rows, err := store.Select[row](tx.DB, query, args...)
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, err
}
