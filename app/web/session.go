package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hoten/app/access"
	"hoten/app/edge"
	"hoten/app/fault"
	"hoten/app/setup"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
	"hoten/i18n"
	"hoten/ui"
)

// handler opens a page for whoever may: public pages for all, the others for
// staff with a session and the route's permission.
func (w *Web) handler(r Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		p := &page{Context: c, w: w, ctx: ctx, db: store.Read(ctx, w.s)}
		around, account, err := w.signedIn(ctx, !unframed[r.Path])
		if err != nil {
			return err
		}
		p.greet(account)
		if account == nil && r.Permission() != Public {
			return p.toSignin()
		}
		if err := p.receive(r); err != nil {
			return err
		}
		if account != nil && !unnoticed[r.Path] {
			w.noteUse(ctx)
		}
		if err := p.checkText(); err != nil {
			return err
		}
		if account != nil {
			if err := p.admit(r, around); err != nil {
				return err
			}
		}
		return p.onlyOnce(r)
	}
}

// admit holds the reader's role against the route, and fills the frame.
func (p *page) admit(r Route, around *around) error {
	if r.Permission() != Public && r.Permission() != SignedIn {
		if err := p.by.Require(r.Permission()); err != nil {
			return verbs.RefusedAt(p.Request().Context(), p.w.s, p.by, r.Gate, edge.Subject(p), err)
		}
	}
	if unframed[r.Path] {
		return nil
	}
	return p.surround(around)
}

// signedIn is who the session belongs to, with what stands around their pages where
// they are framed; nil without one, after too long without a request, or when the
// account was disabled.
func (w *Web) signedIn(ctx context.Context, framed bool) (*around, *staff.Staff, error) {
	id := w.sessions.GetInt64(ctx, "staff")
	if id == 0 {
		return nil, nil, nil
	}
	now := w.s.Clock()
	seen := time.Unix(w.sessions.GetInt64(ctx, "seen"), 0)
	if now.Sub(seen) > idleLife {
		return nil, nil, w.sessions.Destroy(ctx)
	}
	around, err := readAround(store.Read(ctx, w.s), w.s.Place(), id, now, framed)
	if err != nil {
		return nil, nil, err
	}
	account := store.First(*around.account)
	if account == nil || !account.Began(time.UnixMicro(w.sessions.GetInt64(ctx, "began"))) {
		return nil, nil, w.sessions.Destroy(ctx)
	}
	return around, account, nil
}

// noteUse keeps a session from ending, once its request has arrived as a whole. Not at
// every request: each change of a session is a write.
func (w *Web) noteUse(ctx context.Context) {
	if now := w.s.Clock(); now.Sub(time.Unix(w.sessions.GetInt64(ctx, "seen"), 0)) > time.Minute {
		w.sessions.Put(ctx, "seen", now.Unix())
	}
}

// greet gives the page its reader: the language of the account, else the one
// that was chosen in this browser, else the browser's.
func (p *page) greet(account *staff.Staff) {
	lang := p.chosenLanguage()
	p.spoken = lang != ""
	if account != nil {
		p.account, p.by, lang = account, account.Actor("console"), account.Language
		p.Set(edge.Staff, account.ID)
		p.frame.Person = ui.Person{ID: account.ID, Name: account.NameIn(lang), Role: account.Role, Theme: account.Theme, TextSize: account.TextSize}
	} else if asked := p.QueryParam("lang"); slices.Contains(i18n.Langs, asked) {
		lang, p.spoken = asked, true
		p.keepCookie(languageCookie, lang, 365*24*time.Hour)
	}
	if lang == "" {
		lang = i18n.Match(p.Request().Header.Get("Accept-Language"))
	}
	p.ctx = i18n.On(i18n.With(p.ctx, lang), p.w.s.Clock())
	p.SetRequest(p.Request().WithContext(p.ctx))
	p.frame.Member, p.frame.Answer = p.membersPage(), p.Request().Method == http.MethodPost
	p.frame.Path, p.frame.Cursor = p.Request().URL.RequestURI(), p.QueryParam("cursor")
	p.frame.CSRF, p.frame.Mark = p.csrf(), rand.Text()
	if p.frame.Person.Theme == "" {
		p.frame.Person.Theme, p.frame.Person.TextSize = "auto", "standard"
	}
}

// membersPage reports whether the address is one that members are mailed.
func (p *page) membersPage() bool {
	return p.Request().URL.Path == "/reset" || strings.HasPrefix(p.Request().URL.Path, "/reset/")
}

// Cookies of those who are not signed in: no row is kept for them. Members have them too,
// who know nothing of the program.
const (
	languageCookie = "language"
	formCookie     = "form" // a secret that the token of their forms is made of
)

// chosenLanguage is the one that was chosen in this browser; empty for none.
func (p *page) chosenLanguage() string {
	if c, err := p.Cookie(languageCookie); err == nil && slices.Contains(i18n.Langs, c.Value) {
		return c.Value
	}
	return ""
}

// keepCookie sets a cookie for the whole site; without a life it ends with the browser.
func (p *page) keepCookie(name, value string, life time.Duration) {
	p.SetCookie(&http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true,
		Secure: p.w.sessions.Cookie.Secure, SameSite: http.SameSiteLaxMode})
}

// csrf is the token of the page's forms: of the session, else a keyed hash of a
// secret in a cookie of this browser.
func (p *page) csrf() string {
	if p.account != nil {
		return p.w.sessions.GetString(p.Request().Context(), "csrf")
	}
	secret := ""
	if c, err := p.Cookie(formCookie); err == nil && len(c.Value) <= 64 {
		secret = c.Value
	}
	if secret == "" && p.Request().Method != http.MethodPost {
		secret = rand.Text()
		p.keepCookie(formCookie, secret, 0)
	}
	return hex.EncodeToString(p.w.s.Vault.Blind("form", secret))
}

func (p *page) sameToken(given string) error {
	if p.frame.CSRF == "" || subtle.ConstantTimeCompare([]byte(given), []byte(p.frame.CSRF)) != 1 {
		return fault.New(fault.Conflict, "csrf")
	}
	return nil
}

// toSignin has a stranger sign in first, and come back then: to the page that they asked for, or
// on which the form stood that they sent. Of that nothing was saved, which the sign-in page says.
func (p *page) toSignin() error {
	at, asked := *p.Request().URL, url.Values{}
	if p.Request().Method == http.MethodPost && at.Path != "/signout" {
		at = p.stoodOn()
		asked.Set("lost", "true")
	}
	if at.Path != "/" && at.Path != "/signout" {
		at.RawQuery = unsought(at.Query()).Encode()
		asked.Set("next", at.RequestURI())
	}
	return p.Redirect(http.StatusSeeOther, strings.TrimSuffix("/signin?"+asked.Encode(), "?"))
}

// unsought is a query without whom somebody looked for: no address repeats it.
func unsought(query url.Values) url.Values {
	query.Del("q")
	query.Del("number")
	return query
}

// stoodOn is the page on which a form stood, as its browser says; the start page where that is
// none of the console's.
func (p *page) stoodOn() url.URL {
	from, err := url.Parse(p.Request().Referer())
	if err != nil || !slices.ContainsFunc(Routes, func(r Route) bool { return r.Permission() != Public && r.fits(from.Path) }) {
		return url.URL{Path: "/"}
	}
	return url.URL{Path: from.Path, RawQuery: from.RawQuery}
}

// fits reports whether a path is one of the route's.
func (r Route) fits(path string) bool {
	return slices.EqualFunc(strings.Split(r.Path, "/"), strings.Split(path, "/"), func(named, asked string) bool {
		return named == asked || strings.HasPrefix(named, ":") && asked != ""
	})
}

// local is an address on this site to go back to; everything else is the start page.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(address, "\\") {
		return "/"
	}
	return u.RequestURI()
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

// showStart leads everybody to where their work begins.
func showStart(p *page) error {
	if p.by.May(access.ManageIncidents) {
		if missing, err := setup.Missing(p.db, true); err != nil || len(missing) > 0 {
			return cmp.Or(err, p.Redirect(http.StatusSeeOther, "/setup"))
		}
	}
	if p.by.May(access.WorkCases) {
		return p.Redirect(http.StatusSeeOther, "/calls")
	}
	return p.Redirect(http.StatusSeeOther, "/incidents")
}

func missing(*page) error { return fault.Missing() }
