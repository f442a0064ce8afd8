package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/jptext"
	"hoten/app/notices"
	"hoten/app/passwords"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/setup"
	"hoten/app/staff"
	"hoten/app/store"
)

// Reference is the demo's incident, example the file that sets it up.
const (
	Reference = "2014-R096"
	example   = "ocn-2014"
)

// Its desks.
const (
	tech  = "tech"
	point = "point"
)

// Deliver sends the mails that are queued, as of the store's clock: a link is good
// for half an hour, and the demo's were used days ago.
type Deliver func(ctx context.Context, s *store.Store, ids []int64) error

// Fill makes the demo on an installation that does not have it; else it does
// nothing. An installation of other people is refused: the demo's password is known to
// everybody. Killed before the cases stand it goes on from there the next time; killed
// later, it leaves less work to look at. The console of its staff speaks lang, but that of
// whom People says to read English.
func Fill(ctx context.Context, s *store.Store, baseURL, lang string, deliver Deliver) error {
	there, err := isThere(store.Read(ctx, s))
	if err != nil || there {
		return err
	}
	p, err := newPlay(ctx, s, baseURL, deliver)
	if err != nil {
		return err
	}
	p.lang = lang
	for _, scene := range []func() error{p.setUp, p.hire, p.deputies, p.answers, p.importFiles, p.notify, p.firstDay, p.post, p.secondDay, p.post, p.lastDay, p.post} {
		if err := scene(); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

// isThere reports whether the demo's cases stand. Staff without the demo's: an error.
func isThere(db *gorm.DB) (there bool, err error) {
	var staffed, hired bool
	err = store.Scan(db, `select exists (select 1 from staff), exists (select 1 from staff where email = $1),
		exists (select 1 from cases c join incidents i on i.id = c.incident_id where i.reference = $2)`, []any{People[0].Email, Reference}, &staffed, &hired, &there)
	if err == nil && staffed && !hired {
		err = errors.New("this data folder or database is somebody's own, which the demo would open to everybody: give the demo another one (--data-dir, --database-url)")
	}
	return there, err
}

// Welcome lists all accounts of the demo, with their password, for its sign-in page.
func Welcome() (list []staff.New) {
	for _, a := range People {
		list = append(list, staff.New{Email: a.Email, Name: a.Name, NameEn: a.NameEn, Role: a.Role, Password: Password})
	}
	return list
}

// SignIns lists the accounts of the demo that anybody can sign in to: not disabled,
// and with the password that is known to everybody.
func SignIns(ctx context.Context, s *store.Store) (emails []string, err error) {
	for _, p := range People {
		account, err := staff.ByEmail(store.Read(ctx, s), p.Email)
		switch {
		case fault.Of(err, fault.NotFound):
		case err != nil:
			return nil, err
		case account.DisabledAt == nil && passwords.Match(account.PasswordHash, Password):
			emails = append(emails, p.Email)
		}
	}
	return emails, nil
}

// play is the demo's work on its way.
type play struct {
	ctx     context.Context
	s       *store.Store
	file    *setup.File
	days    []jptext.Date
	now     time.Time // when the demo is made
	clock   time.Time
	baseURL string
	lang    string // of the console of the staff; empty: as People has it
	deliver Deliver
	people  map[string]access.Actor
	rows    []cases.Row // by number, the first first
	next    int
	// promised are the callbacks in the order of their promises.
	promised []int64
}

func newPlay(ctx context.Context, s *store.Store, baseURL string, deliver Deliver) (*play, error) {
	file, err := setup.ReadExample(example)
	if err != nil {
		return nil, err
	}
	now := s.Clock()
	p := &play{ctx: ctx, baseURL: baseURL, deliver: deliver, people: map[string]access.Actor{}, now: now, file: file, days: workingDays(now, file.Rules())}
	p.begin(0)
	clone := *s
	clone.Clock = func() time.Time { return p.clock }
	p.s = &clone
	return p, nil
}

func (p *play) pass(d time.Duration) { p.clock = p.clock.Add(d) }

// begin is the morning of one of the days.
func (p *play) begin(day int) { p.clock = p.days[day].At(opens) }

func (p *play) hire() error {
	for _, a := range People {
		language := a.Language
		if language == "ja" {
			language = cmp.Or(p.lang, language)
		}
		hired, err := staff.ByEmail(store.Read(p.ctx, p.s), a.Email)
		if err == nil {
			p.people[a.Email] = hired.Actor("console")
			continue
		}
		if !fault.Of(err, fault.NotFound) {
			return err
		}
		added, err := staff.Add(p.ctx, p.s, access.System("demo"), staff.New{Email: a.Email, Name: a.Name, NameEn: a.NameEn, Role: a.Role, Desk: a.Desk, Language: language, Password: Password})
		if err != nil {
			return err
		}
		p.people[a.Email] = added.Staff.Actor("console")
	}
	return nil
}

func (p *play) who(name string) access.Actor { return p.people[name+"@hoten.example"] }

// setUp sets the installation up as the release says.
func (p *play) setUp() error {
	_, err := setup.Apply(p.ctx, p.s, access.System("demo"), p.file, "報道発表 "+Reference)
	return err
}

// deputies names who decides when nobody else does in time.
func (p *play) deputies() error {
	kept, err := policies.Latest(store.Read(p.ctx, p.s))
	if err != nil || kept.SetBy != nil {
		return err
	}
	kept.Substitutes = map[string]int64{policies.Center: p.who("manager").ID, point: p.who("sv2").ID}
	return policies.Set(p.ctx, p.s, p.who("manager"), kept.Version, kept.Policies, "承認の代行者を定める。")
}

func (p *play) importFiles() error {
	folder, err := os.MkdirTemp("", "hoten-demo-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	affected, movements := filepath.Join(folder, "affected.csv"), filepath.Join(folder, "movements.csv")
	if err := errors.Join(writeFile(affected, Affected), writeFile(movements, Movements)); err != nil {
		return err
	}
	i, err := imports.FromFiles(p.ctx, p.s, p.who("manager"), Reference, affected, movements, false, nil)
	if err != nil {
		return err
	}
	if i.State != imports.Done || i.Rejected > 0 {
		return fmt.Errorf("the import of the demo's files ended as %s with %d rows refused", i.State, i.Rejected)
	}
	p.rows, _, err = cases.Find(store.Read(p.ctx, p.s), p.s.Vault, cases.Filter{Incident: Reference, Limit: IDs})
	for i, j := 0, len(p.rows)-1; i < j; i, j = i+1, j-1 {
		p.rows[i], p.rows[j] = p.rows[j], p.rows[i]
	}
	return err
}

// notify sends the restriction notices in the course of the first hour.
func (p *play) notify() error {
	p.pass(20 * time.Minute)
	if _, err := resets.NotifyAll(p.ctx, p.s, p.who("manager"), Reference); err != nil {
		return err
	}
	p.pass(5 * time.Minute)
	return p.post()
}

// post has what is queued delivered: mails leave on the day on which they were written.
func (p *play) post() error {
	var reads store.Reads
	queued := store.AskValues[int64](&reads, "select id from mails where state = $1 order by id", notices.Queued)
	if err := reads.Run(store.Read(p.ctx, p.s)); err != nil {
		return err
	}
	return p.deliver(p.ctx, p.s, *queued)
}

// propose has an agent propose for the next n cases that have a plan, and returns
// the proposals.
func (p *play) propose(by string, n int) ([]int64, error) {
	var ids []int64
	for ; p.next < len(p.rows) && len(ids) < n; p.next++ {
		if class := p.rows[p.next].Class; class != nil && *class != "D" {
			ids = append(ids, p.rows[p.next].Case.ID)
		}
	}
	if _, err := reimbursements.ProposeMany(p.ctx, p.s, p.who(by), ids); err != nil {
		return nil, err
	}
	rows, err := reimbursements.Find(store.Read(p.ctx, p.s), reimbursements.Filter{Incident: Reference, State: reimbursements.Submitted, Limit: 2000})
	made := make([]int64, 0, len(ids))
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].ProposerID == p.who(by).ID && rows[i].SubmittedAt.Equal(p.clock.UTC()) {
			made = append(made, rows[i].Reimbursement.ID)
		}
	}
	return made, err
}

func writeFile(path string, write func(to io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
