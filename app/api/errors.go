package api

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"hoten/app/edge"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/i18n"
)

// problem is RFC 9457, with the stable word of docs/api.md.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Code   string         `json:"code"`
	Errors []fieldProblem `json:"errors,omitempty"`
	With   map[string]any `json:"with,omitempty"`
}

type fieldProblem struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.TooLarge: http.StatusRequestEntityTooLarge,
	fault.RateLimited: http.StatusTooManyRequests, fault.Unsupported: http.StatusUnsupportedMediaType, fault.Unavailable: http.StatusServiceUnavailable,
	fault.Timeout: http.StatusRequestTimeout,
}

// problems is the one place where errors become answers of the API.
func (a *API) problems(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		lang := i18n.Match(c.Request().Header.Get("Accept-Language"))
		c.SetRequest(c.Request().WithContext(i18n.With(c.Request().Context(), lang)))
		err := next(c)
		if err == nil || c.Response().Committed {
			return err
		}
		return a.write(c, err)
	}
}

func (a *API) write(c echo.Context, err error) error {
	p := a.describe(c, err)
	if p.Status == http.StatusUnauthorized {
		c.Response().Header().Set("WWW-Authenticate", `Bearer realm="hoten"`)
	}
	if p.Status == http.StatusServiceUnavailable {
		c.Response().Header().Set("Retry-After", edge.RetryAfter)
	}
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	c.Response().Header().Set("Content-Language", i18n.Lang(c.Request().Context()))
	return c.JSON(p.Status, p)
}

func (a *API) describe(c echo.Context, err error) problem {
	ctx := c.Request().Context()
	f, ok := fault.As(err)
	var framework *echo.HTTPError
	switch {
	case ok:
	case errors.As(err, &framework) && framework.Code < 500:
		f = fault.Missing()
	case store.IsTransient(err):
		edge.LogInternal(c, a.s.Log, err)
		f = fault.New(fault.Unavailable, "unavailable")
	default:
		edge.LogInternal(c, a.s.Log, err)
		return problem{Type: "about:blank", Title: i18n.T(ctx, "fault.internal"), Status: http.StatusInternalServerError,
			Detail: i18n.T(ctx, "fault.internal"), Code: "internal"}
	}
	p := problem{Type: "urn:hoten:problem:" + f.Code, Status: statuses[f.Kind], Code: f.Code, Detail: i18n.T(ctx, "fault."+f.Code, f.Args...)}
	p.Title = http.StatusText(p.Status)
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, fieldProblem{field.Name, field.Code, i18n.T(ctx, "fault.field."+field.Code, field.Args...)})
	}
	for i := 0; i+1 < len(f.Args); i += 2 {
		if name, ok := f.Args[i].(string); ok {
			if p.With == nil {
				p.With = map[string]any{}
			}
			p.With[name] = f.Args[i+1]
		}
	}
	return p
}
