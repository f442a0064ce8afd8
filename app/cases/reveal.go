package cases

import (
	"context"
	"strings"

	"golang.org/x/text/width"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Revealed is a member in the clear, for one look.
type RevealedMember struct {
	Login  string
	Person members.Person
	Phones []string
	Emails []string
}

// Reveal shows personal data unmasked: within the actor's own verified call with somebody
// who may act for the member, or with a reason. Either way the view is audited and stands in the timeline; a
// suspected impostor blocks it.
func Reveal(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*RevealedMember, error) {
	return verbs.Do(ctx, s, by, ToReveal, Subject(id), reason, func(tx *store.Tx) (*RevealedMember, error) {
		_, of, err := Lock(tx, id)
		if err != nil {
			return nil, err
		}
		if err := Unsuspected(of.Standing); err != nil {
			return nil, err
		}
		call, err := CurrentCall(tx.DB, id, by.ID)
		if err != nil {
			return nil, err
		}
		verified := false
		if call != nil {
			documented, err := Documented(tx.DB, id, call.Relation)
			if err != nil {
				return nil, err
			}
			verified = call.Discloses(documented, tx.Now)
		}
		if !verified && jptext.Blank(tx.Reason) {
			return nil, fault.Input("reason", "required")
		}
		if err := Tell(tx, Happened{CaseID: id, Kind: Revealed, Data: map[string]any{"verified": verified}, Text: tx.Reason}); err != nil {
			return nil, err
		}
		if err := audit.Record(tx, audit.Change{After: map[string]any{"verified_call": verified}}); err != nil {
			return nil, err
		}
		return inTheClear(tx, of)
	})
}

func inTheClear(tx *store.Tx, identity *members.Identity) (out *RevealedMember, err error) {
	out = &RevealedMember{}
	if out.Login, err = identity.PlainLogin(tx.Vault()); err != nil {
		return nil, err
	}
	m, err := members.Find(tx.DB, *identity)
	if err != nil || m == nil {
		return out, err
	}
	if out.Person, err = m.Person(tx.Vault()); err != nil {
		return nil, err
	}
	contacts, err := members.Contacts(tx.DB, m.ID)
	for _, k := range contacts {
		if err != nil {
			break
		}
		var plain string
		plain, err = k.Plain(tx.Vault())
		if k.Kind == members.Phone {
			out.Phones = append(out.Phones, plain)
		} else {
			out.Emails = append(out.Emails, plain)
		}
	}
	return out, err
}

func codeDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		if r == ' ' || r == '-' || r == '　' {
			return -1
		}
		return 'x'
	}, width.Narrow.String(strings.TrimSpace(s)))
}
