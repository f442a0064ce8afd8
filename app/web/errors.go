package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/edge"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.TooLarge: http.StatusRequestEntityTooLarge,
	fault.RateLimited: http.StatusTooManyRequests, fault.Unsupported: http.StatusUnsupportedMediaType, fault.Unavailable: http.StatusServiceUnavailable,
	fault.Timeout: http.StatusRequestTimeout,
}

// failures is the one place where errors become pages of their own.
func (w *Web) failures(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if err == nil || c.Response().Committed {
			return err
		}
		return w.failed(c, err)
	}
}

// failed shows an error as a page. Whose session it is decides how the page looks;
// where that cannot be asked it is the page of a stranger.
func (w *Web) failed(c echo.Context, err error) error {
	p := &page{Context: c, w: w, ctx: c.Request().Context()}
	f, ok := fault.As(err)
	var framework *echo.HTTPError
	switch {
	case ok:
	case errors.As(err, &framework) && framework.Code < 500:
		f = fault.Missing()
	case store.IsTransient(err):
		edge.LogInternal(c, w.s.Log, err)
		return p.unavailable()
	default:
		edge.LogInternal(c, w.s.Log, err)
	}
	_, account, gone := w.signedIn(p.ctx, false)
	if gone != nil {
		return p.unavailable()
	}
	p.greet(account)
	shown := ui.ErrorsShow{Frame: p.frame, SignedIn: account != nil, Kind: "internal", Request: c.Response().Header().Get(echo.HeaderXRequestID)}
	p.status = http.StatusInternalServerError
	if f != nil {
		p.status, shown.Kind, shown.Detail = statuses[f.Kind], kindOf(f, c.Request().Method), i18n.T(p.ctx, "fault."+f.Code, f.Args...)
		if f.Code == "not_found" || f.Code == "forbidden" {
			shown.Detail = "" // the title says it
		}
		shown.Holders = holders(p.ctx, err)
		for _, problem := range ui.ProblemsOf(p.ctx, "", f) {
			shown.Problems = append(shown.Problems, p.problemAlone(problem, shown.Kind))
		}
		if shown.Kind == "address" && len(f.Fields) > 0 {
			shown.Back = c.Request().URL.Path
		}
	}
	if p.frame.Member {
		if err := p.rememberCompany(); err != nil {
			edge.LogInternal(c, w.s.Log, err)
		}
	}
	p.memberHeading()
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// problemAlone is a problem on a page without its form: with the label that the field has
// there, or no name where it has none. Names of an address are shown as they stand in it.
func (p *page) problemAlone(problem ui.Problem, kind string) ui.Choice {
	label := i18n.Said(p.ctx, "audit.field."+problem.Field)
	switch {
	case problem.Field == "q":
		label = i18n.T(p.ctx, "frame.search.word")
	case kind == "address":
		return ui.Choice{Value: problem.Field, Label: problem.Text}
	case label == "":
		return ui.Choice{Label: problem.Text}
	}
	return ui.Choice{Label: i18n.T(p.ctx, "form.problem", "label", label, "problem", problem.Text)}
}

// holders are the roles that have the permission for want of which err refused, in words;
// empty for other errors.
func holders(ctx context.Context, err error) string {
	var lack *access.Lack
	if !errors.As(err, &lack) {
		return ""
	}
	var names []string
	for _, role := range access.Holders(lack.Of) {
		names = append(names, i18n.T(ctx, "staff.role."+string(role)))
	}
	return i18n.Either(i18n.Lang(ctx), names)
}

// memberHeading puts the company over an error on a page of members: the one that answers
// for pages of no incident, as it was known last. It asks no database.
func (p *page) memberHeading() {
	if company, known := p.w.company.Load(i18n.Lang(p.ctx)); known && p.frame.Member {
		p.frame.Company = company.(string)
	}
}

// unavailable is the page while the database is away: it knows nobody, and holds
// nothing that would have to be asked for.
func (p *page) unavailable() error {
	p.ctx = i18n.With(p.ctx, cmp.Or(p.chosenLanguage(), i18n.Match(p.Request().Header.Get("Accept-Language"))))
	p.status = http.StatusServiceUnavailable
	p.Response().Header().Set("Retry-After", edge.RetryAfter)
	p.frame.Path, p.frame.Member = p.Request().URL.RequestURI(), p.membersPage()
	p.memberHeading()
	return p.render(ui.ErrorsShow{Frame: p.frame, Kind: "unavailable", Request: p.Response().Header().Get(echo.HeaderXRequestID)}.Page())
}

// sessionFailed answers where a session could not be read or kept.
func (w *Web) sessionFailed(rw http.ResponseWriter, r *http.Request, err error) {
	e := echo.New()
	c := e.NewContext(r, rw)
	edge.LogInternal(c, w.s.Log, err)
	if err := (&page{Context: c, w: w, ctx: r.Context()}).unavailable(); err != nil {
		w.s.Log.WarnContext(r.Context(), "an answer could not be written", "error", err)
	}
}

// kindOf says which page of errors it is.
func kindOf(f *fault.Fault, method string) string {
	switch f.Kind {
	case fault.Forbidden, fault.Unauthenticated:
		return "forbidden"
	case fault.NotFound:
		return "not_found"
	case fault.TooLarge:
		return "invalid"
	case fault.Invalid:
		if method == http.MethodPost {
			return "invalid"
		}
		return "address"
	case fault.RateLimited, fault.Unsupported, fault.Timeout:
		return "refused"
	case fault.Unavailable:
		return "unavailable"
	}
	return "conflict"
}

// refuse puts what was wrong with a form into the frame: the refused fields, what
// was typed, and the sentence.
func (p *page) refuse(f *fault.Fault, form string) {
	p.status = statuses[f.Kind]
	p.frame.Problems = ui.ProblemsOf(p.ctx, form, f)
	if status := cases.Status(p.FormValue("status")); f.Code == "still_owed" && status.Closed() {
		p.frame.StillOwed = string(status)
	}
	p.frame.Secret = slices.ContainsFunc(f.Fields, func(field fault.Field) bool { return strings.HasPrefix(field.Code, "secret_") })
	if len(f.Fields) == 0 {
		p.frame.Flash = ui.FlashOf(p.ctx, f)
	}
	p.frame.Refused, p.frame.Typed = form, map[string]string{}
	for name, values := range p.Request().PostForm {
		if len(values) > 0 && name != "csrf" && name != "mark" && !(aboutDocuments[form] && secretive(f, name)) {
			p.frame.Typed[ui.Problem{Form: form, Field: name}.ID()] = values[0]
		}
	}
}

// aboutDocuments are the forms whose texts are short and about documents: a secret in them
// is not shown again, unlike a note, which is corrected where it was written.
var aboutDocuments = map[string]bool{"contact": true, "representative": true}

// secretive reports whether the field was refused because it holds a secret.
func secretive(f *fault.Fault, name string) bool {
	return slices.ContainsFunc(f.Fields, func(field fault.Field) bool { return field.Name == name && strings.HasPrefix(field.Code, "secret_") })
}

// refusal is a fault in words, of what a page does not let be tried; empty for none. What
// is no fault stays an error.
func (p *page) refusal(err error) (string, error) {
	f, ok := fault.As(err)
	if !ok {
		return "", err
	}
	return i18n.T(p.ctx, "fault."+f.Code, f.Args...), nil
}

// again shows the page a form stands on once more when its action refused it;
// other errors, and refusals that hide the page itself, pass.
func (p *page) again(err error, form string, show func(*page) error) error {
	f, ok := fault.As(err)
	if !ok || f.Kind == fault.NotFound || f.Code == "forbidden" {
		return err
	}
	p.refuse(f, form)
	// net/http cancels the context of an upload that stalled; its answer is made all the same.
	p.ctx = context.WithoutCancel(p.ctx)
	p.db = store.Read(p.ctx, p.w.s)
	return show(p)
}
