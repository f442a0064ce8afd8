package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// drain is how long requests and jobs under way may take after the end was asked for.
const drain = 20 * time.Second

// Serve answers HTTP and works jobs until ctx ends, then drains. ready is called
// with the address once connections are accepted.
func (a *App) Serve(ctx context.Context, ready func(address string)) error {
	client, err := a.workers()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", a.Addr)
	if err != nil {
		return err
	}
	// Jobs outlive the signal: they are stopped below, after the requests.
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
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err = errors.Join(ignoreClosed(err), server.Shutdown(ending), client.Stop(ending))
	stopTending()
	chores.Wait()
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
