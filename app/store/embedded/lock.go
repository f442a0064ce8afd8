package embedded

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// lock is a lock on a file, which the kernel takes back when the program ends.
type lock struct{ file *os.File }

func openLock(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &lock{f}, nil
}

// try takes the lock, syscall.LOCK_SH or LOCK_EX, if it is free.
func (l *lock) try(how int) (bool, error) {
	for {
		err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, &os.PathError{Op: "flock", Path: l.file.Name(), Err: err}
		}
	}
}

// wait takes the lock as soon as it is free. It asks again and again, because
// a blocked flock cannot be called off.
func (l *lock) wait(ctx context.Context, how int) error {
	return poll(ctx, func() (bool, error) { return l.try(how) })
}

// unlock is explicit, since a child process may hold a copy of the file until it
// has executed its program, and closing our copy alone would leave the lock.
func (l *lock) unlock() error { return syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN) }

func (l *lock) close() error { return errors.Join(l.unlock(), l.file.Close()) }

// poll asks until the answer is yes, an error comes, or ctx ends.
func poll(ctx context.Context, ask func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if done, err := ask(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
