package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"hoten/app/fault"
	"hoten/i18n"
	"hoten/ui"
)

var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.TooLarge: http.StatusRequestEntityTooLarge,
	fault.RateLimited: http.StatusTooManyRequests,
}

// failures is the one place where errors become pages of their own.
func (w *Web) failures(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if err == nil || c.Response().Committed {
			return err
		}
		p := &page{Context: c, w: w, ctx: c.Request().Context()}
		account, _ := w.signedIn(p.ctx, true) // whoever cannot be found sees the page of a stranger
		p.greet(account)
		shown := ui.ErrorsShow{Frame: p.frame, SignedIn: account != nil, Kind: "internal", Request: c.Response().Header().Get(echo.HeaderXRequestID)}
		p.status = http.StatusInternalServerError
		var framework *echo.HTTPError
		f, ok := fault.As(err)
		if !ok && errors.As(err, &framework) && framework.Code < 500 {
			f, ok = fault.Missing(), true
		}
		if ok {
			p.status, shown.Kind, shown.Detail = statuses[f.Kind], kindOf(f), i18n.T(p.ctx, "fault."+f.Code, f.Args...)
		} else {
			w.s.Log.ErrorContext(p.ctx, "internal error", "method", c.Request().Method, "path", c.Path(), "error", err)
		}
		return p.render(shown.Page())
	}
}

func kindOf(f *fault.Fault) string {
	switch f.Kind {
	case fault.Forbidden, fault.Unauthenticated:
		return "forbidden"
	case fault.NotFound:
		return "not_found"
	}
	return "conflict"
}

// refuse puts what was wrong with a form into the frame: the refused fields, what
// was typed, and the sentence.
func (p *page) refuse(f *fault.Fault, form string) {
	p.status = statuses[f.Kind]
	p.frame.Problems = ui.ProblemsOf(p.ctx, form, f)
	if len(f.Fields) == 0 {
		p.frame.Flash = ui.FlashOf(p.ctx, f)
	}
	p.frame.Refused, p.frame.Typed = form, map[string]string{}
	for name, values := range p.Request().PostForm {
		if len(values) > 0 && name != "csrf" {
			p.frame.Typed[ui.Problem{Form: form, Field: name}.ID()] = values[0]
		}
	}
}

// again shows the page a form stands on once more when its action refused it;
// other errors, and refusals that hide the page itself, pass.
func (p *page) again(err error, form string, show func(*page) error) error {
	f, ok := fault.As(err)
	if !ok || f.Kind == fault.NotFound || f.Code == "forbidden" {
		return err
	}
	p.refuse(f, form)
	return show(p)
}
