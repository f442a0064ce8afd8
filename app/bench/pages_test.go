package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// fillTimelines gives every case that has none yet the timeline of a long incident,
// its rows apart from each other as days of work leave them.
func (d *desk) fillTimelines() error {
	return d.query(`insert into case_events (case_id, at, kind, actor_kind, actor_id, data)
		select c.id, now(), 'call_ended', 'staff', 1, '{"call": 1}' from cases c, generate_series(1, $1) n
		where c.id > (select coalesce(max(case_id), 0) from case_events where data = '{"call": 1}') order by hashint8(c.id * 16 + n)`, eventsPer-1)
}

// query runs one statement as the owner of the database and lets it look at what
// there is now, as autovacuum would.
func (d *desk) query(statement string, args ...any) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, d.database)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err = c.Exec(ctx, statement, args...); err == nil {
		_, err = c.Exec(ctx, "vacuum analyze")
	}
	return err
}

var caseLink = regexp.MustCompile(`/cases/(H[0-9-]+)"`)

// pages measures every page of the console that reads what grows, as agents and
// supervisors load it.
func (d *desk) pages(b *testing.B) {
	var numbers, proposals []string
	for _, who := range []string{"agent", "supervisor"} {
		c, err := d.signIn(who)
		if err != nil {
			b.Fatal(err)
		}
		if numbers == nil {
			if numbers, proposals, err = d.samples(c); err != nil {
				b.Fatal(err)
			}
		}
		page, err := get(c, d.origin+"/tokens")
		if err != nil {
			b.Fatal(err)
		}
		token := csrfField.FindStringSubmatch(page)[1]
		for _, p := range []struct{ name, path string }{
			{"case", "/cases/$case"}, {"cases", "/cases"}, {"cases-filtered", "/cases?incident=BENCH&status=new&class=C"},
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
				b.ReportMetric(median(b, 41, func(i int) error {
					asked := expand(p.path, numbers, proposals, i)
					if form, post := strings.CutPrefix(asked, "POST "); post {
						address, q, _ := strings.Cut(form, " ")
						return search(c, token, d.origin+address, q)
					}
					_, err := get(c, d.origin+asked)
					return err
				}), "p50_ms")
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
		return []string{"山本", "タナ", "サト", "美咲", "小林"}[i%5]
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

// samples picks cases from all over the installation, and proposals.
func (d *desk) samples(c *http.Client) (numbers, proposals []string, err error) {
	ctx := context.Background()
	db, err := pgx.Connect(ctx, d.database)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close(ctx)
	var last int64
	if err := db.QueryRow(ctx, "select max(id) from cases").Scan(&last); err != nil {
		return nil, nil, err
	}
	for part := range int64(10) {
		page, err := get(c, fmt.Sprintf("%s/cases?cursor=%d", d.origin, last-part*last/11))
		if err != nil {
			return nil, nil, err
		}
		for _, m := range caseLink.FindAllStringSubmatch(page, 5) {
			numbers = append(numbers, m[1])
		}
	}
	rows, err := db.Query(ctx, "select id::text from reimbursements order by hashint8(id) limit 50")
	if err != nil {
		return nil, nil, err
	}
	proposals, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return numbers, proposals, err
}
