package imports

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/imports/csvin"
	"hoten/app/incidents"
	"hoten/app/policies"
	"hoten/app/store"
	"hoten/app/verbs"
)

// FromFiles imports files from disk, in this process; progress is called now and
// then with the rows read so far. An empty path is an absent file.
func FromFiles(ctx context.Context, s *store.Store, by access.Actor, reference, affected, movements string, dryRun bool, progress func(int64)) (*Import, error) {
	if err := needFile(affected != "", movements != ""); err != nil {
		return nil, err
	}
	i, err := begin(ctx, s, by, &Import{DryRun: dryRun}, reference, func(*store.Tx) error { return nil })
	if err != nil {
		return nil, err
	}
	ran, err := store.Exclusive(ctx, s, lockName(i.ID), func() error {
		return newRun(s, by, i, fromDisk(affected, movements), progress).do(ctx)
	})
	if err != nil || !ran {
		return i, err
	}
	return ByID(store.Read(ctx, s), i.ID)
}

// run is one import at work.
type run struct {
	*Import
	s        *store.Store
	by       access.Actor
	src      source
	incident *incidents.Incident
	programs map[string]int16
	involved []int16 // programs that the incident is about
	names    csvin.Names
	idKind   *int16 // operators.ID of the incident; nil where it has none
	rejected *rejector
	columns  []string            // ignored
	told     []Notice            // see Import.Told
	headers  map[string][]string // by file
	progress func(int64)
	read     int64
	opening  int64 // the transfer of the balances
	noted    time.Time
}

func newRun(s *store.Store, by access.Actor, i *Import, src source, progress func(int64)) *run {
	return &run{Import: i, s: s, by: by, src: src, progress: progress, rejected: &rejector{s: s, id: i.ID}}
}

// errDryRun rolls a dry run back after everything was judged.
var errDryRun = errors.New("dry run")

// attempts is how often an import is begun that others get in the way of: somebody
// opened a case for one of its new IDs in the same moment.
const attempts = 5

// do runs the import to its end. Started again after a crash it begins anew:
// nothing of the first time has landed.
func (r *run) do(ctx context.Context) error {
	var err error
	for range attempts {
		again := false // a transaction that met a deadlock begins anew, and so do the counts
		if err := r.prepare(ctx); err != nil {
			return err
		}
		err = verbs.Run(ctx, r.s, r.by, ToLand, r.Subject(), "", func(tx *store.Tx) error {
			if again {
				if err := r.prepare(ctx); err != nil {
					return err
				}
			}
			again = true
			return r.land(tx)
		})
		if !fault.Is(err, "conflict") {
			break
		}
	}
	closing := r.rejected.flush(ctx)
	var header *csvin.HeaderError
	switch {
	case errors.As(err, &header):
		return errors.Join(closing, r.fail(ctx, "header"))
	case errors.Is(err, errTooMany):
		return errors.Join(closing, r.fail(ctx, "too_many_refused"))
	case err == nil:
		return closing
	case errors.Is(err, errDryRun):
		return errors.Join(closing, r.save(ctx))
	case ctx.Err() != nil, store.IsTransient(err):
		return err // it stays running with its upload: Recover has it begun again
	}
	r.s.Log.ErrorContext(ctx, "import failed", "import", r.ID, "error", err)
	return errors.Join(err, r.fail(context.WithoutCancel(ctx), "internal"))
}

func (r *run) prepare(ctx context.Context) error {
	db := store.Read(ctx, r.s)
	var err error
	if r.incident, err = store.Find[incidents.Incident](db, "id = ?", r.IncidentID); err != nil {
		return err
	}
	var reads store.Reads
	programs, involved := incidents.AskPrograms(&reads), incidents.AskProgramsOf(&reads, r.IncidentID)
	if err = reads.Run(db); err != nil {
		return err
	}
	r.involved = *involved
	r.programs, r.headers = map[string]int16{}, map[string][]string{}
	for _, p := range *programs {
		r.programs[p.Code] = p.ID
	}
	if err := r.prepareNames(db); err != nil {
		return err
	}
	limits, err := policies.Current(db)
	if err != nil {
		return err
	}
	r.Accepted, r.Ignored, r.read, r.columns, r.told = 0, 0, 0, nil, nil
	r.rejected = &rejector{s: r.s, id: r.ID, max: int64(limits.RefusedRows)}
	return store.Keep(ctx, r.s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "delete from import_rejections where import_id = $1", r.ID)
		return err
	})
}

// prepareNames reads what files call the ID and the programs.
func (r *run) prepareNames(db *gorm.DB) error {
	about, err := incidents.Involve(db, r.IncidentID)
	if err != nil {
		return err
	}
	all, err := incidents.Programs(db)
	if err != nil {
		return err
	}
	r.names = csvin.Names{Programs: map[string]string{}}
	for _, p := range all { // those of other incidents too, to say what is wrong with them
		r.names.Programs[p.NameJa], r.names.Programs[p.NameEn] = p.Code, p.Code
	}
	if about.ID != nil {
		r.names.IDs, r.names.Language = []string{about.ID.NameJa, about.ID.NameEn}, about.ID.Language
		r.names.Form, r.idKind = about.ID.Form, &about.ID.ID
		if r.names.Fits, err = about.ID.Matcher(); err != nil {
			return err
		}
	}
	return nil
}

// land judges and inserts everything within one transaction.
func (r *run) land(tx *store.Tx) error {
	// Two imports of one incident take their turns.
	if _, err := store.Lock[incidents.Incident](tx, r.IncidentID); err != nil {
		return err
	}
	if err := r.stageAll(tx); err != nil {
		return err
	}
	if err := r.settle(tx); err != nil {
		return err
	}
	r.State, r.Total, r.Processed, r.Rejected = Done, r.read, r.read, r.rejected.count
	if r.DryRun {
		return errDryRun
	}
	if err := r.insert(tx); err != nil {
		return err
	}
	// The outcome lands with the rows: a program that dies right after tells no
	// other story than the one that came to its end.
	if err := r.rejected.flush(tx.Context()); err != nil {
		return err
	}
	if err := r.outcome(tx); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{
		After: map[string]any{"incident": r.incident.Reference, "accepted": r.Accepted, "ignored": r.Ignored, "rejected": r.rejected.count}})
}

func (r *run) fail(ctx context.Context, why string) error {
	r.State, r.Error, r.Accepted, r.Ignored, r.Rejected = Failed, why, 0, 0, r.rejected.count
	r.Processed = max(r.Processed, r.read)
	return r.save(ctx)
}

// save notes the outcome of what landed nothing, in a transaction of its own.
func (r *run) save(ctx context.Context) error {
	return store.Keep(ctx, r.s, r.outcome)
}

// outcome notes what became of the import. The upload is needed again only after
// a dry run that went well.
func (r *run) outcome(tx *store.Tx) error {
	if err := r.describe(); err != nil {
		return err
	}
	r.FinishedAt = &tx.Now
	if err := store.Save(tx, r.Import, "state", "total", "processed", "accepted", "ignored", "rejected", "ignored_columns", "notices", "headers", "error", "finished_at"); err != nil {
		return err
	}
	if r.DryRun && r.State == Done {
		return nil
	}
	_, err := store.Exec(tx, "delete from import_chunks where import_id = $1", r.ID)
	return err
}

// uploadLife is how long the files of a dry run wait to be imported for real.
const uploadLife = 24 * time.Hour

// Forget deletes the files of dry runs that nobody came back to.
func Forget(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "delete from import_chunks where import_id in (select id from imports where state <> 'running' and created_at < $1)", tx.Now.Add(-uploadLife))
		return err
	})
}
