package cases

import (
	"slices"

	"hoten/app/policies"
)

// Items that a caller can be asked for; the login ID identifies and proves nothing.
const (
	ItemName           = "name"
	ItemBirthDate      = "birth_date"
	ItemAddress        = "address"
	ItemPhone          = "phone"
	ItemCustomerNumber = "customer_number"
	itemCode           = "code"
	itemCallback       = "callback"
)

// Items lists what a caller can be asked for, in the order in which it is asked: what is short
// to say first.
var Items = []string{ItemName, ItemBirthDate, ItemPhone, ItemCustomerNumber, ItemAddress}

// ReachedLevel is the condition, of calls k, of those in which the caller was verified,
// whether or not the agent said so before the call ended. Of a call that was handed over
// the last one counts.
const ReachedLevel = "k.level > 0 and k.outcome is distinct from 'handed_over' and " + EntitledCaller

// EntitledCaller is Call.Entitled in SQL, of calls k: the caller was the member, or a
// representative whose papers had been recorded before the call ended, and stand.
const EntitledCaller = `(k.relation in ('self', 'relay') or k.relation <> 'family' and exists (select from cases kc join cases ko on ko.identity_id = kc.identity_id
	join representatives kr on kr.case_id = ko.id where kc.id = k.case_id and kr.relation = k.relation and kr.withdrawn_at is null and kr.recorded_at <= coalesce(k.ended_at, 'infinity')))`

// level derives how far a caller is verified from the items that were right
// (docs/domain.md section 4): 1 with the name and two more; 2 with level 1 and
// possession, a code to or a call back on a registered contact, or where policy allows
// it with the name, three more and one of them not visible after login. Only the member,
// also through a relay service, or a documented representative gets beyond 1.
func level(v policies.Verification, right []string, mayReach2 bool) int {
	others, hidden := 0, false
	for _, item := range Items {
		if item != ItemName && slices.Contains(right, item) {
			others++
			hidden = hidden || slices.Contains(v.NotVisible, item)
		}
	}
	if !slices.Contains(right, ItemName) || others < v.Level1Items {
		return 0
	}
	possession := slices.Contains(right, itemCode) || slices.Contains(right, itemCallback)
	knowledge := v.Level2ByKnowledge && others >= v.Level2Items && hidden
	if mayReach2 && (possession || knowledge) {
		return 2
	}
	return 1
}
