package reimbursements_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/points/simulator"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// idModel is a few IDs that two incidents hit: what is true of each, and what of it has
// been imported so far.
type idModel struct {
	*apptest.World
	ids     []*hitID
	outside *simulator.System // both programs live there; nil: in hoten
}

// hitID is one ID. Before is its balance before the incidents in each program.
type hitID struct {
	login     string
	before    map[string]int64
	known     map[string]bool
	movements []*hitMovement
}

// hitMovement is a transfer or exchange of an ID in one of the incidents, and what its
// cancellation gives back (0: none).
type hitMovement struct {
	id, incident, kind string
	points, received   int64
	back               int64
	late               bool // after the freeze
	imported, returned bool
	finding            string
}

// frozen is the balance when the ID was restricted: transfers and exchanges of before have
// happened, whether they were imported or not.
func (h *hitID) frozen(program string) int64 {
	n := h.before[program]
	for _, m := range h.movements {
		if !m.late {
			n += m.moved(program)
		}
	}
	return n
}

// moved is what a movement did to a balance, without its cancellation, which is dated after
// the freeze.
func (m *hitMovement) moved(program string) int64 {
	switch {
	case m.kind == incidents.Transfer && program == "pointtalk":
		return -m.points
	case m.kind == incidents.Transfer:
		return m.received
	case program == "goo":
		return -m.points
	}
	return 0
}

// whole is the balance without what is found to be fraudulent, as far as it is known;
// below zero is what the operator bears.
func (h *hitID) whole(program string) int64 {
	n := h.frozen(program)
	for _, m := range h.movements {
		if m.returned && program == "goo" {
			n += m.back
		}
		if m.imported && m.late {
			n += m.moved(program)
		}
		if !m.imported || m.finding == incidents.Own {
			continue
		}
		if n -= m.moved(program); m.returned && program == "goo" {
			n -= m.back
		}
	}
	return n
}

func drawHit(t *rapid.T, login, prefix string) *hitID {
	h := &hitID{login: login, before: map[string]int64{}, known: map[string]bool{}}
	for n := range rapid.IntRange(1, 4).Draw(t, "movements") {
		m := &hitMovement{id: fmt.Sprintf("%s-%d", prefix, n), incident: rapid.SampledFrom([]string{apptest.Reference, second}).Draw(t, "incident"),
			kind: rapid.SampledFrom([]string{incidents.Transfer, incidents.Exchange}).Draw(t, "kind"), points: rapid.Int64Range(1, 4000).Draw(t, "points"), finding: incidents.Suspected,
			late: rapid.Bool().Draw(t, "late")}
		if m.received = m.points; m.kind == incidents.Transfer {
			m.received = rapid.Int64Range(1, 900).Draw(t, "received")
		} else if rapid.Bool().Draw(t, "cancelled") {
			m.back = rapid.Int64Range(1, m.points).Draw(t, "back")
		}
		h.movements = append(h.movements, m)
	}
	for _, program := range []string{"pointtalk", "goo"} {
		left := int64(0) // no more than there was
		for _, m := range h.movements {
			if m.late {
				left -= min(0, m.moved(program))
			}
		}
		h.before[program] = max(0, left-h.frozen(program)) + rapid.Int64Range(0, 300).Draw(t, "before")
		h.known[program] = rapid.Bool().Draw(t, "known")
	}
	return h
}

// Two incidents over the same IDs, movements and cancellations that arrive in any order,
// balances that are stated later, findings that change before and after posting: once
// all that is known was posted, each ID has what it had without the fraud, and the
// operator bears what is missing once.
func TestModelOfIDsOfTwoIncidents(t *testing.T) {
	apptest.Rapidly(t, "8", "20")
	w := apptest.NewWorld(t)
	twice(w)
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		m := &idModel{World: w}
		m.draw(r, fmt.Sprint("r", run))
		r.Repeat(map[string]func(*rapid.T){
			"movement": m.movement, "movement2": m.movement, "cancellation": m.cancellation, "balance": m.balance, "finding": m.finding,
			"settle": m.settleOne, "settle2": m.settleOne, "": m.check,
		})
		m.finish(r)
	})
}

// draw makes the IDs, whose logins begin with the prefix, and imports them without movements.
func (m *idModel) draw(t *rapid.T, prefix string) {
	for n := range 2 {
		h := drawHit(t, fmt.Sprintf("%s-%d@ocn.example", prefix, n), fmt.Sprintf("%s-%d", strings.ToUpper(prefix), n))
		m.ids = append(m.ids, h)
		row := "login_id,name,balance_pointtalk,balance_goo,restricted_at\n" + h.login + ",山田 太郎" + h.cell("pointtalk") + h.cell("goo") + ",2014-07-28 10:00\n"
		for _, reference := range []string{apptest.Reference, second} {
			if i := m.ImportInto(reference, row, ""); i.Rejected != 0 {
				t.Fatalf("%+v", i)
			}
		}
	}
}

// cell is a balance in a file: empty while it is not known.
func (h *hitID) cell(program string) string {
	if !h.known[program] {
		return ","
	}
	return fmt.Sprint(",", h.frozen(program))
}

func (m *idModel) id(t *rapid.T) *hitID { return rapid.SampledFrom(m.ids).Draw(t, "id") }

func (m *idModel) anyMovement(t *rapid.T) (*hitID, *hitMovement) {
	h := m.id(t)
	return h, rapid.SampledFrom(h.movements).Draw(t, "movement")
}

func (m *idModel) movement(t *rapid.T) {
	h, one := m.anyMovement(t)
	to := "goo,,exchanged"
	if one.kind == incidents.Transfer {
		to = "pointtalk,goo,"
	}
	day := "2014-07-20 0"
	if one.late {
		day = "2014-07-28 2"
	}
	line := fmt.Sprintf("%s,%s,%s%s:00,%s,%s,%d,%d,,suspected", one.id, h.login, day, one.id[len(one.id)-1:], one.kind, to, one.points, one.received)
	if i := m.ImportInto(one.incident, "", movements(line)); i.Rejected != 0 || one.imported && i.Accepted != 0 {
		t.Fatalf("%s: %+v", line, i)
	}
	one.imported = true
}

func (m *idModel) cancellation(t *rapid.T) {
	h, one := m.anyMovement(t)
	if one.back == 0 {
		return
	}
	in := rapid.SampledFrom([]string{apptest.Reference, second}).Draw(t, "in")
	if one.returned {
		in = one.incident // the same line in the other incident's file is told as belonging elsewhere
	}
	i := m.ImportInto(in, "", movements(fmt.Sprintf("%s-C,%s,2014-08-01 10:00,cancel,,goo,,%d,,%s,none", one.id, h.login, one.back, one.id)))
	if (i.Rejected == 0) != (one.imported) && !one.returned {
		t.Fatalf("%+v of %+v", i, one)
	}
	one.returned = one.returned || i.Accepted > 0
	// One more point than is left never comes in.
	more := movements(fmt.Sprintf("%s-M,%s,2014-08-01 10:00,cancel,,goo,,%d,,%s,none", one.id, h.login, one.points+1, one.id))
	if i := m.ImportInto(one.incident, "", more); i.Accepted != 0 {
		t.Fatalf("%+v", i)
	}
}

func (m *idModel) balance(t *rapid.T) {
	h := m.id(t)
	program := rapid.SampledFrom([]string{"pointtalk", "goo"}).Draw(t, "program")
	i := m.Import(fmt.Sprintf("login_id,balance_%s\n%s,%d\n", program, h.login, h.frozen(program)), "")
	if i.Rejected != 0 || h.known[program] && i.Accepted != 0 || !h.known[program] && i.Accepted != 1 {
		t.Fatalf("%+v", i)
	}
	h.known[program] = true
}

func (m *idModel) finding(t *rapid.T) {
	h, one := m.anyMovement(t)
	if !one.imported {
		return
	}
	to := rapid.SampledFrom([]string{incidents.Own, incidents.Suspected, incidents.Confirmed}).Draw(t, "to")
	by := rapid.SampledFrom([]access.Actor{m.Supervisor, m.Supervisor2}).Draw(t, "by")
	if _, err := reimbursements.DecideFinding(m.Ctx, m.Store, by, caseIn(m.World, one.incident, h.login).ID, one.id, to, "会員に確認"); err != nil {
		t.Fatal(err)
	}
	one.finding = to
}

// settleOne proposes for a case and has it approved by whoever may.
func (m *idModel) settleOne(t *rapid.T) {
	m.settle(t, caseIn(m.World, rapid.SampledFrom([]string{apptest.Reference, second}).Draw(t, "incident"), m.id(t).login))
}

func (m *idModel) settle(t *rapid.T, c *cases.Case) {
	r, err := reimbursements.Propose(m.Ctx, m.Store, m.Agent, c.ID, "")
	if fault.Is(err, "plan_empty") || fault.Is(err, "balance_unknown") || fault.Is(err, "no_approver") || m.outside != nil && fault.Is(err, "points_under_way") {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.approve(t, r.ID)
}

// approve has a proposal approved by whoever may, and sends what it moves outside, once.
func (m *idModel) approve(t *rapid.T, id int64) {
	for _, by := range []access.Actor{m.Supervisor, m.Supervisor2, m.Manager} {
		if _, err := reimbursements.Approve(m.Ctx, m.Store, by, id); err != nil && !fault.Is(err, "self_approval") && !fault.Is(err, "already_decided") {
			t.Fatal(err)
		}
	}
	if m.outside != nil {
		m.send(t)
	}
	if now, err := reimbursements.ByID(store.Read(m.Ctx, m.Store), id); err != nil || now.State != reimbursements.Posted && (m.outside == nil || now.State != reimbursements.Approved) {
		t.Fatalf("%+v %v", now, err)
	}
}

func (m *idModel) check(t *rapid.T) {
	books(t, m.World)
	for _, h := range m.ids {
		c := caseIn(m.World, apptest.Reference, h.login)
		got := balancesOf(t, m.World, c)
		for _, program := range []string{"pointtalk", "goo"} {
			points, is := got[program]
			if is != h.known[program] {
				t.Fatalf("%s %s: known %v, want %v", h.login, program, is, h.known[program])
			}
			if bears := m.bears(c.IdentityID, program); min(points, bears) != 0 && !h.later() || bears < 0 {
				t.Fatalf("%s %s: %d points while %d are borne", h.login, program, points, bears)
			}
		}
	}
}

// later reports whether something came that is dated after the freeze, which may make up for
// what is borne until the next plan says so.
func (h *hitID) later() bool {
	return slices.ContainsFunc(h.movements, func(m *hitMovement) bool { return m.returned || m.imported && m.late })
}

// bears is what the operator bears for an ID in a program.
func (m *idModel) bears(identity int64, program string) int64 {
	return m.Number(`select coalesce(sum(l.points), 0) from reimbursements r join cases c on c.id = r.case_id join reimbursement_lines l on l.reimbursement_id = r.id
		join programs p on p.id = l.program_id where r.transfer_id is not null and l.kind = 'absorb' and c.identity_id = $1 and p.code = $2`, identity, program)
}

// finish states what is unknown and settles everything.
func (m *idModel) finish(t *rapid.T) {
	for _, h := range m.ids {
		for program := range h.before {
			if !h.known[program] {
				m.Import(fmt.Sprintf("login_id,balance_%s\n%s,%d\n", program, h.login, h.frozen(program)), "")
				h.known[program] = true
			}
		}
		of := []*cases.Case{caseIn(m.World, apptest.Reference, h.login), caseIn(m.World, second, h.login)}
		if rapid.Bool().Draw(t, "the second first") {
			of[0], of[1] = of[1], of[0]
		}
		for _, c := range of {
			m.settle(t, c)
		}
		if m.outside != nil {
			m.sendAll(t)
			m.checkOutside(t, of[0], h.login)
		}
		for _, c := range of {
			if lines, _ := planOf(m.T, m.World, c); len(lines) != 0 {
				t.Fatalf("left: %v", lines)
			}
		}
		got := balancesOf(t, m.World, of[0])
		for program, points := range got {
			if want := h.whole(program); points != max(0, want) || m.bears(of[0].IdentityID, program) != max(0, -want) {
				t.Fatalf("%s %s: %d points and %d borne, whole is %d\n%s", h.login, program, points, m.bears(of[0].IdentityID, program), want, h)
			}
		}
	}
}

func (h *hitID) String() string {
	var b strings.Builder
	for _, m := range h.movements {
		fmt.Fprintf(&b, "%+v\n", *m)
	}
	return b.String()
}
