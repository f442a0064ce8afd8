package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

// handler opens a page for whoever may: public pages for all, the others for
// staff with a session and the route's permission.
func (w *Web) handler(r Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		p := &page{Context: c, w: w, ctx: ctx, db: store.Read(ctx, w.s)}
		account, err := w.signedIn(ctx, !unnoticed[r.Path])
		if err != nil {
			return err
		}
		p.greet(account)
		if account == nil && r.Permission != Public {
			return p.toSignin()
		}
		if c.Request().Method == http.MethodPost && !publicForm(r) {
			if err := p.checkCSRF(r); err != nil {
				return err
			}
		}
		if err := p.checkText(); err != nil {
			return err
		}
		if account != nil {
			if r.Permission != Public && r.Permission != SignedIn {
				if err := p.by.Require(r.Permission); err != nil {
					return audit.Refused(c.Request().Context(), w.s, store.Attempt{By: p.by, Verb: "request", Subject: r.Method + " " + r.Path}, err)
				}
			}
			if !unnoticed[r.Path] {
				if err := p.surround(); err != nil {
					return err
				}
			}
		}
		return r.handle(p)
	}
}

// checkText refuses what no row can hold. No browser sends it by itself.
func (p *page) checkText() error {
	values := [][]string{p.ParamValues()}
	for _, form := range []url.Values{p.QueryParams(), p.Request().PostForm} {
		for name, v := range form {
			values = append(values, []string{name}, v)
		}
	}
	for _, list := range values {
		for _, v := range list {
			if !store.Storable(v) {
				return fault.New(fault.Invalid, "undecodable")
			}
		}
	}
	return nil
}

// publicForm is a form whose own secret is its protection: it comes from a mail,
// and there is no session to abuse.
func publicForm(r Route) bool {
	return strings.HasPrefix(r.Path, "/reset/") || strings.HasPrefix(r.Path, "/enrol/")
}

// signedIn is who the session belongs to; nil without one, after too long
// without a request, or when the account was disabled.
func (w *Web) signedIn(ctx context.Context, used bool) (*staff.Staff, error) {
	id := w.sessions.GetInt64(ctx, "staff")
	if id == 0 {
		return nil, nil
	}
	now := w.s.Clock()
	seen := time.Unix(w.sessions.GetInt64(ctx, "seen"), 0)
	if now.Sub(seen) > idleLife {
		return nil, w.sessions.Destroy(ctx)
	}
	account, err := staff.Get(store.Read(ctx, w.s), id)
	if err != nil {
		return nil, err
	}
	if !account.Began(time.UnixMicro(w.sessions.GetInt64(ctx, "began"))) {
		return nil, w.sessions.Destroy(ctx)
	}
	// Not at every request: each change of a session is a write.
	if used && now.Sub(seen) > time.Minute {
		w.sessions.Put(ctx, "seen", now.Unix())
	}
	return account, err
}

// greet gives the page its reader: the language of the account, else the one
// that was chosen in this browser, else the browser's.
func (p *page) greet(account *staff.Staff) {
	if chosen := p.QueryParam("lang"); account == nil && (chosen == "ja" || chosen == "en") {
		p.w.sessions.Put(p.Request().Context(), "language", chosen)
	}
	lang := p.w.sessions.GetString(p.Request().Context(), "language")
	switch {
	case account != nil:
		p.account, p.by, lang = account, account.Actor("console"), account.Language
		p.frame.Person = ui.Person{ID: account.ID, Name: account.Name, Role: account.Role, Theme: account.Theme, TextSize: account.TextSize}
	case lang == "":
		lang = i18n.Match(p.Request().Header.Get("Accept-Language"))
	}
	p.ctx = i18n.With(p.ctx, lang)
	p.SetRequest(p.Request().WithContext(p.ctx))
	p.frame.Path, p.frame.Cursor = p.Request().URL.RequestURI(), p.QueryParam("cursor")
	p.frame.CSRF = p.csrf()
	if p.frame.Person.Theme == "" {
		p.frame.Person.Theme, p.frame.Person.TextSize = "auto", "standard"
	}
}

func (p *page) csrf() string {
	ctx := p.Request().Context()
	token := p.w.sessions.GetString(ctx, "csrf")
	if token == "" && p.Request().Method == http.MethodGet {
		token = rand.Text()
		p.w.sessions.Put(ctx, "csrf", token)
	}
	return token
}

// maxForm is the most a form without files may hold, in bytes.
const maxForm = 1 << 20

// streams tells whether a route reads an upload as it comes, and checks the token
// when it comes to it.
func (r Route) streams() bool { return r.Method == http.MethodPost && r.Path == "/imports" }

// checkCSRF compares the form's token with the session's. Other forms than
// uploads are never multipart: those would pass without their token being seen.
func (p *page) checkCSRF(r Route) error {
	if strings.HasPrefix(p.Request().Header.Get(echo.HeaderContentType), "multipart/") {
		if r.streams() {
			return nil
		}
		return fault.New(fault.Conflict, "csrf")
	}
	p.Request().Body = http.MaxBytesReader(p.Response(), p.Request().Body, maxForm)
	if err := p.Request().ParseForm(); err != nil {
		return fault.New(fault.TooLarge, "too_large", "max", maxForm)
	}
	return p.sameToken(p.FormValue("csrf"))
}

func (p *page) sameToken(given string) error {
	if p.frame.CSRF == "" || subtle.ConstantTimeCompare([]byte(given), []byte(p.frame.CSRF)) != 1 {
		return fault.New(fault.Conflict, "csrf")
	}
	return nil
}

func (p *page) toSignin() error {
	target := "/signin"
	if p.Request().Method == http.MethodGet && p.Request().URL.Path != "/" {
		target += "?next=" + url.QueryEscape(p.Request().URL.RequestURI())
	}
	if p.Request().Header.Get("HX-Request") != "" {
		p.Response().Header().Set("HX-Redirect", target)
		return p.NoContent(http.StatusUnauthorized)
	}
	return p.Redirect(http.StatusSeeOther, target)
}

// local is an address on this site to go back to; everything else is the start page.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(address, "\\") {
		return "/"
	}
	return u.RequestURI()
}

func showSignin(p *page) error {
	if p.account != nil {
		return p.Redirect(http.StatusSeeOther, local(p.QueryParam("next")))
	}
	return p.render(ui.StaffSignin{Frame: p.frame, Next: local(p.QueryParam("next"))}.Page())
}

func signIn(p *page) error {
	account, err := staff.SignIn(p.ctx, p.w.s, p.FormValue("email"), p.FormValue("password"), p.RealIP())
	if f, ok := fault.As(err); ok {
		p.status = statuses[f.Kind]
		p.frame.Typed = map[string]string{"email": p.FormValue("email")}
		return p.render(ui.StaffSignin{Frame: p.frame, Next: local(p.FormValue("next")), Flash: ui.FlashOf(p.ctx, f)}.Page())
	}
	if err != nil {
		return err
	}
	if err := p.begin(account); err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, local(p.FormValue("next")))
}

// begin starts a session under a new token, so that one from before the sign-in
// is worth nothing.
func (p *page) begin(account *staff.Staff) error {
	ctx := p.Request().Context()
	if err := p.w.sessions.RenewToken(ctx); err != nil {
		return err
	}
	p.w.sessions.Put(ctx, "staff", account.ID)
	p.w.sessions.Put(ctx, "began", p.w.s.Clock().UnixMicro())
	p.w.sessions.Put(ctx, "seen", p.w.s.Clock().Unix())
	p.w.sessions.Put(ctx, "csrf", rand.Text())
	return nil
}

func signOut(p *page) error {
	if err := staff.SignedOut(p.ctx, p.w.s, p.by); err != nil {
		return err
	}
	if err := p.w.sessions.Destroy(p.Request().Context()); err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, "/signin")
}

func showEnrol(p *page) error {
	account, err := staff.Enrolling(p.ctx, p.w.s, p.Param("token"))
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		p.status = http.StatusNotFound
		return p.render(ui.StaffEnrol{Frame: p.frame}.Page())
	}
	if err != nil {
		return err
	}
	return p.render(ui.StaffEnrol{Frame: p.frame, Name: account.Name, Email: account.Email, Valid: true}.Page())
}

func enrol(p *page) error {
	account, err := staff.SetFirstPassword(p.ctx, p.w.s, p.Param("token"), p.FormValue("password"), p.FormValue("password_again"))
	if f, ok := fault.As(err); ok && len(f.Fields) > 0 {
		p.refuse(f, "")
		p.frame.Typed = nil
		return showEnrol(p)
	}
	if err != nil {
		return showEnrol(p)
	}
	if err := p.begin(account); err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, "/")
}

func setLanguage(p *page) error {
	p.w.sessions.Put(p.Request().Context(), "language", p.FormValue("language"))
	if p.account != nil {
		if err := staff.Prefer(p.ctx, p.w.s, p.by, staff.Preferences{Language: p.FormValue("language")}); err != nil {
			return err
		}
	}
	return p.Redirect(http.StatusSeeOther, local(p.FormValue("back")))
}

func setAppearance(p *page) error {
	if err := staff.Prefer(p.ctx, p.w.s, p.by, staff.Preferences{Theme: p.FormValue("theme"), TextSize: p.FormValue("text_size")}); err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, local(p.FormValue("back")))
}

// showStart leads everybody to where their work begins.
func showStart(p *page) error {
	if p.by.May(access.WorkCases) {
		return p.Redirect(http.StatusSeeOther, "/calls")
	}
	return p.Redirect(http.StatusSeeOther, "/incidents")
}

func missing(*page) error { return fault.Missing() }
