package operators

import (
	"context"
	"reflect"
	"slices"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/imports/csvin"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/verbs"
)

// What can be done about operators and IDs, each named To and its function. Each makes
// what is not there yet.
var (
	ToSet   = verbs.Declare(verbs.Verb{Name: "operator.set", Needs: access.ManageIncidents, Subject: "operator"})
	ToSetID = verbs.Declare(verbs.Verb{Name: "id.set", Needs: access.ManageIncidents, Subject: "id"})
)

// Set makes the operator (seen 0), or changes the one with its code for somebody who
// looked at the version seen; it tells whether anything changed. A code that is taken or
// unknown, a value that cannot be meant: Invalid; changed since: Conflict.
func Set(ctx context.Context, s *store.Store, by access.Actor, seen int64, o Operator) (bool, error) {
	return verbs.Do(ctx, s, by, ToSet, verbs.About("operator", o.Code), "", func(tx *store.Tx) (bool, error) {
		if err := Seen[Operator](tx, o.Code, seen, func(o *Operator) int64 { return o.Version }); err != nil {
			return false, err
		}
		return Put(tx, o)
	})
}

// SetID is Set for an ID; its operator is named by code.
func SetID(ctx context.Context, s *store.Store, by access.Actor, seen int64, i ID, operator string) (bool, error) {
	return verbs.Do(ctx, s, by, ToSetID, verbs.About("id", i.Code), "", func(tx *store.Tx) (bool, error) {
		if err := Seen[ID](tx, i.Code, seen, func(i *ID) int64 { return i.Version }); err != nil {
			return false, err
		}
		return PutID(tx, i, operator)
	})
}

// Seen refuses to go on where what has the code is not as somebody saw it: one that
// stands when they meant to make it (seen 0), another version, or none.
func Seen[T any](tx *store.Tx, code string, seen int64, version func(*T) int64) error {
	kept, err := store.Find[T](tx.DB, "code = ?", code)
	switch missing := fault.Of(err, fault.NotFound); {
	case missing && seen == 0:
		return nil
	case err != nil:
		return err
	case seen == 0:
		return fault.Input("code", "code_taken")
	case version(kept) != seen:
		return fault.New(fault.Conflict, "conflict", "version", version(kept))
	}
	return nil
}

// Put makes the operator or changes the one with its code; it tells whether anything
// changed. It is part of another action, which has asked for the permission.
func Put(tx *store.Tx, o Operator) (bool, error) {
	if err := o.Check(); err != nil {
		return false, err
	}
	kept, err := lock[Operator](tx, o.Code)
	if err != nil {
		return false, err
	}
	all, err := List(tx.DB)
	if err == nil {
		err = Distinct(o, all, func(o Operator) (string, string, string) { return o.Code, o.NameJa, o.NameEn })
	}
	if err != nil {
		return false, err
	}
	change := audit.Change{Action: ToSet.Name, Subject: verbs.About("operator", o.Code), After: o}
	if kept == nil {
		o.Version = 1
		return true, record(tx, store.Insert(tx, &o), change)
	}
	if o.ID, o.Version, o.MarkDigest = kept.ID, kept.Version, kept.MarkDigest; o == *kept {
		return false, nil
	}
	o.Version++
	change.Before = *kept
	return true, record(tx, store.Save(tx, &o, "name_ja", "name_en", "sender_ja", "sender_en", "mail_address", "signature_ja", "signature_en", "page_ja", "page_en", "page_url", "version"), change)
}

// PutID is Put for an ID; its operator is named by code.
func PutID(tx *store.Tx, i ID, operator string) (bool, error) {
	company, err := ByCode(tx.DB, operator)
	if fault.Of(err, fault.NotFound) {
		err = fault.Input("operator", "operator_unknown")
	}
	if err == nil {
		err = i.Check()
	}
	if err != nil {
		return false, err
	}
	i.OperatorID, i.Domains = company.ID, slices.Sorted(slices.Values(i.Domains))
	kept, err := lock[ID](tx, i.Code)
	if err != nil {
		return false, err
	}
	all, err := IDs(tx.DB)
	if err == nil {
		err = Distinct(i, all, func(i ID) (string, string, string) { return i.Code, i.NameJa, i.NameEn })
	}
	if err == nil {
		err = i.noColumn(all)
	}
	if err != nil {
		return false, err
	}
	change := audit.Change{Action: ToSetID.Name, Subject: verbs.About("id", i.Code), After: i}
	if kept == nil {
		i.Version = 1
		if err := store.Insert(tx, &i); err != nil {
			return false, err
		}
		for _, fn := range firstID {
			if len(all) > 0 {
				break
			}
			if err := fn(tx, i); err != nil {
				return false, err
			}
		}
		return true, record(tx, setDomains(tx, i), change)
	}
	kept = &all[slices.IndexFunc(all, func(k ID) bool { return k.Code == i.Code })]
	i.ID, i.Version = kept.ID, kept.Version
	if reflect.DeepEqual(i, *kept) {
		return false, nil
	}
	for _, fn := range idChanges {
		if err := fn(tx, *kept, i); err != nil {
			return false, err
		}
	}
	i.Version++
	change.Before = *kept
	if err := store.Save(tx, &i, "operator_id", "name_ja", "name_en", "form", "opens_ja", "opens_en", "goes_on_ja", "goes_on_en", "point_password_ja", "point_password_en", "one_time_password", "language", "version"); err != nil {
		return false, err
	}
	if slices.Equal(i.Domains, kept.Domains) {
		return true, record(tx, nil, change)
	}
	return true, record(tx, setDomains(tx, i), change)
}

// setDomains keeps the domains of an ID. One of another ID: Invalid.
func setDomains(tx *store.Tx, i ID) error {
	if _, err := store.Exec(tx, "delete from id_domains where id_kind_id = $1", i.ID); err != nil {
		return err
	}
	keys := make([][]byte, len(i.Domains))
	for n, domain := range i.Domains {
		keys[n] = DomainKey(tx.Vault(), domain)
	}
	n, err := store.Exec(tx, "insert into id_domains (domain, domain_key, id_kind_id) select d, k, $3 from unnest($1::text[], $2::bytea[]) u (d, k) on conflict do nothing", i.Domains, keys, i.ID)
	if err == nil && n < int64(len(i.Domains)) {
		err = fault.Input("domains", "domain_taken")
	}
	for _, fn := range domainsChanged {
		if err == nil {
			err = fn(tx)
		}
	}
	return err
}

var domainsChanged []func(tx *store.Tx) error

// WhenDomainsChange has fn called when the domains of an ID's own mailbox are others.
func WhenDomainsChange(fn func(tx *store.Tx) error) { domainsChanged = append(domainsChanged, fn) }

var idChanges []func(tx *store.Tx, before, after ID) error

// WhenIDChanges has fn asked before an ID is changed: what it refuses is not done.
func WhenIDChanges(fn func(tx *store.Tx, before, after ID) error) { idChanges = append(idChanges, fn) }

var firstID []func(tx *store.Tx, first ID) error

// WhenFirstID has fn called when the first ID was set up: what was there before is about it.
func WhenFirstID(fn func(tx *store.Tx, first ID) error) { firstID = append(firstID, fn) }

// Distinct refuses names that another of the list has in either language: people and files
// tell them apart by these. One that keeps both its names, as a database from before this
// rule may have them, is left alone. named gives the code of one and both names.
func Distinct[T any](one T, list []T, named func(T) (code, ja, en string)) error {
	var p fault.Problems
	code, ja, en := named(one)
	if slices.ContainsFunc(list, func(kept T) bool { c, j, e := named(kept); return c == code && j == ja && e == en }) {
		return nil
	}
	for _, other := range list {
		its, itsJa, itsEn := named(other)
		if its == code {
			continue
		}
		for field, name := range map[string]string{"name_ja": ja, "name_en": en} {
			if key := jptext.LoginKey(name); key == jptext.LoginKey(itsJa) || key == jptext.LoginKey(itsEn) {
				p.Add(field, "name_taken")
			}
		}
	}
	return p.Err()
}

// noColumn refuses a name that files of lists have as the header of another column, since the
// name of an ID is that of its column. One that stands is left alone.
func (i ID) noColumn(all []ID) error {
	var p fault.Problems
	for field, name := range map[string]string{"name_ja": i.NameJa, "name_en": i.NameEn} {
		stands := slices.ContainsFunc(all, func(k ID) bool { return k.Code == i.Code && (k.NameJa == name || k.NameEn == name) })
		if !stands && csvin.IsColumn(name) {
			p.Add(field, "name_is_a_column")
		}
	}
	return p.Err()
}

// lock reads what has the code and locks it for the transaction; nil for none.
func lock[T any](tx *store.Tx, code string) (*T, error) {
	kept, err := store.LockBy[T](tx, "code = ?", code)
	if fault.Of(err, fault.NotFound) {
		return nil, nil
	}
	return kept, err
}

func record(tx *store.Tx, written error, change audit.Change) error {
	if written != nil {
		return written
	}
	return audit.Record(tx, change)
}
