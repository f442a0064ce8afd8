package points

import (
	"context"
	"strings"
	"time"

	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
)

// Done is a movement as the statement of a point system has it.
type Done struct {
	Key       string // that it was asked for under; empty: under none of ours
	Account   string
	Program   string
	Points    int64
	Reference string
	At        time.Time
}

// Part is a part of a statement.
type Part struct {
	Done []Done
	Next string // where the next part begins; empty: this was the last
}

// Stater is a System that tells what was done there for hoten on a day.
type Stater interface {
	// Statement reads the part of the day's statement that begins at after; empty: the first.
	// *outside.Unready: it can be asked for again later.
	Statement(ctx context.Context, day jptext.Date, after string) (Part, error)
}

// StatementHour is the setting that says from which hour on, in Japan, a system is asked each
// day for the statement of the day before; empty: it is not asked.
const StatementHour = "statement_hour"

// Stater opens the connection to ask it for statements; nil: its kind has none.
func (c Connection) Stater(v *vault.Vault) (Stater, error) {
	system, err := systems.Open(v, c.System)
	if err != nil {
		return nil, err
	}
	s, _ := system.(Stater)
	return s, nil
}

// accountSetting is the setting of how accounts are made from IDs, and loginIn what stands for
// the ID in it.
const (
	accountSetting = "account"
	loginIn        = "{login}"
)

// Login is the ID whose account it is; false: no account of the system's is called so.
func (c Connection) Login(account string) (string, bool) {
	form, set := c.Set()[accountSetting]
	if !set || form == "" {
		form = loginIn
	}
	before, after, _ := strings.Cut(form, loginIn)
	login, begins := strings.CutPrefix(account, before)
	login, ends := strings.CutSuffix(login, after)
	return login, begins && ends && login != ""
}

// learn is told of every leg that is settled, in its transaction.
var learn []func(tx *store.Tx, l Leg)

// WhenSettled has fn told of every leg that is settled, in its transaction.
func WhenSettled(fn func(tx *store.Tx, l Leg)) { learn = append(learn, fn) }
