package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hoten/app/forms"
)

// How long a form is known again. The forms of a page have its mark (ui.csrf);
// one without was not made by the console's pages, and only what creates something is then
// taken for the same, for as long as somebody may click twice.
const (
	marked   = 24 * time.Hour
	unmarked = time.Minute
)

// creates reports whether a route makes something new each time.
func (r Route) creates() bool {
	for _, end := range []string{"/notes", "/calls", "/adjustments", "/callbacks", "/attempts"} {
		if strings.HasSuffix(r.Path, end) {
			return true
		}
	}
	return false
}

// onlyOnce lets a form change something once: sent again, as by a double click or
// going back, it leads to where the first led. A form that was refused changed
// nothing, and may be sent again.
func (p *page) onlyOnce(r Route) error {
	sent := p.Request().PostForm
	form := forms.Form{Life: marked}
	if !sent.Has("mark") {
		form.Life = unmarked
	}
	if p.account == nil || p.Request().Method != http.MethodPost || !sent.Has("mark") && !r.creates() {
		return r.handle(p)
	}
	same := sent.Encode()
	if drawn := sent.Get("step"); drawn != "" {
		same = "step " + drawn // once confirmed a step is done, whatever else its form holds
	}
	what, err := json.Marshal([]any{p.by.ID, p.Request().URL.RequestURI(), same})
	if err != nil {
		return err
	}
	form.ID = p.w.s.Vault.Blind("sent_form", string(what))
	ran := false
	_, err, _ = p.w.sending.Do(string(form.ID), func() (any, error) {
		ran = true
		if known, err := p.sentBefore(&form); known || err != nil {
			return nil, err
		}
		return nil, p.send(r, &form)
	})
	switch {
	case !ran:
		return p.onlyOnce(r) // the same form was under way, and has ended now
	case errors.Is(err, forms.ErrSentBefore): // to another program on this database
		_, err = p.sentBefore(&form)
	}
	return err
}

// sentBefore leads to where a form led that is known, or back to the page that it stands on,
// which says so, where it was answered with a page.
func (p *page) sentBefore(form *forms.Form) (bool, error) {
	known, to, err := form.Known(p.db, p.w.s.Clock())
	if err != nil || !known {
		return false, err
	}
	if to != "" {
		return true, p.Redirect(http.StatusSeeOther, to)
	}
	if from, err := url.Parse(p.Request().Referer()); err == nil {
		to = local(from.RequestURI())
	}
	return true, p.to(cmp.Or(to, "/"), "sent_before")
}

// send handles the form and remembers that it was sent.
func (p *page) send(r Route, form *forms.Form) error {
	p.ctx = form.Remember(p.ctx)
	p.SetRequest(p.Request().WithContext(p.ctx))
	if err := r.handle(p); err != nil {
		return err
	}
	if to := p.Response().Header().Get("Location"); to != "" {
		return form.Led(p.ctx, p.w.s, to)
	}
	return nil
}
