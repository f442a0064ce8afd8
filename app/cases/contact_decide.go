package cases

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
)

// decideChange runs a decision about a contact change; its ID and case are locked first.
func decideChange(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, id int64, reason string,
	fn func(tx *store.Tx, ch *ContactChange, of *members.Identity) (Happened, error)) (*ContactChange, error) {
	return verbs.Do(ctx, s, by, v, verbs.About("contact", id), reason, func(tx *store.Tx) (*ContactChange, error) {
		ch, err := store.Find[ContactChange](tx.DB, "id = ?", id)
		if err != nil {
			return nil, err
		}
		tx.Subject = Subject(ch.CaseID)
		c, of, err := Lock(tx, ch.CaseID)
		if err != nil {
			return nil, err
		}
		if ch, err = store.Lock[ContactChange](tx, id); err != nil {
			return nil, err
		}
		before := ch.State
		told, err := fn(tx, ch, of)
		if err != nil {
			return nil, err
		}
		if err := store.Save(tx, ch, "state", "decided_by", "decided_at", "contact_id", "undone_by", "undone_at"); err != nil {
			return nil, err
		}
		if err := c.Touch(tx); err != nil {
			return nil, err
		}
		told.CaseID = c.ID
		if err := Tell(tx, told); err != nil {
			return nil, err
		}
		return ch, audit.Record(tx, audit.Change{Before: map[string]any{"change": ch.ID, "state": before},
			After: map[string]any{"change": ch.ID, "state": ch.State, "kind": ch.Kind, "contact": ch.ContactID, "proposed_by": ch.ProposedBy}})
	})
}

// RefuseContact closes a proposal without setting the contact.
func RefuseContact(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*ContactChange, error) {
	return decideChange(ctx, s, by, ToRefuseContact, id, reason, func(tx *store.Tx, ch *ContactChange, _ *members.Identity) (Happened, error) {
		if ch.State != ChangeProposed {
			return Happened{}, already("already_decided")
		}
		ch.State, ch.DecidedBy, ch.DecidedAt = ChangeRefused, &by.ID, &tx.Now
		return Happened{Kind: ContactRefused, Data: map[string]any{"kind": ch.Kind, "change": ch.ID}, Text: tx.Reason}, nil
	})
}

// WithdrawContact closes a proposal of the actor's own. Another's is Forbidden:
// not_the_proposer; a supervisor refuses it instead.
func WithdrawContact(ctx context.Context, s *store.Store, by access.Actor, id int64) (*ContactChange, error) {
	return decideChange(ctx, s, by, ToWithdrawContact, id, "", func(tx *store.Tx, ch *ContactChange, _ *members.Identity) (Happened, error) {
		if ch.ProposedBy != by.ID {
			return Happened{}, fault.New(fault.Forbidden, "not_the_proposer")
		}
		if ch.State != ChangeProposed {
			return Happened{}, already("already_decided")
		}
		ch.State, ch.DecidedBy, ch.DecidedAt = ChangeWithdrawn, &by.ID, &tx.Now
		return Happened{Kind: ContactWithdrawn, Data: map[string]any{"kind": ch.Kind, "change": ch.ID}}, nil
	})
}

// UndoContact takes a contact that was set back; those that it replaced are in its place
// again, and the member is told. Where another has replaced it since, that one stays,
// and of that change the member is told by letter. What was given through it is taken back (Learned), also what it
// proved in a call, and what was told at it is still to be told.
func UndoContact(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*ContactChange, error) {
	return decideChange(ctx, s, by, ToUndoContact, id, reason, func(tx *store.Tx, ch *ContactChange, _ *members.Identity) (Happened, error) {
		if ch.State != ChangeConfirmed {
			return Happened{}, already("already_decided")
		}
		before, err := mailsTo(tx, ch, notices.ContactUndone)
		if err != nil {
			return Happened{}, err
		}
		replaced, err := members.WithdrawContact(tx, *ch.ContactID)
		if err != nil {
			return Happened{}, err
		}
		data := map[string]any{"kind": ch.Kind, "change": ch.ID}
		if !replaced {
			if data["told"], err = tellUndone(tx, ch, before); err != nil {
				return Happened{}, err
			}
		}
		// What is due by letter is judged by what was just told.
		if err := tx.Flush(); err != nil {
			return Happened{}, err
		}
		if err := Learned(tx, ch.IdentityID); err != nil {
			return Happened{}, err
		}
		if err := takeBackReach(tx, ch, replaced); err != nil {
			return Happened{}, err
		}
		ch.State, ch.UndoneBy, ch.UndoneAt = ChangeUndone, &by.ID, &tx.Now
		return Happened{Kind: ContactUndone, Data: data, Text: tx.Reason}, nil
	})
}

// AskContactChanges reads the changes of the contacts of a case's ID that are proposed or
// stand, the newest first.
func AskContactChanges(reads *store.Reads, caseID int64) *[]ContactChange {
	return store.Ask[ContactChange](reads, `select k.* from contact_changes k join cases c on c.identity_id = k.identity_id
		where c.id = $1 and k.state in ('proposed', 'confirmed') order by k.id desc`, caseID)
}

// AskProposal reads what the timeline has of the proposal that waits for the case's ID: who
// made it, when, and the documents that were shown.
func AskProposal(reads *store.Reads, caseID int64) *[]Event {
	return store.Ask[Event](reads, `select e.id, e.case_id, e.at, e.kind, e.actor_kind, e.actor_id, `+staff.NameOf("s")+` as actor_name, e.data, e.text
		from cases c join contact_changes k on k.identity_id = c.identity_id and k.state = 'proposed'
		join case_events e on e.case_id = k.case_id and e.kind = $2 and (e.data->>'change')::bigint = k.id
		left join staff s on s.id = e.actor_id and e.actor_kind = 'staff' where c.id = $1`, caseID, ContactProposed)
}

// AskShared counts the other IDs that the contact which waits for the case's ID was set or
// proposed for as well, by documents.
func AskShared(reads *store.Reads, caseID int64) *[]int64 {
	return store.AskValues[int64](reads, `select count(distinct o.identity_id) from cases c join contact_changes k on k.identity_id = c.identity_id and k.state = 'proposed'
		join contact_changes o on o.same_key = k.same_key and o.state in ('proposed', 'confirmed') and o.identity_id <> k.identity_id where c.id = $1`, caseID)
}

// AskContactsWaiting counts the proposals that somebody who supervises may confirm: those
// of others, up to CountedTo.
func AskContactsWaiting(reads *store.Reads, reader int64) *[]int64 {
	return store.AskValues[int64](reads, "select count(*) from (select from contact_changes where state = 'proposed' and proposed_by <> $1 limit $2) k", reader, CountedTo)
}
