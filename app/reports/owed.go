package reports

import (
	"gorm.io/gorm"

	"hoten/app/reimbursements"
	"hoten/app/store"
)

// Owed is what one company owes the other for a program, in the program's own
// unit (会社間精算): the operator of the ledger puts the points back, the bearer
// of the cost owes it what was reimbursed, absorbed and adjusted. A rollback
// costs nobody anything. Without a bearer nobody owes yet. Where the program lives
// in a point system outside, what is posted is owed once that is reconciled (app/reconciliations):
// Payable is what is owed by now, and Waiting what is posted beside it; they sum to Posted.
type Owed struct {
	Program    string `json:"program"`
	Operator   string `json:"operator"`
	Bearer     string `json:"bearer,omitempty"`
	Planned    int64  `json:"planned"`
	Posted     int64  `json:"posted"`
	Payable    int64  `json:"payable"`
	Waiting    int64  `json:"unreconciled"`
	Outside    bool   `json:"-"` // the program lives in a point system, or part of it waits for one
	ProgramID  int16  `json:"-"`
	OperatorJa string `json:"-"`
	OperatorEn string `json:"-"`
	BearerJa   string `json:"-"`
	BearerEn   string `json:"-"`
}

// Names are the operator and the bearer in the language; bearer is empty while
// it is undecided.
func (o Owed) Names(lang string) (operator, bearer string) {
	if lang == "en" {
		return o.OperatorEn, o.BearerEn
	}
	return o.OperatorJa, o.BearerJa
}

// Own reports whether the operator bears its own cost, so that nothing is owed.
func (o Owed) Own() bool { return o.Bearer == o.Operator }

func owed(db *gorm.DB, incident int64, plan, posted reimbursements.Totals, waiting map[int16]int64) ([]Owed, error) {
	rows, err := store.Select[Owed](db, `select p.id as program_id, p.code as program, o.code as operator, o.name_ja as operator_ja, o.name_en as operator_en,
			coalesce(b.code, '') as bearer, coalesce(b.name_ja, '') as bearer_ja, coalesce(b.name_en, '') as bearer_en, exists (select from point_programs s where s.program_id = p.id) as outside
		from incident_programs i join programs p on p.id = i.program_id join operators o on o.id = p.operator_id left join operators b on b.id = i.bearer_id
		where i.incident_id = $1 order by p.id`, incident)
	for i, r := range rows {
		rows[i].Planned, rows[i].Posted, rows[i].Waiting = plan.Cost(r.ProgramID), posted.Cost(r.ProgramID), waiting[r.ProgramID]
		rows[i].Payable = rows[i].Posted - rows[i].Waiting
		rows[i].Outside = r.Outside || rows[i].Waiting != 0
	}
	return rows, err
}
