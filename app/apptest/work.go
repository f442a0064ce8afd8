package apptest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/imports"
	"hoten/app/notices"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// People are the actors of the world by their role.
func (w *World) People() map[access.Role]access.Actor {
	return map[access.Role]access.Actor{access.Agent: w.Agent, access.Supervisor: w.Supervisor, access.CenterManager: w.Manager,
		access.Administrator: w.Administrator, access.Auditor: w.Auditor}
}

// MailEnv is what mails quote, the same every day.
func MailEnv(context.Context, time.Time, string, int64) (notices.Env, error) {
	return notices.Env{Company: "NTTコミュニケーションズ", TopPage: "OCNのトップページ", ID: "OCN ID", PointPassword: "ポイントパスワード", OneTimePassword: true, Mailbox: true, Transfers: true, Units: []string{"ポイント"},
		Desks: []notices.DeskLine{{Name: "窓口", Phone: "0120-047-860", Hours: "10:00～21:00"}}}, nil
}

// OutletFunc is an outlet that a function answers for.
type OutletFunc func(notices.Envelope) error

// Send calls the function.
func (f OutletFunc) Send(_ context.Context, e notices.Envelope) error { return f(e) }

// Deliver delivers every mail that waits.
func (w *World) Deliver(to notices.Outlet) {
	w.T.Helper()
	type waiting struct{ ID int64 }
	rows, err := store.Select[waiting](store.Read(w.Ctx, w.Store), "select id from mails where state = 'queued' order by id")
	if err != nil {
		w.T.Fatal(err)
	}
	p := &notices.Postman{Store: w.Store, Outlet: to, From: "no-reply@hoten.example", Env: MailEnv, Settled: cases.MailSettled,
		Today: func(ctx context.Context, mail int64) (notices.Today, error) {
			return cases.MailToday(store.Read(ctx, w.Store), mail)
		}}
	for _, r := range rows {
		if err := p.Deliver(w.Ctx, []int64{r.ID}); err != nil {
			w.T.Fatal(err)
		}
	}
}

// Work works the imports, the proposals for whole incidents and the batches that are queued,
// here and now; what was worked before is left alone by its worker.
func (w *World) Work() {
	w.T.Helper()
	work[imports.RunArgs](w, &imports.Worker{Store: w.Store})
	work[reimbursements.ProposeAllArgs](w, &reimbursements.ProposeAllWorker{Store: w.Store})
	work[reimbursements.ApproveSeenArgs](w, &reimbursements.ApproveSeenWorker{Store: w.Store})
}

func work[T river.JobArgs](w *World, by river.Worker[T]) {
	w.T.Helper()
	var job river.Job[T]
	type queued struct{ Args string }
	rows, err := store.Select[queued](store.Read(w.Ctx, w.Store), "select args::text as args from river_job where kind = $1 order by id", job.Args.Kind())
	for _, r := range rows {
		if err == nil {
			err = json.Unmarshal([]byte(r.Args), &job.Args)
		}
		if err == nil {
			err = by.Work(w.Ctx, &job)
		}
	}
	if err != nil {
		w.T.Fatal(err)
	}
}
