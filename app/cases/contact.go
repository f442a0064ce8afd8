package cases

import (
	"context"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/secrets"
	"hoten/app/store"
)

// ContactChange is a contact that documents show (level 3, docs/domain.md section 4). One
// person looks at them and proposes it, a second one, who supervises, types it from the
// documents as well. Until it is confirmed only its keyed hash is kept.
type ContactChange struct {
	ID         int64
	CaseID     int64
	IdentityID int64
	Kind       string
	ValueKey   []byte
	SameKey    []byte // see members.NewContact.Same; nil in what older releases kept
	State      string
	ProposedBy int64
	ProposedAt time.Time
	DecidedBy  *int64
	DecidedAt  *time.Time
	ContactID  *int64
	UndoneBy   *int64
	UndoneAt   *time.Time
}

// States of a contact change.
const (
	ChangeProposed  = "proposed"
	ChangeConfirmed = "confirmed"
	ChangeRefused   = "refused"
	ChangeWithdrawn = "withdrawn"
	ChangeUndone    = "undone"
)

// longestDocuments bounds what is written about documents, in characters.
const longestDocuments = 1000

// ProposeContact proposes a contact for the member of a case whose documents the actor has
// seen. Refused: no member, a suspicion, a mailbox that a thief may read, or an open proposal.
func ProposeContact(ctx context.Context, s *store.Store, by access.Actor, caseID int64, kind, value, documents string) (ch *ContactChange, err error) {
	_, err = decide(ctx, s, by, ToProposeContact, caseID, documents, func(tx *store.Tx, c *Case, of *members.Identity) (Happened, error) {
		var p fault.Problems
		if jptext.Blank(documents) {
			p.Add("documents", "required")
		}
		secrets.Text(&p, "documents", documents, longestDocuments)
		if err := p.Err(); err != nil {
			return Happened{}, err
		}
		contact, err := mayChange(tx, of, kind, value)
		if err != nil {
			return Happened{}, err
		}
		if contact.In(documents) {
			return Happened{}, fault.Input("documents", "documents_hold_contact")
		}
		ids, err := store.TakeIDs(tx.DB, "contact_changes", 1)
		if err != nil {
			return Happened{}, err
		}
		ch = &ContactChange{ID: ids[0], CaseID: c.ID, IdentityID: of.ID, Kind: kind, ValueKey: contact.Blind(tx.Vault()), SameKey: contact.Same(tx.Vault()), State: ChangeProposed, ProposedBy: by.ID, ProposedAt: tx.Now}
		switch isNew, err := store.InsertNew(tx, ch); {
		case err != nil:
			return Happened{}, err
		case !isNew:
			return Happened{}, already("contact_proposed")
		}
		return Happened{Kind: ContactProposed, Data: map[string]any{"kind": kind, "change": ch.ID}, Text: tx.Reason}, nil
	})
	if err != nil {
		return nil, fault.Renamed(err, "reason", "documents")
	}
	return ch, nil
}

// mayChange checks the contact, and that the ID may be given one.
func mayChange(tx *store.Tx, of *members.Identity, kind, value string) (n members.NewContact, err error) {
	if err := Unsuspected(of.Standing); err != nil {
		return n, err
	}
	if of.MemberID == nil {
		return n, already("no_member")
	}
	if n, err = members.ReadContact(kind, value); err != nil {
		return n, err
	}
	return n, n.Independent(tx.DB, tx.Vault(), *of.MemberID)
}

// ConfirmContact sets a proposed contact: the actor, another person than who proposed it,
// has typed it from the documents too. It takes the place of those of its kind, and the
// member is told at every address that may be used.
func ConfirmContact(ctx context.Context, s *store.Store, by access.Actor, id int64, value string) (*ContactChange, error) {
	return decideChange(ctx, s, by, ToConfirmContact, id, "", func(tx *store.Tx, ch *ContactChange, of *members.Identity) (Happened, error) {
		if ch.State != ChangeProposed {
			return Happened{}, already("already_decided")
		}
		if ch.ProposedBy == by.ID {
			return Happened{}, fault.New(fault.Forbidden, "self_confirmation")
		}
		contact, err := mayChange(tx, of, ch.Kind, value)
		if err != nil {
			return Happened{}, err
		}
		if !slices.Equal(contact.Blind(tx.Vault()), ch.ValueKey) {
			return Happened{}, fault.Input("value", "contact_differs")
		}
		before, err := mailsTo(tx, ch, notices.ContactChanged)
		if err != nil {
			return Happened{}, err
		}
		set, err := contact.Replace(tx, *of.MemberID)
		if err != nil {
			return Happened{}, err
		}
		members.Prove(tx, nil, set)
		if err := Learned(tx, ch.IdentityID); err != nil {
			return Happened{}, err
		}
		told, err := tellChanged(tx, ch, before)
		if err != nil {
			return Happened{}, err
		}
		unreached, err := unreachedOf(tx, ch.IdentityID)
		if err != nil {
			return Happened{}, err
		}
		if ch.Kind == members.Email {
			if err := noticeLate(tx, ch.IdentityID); err != nil {
				return Happened{}, err
			}
		}
		ch.State, ch.DecidedBy, ch.DecidedAt, ch.ContactID = ChangeConfirmed, &by.ID, &tx.Now, &set
		return Happened{Kind: ContactSet, Data: map[string]any{"kind": ch.Kind, "change": ch.ID, "told": told, "unreachable": unreached}}, nil
	})
}
