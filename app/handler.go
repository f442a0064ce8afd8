package app

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hoten/app/api"
	"hoten/app/edge"
	"hoten/app/installation"
	"hoten/app/web"
)

// handler is everything that is answered over HTTP.
func (a *App) handler() (*echo.Echo, error) {
	trusted, err := a.proxies()
	if err != nil {
		return nil, err
	}
	e := edge.New(a.Store.Log, trusted)
	read := []string{http.MethodGet, http.MethodHead}
	e.Match(read, "/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.Match(read, "/readyz", a.ready)
	e.Match(read, "/metrics", echo.WrapHandler(promhttp.HandlerFor(a.metrics(), promhttp.HandlerOpts{})))
	api.Register(e, a.Store, api.Options{BaseURL: a.BaseURL, Mails: a.SMTPURL != "", Rate: a.APIRate})
	web.Register(e, a.Store, web.Options{BaseURL: a.BaseURL, Mails: a.SMTPURL != "", Demo: a.Demo, SignIns: a.SignIns, Training: a.room(), Env: a.mailEnv, MailServer: a.mailServerNow, Bell: &a.bell, Reach: a.reach()})
	return e, nil
}

// ready answers whether the database answers, is migrated, and the workers run.
// How much waits for them is no matter here: see /metrics.
func (a *App) ready(c echo.Context) error {
	if pending, err := a.Store.Pending(c.Request().Context()); err != nil || pending {
		return c.String(http.StatusServiceUnavailable, "database not ready\n")
	}
	if !a.working() {
		return c.String(http.StatusServiceUnavailable, "workers do not run\n")
	}
	now, err := installation.Look(c.Request().Context(), a.Store)
	if err != nil {
		return c.String(http.StatusServiceUnavailable, "database not ready\n")
	}
	if now.Held {
		return c.String(http.StatusOK, "ready; held: a copy of the database that was not released, so no email is sent (hoten release)\n")
	}
	if _, err := a.mailServerNow(); err != nil {
		return c.String(http.StatusOK, "ready; the mail server does not answer, so emails wait (HOTEN_SMTP_URL)\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

// working reports whether the workers were started and have not ended.
func (a *App) working() bool {
	client := a.client.Load()
	if client == nil {
		return false
	}
	select {
	case <-client.Stopped():
		return false
	default:
		return true
	}
}
