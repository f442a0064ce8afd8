package api_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hoten/app"
	"hoten/app/apptest"
	"hoten/app/reimbursements"
)

// program is the whole program, serving, with the owner's way to its database.
type program struct {
	*apptest.World
	base     string
	database string
	owner    *pgx.Conn // beside the program's database, so that it may go
	inside   *pgx.Conn
}

func newProgram(t *testing.T) *program {
	t.Helper()
	address, err := url.Parse(apptest.DatabaseURL(t))
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), app.Config{Addr: "127.0.0.1:0", DataDir: t.TempDir(), DatabaseURL: address.String()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	listening, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- a.Serve(ctx, func(at string) { listening <- at }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &program{World: apptest.Populate(t, a.Store, nil), base: "http://" + <-listening, database: strings.Trim(address.Path, "/")}
	connect := func(to string) *pgx.Conn {
		address.Path = "/" + to
		c, err := pgx.Connect(context.Background(), address.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(context.Background()) })
		return c
	}
	p.inside, p.owner = connect(p.database), connect("postgres")
	return p
}

func (p *program) get(path string) (status int, kind, body string) {
	p.T.Helper()
	res, err := http.Get(p.base + path)
	if err != nil {
		p.T.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.T.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Content-Type"), string(b)
}

func (p *program) run(by *pgx.Conn, query string, args ...any) {
	p.T.Helper()
	if _, err := by.Exec(p.Ctx, query, args...); err != nil {
		p.T.Fatal(err)
	}
}

// What watches the program reads figures without a token, and nothing about anybody.
func TestMetrics(t *testing.T) {
	p := newProgram(t)
	p.Import(apptest.AffectedHeader+member, apptest.MovementsHeader+memberMoves)
	if _, err := reimbursements.Propose(p.Ctx, p.Store, p.Agent, p.Case(login).ID, ""); err != nil {
		t.Fatal(err)
	}
	status, kind, body := p.get("/metrics")
	if status != 200 || !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
		t.Fatalf("%d %s", status, kind)
	}
	for name, value := range map[string]string{"hoten_mails_queued": `\d+`, "hoten_mails_failed": "0", "hoten_reimbursements_waiting": "1", "hoten_reimbursements_one_leg": "0",
		"hoten_imports_running": "0", "hoten_jobs_waiting": `\d+`, "hoten_audit_unsealed": `\d+`} {
		if !regexp.MustCompile(`(?m)^# HELP ` + name + ` .+\n# TYPE ` + name + ` gauge\n` + name + " " + value + `$`).MatchString(body) {
			t.Errorf("%s is not there with %s:\n%s", name, value, body)
		}
	}
	for _, line := range strings.Split(body, "\n") {
		if line != "" && !regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_0-9]+(\{[a-z]+="[^"]*"\})? [-+0-9.eE]+)$`).MatchString(line) {
			t.Errorf("not the text format: %q", line)
		}
	}
	for _, secret := range append([]string{login, "ocn.example", "hoten.example", p.Agent.Name, apptest.Reference}, secrets...) {
		if strings.Contains(body, secret) {
			t.Errorf("it tells %q", secret)
		}
	}
}

func TestReadiness(t *testing.T) {
	p := newProgram(t)
	expect := func(what, path string, status int, says string) {
		t.Helper()
		if got, _, body := p.get(path); got != status || body != says {
			t.Errorf("%s: %s: %d %q", what, path, got, body)
		}
	}
	alive := func(what string) { t.Helper(); expect(what, "/healthz", 200, "ok\n") }
	alive("at first")
	expect("at first", "/readyz", 200, "ready\n")

	// A job that nobody takes; its queue is one that the program does not know.
	p.run(p.inside, `insert into river_job (kind, args, max_attempts, queue, state, scheduled_at) values ('x', '{}', 1, 'nobodys', 'available', now() - interval '3 minutes')`)
	alive("behind")
	expect("behind", "/readyz", 200, "ready\n") // much to do is no fault: see TestReadinessOfWorkers of app
	p.run(p.inside, "delete from river_job where queue = 'nobodys'")

	// A program that is newer than its database.
	var version int64
	if err := p.inside.QueryRow(p.Ctx, "delete from goose_db_version where version_id = (select max(version_id) from goose_db_version) returning version_id").Scan(&version); err != nil {
		t.Fatal(err)
	}
	alive("not migrated")
	expect("not migrated", "/readyz", 503, "database not ready\n")
	p.run(p.inside, "insert into goose_db_version (version_id, is_applied) values ($1, true)", version)
	expect("migrated", "/readyz", 200, "ready\n")

	p.inside.Close(p.Ctx)
	name := pgx.Identifier{p.database}.Sanitize()
	p.run(p.owner, "alter database "+name+" allow_connections false")
	p.run(p.owner, "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", p.database)
	alive("without its database")
	expect("without its database", "/readyz", 503, "database not ready\n")
	(&client{t: t, base: p.base, token: "any", broken: true}).get("/cases").want(503, "code", "unavailable")
	if status, _, body := p.get("/metrics"); status != 200 || !strings.Contains(body, "hoten_mails_queued -1\n") {
		t.Errorf("metrics without a database: %d %s", status, body)
	}
	p.run(p.owner, "alter database "+name+" allow_connections true")
	// Each refused question drops one dead connection of the pool.
	for range 100 {
		if status, _, _ := p.get("/readyz"); status == 200 {
			return
		}
	}
	t.Error("it does not come back with its database")
}
