package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"hoten/app/imports/csvin"
)

// drain is how long requests and jobs under way may take after the end was asked
// for. Then they are broken off: what they had begun is rolled back, and lost
// jobs are found again by the next program.
const drain = 20 * time.Second

// Serve answers HTTP and works jobs until ctx ends, then drains. ready is called
// with the address once connections are accepted.
func (a *App) Serve(ctx context.Context, ready func(address string)) error {
	if err := csvin.Sweep(); err != nil {
		a.Store.Log.WarnContext(ctx, "temporary files of an earlier program stay", "error", err)
	}
	client, err := a.workers()
	if err != nil {
		return err
	}
	handler, err := a.handler()
	if err != nil {
		return err
	}
	listener, err := a.listen()
	if err != nil {
		return err
	}
	// Jobs outlive the signal: they are stopped below, beside the requests.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(err, listener.Close())
	}
	a.client.Store(client)
	tending, stopTending := context.WithCancel(context.WithoutCancel(ctx))
	var chores sync.WaitGroup
	for _, c := range a.chores() {
		chores.Go(func() { a.tend(tending, c) })
	}
	server := a.server(handler, ordinary)
	server.RegisterOnShutdown(a.bell.Close)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ready(listener.Addr().String())
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	ending := context.WithoutCancel(ctx)
	var requests sync.WaitGroup
	requests.Go(func() { err = errors.Join(ignoreClosed(err), a.shut(ending, server)) })
	stopped := client.Stop(ending)
	requests.Wait()
	stopTending()
	chores.Wait()
	return errors.Join(err, stopped)
}

// limits are how long a client may take, and how long headers may be.
type limits struct {
	header, read, write, idle time.Duration
	headerBytes               int
}

// ordinary is for all requests but those that carry files: see edge.Transfer.
var ordinary = limits{header: 10 * time.Second, read: 30 * time.Second, write: 2 * time.Minute, idle: 2 * time.Minute, headerBytes: 64 << 10}

func (a *App) server(handler http.Handler, l limits) *http.Server {
	return &http.Server{Handler: handler, ReadHeaderTimeout: l.header, ReadTimeout: l.read, WriteTimeout: l.write, IdleTimeout: l.idle,
		MaxHeaderBytes: l.headerBytes, ErrorLog: slog.NewLogLogger(a.Store.Log.Handler(), slog.LevelWarn)}
}

// shut lets requests under way finish, and breaks off those that take too long.
func (a *App) shut(ctx context.Context, server *http.Server) error {
	ending, cancel := context.WithTimeout(ctx, drain)
	defer cancel()
	err := server.Shutdown(ending)
	if errors.Is(err, context.DeadlineExceeded) {
		a.Store.Log.WarnContext(ctx, "requests took too long and were broken off")
		return server.Close()
	}
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
