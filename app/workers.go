package app

import (
	"cmp"
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"hoten/app/api"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/forms"
	"hoten/app/imports"
	"hoten/app/jobs"
	"hoten/app/ledger"
	"hoten/app/notices"
	"hoten/app/points"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/webhooks"
	"hoten/i18n"
)

// workers makes the client that works the jobs of all nouns. Jobs that die with
// their program are found again by tend, so River's own rescue is only a net.
func (a *App) workers() (*river.Client[*sql.Tx], error) {
	w := river.NewWorkers()
	river.AddWorker(w, &imports.Worker{Store: a.Store})
	river.AddWorker(w, &notices.Worker{Postman: a.postman})
	river.AddWorker(w, &reimbursements.ProposeAllWorker{Store: a.Store})
	river.AddWorker(w, &reimbursements.ApproveSeenWorker{Store: a.Store})
	return river.NewClient(a.Store.Driver(), &river.Config{
		Logger:               a.Store.Log,
		Workers:              w,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}, "mails": {MaxWorkers: 2}},
		JobTimeout:           time.Minute,
		RescueStuckJobsAfter: 2 * time.Minute,
		SoftStopTimeout:      drain,
		FetchCooldown:        20 * time.Millisecond,
		// The program's role owns no index, so it cannot rebuild one.
		ReindexerSchedule: river.NeverSchedule(),
		ErrorHandler:      &jobErrors{a.Store},
	})
}

// jobErrors logs what went wrong in a job; River tries it again.
type jobErrors struct{ s *store.Store }

// HandleError logs an error.
func (h *jobErrors) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	h.s.Log.ErrorContext(ctx, "job failed", "kind", job.Kind, "id", job.ID, "attempt", job.Attempt, "error", err)
	return nil
}

// HandlePanic logs a panic.
func (h *jobErrors) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	h.s.Log.ErrorContext(ctx, "job panicked", "kind", job.Kind, "id", job.ID, "value", value, "trace", trace)
	return nil
}

// chore is something that is done again and again while the program serves.
type chore struct {
	name  string
	every time.Duration
	do    func(context.Context) error
}

func (a *App) chores() []chore {
	s := a.Store
	return []chore{
		{"seal the audit trail", time.Second, func(ctx context.Context) error {
			_, err := audit.SealAll(ctx, s, a.auditHead())
			return err
		}},
		{"watch the audit trail", 30 * time.Second, a.watch.Look},
		{"check the audit trail", time.Hour, a.watch.Check},
		{"send what is due", 2 * time.Second, func(ctx context.Context) error { return notices.Sweep(ctx, s) }},
		{"ask the mail server", time.Minute, func(ctx context.Context) error {
			_ = a.AskMailServer(ctx) // what it says is logged, and stands on /installation
			return nil
		}},
		{"tell cases of mails", 2 * time.Second, a.postman.TellLate},
		{"look where the database lives", 30 * time.Second, a.lookWhere},
		{"forget uploads of dry runs", time.Hour, func(ctx context.Context) error { return imports.Forget(ctx, s) }},
		{"recover lost work", 3 * time.Second, func(ctx context.Context) error {
			return jobs.Recover(ctx, s, imports.Unfinished, reimbursements.Unfinished)
		}},
		{"close offers of calls that ran out", 2 * time.Second, func(ctx context.Context) error { return cases.ExpireHandovers(ctx, s) }},
		{"hear of telephone calls", time.Second, func(ctx context.Context) error { return a.bell.Listen(ctx, s) }},
		{"end calls that were hung up", 2 * time.Second, func(ctx context.Context) error { return cases.HangUpLost(ctx, s) }},
		{"send orders to directories", time.Second, func(ctx context.Context) error { return directories.Send(ctx, s) }},
		{"make events known", time.Second, func(ctx context.Context) error { return webhooks.Spread(ctx, s) }},
		{"send webhooks", time.Second, (&webhooks.Sender{Store: s, Reach: a.reach()}).Run},
		{"forget old webhooks", time.Hour, func(ctx context.Context) error { return webhooks.Forget(ctx, s) }},
		{"send legs to point systems", time.Second, func(ctx context.Context) error { return points.Send(ctx, s) }},
		{"carry files of point systems", 5 * time.Second, func(ctx context.Context) error { return points.Carry(ctx, s, a.pointsDir(), explainResult) }},
		{"reconcile point systems", time.Minute, func(ctx context.Context) error { return reconciliations.Tend(ctx, s) }},
		{"remind of proposals", 30 * time.Second, func(ctx context.Context) error { return reimbursements.Remind(ctx, s) }},
		{"sum the ledger again", 24 * time.Hour, func(ctx context.Context) error {
			off, err := ledger.Check(store.Read(ctx, s))
			if off != "" {
				s.Log.ErrorContext(ctx, "the ledger does not add up", "what", off)
			}
			return err
		}},
		{"forget who had cases open", time.Hour, func(ctx context.Context) error { return cases.ForgetPresence(ctx, s) }},
		{"seal texts for their rows", time.Hour, func(ctx context.Context) error { return cases.Reseal(ctx, s) }},
		{"post what older releases imported and did not", 24 * time.Hour, func(ctx context.Context) error { return reimbursements.CatchUp(ctx, s) }},
		{"mark whom no mail can reach", 5 * time.Second, a.markUnreached},
		{"keep figures", 2 * time.Second, func(ctx context.Context) error { return reports.Keep(ctx, s) }},
		{"forget old idempotency keys", time.Hour, func(ctx context.Context) error { return api.Forget(ctx, s) }},
		{"forget old forms", time.Hour, func(ctx context.Context) error { return forms.Forget(ctx, s, s.Clock().Add(-formsLife)) }},
		{"forget old sign-in attempts", time.Hour, func(ctx context.Context) error { return staff.ForgetAttempts(ctx, s) }},
	}
}

// pointsDir is the folder below which point systems have theirs.
func (a *App) pointsDir() string { return cmp.Or(a.PointsDir, filepath.Join(a.DataDir, "points")) }

// explainResult says in each language why a result file was refused.
func explainResult(why *fault.Fault) string {
	var said []string
	for _, lang := range i18n.Langs {
		for _, f := range why.Fields {
			said = append(said, i18n.T(i18n.With(context.Background(), lang), "fault.field."+f.Code, f.Args...))
		}
	}
	return strings.Join(said, "\n")
}

// formsLife is how long a form of the console is known again (at least as long as
// app/web asks for it).
const formsLife = 24 * time.Hour

// tend does the chores until ctx ends.
func (a *App) tend(ctx context.Context, c chore) {
	for {
		if err := c.do(ctx); err != nil && ctx.Err() == nil {
			a.Store.Log.ErrorContext(ctx, "chore failed", "chore", c.name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(c.every):
		}
	}
}
