package imports

import "hoten/app/imports/csvin"

var movementColumns = []string{"line", "movement_id", "movement_key", "id_kind_id", "login_key", "occurred_at", "kind", "from_program", "to_program",
	"partner", "points", "points_received", "refers_to", "finding", "row_hash"}

// judgeMovement refuses programs that nobody knows or that the incident is not about (a
// cancellation is of whichever its exchange is), and what the thief cannot
// have done: a fraudulent movement outside the incident's period.
func (r *run) judgeMovement(row csvin.Row) (string, []csvin.Problem) {
	var problems []csvin.Problem
	m := &row.Movement
	for _, p := range [2]struct{ column, code string }{{"from_program", m.FromProgram}, {"to_program", m.ToProgram}} {
		switch _, known := r.programs[p.code]; {
		case p.code == "":
		case !known:
			problems = append(problems, csvin.Problem{Line: row.Line, Column: p.column, Reason: "program_unknown"})
		case m.Kind != csvin.Cancel && !r.about(p.code):
			problems = append(problems, csvin.Problem{Line: row.Line, Column: p.column, Reason: "program_not_involved"})
		}
	}
	if (m.Kind == csvin.Transfer || m.Kind == csvin.Exchange) && m.Fraud != "none" && !r.incident.Contains(m.OccurredAt) {
		problems = append(problems, csvin.Problem{Line: row.Line, Column: "occurred_at", Reason: "outside_incident_window"})
	}
	return m.Key, problems
}

func (r *run) sealMovement(row csvin.Row) []any {
	m := row.Movement
	program := func(code string) any {
		if id, known := r.programs[code]; known {
			return id
		}
		return nil
	}
	return []any{int64(row.Line), m.ID, m.Key, r.idKind, r.s.Vault.Blind("login", m.LoginKey), m.OccurredAt, m.Kind, program(m.FromProgram), program(m.ToProgram),
		m.Partner, m.Points, m.PointsReceived, m.RefersToKey, m.Fraud, r.s.Vault.Blind("row", string(row.Hash[:]))}
}
