package cases

import (
	"context"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/incidents"
	"hoten/app/members"
	"hoten/app/store"
	"hoten/app/verbs"
)

func init() {
	incidents.TellCases(func(db *gorm.DB, incident int64) (has bool, err error) {
		err = store.Scan(db, "select exists (select from cases where incident_id = $1)", []any{incident}, &has)
		return has, err
	})
	incidents.WithID(func(tx *store.Tx, incident int64, kind int16) error {
		const those = "select identity_id from cases where incident_id = $1"
		if err := members.SetKind(tx, kind, those, incident); err != nil {
			return err
		}
		return incidents.SetKind(tx, those, incident)
	})
}

// OpenResult is the case and whether it was opened just now.
type OpenResult struct {
	Case *Case
	New  bool
}

// Open opens a case for a login ID, or finds the one that stands. An ID that is
// not on the incident's list becomes an inquiry.
func Open(ctx context.Context, s *store.Store, by access.Actor, reference, login string) (OpenResult, error) {
	return verbs.Do(ctx, s, by, ToOpen, "incident:"+reference, "", func(tx *store.Tx) (r OpenResult, err error) {
		incident, err := incidents.ByReference(tx.DB, reference)
		if err != nil {
			return r, err
		}
		identity, err := members.Ensure(tx, incident.IDKindID, login)
		if err != nil {
			return r, err
		}
		made := &Case{IncidentID: incident.ID, IdentityID: identity.ID, Origin: Inquiry, Status: New, OpenedAt: tx.Now, ChangedAt: tx.Now, Version: 1}
		desk, err := made.ChooseDesk(tx.DB, "", by.DeskID)
		if err != nil {
			return r, err
		}
		if desk != nil {
			made.DeskID = &desk.ID
		}
		isNew, err := store.InsertNew(tx, made)
		if err != nil {
			return r, err
		}
		if !isNew {
			r.Case, err = store.Find[Case](tx.DB, "incident_id = ? and identity_id = ?", incident.ID, identity.ID)
			return r, err
		}
		if err := Tell(tx, Happened{CaseID: made.ID, Kind: Opened, Data: map[string]any{"origin": Inquiry}}); err != nil {
			return r, err
		}
		return OpenResult{made, true}, audit.Record(tx, audit.Change{Subject: made.Subject(),
			After: map[string]any{"incident": incident.Reference, "origin": Inquiry}})
	})
}

// AddToIncident counts an inquiry's ID as affected from now on (追加申告), with
// the class that its movements give and an account in every program of the incident.
// balances are the points that the supervisor states, by program code, and the supervisor
// is an author of the ID's plans then; of a program that is not named 0 is assumed. Refused:
// a program that the incident has not, a balance that no import would take or is known.
func AddToIncident(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string, balances map[string]int64) (*Case, error) {
	return decide(ctx, s, by, ToAddToIncident, id, reason, func(tx *store.Tx, c *Case, of *members.Identity) (Happened, error) {
		if c.Origin != Inquiry {
			return Happened{}, already("already_affected")
		}
		movements, err := incidents.Movements(tx.DB, c.IncidentID, []int64{c.IdentityID})
		if err != nil {
			return Happened{}, err
		}
		class := incidents.Class(movements)
		c.Origin, c.Class = Added, &class
		if err := openAccounts(tx, c, balances); err != nil {
			return Happened{}, err
		}
		if err := c.save(tx); err != nil {
			return Happened{}, err
		}
		if of.State == members.Resumed {
			n, err := incidents.ByID(tx.DB, c.IncidentID)
			if err != nil {
				return Happened{}, err
			}
			if err := RestrictedBy(tx, n, []int64{of.ID}); err != nil {
				return Happened{}, err
			}
		}
		for _, fn := range added {
			if err := fn(tx, c); err != nil {
				return Happened{}, err
			}
		}
		others, err := sharing(tx, c.IdentityID)
		if err != nil {
			return Happened{}, err
		}
		if err := Learned(tx, append(others, c.IdentityID)...); err != nil {
			return Happened{}, err
		}
		if err := markUnreachedOf(tx, c.IdentityID); err != nil {
			return Happened{}, err
		}
		if err := revisedBy(tx, c.IdentityID); err != nil {
			return Happened{}, err
		}
		now, err := members.ByID(tx.DB, of.ID) // what follows from adding may have restricted it
		if err != nil {
			return Happened{}, err
		}
		*of = *now
		return Happened{Kind: AddedToIncident, Data: map[string]any{"class": class, "balances": balances}, Text: reason}, nil
	})
}
