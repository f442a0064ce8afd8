package cases

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/policies"
	"hoten/app/store"
	"hoten/app/vault"
)

// Progress is how far a call's verification has come, for the page of the call.
type Progress struct {
	Items         map[string]string // "match" or "mismatch" by item that was asked
	WrongLeft     int
	MissingItems  int  // to level 1, or to level 2 where items lead there
	MissingHidden bool // one of them must not be visible after login
	CalledBack    bool
	CodeMatched   bool
	CodesSent     int
	LastCode      *Code
}

// ProgressOf reads the progress of a call.
func ProgressOf(db *gorm.DB, c *Call, v policies.Verification, now time.Time) (p Progress, err error) {
	type answer struct {
		Item    string
		Matched bool
	}
	answers, err := store.Select[answer](db, "select item, bool_or(matched) as matched from call_answers where call_id = $1 group by item", c.Conversation())
	if err != nil {
		return p, err
	}
	codes, err := store.Select[Code](db, "select * from verification_codes where call_id = $1 order by id", c.Conversation())
	if err != nil {
		return p, err
	}
	p.Items, p.WrongLeft, p.CodesSent = map[string]string{}, max(0, v.WrongPerCall-int(c.Wrong)), len(codes)
	if len(codes) > 0 {
		p.LastCode = &codes[len(codes)-1]
	}
	right := 0
	for _, a := range answers {
		switch {
		case a.Item == itemCode:
			p.CodeMatched = a.Matched
		case a.Item == itemCallback:
			p.CalledBack = a.Matched
		case a.Matched:
			p.Items[a.Item] = "match"
			right++
		default:
			p.Items[a.Item] = "mismatch"
		}
	}
	p.missing(c.Valid(now), v, right)
	return p, nil
}

func (p *Progress) missing(level int, v policies.Verification, right int) {
	needed := v.Level1Items
	if level >= 1 && !v.Level2ByKnowledge {
		return
	}
	if level >= 1 {
		needed = v.Level2Items
		p.MissingHidden = !slices.ContainsFunc(v.NotVisible, func(item string) bool { return p.Items[item] == "match" })
	}
	if p.MissingItems = max(0, 1+needed-right); p.Items[ItemName] != "match" {
		p.MissingItems = max(p.MissingItems, 1)
	}
}

// Documented reports whether papers of such a representative of the member are recorded and
// stand, whichever case of the ID they were recorded on.
func Documented(db *gorm.DB, caseID int64, relation string) (is bool, err error) {
	err = store.Scan(db, `select exists (select from cases c join cases o on o.identity_id = c.identity_id join representatives r on r.case_id = o.id
		where c.id = $1 and r.relation = $2 and r.withdrawn_at is null)`, []any{caseID, relation}, &is)
	return is, err
}

// PlainNumber opens the caller's number.
func (c Call) PlainNumber(v *vault.Vault) (string, error) {
	return v.Read("calls", "caller_number", c.ID, c.CallerNumber), nil
}
