package cases

import (
	"context"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/store"
)

// Representative is a record that the papers of somebody who acts for the member were seen.
type Representative struct {
	ID          int64
	Relation    string
	RecordedAt  time.Time
	WithdrawnAt *time.Time // when they proved false
}

// AskRepresentatives reads the records of a case's ID, on whichever of its cases, the oldest
// first.
func AskRepresentatives(reads *store.Reads, caseID int64) *[]Representative {
	return store.Ask[Representative](reads, `select r.id, r.relation, r.recorded_at, r.withdrawn_at from cases c join cases o on o.identity_id = c.identity_id
		join representatives r on r.case_id = o.id where c.id = $1 order by r.id`, caseID)
}

// RecordRepresentative notes that the documents of a proxy, guardian or
// corporate contact were seen, so that they can reach level 2 (level 3: documents).
func RecordRepresentative(ctx context.Context, s *store.Store, by access.Actor, id int64, relation, documents string) (*Case, error) {
	c, err := decide(ctx, s, by, ToRecordRepresentative, id, documents, func(tx *store.Tx, c *Case, _ *members.Identity) (Happened, error) {
		if !slices.Contains([]string{Proxy, Guardian, Corporate}, relation) {
			return Happened{}, fault.Input("relation", "relation_unknown")
		}
		ids, err := store.TakeIDs(tx.DB, "representatives", 1)
		if err != nil {
			return Happened{}, err
		}
		_, err = store.Exec(tx, `insert into representatives (id, case_id, relation, documents, recorded_by, recorded_at) values ($1, $2, $3, $4, $5, $6)`,
			ids[0], c.ID, relation, tx.Vault().Seal("representatives", representativeText, ids[0], tx.Reason), by.ID, tx.Now)
		return Happened{Kind: Represented, Data: map[string]any{"relation": relation}, Text: tx.Reason}, err
	})
	return c, fault.Renamed(err, "reason", "documents")
}

// WithdrawRepresentative takes back the record of papers that proved false, on whichever case
// of the ID it is; the row is kept. Callers of that relation are not documented any more, and
// what was given to those who were is taken back (Learned).
func WithdrawRepresentative(ctx context.Context, s *store.Store, by access.Actor, id, representative int64, reason string) (*Case, error) {
	return decide(ctx, s, by, ToWithdrawRepresentative, id, reason, func(tx *store.Tx, c *Case, of *members.Identity) (Happened, error) {
		type record struct {
			Relation    string
			WithdrawnAt *time.Time
		}
		found, err := store.Select[record](tx.DB, "select r.relation, r.withdrawn_at from representatives r join cases o on o.id = r.case_id where r.id = $1 and o.identity_id = $2", representative, of.ID)
		switch {
		case err != nil:
			return Happened{}, err
		case len(found) == 0:
			return Happened{}, fault.Missing()
		case found[0].WithdrawnAt != nil:
			return Happened{}, already("already_decided")
		}
		if _, err := store.Exec(tx, "update representatives set withdrawn_at = $2, withdrawn_by = $3 where id = $1", representative, tx.Now, by.ID); err != nil {
			return Happened{}, err
		}
		if err := Learned(tx, of.ID); err != nil {
			return Happened{}, err
		}
		if err := tx.Flush(); err != nil {
			return Happened{}, err
		}
		// What was taken back is of the case and the ID as well.
		nowCase, nowOf, err := Lock(tx, id)
		if err != nil {
			return Happened{}, err
		}
		*c, *of = *nowCase, *nowOf
		return Happened{Kind: Unrepresented, Data: map[string]any{"relation": found[0].Relation, "representative": representative}, Text: tx.Reason}, nil
	})
}
