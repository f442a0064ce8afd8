package cases_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/operators"
)

// manyCases is how many the world of TestListsUseFewIndexes has, mostRead how many of
// them a page may read: a page of each value that a column has, not all that there are.
const manyCases, mostRead = 40_000, 4_000

// node is one of EXPLAIN's.
type node struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Index    string  `json:"Index Name"`
	Rows     float64 `json:"Actual Rows"`
	Removed  float64 `json:"Rows Removed by Filter"`
	Loops    float64 `json:"Actual Loops"`
	Plans    []node
}

// scans reports whether the plan reads the whole of a table.
func (n node) scans(table string) bool {
	return n.Type == "Seq Scan" && n.Relation == table || slices.ContainsFunc(n.Plans, func(p node) bool { return p.scans(table) })
}

// walked adds up which indexes of cases a plan uses and how many rows of it are read.
func (n node) walked(indexes map[string]bool) (read float64) {
	if n.Type == "Bitmap Index Scan" || n.Relation == "cases" && n.Type != "Bitmap Heap Scan" {
		indexes[n.Index] = true
	}
	if n.Relation == "cases" {
		read = (n.Rows + n.Removed) * n.Loops
	}
	for _, p := range n.Plans {
		read += p.walked(indexes)
	}
	return read
}

// plan runs a query as the program does, its plan made for any arguments.
func plan(t *testing.T, c *pgx.Conn, query string, args []any) node {
	t.Helper()
	literals := make([]string, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case time.Time:
			literals[i] = "'" + a.Format(time.RFC3339Nano) + "'"
		case []time.Time:
			var all []string
			for _, at := range a {
				all = append(all, at.Format(time.RFC3339Nano))
			}
			literals[i] = "'{" + strings.Join(all, ",") + "}'"
		case []int64, []int16:
			literals[i] = strings.ReplaceAll(strings.NewReplacer("[", "'{", "]", "}'").Replace(fmt.Sprint(a)), " ", ",")
		default:
			literals[i] = fmt.Sprintf("'%v'", a)
		}
	}
	run := "explain (analyze, format json) execute q"
	if len(args) > 0 {
		run += "(" + strings.Join(literals, ", ") + ")"
	}
	var explained string
	if _, err := c.Exec(t.Context(), "prepare q as "+query); err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	if err := c.QueryRow(t.Context(), run, pgx.QueryExecModeSimpleProtocol).Scan(&explained); err != nil {
		t.Fatalf("%v: %s", err, run)
	}
	if _, err := c.Exec(t.Context(), "deallocate q"); err != nil {
		t.Fatal(err)
	}
	var of []struct{ Plan node }
	if err := json.Unmarshal([]byte(explained), &of); err != nil {
		t.Fatal(err)
	}
	return of[0].Plan
}

// fill puts many cases beside the few of the world: nearly all of one incident, new, of
// class C and nobody's. The rest are of all kinds.
func fill(t *testing.T, c *pgx.Conn, w *apptest.World) {
	t.Helper()
	for _, statement := range []string{
		`insert into incidents (reference, title_ja, title_en, period_from, period_to, detected_on, created_at)
			select 'BIG' || n, 'b', 'b', '2014-07-11', '2014-07-28', '2014-07-28', now() from generate_series(1, 3) n`,
		fmt.Sprintf(`insert into identities (login, login_key, state, impostor_at) select int8send(n), int8send(n), 'restricted', case when n %% 5000 = 0 then now() end from generate_series(1, %d) n`, manyCases),
		fmt.Sprintf(`insert into cases (incident_id, identity_id, origin, class, status, assignee_id, desk_id, notified_at, opened_at, changed_at, unreachable_at, points_open)
			select (select id from incidents where reference = case when n %% 40 > 0 then 'BIG1' else 'BIG2' end), i.id,
				case when n %% 977 = 0 then 'inquiry' else 'listed' end, case when n %% 977 = 0 then null when n %% 40 > 0 then 'C' else 'A' end,
				case when n %% 40 > 0 then 'new' else (array['new', 'in_progress', 'callback_due', 'awaiting_approval', 'completed', 'reopened'])[1 + n / 40 %% 6] end,
				case when n %% 200 = 0 then %d end, case when n %% 400 = 0 then (select min(id) from desks) end, case when n %% 3 = 0 then now() end,
				now() - n * interval '1 minute', now() - n * interval '1 minute',
				case when n %% 40 = 0 then now() end, case when n %% 50 = 0 then n / 50 %% 8 else 0 end
			from (select id, row_number() over (order by id) as n from identities where length(login) = 8) i`, w.Agent.ID),
		fmt.Sprintf(`insert into contact_changes (case_id, identity_id, kind, value_key, state, proposed_by, proposed_at, decided_by, decided_at)
			select id, identity_id, 'email', '', case when id %% 500 = 0 then 'proposed' else 'refused' end, %d, now(), case when id %% 500 <> 0 then %d end, case when id %% 500 <> 0 then now() end
			from cases where id %% 4 = 0`, w.Agent.ID, w.Supervisor.ID),
		"analyze", "set plan_cache_mode = force_generic_plan",
	} {
		if _, err := c.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%v: %s", err, statement)
		}
	}
}

// Every list of cases is read from an index, a page of it, and no index is kept that
// none of them uses.
func TestListsUseFewIndexes(t *testing.T) {
	w := apptest.NewWorld(t)
	pooled, err := w.Pool.Acquire(w.Ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer pooled.Release()
	c := pooled.Conn()
	fill(t, c, w)
	reader := w.Agent
	reader.DeskID = 1
	of := cases.Desk{Reader: reader, Now: time.Now(), Deadlines: cases.Deadlines{Desks: []desks.Kept{{ID: 1, Desk: apptest.Release(t)[0]}}, IDs: []operators.ID{{ID: 1, Code: "ocn-id"}}, Respond: time.Hour}}
	type question struct {
		name, query string
		args        []any
	}
	var questions []question
	ask := func(f cases.Filter) {
		f.Of, f.Limit = of, 50
		query, args := f.Question()
		questions = append(questions, question{fmt.Sprintf("%s %s %s status=%s class=%s origin=%s assignee=%d desk=%s order=%s age=%s before=%d after=%d", f.Queue, f.Incident, f.Q, f.Status, f.Class, f.Origin,
			f.Assignee, f.Desk, f.Order, f.Age, f.Before, f.After.ID), query, args})
	}
	code := apptest.Release(t)[0].Code
	for _, incident := range []string{"", "BIG1", "BIG3"} {
		for _, status := range []cases.Status{"", cases.New, cases.OutOfScope} {
			for _, class := range []string{"", "B", "C"} {
				ask(cases.Filter{Incident: incident, Status: status, Class: class})
				ask(cases.Filter{Incident: incident, Status: status, Class: class, Before: 20_000})
			}
			ask(cases.Filter{Incident: incident, Status: status, Origin: cases.Inquiry})
		}
	}
	for _, f := range []cases.Filter{{Assignee: -1}, {Assignee: reader.ID}, {Assignee: w.Supervisor.ID}, {Desk: code}, {Assignee: reader.ID, Desk: code}} {
		ask(f)
		f.Before = 20_000
		ask(f)
	}
	for _, queue := range append(slices.Clone(cases.Queues), "") {
		for _, order := range []cases.Order{cases.Longest, cases.Latest} {
			ask(cases.Filter{Queue: queue, Order: order})
			ask(cases.Filter{Queue: queue, Order: order, After: cases.Place{At: time.Now().Add(-5 * 24 * time.Hour), ID: 9}})
		}
		if queue != "" {
			query, args := of.QueueQuestion(queue)
			questions = append(questions, question{"size of " + string(queue), query, args})
		}
	}
	for _, age := range cases.Ages {
		ask(cases.Filter{Queue: cases.QueueStalled, Order: cases.Longest, Age: age})
	}
	query, args := cases.NextQuestion(reader, []int16{1})
	questions = append(questions, question{"the next case", query, args})
	for name, query := range map[string]string{
		"a case": "select * from cases where id = $1", "the cases of an ID": "select * from cases where identity_id = $1",
		"an incident, part by part": "select * from cases where incident_id = $1 and id > 5 order by id limit 50",
	} {
		questions = append(questions, question{name, query, []any{int64(4)}})
	}
	used := map[string]bool{}
	for _, q := range questions {
		indexes := map[string]bool{}
		explained := plan(t, c, q.query, q.args)
		if explained.scans("contact_changes") {
			t.Errorf("%s reads all changes of contacts", q.name)
		}
		read := explained.walked(indexes)
		maps.Copy(used, indexes)
		if indexes[""] || read > mostRead {
			t.Errorf("%s: read %.0f rows by %v", q.name, read, slices.Collect(maps.Keys(indexes)))
		}
		t.Logf("%-90s %6.0f rows by %v", q.name, read, slices.Sorted(maps.Keys(indexes)))
	}
	rows, err := c.Query(w.Ctx, "select indexname from pg_indexes where tablename = 'cases' order by 1")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, index := range kept {
		if !used[index] {
			t.Errorf("no list uses %s", index)
		}
	}
	if len(kept) > 11 {
		t.Errorf("%d indexes", len(kept))
	}
}
