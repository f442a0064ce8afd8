package verbs

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/store"
)

// Gate is what a route asks for: the verb where it acts, a permission where it only
// reads.
type Gate interface{ Permission() access.Permission }

// Permission is what a route to the verb asks for.
func (v *Verb) Permission() access.Permission { return v.Needs }

// behind is a verb whose function decides itself who may, and whom the route lets in.
type behind struct {
	verb *Verb
	let  access.Permission
}

func (b behind) Permission() access.Permission { return b.let }

// Behind is the verb's gate on a route that lets in whoever has the permission.
func (v *Verb) Behind(p access.Permission) Gate { return behind{v, p} }

// Of is the verb of a gate, nil where it is a permission only.
func Of(g Gate) *Verb {
	switch g := g.(type) {
	case *Verb:
		return g
	case behind:
		return g.verb
	}
	return nil
}

// RefusedAt records that a route refused an actor its verb, or to look where it only
// reads, and returns the refusal.
func RefusedAt(ctx context.Context, s *store.Store, by access.Actor, g Gate, subject string, refusal error) error {
	name := "request"
	if v := Of(g); v != nil {
		name = v.Name
	}
	return audit.Refused(ctx, s, store.Attempt{By: by, Verb: name, Subject: subject}, refusal)
}
