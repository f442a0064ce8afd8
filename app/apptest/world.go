package apptest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/policies"
	"hoten/app/staff"
	"hoten/app/store"
)

// Reference is the incident of every World.
const Reference = "2014-R096"

// The first lines of the files that Import takes.
const (
	AffectedHeader = "login_id,name,name_kana,birth_date,phone,email,email_registered_on,postal_code,address,customer_number,language," +
		"balance_pointtalk,balance_goo,restricted_at\n"
	MovementsHeader = "movement_id,login_id,occurred_at,kind,from_program,to_program,partner,points,points_received,refers_to,fraud\n"
)

// World is a store with the incident and people to act in it.
type World struct {
	*store.Store
	T     testing.TB
	Clock *Clock
	Ctx   context.Context

	Incident                               *incidents.Incident
	Agent, Agent2, Supervisor, Supervisor2 access.Actor
	Manager, Administrator, Auditor        access.Actor

	address string
}

// NewWorld makes a World on a fresh database: a copy of one that was populated once.
func NewWorld(t testing.TB) *World {
	t.Helper()
	w := *populated(t)
	incident := *w.Incident
	w.T, w.Incident, w.Clock, w.address = t, &incident, &Clock{now: Start}, CopyOf(t, w.address)
	w.Store = Open(t, w.address, w.Clock.Now)
	return &w
}

// populated is the World, with its store closed, that those of this test program are
// copied from.
func populated(t testing.TB) *World {
	t.Helper()
	first.Do(func() {
		address, clock := DatabaseURL(untilTheEnd{t}), &Clock{now: Start}
		s := open(t, address, clock.Now)
		defer s.Close()
		w := Populate(t, s, clock)
		w.address, first.world = address, w
	})
	if first.world == nil {
		t.Fatal("the World to copy was not made")
	}
	return first.world
}

var first struct {
	sync.Once
	world *World
}

// Address is that of the database's owner.
func (w *World) Address() string { return w.address }

// Populate puts desks, people and the incident into an empty store.
func Populate(t testing.TB, s *store.Store, clock *Clock) *World {
	t.Helper()
	w := &World{Store: s, T: t, Clock: clock, Ctx: context.Background()}
	SetUp(t, s)
	for _, p := range []struct {
		to    *access.Actor
		email string
		name  string
		role  access.Role
		desk  string
	}{
		{&w.Agent, "agent@hoten.example", "佐藤 葵", access.Agent, Tech},
		{&w.Agent2, "agent2@hoten.example", "鈴木 蓮", access.Agent, Point},
		{&w.Supervisor, "supervisor@hoten.example", "高橋 翔", access.Supervisor, Tech},
		{&w.Supervisor2, "supervisor2@hoten.example", "田中 結衣", access.Supervisor, Point},
		{&w.Manager, "manager@hoten.example", "渡辺 直樹", access.CenterManager, ""},
		{&w.Administrator, "admin@hoten.example", "伊藤 明", access.Administrator, ""},
		{&w.Auditor, "auditor@hoten.example", "中村 泉", access.Auditor, ""},
	} {
		added, err := staff.Add(w.Ctx, s, access.System("test"), staff.New{Email: p.email, Name: p.name, Role: p.role, Desk: p.desk})
		if err != nil {
			t.Fatal(err)
		}
		*p.to = added.Staff.Actor("console")
	}
	day := func(month time.Month, day int) jptext.Date { return jptext.Date{Year: 2014, Month: month, Day: day} }
	var err error
	w.Incident, err = incidents.Create(w.Ctx, s, w.Manager, incidents.New{Reference: Reference, TitleJa: "なりすましによるポイント不正利用",
		TitleEn: "Points misused through stolen OCN IDs", PeriodFrom: day(time.July, 11), PeriodTo: day(time.July, 28), DetectedOn: day(time.July, 28),
		Bearers: map[string]string{"pointtalk": "", "goo": ""}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Sample is the path of a file of the synthetic incident in testdata/sample, whose
// right outcome is in its expected.json (docs/domain.md section 2).
func Sample(name string) string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "testdata", "sample", name)
}

// SetPolicies puts changed policies in force.
func (w *World) SetPolicies(change func(*policies.Policies)) {
	w.T.Helper()
	p, err := policies.Current(store.Read(w.Ctx, w.Store))
	if err != nil {
		w.T.Fatal(err)
	}
	change(&p)
	if err := policies.Set(w.Ctx, w.Store, w.Manager, w.PolicyVersion(), p, "test"); err != nil {
		w.T.Fatal(err)
	}
}

// PolicyVersion is the version of the policies in force.
func (w *World) PolicyVersion() int64 {
	w.T.Helper()
	kept, err := policies.Latest(store.Read(w.Ctx, w.Store))
	if err != nil {
		w.T.Fatal(err)
	}
	return kept.Version
}

// Import imports CSV text (an empty one is an absent file) and fails the test
// when the import fails.
func (w *World) Import(affected, movements string) *imports.Import {
	w.T.Helper()
	return w.ImportInto(Reference, affected, movements)
}

// ImportInto is Import into the incident with that reference.
func (w *World) ImportInto(reference, affected, movements string) *imports.Import {
	w.T.Helper()
	file := func(name, content string) string {
		if content == "" {
			return ""
		}
		path := filepath.Join(w.T.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			w.T.Fatal(err)
		}
		return path
	}
	i, err := imports.FromFiles(w.Ctx, w.Store, w.Manager, reference, file("affected.csv", affected), file("movements.csv", movements), false, nil)
	if err != nil {
		w.T.Fatal(err)
	}
	return i
}

// Case finds the case of a login ID.
func (w *World) Case(login string) *cases.Case {
	w.T.Helper()
	rows, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Q: login, Limit: 2})
	if err != nil || len(rows) != 1 {
		w.T.Fatalf("case of %s: %d found, %v", login, len(rows), err)
	}
	return &rows[0].Case
}

// ID is the record of a login ID.
func (w *World) ID(login string) *members.Identity {
	w.T.Helper()
	of, err := members.ByLogin(store.Read(w.Ctx, w.Store), w.Vault, login)
	if err != nil || len(of) != 1 {
		w.T.Fatalf("%d IDs called %s: %v", len(of), login, err)
	}
	return &of[0]
}

// ProvedAt is when the contact of the kind that a member has now was last proved; zero: never.
func (w *World) ProvedAt(login, kind string) (at time.Time) {
	w.T.Helper()
	contacts, err := members.Contacts(store.Read(w.Ctx, w.Store), *w.ID(login).MemberID)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, k := range contacts {
		if k.Kind == kind && k.ProvedAt != nil {
			at = *k.ProvedAt
		}
	}
	return at
}

// Call begins a call of the member about a case and answers items: pairs of item
// and what the caller says.
func (w *World) Call(by access.Actor, caseID int64, said ...string) *cases.Call {
	w.T.Helper()
	call, err := cases.StartCall(w.Ctx, w.Store, by, caseID, cases.NewCall{Direction: "inbound", Relation: cases.Self})
	for i := 0; err == nil && i < len(said); i += 2 {
		var a cases.Answered
		a, err = cases.Answer(w.Ctx, w.Store, by, call.ID, said[i], said[i+1], true)
		call = a.Call
	}
	if err != nil {
		w.T.Fatal(err)
	}
	return call
}

// Verified is Call of somebody who also reads out the code that is mailed to them.
func (w *World) Verified(by access.Actor, caseID int64, said ...string) *cases.Call {
	w.T.Helper()
	call := w.Call(by, caseID, said...)
	_, err := cases.SendCode(w.Ctx, w.Store, by, call.ID)
	if err != nil {
		w.T.Fatal(err)
	}
	checked, err := cases.CheckCode(w.Ctx, w.Store, by, call.ID, w.Secret(caseID))
	if err != nil || checked.Call.Level != 2 {
		w.T.Fatalf("%+v %v", checked.Call, err)
	}
	return checked.Call
}

// ByKnowledge lets answers alone lead to level 2, as a policy may.
func (w *World) ByKnowledge() *World {
	w.SetPolicies(func(p *policies.Policies) { p.Verification.Level2ByKnowledge = true })
	return w
}

// Secret is the code or the link in the newest mail about a case.
func (w *World) Secret(caseID int64) string {
	w.T.Helper()
	m, err := store.Find[notices.Mail](store.Read(w.Ctx, w.Store).Order("id desc").Limit(1), "case_id = ? and secret is not null", caseID)
	if err != nil {
		w.T.Fatal(err)
	}
	plain, err := w.Vault.Unseal("mails", "secret", m.ID, m.Secret)
	if err != nil {
		w.T.Fatal(err)
	}
	return plain
}

// Losses writes the operator's files for n IDs that each lost points, sent away and
// exchanged, above the threshold of two approvals. The i-th logs in as LossLogin(i).
func Losses(n int) (affected, movements string) {
	a, m := strings.Builder{}, strings.Builder{}
	a.WriteString(AffectedHeader)
	m.WriteString(MovementsHeader)
	for i := range n {
		fmt.Fprintf(&a, "%s,山田 太郎,ヤマダ タロウ,1970-01-02,090-0000-0001,c%d@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N%09d,ja,100,50,2014-07-29 15:00:00\n", LossLogin(i), i, i+1)
		fmt.Fprintf(&m, "T%d,%s,2014-07-20 01:00:00,transfer,pointtalk,goo,,40000,8000,,suspected\n", i, LossLogin(i))
		fmt.Fprintf(&m, "E%d,%s,2014-07-20 02:00:00,exchange,goo,,gift-code,8000,,,confirmed\n", i, LossLogin(i))
	}
	return a.String(), m.String()
}

// LossLogin is the login ID of the i-th of Losses.
func LossLogin(i int) string { return fmt.Sprintf("m%05d@ocn.example", i) }

// LossSays is what the member of LossLogin(i) says to be verified to level 2.
func LossSays(i int) []string {
	return []string{cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-01-02", cases.ItemAddress, "東京都千代田区千代田1-1", cases.ItemCustomerNumber, fmt.Sprintf("N%09d", i+1)}
}

// Number runs SQL that yields one number.
func (w *World) Number(query string, args ...any) (n int64) {
	w.T.Helper()
	if err := w.Pool.QueryRow(w.Ctx, query, args...).Scan(&n); err != nil {
		w.T.Fatal(err)
	}
	return n
}
