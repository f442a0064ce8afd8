package bench

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hoten/app/cases"
	"hoten/app/vault"
)

// fillTimelines gives every case that has none yet the timeline of a long incident: notes,
// sealed as those that people write, and apart from each other as days of work leave them.
func (d *desk) fillTimelines() error {
	ctx := context.Background()
	v, err := vault.Open(filepath.Join(d.folder, "keys"))
	if err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, d.database)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	rows, err := c.Query(ctx, "select id from cases where id > $1 order by id", d.filled)
	if err != nil {
		return err
	}
	of, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	var first int64
	n := len(of) * (eventsPer - 1)
	if err := c.QueryRow(ctx, "select setval('case_events_id_seq', nextval('case_events_id_seq') + $1) - $1", n).Scan(&first); err != nil {
		return err
	}
	now := time.Now()
	_, err = c.CopyFrom(ctx, pgx.Identifier{"case_events"}, []string{"id", "case_id", "at", "kind", "actor_kind", "actor_id", "text"},
		pgx.CopyFromSlice(n, func(i int) ([]any, error) {
			id := first + int64(i)
			return []any{id, of[i%len(of)], now, "note", "staff", int64(1), cases.SealText(v, id, "電話で状況を説明し、次の連絡の時刻を約束した。")}, nil
		}))
	d.filled = of[len(of)-1]
	return err
}

// settle waits until autovacuum has looked at what was written, as it does by itself
// some seconds after an import.
func (d *desk) settle() error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, d.database)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	for busy := true; busy; time.Sleep(time.Second) {
		err := c.QueryRow(ctx, `select exists (select from pg_stat_activity where backend_type = 'autovacuum worker') or exists (select from pg_stat_user_tables
			where n_mod_since_analyze > 50 + 0.1 * n_live_tup or n_ins_since_vacuum > 1000 + 0.2 * n_live_tup or n_dead_tup > 50 + 0.2 * n_live_tup)`).Scan(&busy)
		if err != nil {
			return err
		}
	}
	return nil
}

// often is how many times the pages that people wait for most are loaded, one after the
// other; and twice as often by eight clients at once. "nothing" is what HTTP takes by
// itself on this machine at that moment.
var often = map[string]int{"nothing": 1000, "case": sampled, "cases": 1000, "cases-filtered": 1000, "reimbursements": 500, "search": 2 * len(names)}

// sampled is how many different cases are looked at.
const sampled = 1000

// pages measures every page of the console that reads what grows, as agents and
// supervisors load it.
func (d *desk) pages(b *testing.B) {
	if err := d.settle(); err != nil {
		b.Fatal(err)
	}
	var numbers, proposals []string
	for _, who := range []string{"agent", "supervisor"} {
		c, err := d.signIn(who)
		if err != nil {
			b.Fatal(err)
		}
		if numbers == nil {
			if numbers, proposals, err = d.samples(); err != nil {
				b.Fatal(err)
			}
		}
		page, err := get(c, d.origin+"/tokens")
		if err != nil {
			b.Fatal(err)
		}
		token := csrfField.FindStringSubmatch(page)[1]
		for _, p := range []struct{ name, path string }{
			{"nothing", "/healthz"}, {"case", "/cases/$case"}, {"cases", "/cases"}, {"cases-filtered", "/cases?incident=BENCH&status=new&class=C"},
			{"cases-of-none", "/cases?incident=R096&status=out_of_scope&class=B"}, {"cases-queue-unassigned", "/cases?queue=unassigned"},
			{"cases-queue-stalled", "/cases?queue=stalled"}, {"cases-queue-approval", "/cases?queue=approval"},
			{"cases-queue-overdue", "/cases?queue=overdue"}, {"search-typed", "POST /search/suggestions BENCH-000"}, {"search-number", "POST /search/suggestions H00012"},
			{"search", "POST /search/suggestions $name"}, {"search-id", "POST /search/suggestions BENCH-0000017"}, {"cases-by-name", "POST /search $name"},
			{"calls", "/calls"}, {"callbacks", "/callbacks"}, {"reimbursements", "/reimbursements"},
			{"reimbursements-posted", "/reimbursements?state=posted"}, {"reimbursement", "/reimbursements/$proposal"},
			{"incidents", "/incidents"}, {"incident-large", "/incidents/BENCH"}, {"incident-released", "/incidents/R096"},
			{"daily", "/reports/daily"}, {"mails", "/mails"}, {"audit", "/audit"}, {"desks", "/desks"}, {"services", "/services"}, {"frame", "/frame"},
			{"policies", "/policies"}, {"load", "/cases/load"},
		} {
			if p.name == "reimbursement" && len(proposals) == 0 || p.name == "load" && who == "agent" {
				continue
			}
			b.Run(who+"/"+p.name, func(b *testing.B) {
				b.ReportMetric(0, "ns/op")
				load := func(i int) error {
					asked := expand(p.path, numbers, proposals, i)
					if form, post := strings.CutPrefix(asked, "POST "); post {
						address, q, _ := strings.Cut(form, " ")
						return search(c, token, d.origin+address, q)
					}
					_, err := get(c, d.origin+asked)
					return err
				}
				middle, late := times(b, cmp.Or(often[p.name], 41), load)
				b.ReportMetric(middle, "p50_ms")
				if often[p.name] > 0 {
					b.ReportMetric(late, "p99_ms")
					b.ReportMetric(parallel(b, 8, 2*often[p.name], func(_, i int) error { return load(i) }), "by_8_clients/s")
				}
			})
		}
	}
}

var holes = regexp.MustCompile(`\$[a-z]+`)

// expand puts the i-th case, proposal or name into a path.
func expand(path string, numbers, proposals []string, i int) string {
	return holes.ReplaceAllStringFunc(path, func(hole string) string {
		switch hole {
		case "$case":
			return numbers[i*7919%len(numbers)]
		case "$proposal":
			return proposals[i*7919%len(proposals)]
		}
		return names[i%len(names)]
	})
}

// search sends the form of the search box, and follows to what was found.
func search(c *http.Client, token, address, q string) error {
	r, err := c.PostForm(address, url.Values{"csrf": {token}, "q": {q}})
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode == http.StatusOK {
		return err
	}
	return fmt.Errorf("%s: %s", address, r.Status)
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// names are 200 that people of a large incident have: the commonest family and given
// names and their kana, then family names that about one in a thousand has.
var names = func() []string {
	out := slices.Concat(surnames, kanas, given, givenK)
	for i := 0; len(out) < 200; i++ {
		out = append(out, firsts[i%len(firsts)]+seconds[i%len(seconds)])
	}
	return out
}()

// samples picks cases from all over the installation, and proposals.
func (d *desk) samples() (numbers, proposals []string, err error) {
	ctx := context.Background()
	db, err := pgx.Connect(ctx, d.database)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close(ctx)
	rows, err := db.Query(ctx, `select (select min(id) from cases where id >= n) from (select max(id) as last from cases) c,
		generate_series(1, c.last, greatest(1, c.last / $1)) n limit $1`, sampled)
	if err != nil {
		return nil, nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		numbers = append(numbers, cases.Number(id))
	}
	rows, err = db.Query(ctx, "select id::text from reimbursements order by hashint8(id) limit 50")
	if err != nil {
		return nil, nil, err
	}
	proposals, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return numbers, proposals, err
}
