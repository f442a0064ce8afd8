package resets

import (
	"context"
	"maps"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/members"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Why an ID was restricted again.
const (
	byDecision = "decision"
	byContact  = "contact"
	byPapers   = "papers"
	byLoss     = "loss"
)

// Restrict restricts an ID again that is in use: whoever set its password, or had its
// restriction lifted, was not the member. A supervisor does it, with a reason, also while
// a suspicion stands. seen is since when the ID was in use as they saw it; zero: however it
// is. Resumed anew since then: Conflict resumed_since.
func Restrict(ctx context.Context, s *store.Store, by access.Actor, caseID int64, seen time.Time, reason string) (*cases.Case, error) {
	return verbs.Do(ctx, s, by, ToRestrict, cases.Subject(caseID), reason, func(tx *store.Tx) (*cases.Case, error) {
		c, of, err := cases.Lock(tx, caseID)
		if err != nil {
			return nil, err
		}
		if of.State != members.Resumed || !c.Affected() {
			return nil, fault.New(fault.Conflict, "not_resumed")
		}
		if !seen.IsZero() && !of.ResumedAt.Equal(seen) {
			return nil, fault.New(fault.Conflict, "resumed_since")
		}
		if err := cases.LockOf(tx, "$1", of.ID); err != nil {
			return nil, err
		}
		if err := restrictAgain(tx, []members.Identity{*of}, byDecision, tx.Reason); err != nil {
			return nil, err
		}
		if c, err = store.Find[cases.Case](tx.DB, "id = ?", caseID); err != nil {
			return nil, err
		}
		return c, audit.Record(tx, audit.Change{})
	})
}

// restrictAgain has IDs restricted whose use, since they were resumed, was not that of their
// members. They are locked with their cases.
func restrictAgain(tx *store.Tx, of []members.Identity, why, reason string) error {
	var ids []int64
	for _, one := range of {
		if one.State == members.Resumed {
			ids = append(ids, one.ID)
		}
	}
	if len(ids) > 0 {
		if err := RestrictIDs(tx, ids); err != nil {
			return err
		}
	}
	all := make([]int64, len(of))
	for i, one := range of {
		all[i] = one.ID
	}
	endOneTimePasswords(tx, all)
	return cases.RestrictedAgain(tx, of, why, reason)
}

// goesOn is the condition, in SQL, of links (l) through which the use of an ID (i) that goes
// on was resumed.
const goesOn = "i.state = '" + members.Resumed + "' and l.used_at = i.resumed_at"

// astray is the condition, in SQL, of links (l), of a case (c), through which use was
// resumed (of IDs i) at a contact that may not have been the member's alone, or for a
// representative whose papers were false: the use that goes on, or the last one, which a
// list ended before that was known. Points that were stolen in a use that goes on say the
// same of it.
func astray(now string) string {
	return `l.used_at is not null and (` + goesOn + " and " + incidents.LostSince("i.id", "i.resumed_at", now) + " or (" + goesOn + `
	or i.state <> '` + members.Resumed + `' and i.restricted_at >= l.used_at and not exists (select from reset_links n where n.identity_id = i.id and n.used_at > l.used_at) and not ` + cases.TakenBack("i.id", "l.used_at") + `)
	and (` + cases.WentAstray("l.contact_id") + " or " + cases.FalsePapers("l.call_id") + "))"
}

// releasedOver yields, in SQL, the IDs (i) whose restriction somebody lifted, with a case, and
// from which points were stolen since.
func releasedOver(now string) string {
	return "select i.id as identity_id, min(c.id) as case_id, null::timestamptz as used_at, '" + byLoss + "' as why from identities i join cases c on c.identity_id = i.id and c.origin <> 'inquiry' where i.state = '" + members.Resumed +
		"' and not exists (select from reset_links l where l.identity_id = i.id and l.used_at = i.resumed_at) and " + incidents.LostSince("i.id", "i.resumed_at", now) + " group by i.id"
}

// Answered is the condition, in SQL, of IDs (i) whose member set a new password at or after a
// time, and uses it: a restriction from before then is settled.
func Answered(since string) string {
	return "i.state = '" + members.Resumed + "' and exists (select from reset_links l where l.identity_id = i.id and l.used_at = i.resumed_at and l.used_at >= " + since + ")"
}

// restrictOver restricts anew the IDs that an incident's list left in use because of a reset
// before it, which does not count any more: the incident turned out to go on after it.
func restrictOver(tx *store.Tx, n *incidents.Incident) error {
	ids, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, `select distinct i.id from cases c join identities i on i.id = c.identity_id join reset_links l on l.identity_id = i.id and l.used_at = i.resumed_at
			where c.incident_id = $1 and c.origin <> 'inquiry' and i.state = $2 and l.used_at < c.opened_at and l.used_at < $3 order by i.id`, n.ID, members.Resumed, n.Ended())
	})
	if err != nil || len(ids) == 0 {
		return err
	}
	if err := members.LockKnown(tx, "select unnest($1::bigint[])", ids); err != nil {
		return err
	}
	if err := cases.LockOf(tx, "select unnest($1::bigint[])", ids); err != nil {
		return err
	}
	if err := cases.RestrictedBy(tx, n, ids); err != nil {
		return err
	}
	return RestrictIDs(tx, ids)
}

// dead is the condition, in SQL, of links (l), of a case (c), that are out to a contact
// which is not used any more, or for a representative whose papers were false.
var dead = works(1) + " and (not " + cases.ContactSound("l.contact_id") + " or " + cases.FalsePapers("l.call_id") + ")"

func init() {
	incidents.WhenEndsLater(restrictOver)
	cases.WhenLearned(`select l.identity_id from reset_links l join cases c on c.id = l.case_id where `+dead+`
		union select l.identity_id from identities i join reset_links l on l.identity_id = i.id join cases c on c.id = l.case_id where `+astray("$1")+`
		union select identity_id from (`+releasedOver("$1")+`) r`, revise)
}

// revise makes the links of IDs void for good that are dead, and restricts IDs again whose
// reset went astray.
func revise(tx *store.Tx, ids []int64) error {
	type link struct {
		IdentityID, CaseID int64
		UsedAt             *time.Time
		Why                string
	}
	voided, err := store.Returning[link](tx, `update reset_links l set voided_at = $1 from cases c where c.id = l.case_id and l.identity_id = any($2) and `+dead+`
		returning l.identity_id, l.case_id`, tx.Now, ids)
	if err != nil {
		return err
	}
	used, err := store.Select[link](tx.DB, "select l.identity_id, l.case_id, l.used_at, case when "+cases.WentAstray("l.contact_id")+" then '"+byContact+"' when "+cases.FalsePapers("l.call_id")+" then '"+byPapers+"' else '"+byLoss+"' end as why from identities i join reset_links l on l.identity_id = i.id join cases c on c.id = l.case_id where i.id = any($1) and "+astray("$2")+
		" union all select * from ("+releasedOver("$2")+") r where identity_id = any($1) order by identity_id", ids, tx.Now)
	if err != nil {
		return err
	}
	changes := make([]audit.Change, 0, len(voided)+len(used))
	note := func(l link, after map[string]any) int64 {
		changes = append(changes, audit.Change{Action: ToRevise.Name, Subject: cases.Subject(l.CaseID), After: after})
		return l.IdentityID
	}
	var open []int64
	resumed := map[string][]int64{}
	for _, l := range voided {
		open = append(open, note(l, map[string]any{"link": "void"}))
	}
	for _, l := range used {
		resumed[l.Why] = append(resumed[l.Why], note(l, map[string]any{"identity_state": members.Restricted}))
	}
	if len(open) > 0 {
		if err := members.LinksVoided(tx, open); err != nil {
			return err
		}
	}
	for _, why := range slices.Sorted(maps.Keys(resumed)) {
		of, err := store.Select[members.Identity](tx.DB, "select * from identities where id = any($1) order by id", resumed[why])
		if err != nil {
			return err
		}
		for i := range of {
			if of[i].State != members.Resumed {
				of[i].ResumedAt = used[slices.IndexFunc(used, func(l link) bool { return l.IdentityID == of[i].ID })].UsedAt
			}
		}
		if err := restrictAgain(tx, of, why, ""); err != nil {
			return err
		}
		if why != byLoss {
			continue
		}
		if err := cases.NotifyAgain(tx, resumed[why]); err != nil { // the reset may have been the member's own
			return err
		}
	}
	return audit.Record(tx, changes...)
}

// Revise is cases.Learned for what was learned without anybody acting here, as by an
// earlier release.
func Revise(ctx context.Context, s *store.Store) error {
	return verbs.Run(ctx, s, access.System("contacts"), ToRevise, "contacts", "", func(tx *store.Tx) error { return cases.Learned(tx) })
}
