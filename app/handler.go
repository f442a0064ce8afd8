package app

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hoten/app/api"
	"hoten/app/store"
	"hoten/app/web"
)

// handler is everything that is answered over HTTP.
func (a *App) handler() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Use(middleware.Recover(), middleware.RequestID())
	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", a.ready)
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(a.metrics(), promhttp.HandlerOpts{})))
	api.Register(e, a.Store, a.BaseURL)
	web.Register(e, a.Store, web.Options{BaseURL: a.BaseURL, From: a.MailFrom, Env: a.mailEnv})
	return e
}

// ready answers whether the database answers, is migrated, and jobs are worked.
func (a *App) ready(c echo.Context) error {
	ctx := c.Request().Context()
	pending, err := a.Store.Pending(ctx)
	if err != nil || pending {
		return c.String(http.StatusServiceUnavailable, "database not ready\n")
	}
	var late int
	err = store.Scan(store.Read(ctx, a.Store), "select count(*) from river_job where state = 'available' and scheduled_at < now() - interval '2 minutes'", nil, &late)
	if err != nil || late > 0 {
		return c.String(http.StatusServiceUnavailable, "workers are behind\n")
	}
	return c.String(http.StatusOK, "ready\n")
}
