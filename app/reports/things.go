package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/store"
)

// Thing is what entries of the audit trail know by a number, with what people know it by.
type Thing struct {
	Kind   string
	ID     int64
	CaseID int64  // 0: of no case
	Word   string // which of its kind, as the program keeps it: of a mail what it is for
	Ja, En string // its name
	At     *time.Time
}

// Name is the name in the language; empty where it has none.
func (t Thing) Name(lang string) string {
	if lang == "en" && t.En != "" {
		return t.En
	}
	return t.Ja
}

// Case is the number of its case; empty without one.
func (t Thing) Case() string {
	if t.CaseID == 0 {
		return ""
	}
	return cases.Number(t.CaseID)
}

// thingsOf reads each kind by numbers: id, case, word, name in Japanese and English, time.
var thingsOf = map[string]string{
	"reimbursement":  "select id, case_id, '', '', '', null::timestamptz from reimbursements where id = any(%s)",
	"contact":        "select id, case_id, kind, '', '', null::timestamptz from contact_changes where id = any(%s)",
	"call":           "select id, case_id, '', '', '', started_at from calls where id = any(%s)",
	"handover":       "select h.id, c.case_id, '', '', '', h.offered_at from handovers h join calls c on c.id = h.call_id where h.id = any(%s)",
	"callback":       "select id, case_id, '', '', '', due_at from callbacks where id = any(%s)",
	"adjustment":     "select id, case_id, '', '', '', created_at from adjustments where id = any(%s)",
	"way":            "select id, null::bigint, kind, '', '', null::timestamptz from contacts where id = any(%s)",
	"mail":           "select id, case_id, kind, '', '', null::timestamptz from mails where id = any(%s)",
	"mails":          "select id, null::bigint, case scope when '' then '*' else '' end, scope, '', null::timestamptz from mail_queues where id = any(%s)",
	"import":         "select m.id, null::bigint, '', i.reference, '', m.created_at from imports m join incidents i on i.id = m.incident_id where m.id = any(%s)",
	"service":        "select s.id, null::bigint, s.service, p.name_ja, p.name_en, null::timestamptz from service_statuses s join programs p on p.id = s.program_id where s.id = any(%s)",
	"token":          "select id, null::bigint, '', name, '', null::timestamptz from api_tokens where id = any(%s)",
	"cti":            "select id, null::bigint, '', name, '', null::timestamptz from cti_connections where id = any(%s)",
	"question":       "(select distinct on (number) number, null::bigint, '', question_ja, question_en, null::timestamptz from questions where number = any(%s) order by number, version desc)",
	"bulletin":       "select id, null::bigint, '', subject_ja, subject_en, null::timestamptz from bulletins where id = any(%s)",
	"leg":            "select l.id, r.case_id, '', p.name_ja, p.name_en, null::timestamptz from point_legs l join reimbursements r on r.id = l.reimbursement_id join programs p on p.id = l.program_id where l.id = any(%s)",
	"reconciliation": "select r.id, null::bigint, '', to_char(r.day, 'YYYY-MM-DD') || ' ' || y.name, '', null::timestamptz from reconciliations r join point_systems y on y.id = r.system_id where r.id = any(%s)",
	"webhook":        "select id, null::bigint, '', note, '', null::timestamptz from webhook_endpoints where id = any(%s)",
	"order":          "select id, case_id, act, '', '', null::timestamptz from directory_orders where id = any(%s)",
}

// HasThings reports whether the kind is known by numbers.
func HasThings(kind string) bool { return thingsOf[kind] != "" }

// Things reads what numbers stand for, by kind, in one query. Numbers of nothing are left out.
func Things(db *gorm.DB, numbers map[string][]int64) ([]Thing, error) {
	var parts []string
	var args []any
	for _, kind := range slices.Sorted(maps.Keys(numbers)) {
		args = append(args, numbers[kind])
		parts = append(parts, fmt.Sprintf("select '%s' as kind, t.* from ("+thingsOf[kind]+") t (id, case_id, word, ja, en, at)", kind, fmt.Sprintf("$%d::bigint[]", len(args))))
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return store.Select[Thing](db, "select kind, id, coalesce(case_id, 0) as case_id, word, ja, en, at from ("+strings.Join(parts, " union all ")+") all_kinds", args...)
}
