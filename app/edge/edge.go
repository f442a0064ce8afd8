package edge

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"
)

// Staff is the key of the echo context under which the console and the API note
// the ID (int64) of the member of staff who asks; the access log reads it.
const Staff = "staff"

// New is a router on which every request gets a number, a line in the access log
// and the headers of all answers. Only proxies in trusted may say in
// X-Forwarded-For whom they ask for.
func New(log *slog.Logger, trusted []netip.Prefix) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = clientAddress(trusted)
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		status := statusOf(c, log, err)
		if err := c.String(status, http.StatusText(status)+"\n"); err != nil {
			log.WarnContext(c.Request().Context(), "an answer could not be written", "error", err)
		}
	}
	e.Use(numbered, accessLog(log), headers, Recover)
	return e
}

// numbered gives a request its number. One that the client brings is not taken
// over: it would stand in the log.
func numbered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := rand.Text()
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		c.SetRequest(c.Request().WithContext(withNumber(c.Request().Context(), id)))
		return next(c)
	}
}

// accessLog writes one line for each request. It names the route's pattern and
// never the address, which may hold a secret of a link.
func accessLog(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			begun := time.Now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			attributes := []slog.Attr{slog.String("method", method(c.Request().Method)), slog.String("route", c.Path()), slog.Int("status", c.Response().Status),
				slog.Duration("took", time.Since(begun)), slog.Int64("bytes", c.Response().Size)}
			if staff, ok := c.Get(Staff).(int64); ok {
				attributes = append(attributes, slog.Int64("staff", staff))
			}
			log.LogAttrs(c.Request().Context(), slog.LevelInfo, "request", attributes...)
			return nil
		}
	}
}

// method is a known method: a client may send any word as one.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// headers of all answers: nothing is cached, guessed at, framed or told elsewhere.
func headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		return next(c)
	}
}
