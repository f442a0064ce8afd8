package web

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/postgresstore"
	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"golang.org/x/sync/singleflight"
	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/cti"
	"hoten/app/desks"
	"hoten/app/edge"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/notices"
	"hoten/app/operators"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/webhooks"
	"hoten/i18n"
	"hoten/ui"
)

// Web answers the console and the members' pages on a store.
type Web struct {
	s          *store.Store
	baseURL    string
	mails      bool
	demo       bool
	signIns    []staff.New
	training   *notices.Mailbox
	env        func(ctx context.Context, at time.Time, lang string, incident int64) (notices.Env, error)
	mailServer func() (since time.Time, err error)
	sessions   *scs.SessionManager
	public     middleware.RateLimiterStore // forms of those who are not signed in
	sending    singleflight.Group          // forms under way, by what was sent
	noted      cases.Lately                // views of cases
	company    sync.Map                    // by language: over members' pages of no incident
	surveys    reimbursements.Surveys
	bell       *cti.Bell
	reach      webhooks.Reach
}

// Options is what the wiring gives the console beside the store.
type Options struct {
	BaseURL string
	Mails   bool // mails are sent, not only kept
	Demo    bool // they are meant to be kept
	// SignIns are told on the sign-in page, with their passwords: everybody may have them.
	SignIns []staff.New
	// Training is where they are kept and callers are played with them; nil: none are.
	Training *notices.Mailbox
	Env      func(ctx context.Context, at time.Time, lang string, incident int64) (notices.Env, error)
	// MailServer is what the mail server last said, and since when; nil where all is well.
	MailServer func() (since time.Time, err error)
	Bell       *cti.Bell // of telephone calls; nil: nothing rings
	Reach      webhooks.Reach
}

// sessionLife is how long a session lasts at most, idleLife without a request.
const (
	sessionLife = 12 * time.Hour
	idleLife    = time.Hour
)

// Register puts the console and the members' pages on e.
func Register(e *echo.Echo, s *store.Store, o Options) {
	w := &Web{s: s, baseURL: o.BaseURL, mails: o.Mails, demo: o.Demo, signIns: o.SignIns, training: o.Training, env: o.Env, mailServer: o.MailServer, bell: o.Bell, reach: o.Reach, sessions: scs.New(), public: edge.NewCap()}
	if w.mailServer == nil {
		w.mailServer = func() (time.Time, error) { return time.Time{}, nil }
	}
	if w.bell == nil {
		w.bell = &cti.Bell{} // nothing rings, and nobody waits for it
		w.bell.Close()
	}
	w.sessions.Store = postgresstore.New(s.SQL)
	w.sessions.Lifetime = sessionLife
	w.sessions.HashTokenInStore = true
	w.sessions.Cookie.Name = "hoten_session"
	w.sessions.Cookie.Secure = strings.HasPrefix(o.BaseURL, "https:")
	w.sessions.Cookie.SameSite = http.SameSiteLaxMode
	w.sessions.ErrorFunc = w.sessionFailed
	read := []string{http.MethodGet, http.MethodHead}
	e.Match(read, "/assets/*", echo.WrapHandler(ui.Assets()))
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("/reset/") // the secret in the address protects, and old browsers send "Origin: null"
	g := e.Group("", echo.WrapMiddleware(protection.Handler), headers, echo.WrapMiddleware(w.sessions.LoadAndSave), w.failures, edge.Recover)
	for _, r := range Routes {
		methods := []string{r.Method}
		if r.Method == http.MethodGet {
			methods = read // HEAD answers wherever GET does
		}
		g.Match(methods, r.Path, w.handler(r))
		if r.Method == http.MethodPost && !isPage(r.Path) {
			g.Match(read, r.Path, toParent(r.Path))
		}
	}
}

// headers are the same for every page: nothing is cached, framed or loaded from
// elsewhere. They go beyond those of edge.New by what pages load.
func headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		return next(c)
	}
}

// page is one request for a page.
type page struct {
	echo.Context
	w        *Web
	account  *staff.Staff // nil on public pages
	by       access.Actor
	db       *gorm.DB
	ctx      context.Context // with the reader's language
	desks    []desks.Kept    // of pages of the console, as policies and ids
	ids      []operators.ID  // without their domains
	about    *operators.ID   // that of the case that is shown, where its incident says it
	policies policies.Policies
	here     installation.State  // where the database lives
	stopped  []notices.MailQueue // queues of mails
	phone    cti.Reader          // of the reader
	status   int
	frame    ui.Frame
	spoken   bool           // the reader chose the language in this browser
	bad      fault.Problems // of the address; render refuses them
}

// render writes a page with the status that handling came to, 200 if none. It is made
// as a whole before anything of it is sent: in one piece, or not at all.
func (p *page) render(c templ.Component) error {
	if err := p.bad.Err(); err != nil {
		return err
	}
	var whole bytes.Buffer
	if err := c.Render(p.ctx, &whole); err != nil {
		return err
	}
	return p.HTMLBlob(max(p.status, http.StatusOK), sayDamaged(p.ctx, whole.Bytes()))
}

// mailing is what says that a mail goes out: without a mail server it says otherwise.
var mailing = []string{"code_sent", "link_sent", "notice_queued", "notices_queued", "notices_queued_some"}

// to leads on to another page after a form, with a sentence about what was done.
func (p *page) to(url, done string, args ...any) error {
	if p.frame.MailsKept && slices.Contains(mailing, done) {
		done += "_kept"
	}
	if done != "" {
		p.w.sessions.Put(p.Request().Context(), "flash", i18n.T(p.ctx, "flash."+done, args...))
	}
	return p.Redirect(http.StatusSeeOther, url)
}

// toBeside is to where what was done something to is another page than the one it leads to.
func (p *page) toBeside(url string, what ui.Choice, done string, args ...any) error {
	p.w.sessions.Put(p.Request().Context(), "flash_url", what.Value)
	p.w.sessions.Put(p.Request().Context(), "flash_label", what.Label)
	return p.to(url, done, args...)
}

func (p *page) id() (int64, error) {
	id, err := strconv.ParseInt(p.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.Missing()
	}
	return id, nil
}

func (p *page) caseID() (int64, error) { return cases.FromNumber(p.Param("number")) }

// cursor is where a list goes on; 0 from the start.
func (p *page) cursor() int64 {
	v := p.QueryParam("cursor")
	if v == "" {
		return 0
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 1 {
		p.bad.Add("cursor", "cursor_invalid")
	}
	return n
}

// known is the value of a parameter that has only these. Another one would show an
// empty list, as if there were nothing: render refuses it.
func (p *page) known(name, v string, among ...string) string {
	if v != "" && !slices.Contains(among, v) {
		p.bad.Add(name, "filter_unknown")
		return ""
	}
	return v
}

// pageSize is how many rows a list shows.
const pageSize = 50

// cut cuts the row beyond the page off and gives the cursor to go on from.
func cut[T any](rows []T, id func(T) int64) ([]T, string) { return cutAt(rows, pageSize, id) }

// cutAt is cut for pages of another size.
func cutAt[T any](rows []T, size int, id func(T) int64) ([]T, string) {
	if len(rows) <= size {
		return rows, ""
	}
	return rows[:size], strconv.FormatInt(id(rows[size-1]), 10)
}
