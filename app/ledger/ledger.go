// Package ledger is double-entry bookkeeping in integer points, one unit per
// program: a transfer is a set of postings that sum to zero in every unit.
// It knows accounts and keys, and nothing of reimbursements.
//
// The database holds the second lock: transfers and postings are append-only,
// postings that do not sum to zero are refused, a member's balance moves only
// with its postings and never below zero.
package ledger

import (
	"strconv"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Purposes of accounts. A member's account keeps its balance; a company's
// balance is the sum of its postings.
const (
	MemberAccount = "member"
	Opening       = "opening"    // where balances at the freeze come from
	Restored      = "restored"   // other side of a rollback
	Reimbursed    = "reimbursed" // cost: fraudulently exchanged points given back
	Absorbed      = "absorbed"   // cost: what a rollback could not take back
	Adjusted      = "adjusted"   // cost: adjustments
)

// Account is one account, in points of one program.
type Account struct {
	ID         int64
	ProgramID  int16
	IdentityID *int64
	Purpose    string
	Balance    *int64
	Assumed    bool   // opened at 0 because nobody stated a balance: there may be more
	StatedBy   *int64 // the person who stated the balance by hand
	Behind     int64  // points that left and are not posted because nothing is on it, see CatchUp
}

// Draft is a transfer to be posted, with the number that was taken for it. Its Key is
// unique for ever: posting it twice is a conflict.
type Draft struct {
	ID       int64
	Key      string
	Postings []Posting
}

// Posting moves Points (signed, not zero) on one account. Purpose is shown in
// statements: rollback, reimburse, absorb, adjust or opening.
type Posting struct {
	AccountID int64
	ProgramID int16 // of the account
	Purpose   string
	Points    int64
}

// Post queues transfers with their postings. The caller has locked the members'
// accounts with AskLock. A key that is already there is a conflict, a balance below
// zero an error of the database; either comes with the commit and rolls everything back.
func Post(tx *store.Tx, drafts []Draft) {
	ids, keys := make([]int64, len(drafts)), make([]string, len(drafts))
	var of, accounts, points []int64
	var purposes []string
	var programs []int16
	for i, d := range drafts {
		ids[i], keys[i] = d.ID, d.Key
		for _, p := range d.Postings {
			of, accounts = append(of, d.ID), append(accounts, p.AccountID)
			purposes, points, programs = append(purposes, p.Purpose), append(points, p.Points), append(programs, p.ProgramID)
		}
	}
	tx.Queue("insert into transfers (id, key, at) select i, k, $3 from unnest($1::bigint[], $2::text[]) as t(i, k)", ids, keys, tx.Now)
	tx.Queue(`insert into postings (transfer_id, account_id, purpose, points, program_id)
		select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::smallint[])`, of, accounts, purposes, points, programs)
}

// AskLock reads the members' accounts of the IDs that the query yields, and locks them
// for the transaction in sorted order, so that two writers never wait for each other in
// a circle.
func AskLock(reads *store.Reads, identities string, args ...any) *[]Account {
	return store.Ask[Account](reads, "select id, identity_id, program_id, balance, assumed, stated_by, behind, 'member' as purpose from lock_accounts(array("+identities+"))", args...)
}

// AskAccounts reads the accounts of the given IDs, by program.
func AskAccounts(reads *store.Reads, identities []int64) *[]Account {
	return AskAccountsOf(reads, "select unnest($1::bigint[])", identities)
}

// AskAccountsOf is AskAccounts for the IDs that the query yields.
func AskAccountsOf(reads *store.Reads, identities string, args ...any) *[]Account {
	return store.Ask[Account](reads, `select id, program_id, identity_id, purpose, balance, assumed, stated_by, behind from accounts
		where identity_id in (`+identities+`) order by identity_id, program_id`, args...)
}

// Balances are an ID's balances by program code, of those that are known.
func Balances(db *gorm.DB, identity int64) (map[string]int64, error) {
	type balance struct {
		Code    string
		Balance int64
	}
	rows, err := store.Select[balance](db, "select p.code, a.balance from accounts a join programs p on p.id = a.program_id where a.identity_id = $1 and not a.assumed", identity)
	out := make(map[string]int64, len(rows))
	for _, b := range rows {
		out[b.Code] = b.Balance
	}
	return out, err
}

// AskCompanies reads the accounts that belong to no ID; what it returns gives them by
// purpose and program once the reads have run.
func AskCompanies(reads *store.Reads) func() map[string]map[int16]int64 {
	rows := store.Ask[Account](reads, "select id, program_id, purpose from accounts where identity_id is null")
	return func() map[string]map[int16]int64 {
		out := map[string]map[int16]int64{}
		for _, a := range *rows {
			if out[a.Purpose] == nil {
				out[a.Purpose] = map[int16]int64{}
			}
			out[a.Purpose][a.ProgramID] = a.ID
		}
		return out
	}
}

// BeginOpening makes the transfer that opening balances are posted to, and returns its id.
func BeginOpening(tx *store.Tx, key string) (int64, error) {
	type made struct{ ID int64 }
	transfer, err := store.Returning[made](tx, "insert into transfers (key, at) values ($1, $2) returning id", key, tx.Now)
	if err != nil {
		return 0, err
	}
	return transfer[0].ID, nil
}

// OpenWith opens accounts for the IDs that the query names, with their balances, which
// the database posts to the transfer that BeginOpening has made in the same transaction,
// the last one there. The query yields identity_id, the arrays programs and points, and
// as_of, the time of which the balances are, assumed, where nobody stated them, and
// stated_by, who stated them by hand;
// a program of which nothing is known gets no account: unknown is not 0. An account that
// stands already is left as it is.
func OpenWith(tx *store.Tx, query string, args ...any) error {
	_, err := store.Exec(tx, `insert into accounts (program_id, identity_id, purpose, balance, as_of, assumed, stated_by)
		select b.program, q.identity_id, 'member', b.points, q.as_of, q.assumed, q.stated_by from (`+query+`) q cross join lateral unnest(q.programs, q.points) b(program, points)
		on conflict (identity_id, program_id) where identity_id is not null do nothing`, args...)
	return err
}

// Restatable is the condition on an account a that its balance may still be stated: it is
// assumed, or an older release opened it at 0 without saying whether the file said so, and
// nothing was posted on it since.
const Restatable = "(a.assumed or a.unclear and not exists (select from postings p where p.account_id = a.id))"

// PostOpening posts balances, as in OpenWith, to accounts that stood already and are
// Restatable, which the caller has locked: what was posted on them stays.
func PostOpening(tx *store.Tx, opening int64, query string, args ...any) error {
	to := strconv.FormatInt(opening, 10) + "::bigint"
	_, err := store.Exec(tx, `with opened as (
		  select a.id, a.program_id, q.points[array_position(q.programs, a.program_id)] as points from (`+query+`) q join accounts a on a.identity_id = q.identity_id
		  where q.points[array_position(q.programs, a.program_id)] > 0 and `+Restatable+`)
		insert into postings (transfer_id, account_id, program_id, purpose, points)
		select `+to+`, id, program_id, 'opening', points from opened
		union all
		select `+to+`, c.id, c.program_id, 'opening', -s.points from (select program_id, sum(points)::bigint as points from opened group by program_id) s
		join accounts c on c.program_id = s.program_id and c.purpose = 'opening' and c.identity_id is null`, args...)
	if err != nil {
		return err
	}
	_, err = store.Exec(tx, `update accounts a set assumed = false, as_of = q.as_of, stated_by = q.stated_by from (`+query+`) q
		where a.identity_id = q.identity_id and a.program_id = any(q.programs) and a.assumed`, args...)
	return err
}

// Line is one posting of a statement.
type Line struct {
	At        time.Time
	Key       string
	ProgramID int16
	Purpose   string
	Points    int64
}

// Statement lists the postings of one ID, oldest first.
func Statement(db *gorm.DB, identity int64) ([]Line, error) {
	return store.Now(db, func(reads *store.Reads) *[]Line { return AskStatement(reads, identity) })
}

// AskStatement reads what Statement lists.
func AskStatement(reads *store.Reads, identity int64) *[]Line {
	return store.Ask[Line](reads, `select t.at, t.key, p.program_id, p.purpose, p.points
		from accounts a join postings p on p.account_id = a.id join transfers t on t.id = p.transfer_id
		where a.identity_id = $1 order by t.id, p.program_id`, identity)
}
