package imports

import (
	"context"

	"hoten/app/imports/csvin"
	"hoten/app/incidents"
	"hoten/app/store"
)

// settle judges the staged rows against the database and counts what is left.
func (r *run) settle(tx *store.Tx) error {
	if err := r.settleAffected(tx); err != nil {
		return err
	}
	if err := r.lockIdentities(tx); err != nil {
		return err
	}
	if err := r.settleMovements(tx); err != nil {
		return err
	}
	for _, table := range []string{"staged_affected", "staged_balances", "staged_movements"} {
		n, err := count(tx, table)
		if err != nil {
			return err
		}
		r.Accepted += n
	}
	return nil
}

// settled is a staged row that was taken out again: an equal one is ignored. Detail is
// the other incident that an equal movement belongs to: a movement has one, for ever.
// Program is the one whose balance is another.
type settled struct {
	Line    int64
	Same    bool
	Detail  string
	Program string
}

// settleAffected finds out which IDs are known: in this incident an equal row is
// ignored and another one refused. IDs of other incidents get a case in this one.
func (r *run) settleAffected(tx *store.Tx) error {
	if r.src.affected == nil {
		return nil
	}
	for _, q := range []string{
		`update staged_affected s set known_identity = k.id, known_member = k.member_id from (select a.line, i.id, i.member_id from staged_affected a, ` + calledBy("a") + `) k where k.line = s.line`,
		`analyze staged_affected (login_key, known_identity, known_member)`,
	} {
		if _, err := store.Exec(tx, q); err != nil {
			return err
		}
	}
	if err := r.settleBalances(tx); err != nil {
		return err
	}
	untaken, err := r.untaken(tx)
	if err != nil {
		return err
	}
	rows, err := store.Returning[settled](tx, `delete from staged_affected s using cases c, members m
		where c.incident_id = $1 and c.identity_id = s.known_identity and `+listed+` and m.id = s.known_member
		returning s.line, coalesce(c.row_hash, m.row_hash) is not distinct from s.row_hash as same,
		  case when coalesce(c.row_hash, m.row_hash) is not distinct from s.row_hash then '' else `+conflicting+` end as program`, r.IncidentID)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if !row.Same && row.Program == "" {
			rows[i].Program = untaken[row.Line]
		}
	}
	if err := r.sort(tx.Context(), AffectedFile, rows, csvin.Problem{Reason: "duplicate_conflict"}); err != nil {
		return err
	}
	return r.tellKnown(tx)
}

// tellKnown tells of IDs whose members another incident has brought: their data stays
// as it is, also where the file has it otherwise.
func (r *run) tellKnown(tx *store.Tx) error {
	known, differ, err := r.compareKnown(tx)
	if err != nil {
		return err
	}
	if known > 0 {
		r.tell(AffectedFile, csvin.Notice{Code: "ids_known", Count: known})
	}
	if differ > 0 {
		r.tell(AffectedFile, csvin.Notice{Code: "member_data_differs", Count: differ})
	}
	if differ, err = balancesDiffer(tx); err != nil {
		return err
	}
	if differ > 0 {
		r.tell(AffectedFile, csvin.Notice{Code: "balances_differ", Count: differ})
	}
	again, err := numbersOf(tx, "select i.id"+restrictedBy("staged_affected")+inUse, r.incident.Ended())
	if err != nil {
		return err
	}
	if len(again) > 0 {
		r.tell(AffectedFile, csvin.Notice{Code: "ids_restricted", Count: int64(len(again))})
	}
	return nil
}

// settleMovements judges whose the movement is, whether it is known, and what a
// cancellation refers to. IDs of the same import have no case yet.
func (r *run) settleMovements(tx *store.Tx) error {
	if r.src.movements == nil {
		return nil
	}
	for _, step := range []struct {
		query   string
		problem csvin.Problem
	}{
		{`delete from staged_movements s
			where not exists (select 1 from identities i join cases c on c.identity_id = i.id and c.incident_id = $1 where i.login_key = s.login_key and i.id_kind_id is not distinct from s.id_kind_id)
			and not exists (select 1 from staged_affected a where a.login_key = s.login_key)
			returning s.line, false as same, '' as detail`,
			csvin.Problem{Column: "login_id", Reason: "login_id_unknown"}},
		{`delete from staged_movements s using movements m, incidents n where ` + incidents.Numbered("m", "movement_key") + ` and n.id = m.incident_id
			returning s.line, m.row_hash = s.row_hash and n.id = $1 as same, case when m.row_hash = s.row_hash and n.id <> $1 then n.reference else '' end as detail`,
			csvin.Problem{Column: "movement_id", Reason: "duplicate_conflict"}},
		{`delete from staged_movements s where s.kind = 'cancel' and $1::bigint is not null
			and not exists (select 1 from staged_movements e where e.movement_key = s.refers_to and e.kind = 'exchange' and e.login_key = s.login_key)
			and not exists (select 1 from movements e join identities i on i.id = e.identity_id
			  where ` + incidents.Numbered("e", "refers_to") + ` and e.kind = 'exchange' and i.login_key = s.login_key)
			returning s.line, false as same, '' as detail`,
			csvin.Problem{Column: "refers_to", Reason: "refers_to_unknown"}},
		{`delete from staged_movements s where s.kind = 'cancel' and $1::bigint is not null
			and s.to_program is distinct from coalesce((select e.from_program from staged_movements e where e.movement_key = s.refers_to),
			  (select e.from_program from movements e where ` + incidents.Numbered("e", "refers_to") + `))
			returning s.line, false as same, '' as detail`,
			csvin.Problem{Column: "to_program", Reason: "cancel_other_program"}},
		{`delete from staged_movements s where s.kind = 'cancel' and $1::bigint is not null
			and s.occurred_at < coalesce((select e.occurred_at from staged_movements e where e.movement_key = s.refers_to),
			  (select e.occurred_at from movements e where ` + incidents.Numbered("e", "refers_to") + `))
			returning s.line, false as same, '' as detail`,
			csvin.Problem{Column: "occurred_at", Reason: "cancel_before_exchange"}},
		{`delete from staged_movements s where s.kind = 'cancel' and $1::bigint is not null and s.points_received <> s.points
			returning s.line, false as same, '' as detail`,
			csvin.Problem{Column: "points_received", Reason: "cancel_points_differ"}},
	} {
		rows, err := store.Returning[settled](tx, step.query, r.IncidentID)
		if err != nil {
			return err
		}
		if err := r.sort(tx.Context(), MovementsFile, rows, step.problem); err != nil {
			return err
		}
	}
	if err := r.settleCancellations(tx); err != nil {
		return err
	}
	_, err := store.Exec(tx, "analyze staged_movements (login_key, movement_key, kind, finding)")
	return err
}

// sort counts the rows that are known and refuses the others, as they stood in the
// file: only now is it known which, so the file is read once more for them.
func (r *run) sort(ctx context.Context, file string, rows []settled, problem csvin.Problem) error {
	refused := map[int]csvin.Problem{}
	for _, row := range rows {
		if row.Same {
			r.Ignored++
			continue
		}
		p := problem
		if p.Line, p.Detail = int(row.Line), row.Detail; p.Detail != "" {
			p.Reason = "belongs_to_other_incident"
		}
		if row.Program != "" {
			p.Column = "balance_" + row.Program
		}
		refused[p.Line] = p
	}
	if len(refused) == 0 {
		return nil
	}
	return r.refuse(ctx, file, refused)
}

// refuse keeps rows as they stood in the file.
func (r *run) refuse(ctx context.Context, file string, refused map[int]csvin.Problem) error {
	return reread(r, file, refused, func(row csvin.Row, p csvin.Problem) error { return r.rejected.add(ctx, file, row.Raw, p) })
}

// reread reads the file once more, up to the last of the lines, and visits those.
func reread[T any](r *run, file string, lines map[int]T, visit func(csvin.Row, T) error) error {
	open, kind := r.src.affected, csvin.AffectedFile
	if file == MovementsFile {
		open, kind = r.src.movements, csvin.MovementsFile
	}
	f, err := open()
	if err != nil {
		return err
	}
	defer f.Close()
	reader, err := csvin.NewReader(f, kind, r.names)
	if err != nil {
		return err
	}
	defer reader.Close()
	for len(lines) > 0 {
		row, err := reader.Next()
		if err != nil {
			return err
		}
		if of, is := lines[row.Line]; is {
			delete(lines, row.Line)
			if err := visit(row, of); err != nil {
				return err
			}
		}
	}
	return nil
}
