package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"hoten/app/store"
)

// gauges are counts read from the database when somebody asks; each query goes
// over an index and counts only what is open.
var gauges = map[string]struct{ help, query string }{
	"hoten_mails_queued":               {"Mails waiting to be sent.", "select count(*) from mails where state = 'queued'"},
	"hoten_mails_failed":               {"Mails given up.", "select count(*) from mails where state = 'failed'"},
	"hoten_mail_queues_stopped":        {"Queues of emails that stopped because all of them were refused equally.", "select count(*) from mail_queues where stopped_at is not null"},
	"hoten_reimbursements_waiting":     {"Proposals waiting for approval.", "select count(*) from reimbursements where state = 'submitted'"},
	"hoten_reimbursements_one_leg":     {"Proposals approved but not posted (片側処理中).", "select count(*) from reimbursements where state = 'approved'"},
	"hoten_directory_orders_open":      {"Orders to identity systems without a definite answer.", "select count(*) from directory_orders where state in ('waiting', 'uncertain')"},
	"hoten_directory_orders_refused":   {"Orders that identity systems refused and nobody settled yet.", "select count(*) from directory_orders where state = 'refused'"},
	"hoten_point_legs_open":            {"Legs to point systems without a definite answer.", "select count(*) from point_legs where state in ('waiting', 'uncertain')"},
	"hoten_point_legs_refused":         {"Legs that point systems refused and nobody settled yet.", "select count(*) from point_legs where state = 'refused'"},
	"hoten_webhooks_waiting":           {"Messages of webhooks waiting to be sent.", "select count(*) from webhook_deliveries where state = 'waiting'"},
	"hoten_webhook_endpoints_disabled": {"Webhooks that were disabled because they took no messages.", "select count(*) from webhook_endpoints where disabled_why in ('gone', 'failing')"},
	"hoten_imports_running":            {"Imports running.", "select count(*) from imports where state = 'running'"},
	"hoten_jobs_waiting":               {"Jobs waiting for a worker.", "select count(*) from river_job where state in ('available', 'retryable')"},
	"hoten_audit_unsealed": {"Audit entries not in the chain yet.",
		"select count(*) from audit_entries e where e.xid >= coalesce((select value from settings where key = 'audit_settled'), '0')::xid8 and not exists (select 1 from audit_seals s where s.entry_id = e.id)"},
}

func (a *App) metrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for name, g := range gauges {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: g.help}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			var n float64
			if err := store.Scan(store.Read(ctx, a.Store), g.query, nil, &n); err != nil {
				a.Store.Log.ErrorContext(ctx, "a figure could not be read", "figure", name, "error", err)
				return -1
			}
			return n
		}))
	}
	for name, g := range map[string]struct {
		help string
		read func() float64
	}{
		"hoten_audit_foreign":     {"Audit entries that are not the program's own or have lost their seal.", a.watch.Foreign},
		"hoten_damaged_fields":    {"Sealed fields that were read and cannot be opened any more, since the program began.", a.Store.Damaged},
		"hoten_installation_held": {"1 while the database is a copy that was not released.", a.heldGauge},
		"hoten_audit_broken":      {"1 when the last check found the audit chain broken.", a.watch.Broken},
	} {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: g.help}, g.read))
	}
	return r
}
