package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/operators"
	"hoten/app/reports"
	"hoten/app/resets"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/views"
	"hoten/i18n"
	"hoten/ui"
)

func showCases(p *page) error {
	p.section("cases")
	q, err := p.casesQuery(p.QueryParams())
	if err != nil {
		return err
	}
	shown := ui.CasesIndex{Query: q, Total: -1, MayWork: p.by.May(access.WorkCases), MayPropose: p.by.May(access.Propose), MoveTo: movable()}
	p.frame.Query = q.Q
	f := p.caseFilter(q)
	var reads store.Reads
	checked, around, rows := f.AskCheck(&reads), p.askAroundCases(&reads, f.Of), func() []cases.Row { return nil }
	if q.Q == "" && q.Found != "" {
		p.forgotten()
	} else if rows, shown.Cut, err = f.Ask(&reads, p.db, p.w.s.Vault); err != nil {
		return err
	}
	if err := reads.Run(p.db); err != nil {
		return err
	}
	if err := checked(); err != nil {
		return err
	}
	listed, next := cutCases(rows(), f)
	if shown.Rows, err = p.caseRows(listed); err != nil {
		return err
	}
	if f.Queue == cases.QueueImpostor {
		if err := p.nameOthers(listed, shown.Rows); err != nil {
			return err
		}
	}
	shown.NextCursor, shown.Rule = next, cases.RuleOf(q.Q)
	if err := around(&shown); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// exportCases sends the list as it is seen, masked, with its filters, order and columns.
func exportCases(p *page) error {
	q, err := p.casesQuery(p.QueryParams())
	if err != nil {
		return err
	}
	if q.Q == "" && q.Found != "" {
		return p.to(q.URL(), "") // which says so
	}
	f := p.caseFilter(q)
	f.Limit = mostExported
	if err := cmp.Or(p.bad.Err(), f.Check(p.db)); err != nil {
		return err
	}
	searched := ""
	if q.Q != "" {
		searched = "true"
	}
	whose := q.Assignee
	if whose == "me" {
		whose = strconv.FormatInt(p.by.ID, 10)
	}
	found, err := cases.Export(p.ctx, p.w.s, p.by, f, asked("incident", q.Incident, "status", q.Status, "class", q.Class, "assignee", whose, "desk", q.Desk, "queue", q.Queue,
		"age", q.Age, "order", q.Order, "columns", strings.Join(q.Columns, " "), "searched", searched))
	if err != nil {
		return err
	}
	rows, err := p.caseRows(found[:min(len(found), mostExported)])
	if err != nil {
		return err
	}
	tb := reports.Table{ID: "cases", Title: i18n.T(p.ctx, "cases.index.title")}
	columns := ui.CaseFileColumns(p.ctx, q)
	for _, c := range columns {
		tb.Columns = append(tb.Columns, reports.Column{Title: c.Title})
	}
	for _, r := range rows {
		line := make([]reports.Cell, len(columns))
		for i, c := range columns {
			line[i] = reports.Text(c.Of(r))
		}
		tb.Rows = append(tb.Rows, line)
	}
	return p.download("cases", []reports.Table{p.cutExport(tb, len(found))})
}

// askAroundCases reads what stands around the list: the reader's queues and views, and
// the choices of filters and bulk actions. What it returns fills them in.
func (p *page) askAroundCases(reads *store.Reads, of cases.Desk) func(shown *ui.CasesIndex) error {
	sizes, saved, known := cases.AskQueueSizes(reads, of), views.AskOf(reads, p.by.ID), incidents.AskList(reads)
	var workers *[]staff.Staff
	if p.by.May(access.Supervise) {
		workers = staff.AskWorkers(reads)
	}
	return func(shown *ui.CasesIndex) (err error) {
		size := sizes()
		for _, queue := range cases.Queues {
			if queue != cases.QueueDesk || p.by.DeskID != 0 {
				shown.Queues = append(shown.Queues, ui.QueueSize{Name: string(queue), Size: size[queue], More: size[queue] == cases.CountedTo})
			}
		}
		shown.Incidents, shown.Desks = p.choicesOf(*known), p.deskChoices()
		if workers != nil {
			shown.Supervises, shown.AssignTo = true, p.assignees(workers)
		}
		shown.Views, err = p.savedViews(*saved)
		return err
	}
}

// casesQuery reads the address of the list; what no list knows is refused.
func (p *page) casesQuery(v url.Values) (ui.CasesQuery, error) {
	q := queryIn(v)
	for _, c := range q.Columns {
		if !slices.Contains(ui.CaseColumns, c) {
			p.bad.Add("columns", "filter_unknown")
		}
	}
	var err error
	if q.Found != "" {
		q.View = ""
		q.Q, err = p.shown(q.Found)
	} else if q.View != "" {
		q.Q, err = p.wordsOf(q.View)
	}
	return q, err
}

// queryIn reads an address as it is, without the words that stand for members.
func queryIn(v url.Values) ui.CasesQuery {
	q := ui.CasesQuery{Found: v.Get("found"), View: v.Get("view"), Incident: v.Get("incident"), Status: v.Get("status"), Class: v.Get("class"),
		Assignee: v.Get("assignee"), Desk: v.Get("desk"), Queue: v.Get("queue"), Age: v.Get("age"), Order: v.Get("order"), Columns: v["columns"]}
	if q.Queue != string(cases.QueueStalled) {
		q.Age = ""
	}
	return q
}

// caseFilter is the filter that an address asks for, not checked yet.
func (p *page) caseFilter(q ui.CasesQuery) cases.Filter {
	f := cases.Filter{Incident: q.Incident, Q: q.Q, Status: cases.Status(q.Status), Class: q.Class, Desk: q.Desk, Limit: pageSize,
		Queue: cases.Queue(q.Queue), Age: q.Age, Order: cases.Order(q.Order),
		Of: cases.Desk{Reader: p.by, Now: p.w.s.Clock(), Deadlines: cases.DeadlinesOf(p.desks, p.ids, p.policies)}}
	if f.Queue != "" && f.Order == cases.ByNumber {
		f.Order = cases.Longest
	}
	if f.Order == cases.ByNumber {
		f.Before = p.cursor()
	} else {
		f.After = p.place()
	}
	switch q.Assignee {
	case "":
	case "me":
		f.Assignee = p.by.ID
	case "none":
		f.Assignee = -1
	default:
		var err error
		if f.Assignee, err = strconv.ParseInt(q.Assignee, 10, 64); err != nil || f.Assignee < 1 {
			p.bad.Add("assignee", "filter_unknown")
		}
	}
	if q.Class == "none" {
		f.Class, f.Origin = "", cases.Inquiry
	}
	return f
}

// cutCases is cut for lists of cases, whose cursor depends on their order.
func cutCases(rows []cases.Row, f cases.Filter) ([]cases.Row, string) {
	rows, next := cut(rows, func(r cases.Row) int64 { return r.Case.ID })
	if next != "" && f.Order != cases.ByNumber {
		next = strconv.FormatInt(f.Queue.Since(rows[len(rows)-1]).UnixMicro(), 10) + "." + next
	}
	return rows, next
}

// place is where a list that goes by a time goes on; zero from the start.
func (p *page) place() cases.Place {
	v := p.QueryParam("cursor")
	if v == "" {
		return cases.Place{}
	}
	at, id, _ := strings.Cut(v, ".")
	micros, err := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	// Past these bounds there is no time that PostgreSQL could hold.
	if err != nil || err2 != nil || n < 1 || micros < 0 || micros >= 1<<53 {
		p.bad.Add("cursor", "cursor_invalid")
		return cases.Place{}
	}
	return cases.Place{At: time.UnixMicro(micros), ID: n}
}

func takeNext(p *page) error {
	c, err := cases.TakeNext(p.ctx, p.w.s, p.by)
	if fault.Is(err, "no_case_waiting") {
		return p.to("/cases?queue=unassigned", "none_waiting")
	}
	if err != nil {
		return err
	}
	return p.to("/cases/"+c.Number(), "case_taken")
}

// showLoad is how much each agent has on the table.
func showLoad(p *page) error {
	p.section("cases")
	loads, err := cases.Loads(p.db, p.w.s.Clock())
	if err != nil {
		return err
	}
	list, err := callbacks.PerPerson(p.db, p.w.s.Clock())
	if err != nil {
		return err
	}
	promised := map[int64]callbacks.Promised{}
	for _, c := range list {
		promised[c.AssigneeID] = c
	}
	shown := ui.CasesLoad{Frame: p.frame}
	for _, l := range loads {
		shown.Rows = append(shown.Rows, ui.AgentLoad{ID: l.StaffID, Name: l.Name.In(i18n.Lang(p.ctx)), Open: l.Open, Callbacks: promised[l.StaffID].Count, Overdue: promised[l.StaffID].Overdue,
			Approval: l.Approval, Stalled: l.Stalled, Oldest: moment(l.Oldest), Left: l.Left})
	}
	return p.render(shown.Page())
}

func (p *page) caseRows(rows []cases.Row) ([]ui.CaseRow, error) {
	deadlines := cases.DeadlinesOf(p.desks, p.ids, p.policies)
	states, err := resets.States(p.db, p.w.s.Clock(), rows...)
	if err != nil {
		return nil, err
	}
	out := make([]ui.CaseRow, len(rows))
	for i, r := range rows {
		login, err := r.PlainLogin(p.w.s.Vault)
		if err != nil {
			return nil, err
		}
		name, err := r.MaskedName(p.w.s.Vault)
		if err != nil {
			return nil, err
		}
		out[i] = ui.CaseRow{Number: r.Number(), Version: r.Version, LoginID: login, Name: name, Class: text(r.Class), Status: string(r.Status), Stalled: r.Case.Stalled(p.w.s.Clock()),
			Identity: states[r.IdentityID], Reimbursement: text(r.ReimbursementState), Assignee: r.AssigneeName.In(i18n.Lang(p.ctx)), ChangedAt: r.ChangedAt, IDName: p.idNameOf(r.IDKindID), Incident: r.Reference, By: r.By}
		if marks := r.Marks(); len(marks) > 0 {
			out[i].PointsOpen = marks[0]
		}
		out[i].Due = caseDue(r, deadlines, p.w.s.Clock())
	}
	return out, nil
}

// nameOthers adds to rows that stand for IDs which other cases these have.
func (p *page) nameOthers(of []cases.Row, rows []ui.CaseRow) error {
	ids := make([]int64, len(of))
	for i, r := range of {
		ids[i] = r.IdentityID
	}
	all, err := cases.OfIDs(p.db, ids)
	for i, r := range of {
		for _, id := range all[r.IdentityID] {
			if id != r.Case.ID {
				rows[i].Others = append(rows[i].Others, cases.Number(id))
			}
		}
	}
	return err
}

// idNameOf is what the ID is called where there are several; else nothing needs to say it.
func (p *page) idNameOf(kind *int16) string {
	i := slices.IndexFunc(p.ids, func(id operators.ID) bool { return kind != nil && id.ID == *kind })
	if len(p.ids) < 2 || i < 0 {
		return ""
	}
	return p.ids[i].Name(i18n.Lang(p.ctx))
}

func caseDue(r cases.Row, by cases.Deadlines, now time.Time) (d ui.CaseDue) {
	if at, ok := by.Of(r); ok {
		d.At, d.Overdue = at, !now.Before(at)
	}
	return d
}

func (p *page) incidentChoices() ([]ui.Choice, error) {
	list, err := incidents.List(p.db)
	return p.choicesOf(list), err
}

// choicesToOpen are the incidents to choose one of: what a form offers first is the newest
// of an ID that the reader's desk serves.
func (p *page) choicesToOpen(list []incidents.Incident) []ui.Choice {
	first := incidents.NewestOf(list, incidents.ServedBy(p.desks, p.ids, p.by.DeskID))
	out := p.choicesOf(list)
	slices.SortStableFunc(out, func(a, b ui.Choice) int {
		switch first.Reference {
		case a.Value:
			return -1
		case b.Value:
			return 1
		}
		return 0
	})
	return out
}

func (p *page) choicesOf(list []incidents.Incident) (out []ui.Choice) {
	for _, i := range list {
		out = append(out, ui.Choice{Value: i.Reference, Label: i.Reference + " " + i.Title(i18n.Lang(p.ctx))})
	}
	return out
}
