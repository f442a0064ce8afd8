package app

import (
	"context"
	"sync"
	"time"

	"hoten/app/notices"
)

// mailServer is whether the mail server answers, as far as known.
type mailServer struct {
	smtp   *notices.SMTP // nil: there is none, mails are kept
	asking sync.Mutex    // held while it is asked
	asked  time.Time     // under asking

	mu    sync.Mutex // over what follows
	since time.Time  // it does not answer
	err   error
}

const (
	// An answer stands for so long.
	askedAgain = 30 * time.Second
	// patience is how long the mail server may take to greet.
	patience = 10 * time.Second
)

// AskMailServer greets the mail server and signs in, and tells why that failed; the log is
// told whenever it changes. Nothing ends by it: mails wait and are tried again.
func (a *App) AskMailServer(ctx context.Context) error {
	m := &a.mail
	m.asking.Lock()
	defer m.asking.Unlock()
	_, before := a.mailServerNow()
	if m.smtp == nil || !m.asked.IsZero() && time.Since(m.asked) < askedAgain {
		return before
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := m.smtp.Greet(limited)
	if ctx.Err() != nil {
		return nil // the program ends
	}
	switch {
	case err != nil && before == nil:
		a.Store.Log.WarnContext(ctx, "the mail server does not answer, emails wait; see HOTEN_SMTP_URL", "error", err)
	case err == nil && before != nil:
		a.Store.Log.InfoContext(ctx, "the mail server answers again")
	}
	m.asked = time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if before == nil {
		m.since = a.Store.Clock()
	}
	m.err = err
	return err
}

// mailServerNow is what the mail server last said, and since when.
func (a *App) mailServerNow() (since time.Time, err error) {
	a.mail.mu.Lock()
	defer a.mail.mu.Unlock()
	return a.mail.since, a.mail.err
}
