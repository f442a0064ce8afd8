// Package verbs is how every business action runs. An action is a declared Verb
// and a function that Do calls in one transaction, after it has checked what is
// the same for all of them:
//
//	permission → reason → transaction (one instant) → function → recorded? → commit
//
// A refused attempt is recorded with its subject. A transaction that the database
// broke off because of a deadlock runs again, so the function must return what it
// found and keep nothing outside. Nouns declare their verbs in verbs.go, named To
// and the function: cases.ToAddNote is the verb of cases.AddNote. Tests range over
// All, so that a new verb is held to the same rules without being listed anywhere.
package verbs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
	"hoten/app/store"
)

// Verb is one business action as it is known to routes, the audit trail and tests.
type Verb struct {
	Name    string            // the action of its audit entries: "case.noted"
	Needs   access.Permission // who may; access.Anyone where the function itself decides
	Subject string            // what it is about: the audit subject's part before the colon
	Reason  bool              // whether a reason must be given
}

var declared []*Verb

// Declare makes a verb known. A name stands for one verb: a second is a mistake in
// the program and panics.
func Declare(v Verb) *Verb {
	if slices.ContainsFunc(declared, func(d *Verb) bool { return d.Name == v.Name }) {
		panic("verb declared twice: " + v.Name)
	}
	declared = append(declared, &v)
	return &v
}

// All lists the declared verbs by name.
func All() []*Verb {
	return slices.SortedFunc(slices.Values(declared), func(a, b *Verb) int { return cmp.Compare(a.Name, b.Name) })
}

// Do runs fn as the actor's attempt at the verb about the subject. reason is what
// the actor gave; it is required where the verb wants one and must hold no secret.
// Refusals for want of permission (fault.Forbidden) are recorded in the audit trail.
func Do[T any](ctx context.Context, s *store.Store, by access.Actor, v *Verb, subject, reason string, fn func(tx *store.Tx) (T, error)) (out T, err error) {
	a := &store.Attempt{By: by, Verb: v.Name, Subject: subject, Reason: strings.TrimSpace(reason)}
	if err = by.Require(v.Needs); err == nil {
		err = v.CheckReason(a.Reason)
	}
	if err == nil {
		out, err = store.Write(ctx, s, a, fn)
	}
	if err != nil {
		var none T
		return none, audit.Refused(ctx, s, *a, err)
	}
	return out, nil
}

// Run is Do for actions that return nothing.
func Run(ctx context.Context, s *store.Store, by access.Actor, v *Verb, subject, reason string, fn func(tx *store.Tx) error) error {
	_, err := Do(ctx, s, by, v, subject, reason, func(tx *store.Tx) (struct{}, error) { return struct{}{}, fn(tx) })
	return err
}

// Refused records that the verb was refused before a transaction began, or to one
// of many subjects of a batch, and returns the refusal.
func (v *Verb) Refused(ctx context.Context, s *store.Store, by access.Actor, subject string, refusal error) error {
	return audit.Refused(ctx, s, store.Attempt{By: by, Verb: v.Name, Subject: subject}, refusal)
}

// CheckReason refuses a reason that the verb cannot be done with, as Do does.
func (v *Verb) CheckReason(reason string) error {
	if v.Reason && jptext.Blank(reason) {
		return fault.Input("reason", "required")
	}
	return secrets.Refuse("reason", reason)
}

// About names a subject of the audit trail: About("mail", 7) is "mail:7".
func About(kind string, id any) string { return fmt.Sprintf("%s:%v", kind, id) }
