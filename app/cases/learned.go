package cases

import (
	"slices"
	"strings"
	"time"

	"hoten/app/incidents"
	"hoten/app/members"
	"hoten/app/operators"
	"hoten/app/store"
)

// WentAstray is the condition, in SQL, that what went to a contact of the member of a case (c)
// may have reached somebody else: it was undone, is the mailbox of the ID itself or of
// another affected one, or was set since the first day of an incident of the ID.
func WentAstray(contact string) string {
	return "(" + members.Mistaken(contact) + " or " + members.SetSince(contact, FirstDay) + ")"
}

// FalsePapers is the condition, in SQL, of conversations about a case (c) with a representative
// whose papers were withdrawn since, and none that stand let the caller act for the member.
func FalsePapers(conversation string) string {
	return `exists (select from calls f join cases o on o.identity_id = c.identity_id join representatives r on r.case_id = o.id
		where f.id = ` + conversation + ` and r.relation = f.relation and r.withdrawn_at >= f.started_at
		and not exists (select from calls k where k.case_id = f.case_id and coalesce(k.first_id, k.id) = f.id and ` + EntitledCaller + "))"
}

// misproved is the condition, in SQL, of conversations about a case (c) in which possession
// was proved with such a contact, or in which a number was right that was undone (as an
// answer any registered number will do, whenever it was set), or whose papers were false.
func misproved(conversation string) string {
	return "(exists (select from verification_codes v where v.call_id = " + conversation + " and v.used_at is not null and " + WentAstray("v.contact_id") + `)
		or exists (select from call_answers a where a.call_id = ` + conversation + " and a.matched and " + members.Undone("a.contact_id") + `)
		or exists (select from calls b where b.case_id = c.id and coalesce(b.first_id, b.id) = ` + conversation + " and b.called_contact is not null and " + WentAstray("b.called_contact") + ") or " + FalsePapers(conversation) + ")"
}

// proved yields, in SQL, the conversations of that kind that go on ($1 is now), verified the
// member or proved a contact, with their IDs.
var proved = `(select c.identity_id, coalesce(k.first_id, k.id) as conversation from calls k join cases c on c.id = k.case_id
		where k.ended_at is null and coalesce(k.expires_at > $1, true) and ` + misproved("coalesce(k.first_id, k.id)") + `
	union select c.identity_id, c.verified_call from cases c where c.verified_call is not null and ` + misproved("c.verified_call") + `
	union select c.identity_id, p.call_id from contact_proofs p join calls f on f.id = p.call_id join cases c on c.id = f.case_id where ` + misproved("p.call_id") + ")"

// codeOut is the condition, in SQL, of codes (v), sent in a call about a case (c), that are
// out to a contact which is not used any more.
var codeOut = "v.used_at is null and v.expires_at > $1 and not " + ContactSound("v.contact_id")

// ContactSound is ContactIsSafe, in SQL, of a contact of the member of a case (c), apart from
// a suspicion: what that stops is refused, and recorded, while it stands.
func ContactSound(contact string) string {
	return "exists (select from contact_ways k where k.id = " + contact + " and " + members.Sound(FirstDay) + ")"
}

// revision is what another noun takes back: at yields, in SQL, the IDs with something to be
// taken back ($1 is now), do takes it back from those, which are locked with their cases.
type revision struct {
	at string
	do func(tx *store.Tx, ids []int64) error
}

// revisions begin with what calls gave.
var revisions = []revision{{"select identity_id from " + proved + ` p
	union select v.identity_id from verification_codes v join calls t on t.id = v.call_id join cases c on c.id = t.case_id where ` + codeOut, endProved}}

// WhenLearned has what was given through a contact, or for papers, taken back once the contact
// turns out not to be the member's alone, or the papers to be false; at yields, in SQL, the IDs to look at ($1 is now).
func WhenLearned(at string, do func(tx *store.Tx, ids []int64) error) {
	revisions = append(revisions, revision{at, do})
}

func init() {
	anybody := func(tx *store.Tx) error { return Learned(tx) }
	operators.WhenDomainsChange(anybody)
	incidents.WhenBeginsEarlier(anybody)
}

// Learned takes back what was given through contacts of which something became known: that
// one was undone or another took its place, that its mailbox is the ID's own or another
// affected ID's, or that an incident began before it was set (docs/domain.md sections 4 and 5);
// and what was given for papers that were withdrawn. It is taken back for good, whatever is
// learned later. of are the IDs whose contacts it may be; none: any.
func Learned(tx *store.Tx, of ...int64) error {
	queries := make([]string, len(revisions))
	for i, r := range revisions {
		queries[i] = r.at
	}
	query, args := "select distinct identity_id from ("+strings.Join(queries, " union all ")+") found", []any{tx.Now}
	if len(of) > 0 {
		query, args = query+" where identity_id = any($2)", append(args, of)
	}
	ids, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, query+" order by identity_id", args...)
	})
	if err != nil || len(ids) == 0 {
		return err
	}
	if err := members.LockKnown(tx, "select unnest($1::bigint[])", ids); err != nil {
		return err
	}
	if err := LockOf(tx, "select unnest($1::bigint[])", ids); err != nil {
		return err
	}
	for _, r := range revisions {
		if err := r.do(tx, ids); err != nil {
			return err
		}
	}
	return nil
}

// endProved ends the codes that are out, and takes back what was verified.
func endProved(tx *store.Tx, ids []int64) error {
	err := tx.Uncounted(func() error {
		_, err := store.Exec(tx, `update verification_codes set expires_at = $1 where id in (
			select v.id from verification_codes v join calls t on t.id = v.call_id join cases c on c.id = t.case_id where v.identity_id = any($2) and `+codeOut+")", tx.Now, ids)
		return err
	})
	if err != nil {
		return err
	}
	void, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select conversation from "+proved+" p where identity_id = any($2) order by 1", tx.Now, ids)
	})
	if err != nil || len(void) == 0 {
		return err
	}
	if err := verifiedElsewhere(tx, ids, void, "true"); err != nil {
		return err
	}
	return voidVerified(tx, ids, void)
}

// possessing is the condition, in SQL, of calls k in which a code was right or a call back
// reached the caller.
const possessing = "exists (select from call_answers a where a.call_id = coalesce(k.first_id, k.id) and a.matched and a.item in ('" + itemCode + "', '" + itemCallback + "'))"

// stands is the condition, in SQL, of calls k about a case (c), that nothing is known against
// what was verified in them, and that nothing of the ID was taken back since they began.
var stands = "not " + misproved("coalesce(k.first_id, k.id)") + ` and not exists (select from cases z join case_events e on e.case_id = z.id
	where z.identity_id = c.identity_id and e.kind in ('` + VerifiedVoid + `', '` + WasRestrictedAgain + `', '` + ImpostorCleared + `') and e.at >= k.started_at)`

// MemberVerified is the condition, in SQL, that the member of an ID, or a representative whose
// papers stand, was verified in a call about any of its cases, and that this still counts.
func MemberVerified(identity string) string {
	return "exists (select from cases c where c.identity_id = " + identity + ` and (c.verified_at is not null
		or exists (select from calls k where k.case_id = c.id and ` + ReachedLevel + " and " + stands + ")))"
}

// AskMemberVerified reads whether the member of a case is verified (MemberVerified).
func AskMemberVerified(reads *store.Reads, caseID int64) *[]bool {
	return store.AskValues[bool](reads, "select "+MemberVerified("(select identity_id from cases where id = $1)"), caseID)
}

// verifiedElsewhere has cases count as verified by a later conversation where those that they
// count by, which are void from now on, are not the only ones: one since whatever was taken
// back before, with somebody who may act for the member, and of calls k that meet the condition.
func verifiedElsewhere(tx *store.Tx, ids, void []int64, condition string) error {
	_, err := store.Exec(tx, `update cases c set verified_at = o.at, verified_call = o.conversation from (
		select distinct on (k.case_id) k.case_id, coalesce(k.first_id, k.id) as conversation, coalesce(k.ended_at, $3) as at from calls k join cases c on c.id = k.case_id
		where c.identity_id = any($1) and c.verified_call = any($2) and coalesce(k.first_id, k.id) <> all($2) and k.outcome = '`+Verified+`' and `+EntitledCaller+`
		and `+stands+" and "+condition+`
		order by k.case_id, k.id) o where o.case_id = c.id`, ids, void, tx.Now)
	return err
}

// sharing are the IDs whose members have the mailbox of the ID as a contact.
func sharing(tx *store.Tx, identity int64) ([]int64, error) {
	return store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, `select distinct o.id from identities i join contacts k on k.mailbox_key = i.mailbox_key
			join identities o on o.member_id = k.member_id where i.id = $1`, identity)
	})
}

// RestrictedBy notes on the affected cases that IDs, which are in use, have already that
// they are restricted by this incident. Completed ones of it owe the reset, and are open again.
func RestrictedBy(tx *store.Tx, n *incidents.Incident, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	type row struct{ ID int64 }
	rows, err := store.Select[row](tx.DB, "select id from cases where identity_id = any($1) and origin <> 'inquiry' order by id", ids)
	if err != nil {
		return err
	}
	tx.Queue("update cases c set "+reopening("true")+", changed_at = $3 where identity_id = any($1) and incident_id = $2 and status = 'completed' and origin <> 'inquiry'", ids, n.ID, tx.Now)
	told := make([]Happened, len(rows))
	for i, r := range rows {
		told[i] = Happened{CaseID: r.ID, Kind: RestrictedElsewhere, Data: map[string]any{"incident": n.Reference}}
	}
	return Tell(tx, told...)
}

// RestrictedAgain notes on the affected cases of IDs, which the caller has locked and has
// restricted if they were in use, that their reset does not count: whoever made it may not
// have been the member, nor whoever was verified on the phone while its use went on. Closed
// cases are open again, and the member is told of the restriction where nothing has told it.
func RestrictedAgain(tx *store.Tx, of []members.Identity, why, reason string) error {
	ids, ends, told := make([]int64, len(of)), make([]time.Time, len(of)), []Happened{}
	for i, one := range of {
		if ids[i], ends[i] = one.ID, tx.Now; one.State != members.Resumed {
			ends[i] = *one.RestrictedAt // by a list; what was verified since then is of another contact
			continue
		}
		if err := expireGrants(tx, one.ID, 0); err != nil {
			return err
		}
	}
	type row struct {
		ID, IdentityID int64
		Verified       bool
	}
	rows, err := store.Returning[row](tx, `update cases c set verified_at = case when o.verified then null else verified_at end, verified_call = case when o.verified then null else verified_call end, changed_at = $2, version = version + case when completed_at is not null or status = 'out_of_scope' then 1 else 0 end,
		status = case when status in ('completed', 'out_of_scope') then 'reopened' else status end, completed_at = null
		from (select b.id, coalesce(verified_at <= u.ended, false) as verified from unnest($1::bigint[], $3::timestamptz[]) u (id, ended) join cases b on b.identity_id = u.id where b.origin <> 'inquiry') o
		where o.id = c.id returning c.id, c.identity_id, o.verified`, ids, tx.Now, ends)
	if err != nil {
		return err
	}
	for _, r := range rows {
		since := of[slices.IndexFunc(of, func(i members.Identity) bool { return i.ID == r.IdentityID })].ResumedAt
		told = append(told, Happened{CaseID: r.ID, Kind: WasRestrictedAgain, Data: map[string]any{"why": why, "since": since}, Text: reason})
		if r.Verified {
			told = append(told, Happened{CaseID: r.ID, Kind: VerifiedVoid})
		}
	}
	members.TakeProofsBackUntil(tx, ids, ends)
	if err := Tell(tx, told...); err != nil {
		return err
	}
	// What was told is judged by what was just noted.
	if err := tx.Flush(); err != nil {
		return err
	}
	return retell(tx, ids)
}
