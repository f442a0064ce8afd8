package webhooks

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/outbound"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Reach is which addresses an endpoint may have.
type Reach bool

// Internet allows https and public addresses only.
const (
	Internet Reach = false
	Anywhere Reach = true
)

// Plan is how somebody wants an endpoint to be.
type Plan struct {
	URL   string
	Note  string // what it is
	Kinds []string
}

// Bounds, in characters.
const (
	longestURL  = 1000
	longestNote = 100
)

// check reads the plan; what cannot be meant: Invalid.
func (p *Plan) check(reach Reach) error {
	var refused fault.Problems
	p.URL = strings.TrimSpace(p.URL)
	u, err := url.Parse(p.URL)
	switch {
	case p.URL == "":
		refused.Add("url", "required")
	case utf8.RuneCountInString(p.URL) > longestURL:
		refused.Add("url", "too_long", "max", longestURL)
	case err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || reach == Internet):
		refused.Add("url", "webhook_url")
	default:
		if address, err := netip.ParseAddr(u.Hostname()); err == nil && reach == Internet && outbound.Public(address) != nil {
			refused.Add("url", "webhook_private")
		}
	}
	secrets.Label(&refused, "note", p.Note, longestNote)
	if len(p.Kinds) == 0 {
		refused.Add("kinds", "required")
	}
	for _, kind := range p.Kinds {
		if !slices.Contains(Kinds, kind) {
			refused.Add("kinds", "webhook_kind_unknown")
		}
	}
	return refused.Err()
}

// told is what the audit trail tells of an endpoint: not the path, which may hold a secret.
type told struct {
	Address string   `json:"address"`
	Note    string   `json:"note"`
	Kinds   []string `json:"kinds"`
}

func (e Endpoint) told() told { return told{e.Origin(), e.Note, e.KindList()} }

// Added is an endpoint just made, or whose secret was, with that in the clear, once.
type Added struct {
	ID     int64
	Secret string
}

// Add makes an endpoint that is told of what happens from now on.
func Add(ctx context.Context, s *store.Store, by access.Actor, reach Reach, p Plan) (Added, error) {
	return verbs.Do(ctx, s, by, ToAdd, "webhook", "", func(tx *store.Tx) (made Added, err error) {
		if err := p.check(reach); err != nil {
			return made, err
		}
		e := &Endpoint{URL: p.URL, Note: p.Note, Kinds: strings.Join(p.Kinds, " "), Version: 1, CreatedBy: by.ID, CreatedAt: tx.Now}
		if e.Told, err = audit.Entries(tx.DB); err != nil {
			return made, err
		}
		if err := store.Insert(tx, e); err != nil {
			return made, err
		}
		made.ID = e.ID
		if made.Secret, err = newSecret(tx, e.ID); err != nil {
			return made, err
		}
		return made, audit.Record(tx, audit.Change{Subject: about(e.ID), After: e.told()})
	})
}

// Change changes an endpoint for somebody who looked at the version seen. Changed since: Conflict.
func Change(ctx context.Context, s *store.Store, by access.Actor, reach Reach, id, seen int64, p Plan) error {
	return on(ctx, s, by, ToChange, id, func(tx *store.Tx, e *Endpoint) (*audit.Change, error) {
		if e.Version != seen {
			return nil, fault.New(fault.Conflict, "conflict", "version", e.Version)
		}
		if err := p.check(reach); err != nil {
			return nil, err
		}
		before := e.told()
		e.URL, e.Note, e.Kinds, e.Version = p.URL, p.Note, strings.Join(p.Kinds, " "), e.Version+1
		return &audit.Change{Before: before, After: e.told()}, store.Save(tx, e, "url", "note", "kinds", "version")
	})
}

// rotation is for how long a secret that was replaced signs as well.
const rotation = 24 * time.Hour

// Rotate replaces the secret of an endpoint and returns the new one in the clear, once. The old
// one signs as well for a day.
func Rotate(ctx context.Context, s *store.Store, by access.Actor, id int64) (made Added, err error) {
	return verbs.Do(ctx, s, by, ToRotate, about(id), "", func(tx *store.Tx) (made Added, err error) {
		if _, err := store.Lock[Endpoint](tx, id); err != nil {
			return made, err
		}
		if _, err := store.Exec(tx, "update webhook_secrets set signs_until = $2 where endpoint_id = $1 and signs_until is null", id, tx.Now.Add(rotation)); err != nil {
			return made, err
		}
		made.ID = id
		if made.Secret, err = newSecret(tx, id); err != nil {
			return made, err
		}
		return made, audit.Record(tx, audit.Change{})
	})
}

// Disable ends sending to an endpoint; what is not sent yet waits. Of one that the program
// disabled it says that somebody knows.
func Disable(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	return disable(ctx, s, by, id, ByPerson)
}

func disable(ctx context.Context, s *store.Store, by access.Actor, id int64, why string) error {
	return on(ctx, s, by, ToDisable, id, func(tx *store.Tx, e *Endpoint) (*audit.Change, error) {
		if e.DisabledWhy == why || e.DisabledAt != nil && why != ByPerson {
			return nil, nil
		}
		e.DisabledAt, e.DisabledWhy = &tx.Now, why
		return &audit.Change{After: map[string]string{"why": why}}, store.Save(tx, e, "disabled_at", "disabled_why")
	})
}

// Enable lets an endpoint be told again: first of what waited, and of what happened meanwhile.
func Enable(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	return on(ctx, s, by, ToEnable, id, func(tx *store.Tx, e *Endpoint) (*audit.Change, error) {
		if e.DisabledAt == nil {
			return nil, nil
		}
		e.DisabledAt, e.DisabledWhy, e.FailingSince, e.RestsUntil = nil, "", nil, nil
		return &audit.Change{}, store.Save(tx, e, "disabled_at", "disabled_why", "failing_since", "rests_until")
	})
}

// Test sends an endpoint an event that tells of nothing. Disabled: Conflict webhook_disabled.
func Test(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	return on(ctx, s, by, ToTest, id, func(tx *store.Tx, e *Endpoint) (*audit.Change, error) {
		if err := e.enabled(); err != nil {
			return nil, err
		}
		return &audit.Change{}, store.Insert(tx, &Delivery{EndpointID: id, MadeAt: tx.Now, State: Waiting, NextAt: tx.Now})
	})
}

func (e Endpoint) enabled() error {
	if e.DisabledAt != nil {
		return fault.New(fault.Conflict, "webhook_disabled")
	}
	return nil
}

// on does something to an endpoint that is locked, and records it; nil: nothing changed.
func on(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, id int64, do func(tx *store.Tx, e *Endpoint) (*audit.Change, error)) error {
	return verbs.Run(ctx, s, by, v, about(id), "", func(tx *store.Tx) error {
		e, err := store.Lock[Endpoint](tx, id)
		if err != nil {
			return err
		}
		change, err := do(tx, e)
		if err != nil || change == nil {
			return err
		}
		return audit.Record(tx, *change)
	})
}
