package app

import (
	"context"
	"errors"
	"net"
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
	listener, err := net.Listen("tcp", a.Addr)
	if err != nil {
		return err
	}
	// Jobs outlive the signal: they are stopped below, beside the requests.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(err, listener.Close())
	}
	tending, stopTending := context.WithCancel(context.WithoutCancel(ctx))
	var chores sync.WaitGroup
	for _, c := range a.chores() {
		chores.Go(func() { a.tend(tending, c) })
	}
	server := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
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
