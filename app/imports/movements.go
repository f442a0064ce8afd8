package imports

import (
	"context"
	"fmt"

	"hoten/app/cases"
	"hoten/app/imports/csvin"
	"hoten/app/store"
)

const createStagedMovements = `create temp table staged_movements (
	line bigint, movement_id text, movement_key text, login_key bytea, occurred_at timestamptz, kind text, from_program smallint, to_program smallint,
	partner text, points bigint, points_received bigint, refers_to text, finding text, row_hash bytea, identity_id bigint) on commit drop`

var movementColumns = []string{"line", "movement_id", "movement_key", "login_key", "occurred_at", "kind", "from_program", "to_program",
	"partner", "points", "points_received", "refers_to", "finding", "row_hash"}

func (r *run) landMovements(tx *store.Tx) error {
	if _, err := store.Exec(tx, createStagedMovements); err != nil {
		return err
	}
	if err := r.stage(tx, MovementsFile, r.src.movements, csvin.MovementsFile, "staged_movements", movementColumns, r.judgeMovement, r.sealMovement); err != nil {
		return err
	}
	if err := r.settleMovements(tx); err != nil {
		return err
	}
	accepted, err := count(tx, "staged_movements")
	if r.Accepted += accepted; err != nil || accepted == 0 || r.DryRun {
		return err
	}
	return r.insertMovements(tx)
}

// judgeMovement refuses programs that nobody knows, and what the thief cannot
// have done: a fraudulent movement outside the incident's period.
func (r *run) judgeMovement(row csvin.Row) (string, []csvin.Problem) {
	var problems []csvin.Problem
	m := row.Movement
	for column, code := range map[string]string{"from_program": m.FromProgram, "to_program": m.ToProgram} {
		if _, known := r.programs[code]; code != "" && !known {
			problems = append(problems, csvin.Problem{Line: row.Line, Column: column, Reason: "program_unknown"})
		}
	}
	if (m.Kind == csvin.Transfer || m.Kind == csvin.Exchange) && m.Fraud != "none" && !r.incident.Contains(m.OccurredAt) {
		problems = append(problems, csvin.Problem{Line: row.Line, Column: "occurred_at", Reason: "outside_incident_window"})
	}
	return m.Key, problems
}

func (r *run) sealMovement(row csvin.Row) ([]any, error) {
	m := row.Movement
	program := func(code string) any {
		if id, known := r.programs[code]; known {
			return id
		}
		return nil
	}
	return []any{int64(row.Line), m.ID, m.Key, r.s.Vault.Blind("login", m.LoginKey), m.OccurredAt, m.Kind, program(m.FromProgram), program(m.ToProgram),
		m.Partner, m.Points, m.PointsReceived, m.RefersToKey, m.Fraud, r.s.Vault.Blind("row", string(row.Hash[:]))}, nil
}

// settleMovements judges against the database: whose the movement is, whether it
// is known, and what a cancellation refers to.
func (r *run) settleMovements(tx *store.Tx) error {
	if err := r.findOwners(tx); err != nil {
		return err
	}
	refused := map[int]csvin.Problem{}
	type settled struct {
		Line int64
		Same bool
	}
	for _, step := range []struct {
		query   string
		problem csvin.Problem
	}{
		{`delete from staged_movements s where s.identity_id is null returning s.line, false as same`,
			csvin.Problem{Column: "login_id", Reason: "login_id_unknown"}},
		{`delete from staged_movements s using movements m where m.movement_key = s.movement_key
			returning s.line, m.row_hash = s.row_hash and m.identity_id = s.identity_id as same`,
			csvin.Problem{Column: "movement_id", Reason: "duplicate_conflict"}},
		{`analyze staged_movements`, csvin.Problem{}},
		{`delete from staged_movements s where s.kind = 'cancel'
			and not exists (select 1 from staged_movements e where e.movement_key = s.refers_to and e.kind = 'exchange' and e.identity_id = s.identity_id)
			and not exists (select 1 from movements e where e.movement_key = s.refers_to and e.kind = 'exchange' and e.identity_id = s.identity_id)
			returning s.line, false as same`,
			csvin.Problem{Column: "refers_to", Reason: "refers_to_unknown"}},
	} {
		rows, err := store.Select[settled](tx.DB, step.query)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.Same {
				r.Ignored++
			} else {
				refused[int(row.Line)] = step.problem
			}
		}
	}
	return r.refuseLines(tx.Context(), MovementsFile, r.src.movements, csvin.MovementsFile, refused)
}

// findOwners finds whose each movement is: an ID with a case in the incident, or,
// in a dry run that has inserted nothing, one of the same import.
func (r *run) findOwners(tx *store.Tx) error {
	_, err := store.Exec(tx, `update staged_movements s set identity_id = c.identity_id from identities i join cases c on c.identity_id = i.id
		where i.login_key = s.login_key and c.incident_id = $1`, r.IncidentID)
	if err != nil || !r.DryRun || r.src.affected == nil {
		return err
	}
	_, err = store.Exec(tx, `update staged_movements s set identity_id = coalesce(a.known_identity, a.identity_id) from staged_affected a
		where a.login_key = s.login_key and s.identity_id is null`)
	return err
}

// insertMovements inserts cancellations after what they refer to, and brings the
// classes of the incident's cases up to date.
func (r *run) insertMovements(tx *store.Tx) error {
	const insert = `insert into movements (movement_id, movement_key, incident_id, identity_id, occurred_at, kind, from_program, to_program, partner,
		points, points_received, refers_to, finding, row_hash, import_id)
		select s.movement_id, s.movement_key, $1, s.identity_id, s.occurred_at, s.kind, s.from_program, s.to_program, s.partner,
		s.points, s.points_received, %s, s.finding, s.row_hash, $2 from staged_movements s %s order by s.line`
	for _, q := range []string{
		fmt.Sprintf(insert, "null", "where s.kind <> 'cancel'"),
		fmt.Sprintf(insert, "e.id", "join movements e on e.movement_key = s.refers_to where s.kind = 'cancel'"),
	} {
		if _, err := store.Exec(tx, q, r.IncidentID, r.ID); err != nil {
			return err
		}
	}
	return cases.Reclassify(tx, r.IncidentID)
}

// refuseLines keeps refused rows as they stood in the file: only now is it known
// which, so the file is read once more for them.
func (r *run) refuseLines(ctx context.Context, file string, open opener, kind csvin.Kind, refused map[int]csvin.Problem) error {
	if len(refused) == 0 {
		return nil
	}
	f, err := open()
	if err != nil {
		return err
	}
	defer f.Close()
	reader, err := csvin.NewReader(f, kind)
	for err == nil && len(refused) > 0 {
		var row csvin.Row
		if row, err = reader.Next(); err != nil {
			return err
		}
		if problem, is := refused[row.Line]; is {
			delete(refused, row.Line)
			problem.Line = row.Line
			err = r.rejected.add(ctx, file, row.Raw, problem)
		}
	}
	return err
}
