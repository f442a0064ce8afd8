package imports

import (
	"io"
	"net/http"
	"time"
)

// An upload must bring slowest bytes a second after a time of grace, and never be
// silent for longer than that time.
const (
	grace   = 30 * time.Second
	slowest = 64 << 10
)

// Paced has the body of an upload break off when it stalls or comes too slowly. It
// does nothing where the connection knows no deadlines.
func Paced(w http.ResponseWriter, r *http.Request) {
	r.Body = &paced{ReadCloser: r.Body, connection: http.NewResponseController(w), begun: time.Now()}
}

type paced struct {
	io.ReadCloser
	connection *http.ResponseController
	begun      time.Time
	got        int64
}

func (p *paced) Read(b []byte) (int, error) {
	due := p.begun.Add(grace + time.Duration(p.got)*time.Second/slowest)
	if silent := time.Now().Add(grace); silent.Before(due) {
		due = silent
	}
	// Without deadlines, as in a test's recorder, it is read as it comes.
	_ = p.connection.SetReadDeadline(due)
	n, err := p.ReadCloser.Read(b)
	p.got += int64(n)
	if err == io.EOF {
		_ = p.connection.SetReadDeadline(time.Time{})
	}
	return n, err
}

// drain is how long the rest of a refused upload may take. The server reads it before
// it answers, so that the connection can be used again.
const drain = 2 * time.Second

// Refused is for an upload that is answered before it was read: one that has stalled
// must not hold up its own refusal.
func Refused(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(drain))
}
