package web

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/ui"
)

// completed is what a browser remembers of the reset that it sent, sealed in a
// cookie: the page that says so can be reloaded, and the form that is sent twice
// leads to it once more.
type completed struct {
	Link     string // keyed hash of the token
	At       time.Time
	OneTime  bool
	Language string
	Incident int64
	Order    int64 // to the ID's directory, which had not answered then; 0: it resumed
}

// completedCookie is kept for completedLife.
const (
	completedCookie = "reset_done"
	completedLife   = time.Hour
)

func (p *page) linkKey() string {
	return hex.EncodeToString(p.w.s.Vault.Blind("reset_link", p.Param("token")))
}

func (p *page) keepCompleted(c completed) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	p.keepCookie(completedCookie, base64.RawURLEncoding.EncodeToString(p.w.s.Vault.Seal("cookies", completedCookie, 0, string(b))), completedLife)
	return nil
}

// completed is what the browser remembers; nil for nothing, or nothing of ours.
func (p *page) completed() *completed {
	kept, err := p.Cookie(completedCookie)
	if err != nil {
		return nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(kept.Value)
	if err != nil || len(sealed) == 0 {
		return nil
	}
	plain, err := p.w.s.Vault.Unseal("cookies", completedCookie, 0, sealed)
	if err != nil {
		return nil
	}
	var c completed
	if json.Unmarshal([]byte(plain), &c) != nil || p.w.s.Clock().Sub(c.At) > completedLife {
		return nil
	}
	return &c
}

// sentAgain leads the browser that used the link before to what came of it; to
// everybody else the link is one that does not work.
func (p *page) sentAgain(err error) error {
	if fault.Of(err, fault.NotFound) {
		if c := p.completed(); c != nil && c.Link == p.linkKey() {
			return p.Redirect(http.StatusSeeOther, "/reset/done")
		}
	}
	return p.resetGone(err)
}

func showResetDone(p *page) error {
	c := p.completed()
	if c == nil {
		return p.resetGone(fault.Missing())
	}
	p.speak(c.Language)
	if c.Order != 0 {
		o, err := directories.OrderByID(p.db, c.Order)
		if err != nil {
			return err
		}
		if o.State != directories.Completed {
			return p.resetPending(c.Incident, !o.Unsettled())
		}
		c.At = *o.SettledAt
	}
	env, states, err := p.memberDesks(c.Incident)
	if err != nil {
		return err
	}
	return p.render(ui.ResetsDone{Frame: p.frame, ResumedAt: c.At, OTP: c.OneTime, PointPassword: env.PointPassword, Desks: states}.Page())
}

// resetPending tells a member that their password is on its way to where their ID lives, or
// that it could not be set there.
func (p *page) resetPending(incident int64, failed bool) error {
	_, states, err := p.memberDesks(incident)
	if err != nil {
		return err
	}
	if failed {
		p.status = http.StatusConflict
	}
	return p.render(ui.ResetsPending{Frame: p.frame, Failed: failed, Desks: states}.Page())
}
