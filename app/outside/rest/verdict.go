package rest

import (
	"errors"
	"net/http"
	"time"

	"hoten/app/outbound"
	"hoten/app/outside"
)

// Verdict is what the answer to a change means, as the table of the package has it, with what
// the server said of it: nil, *Refused, *Unready, or an error that says that nobody knows.
func (a *Answer) Verdict(details ...string) error {
	said := a.Said(details...)
	after := outbound.RetryAfter(a.Header, time.Now(), longestAfter)
	switch {
	case a.Status >= 200 && a.Status < 300:
		return nil
	case a.Status >= 300 && a.Status < 400, a.Status == http.StatusServiceUnavailable && after > 0,
		a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden, a.Status == http.StatusTooEarly, a.Status == http.StatusTooManyRequests:
		return &outside.Unready{Said: said, After: after}
	case a.Status == http.StatusNotFound:
		return &outside.Refused{Code: outside.UnknownID, Said: said}
	case a.Status == http.StatusMethodNotAllowed:
		return &outside.Refused{Code: outside.NotAble, Said: said}
	case a.Status >= 400 && a.Status < 500 && a.Status != http.StatusRequestTimeout:
		return &outside.Refused{Code: outside.RefusedOther, Said: said}
	}
	return errors.New(said)
}

// longestAfter bounds how long a server may have us wait.
const longestAfter = time.Hour

// Unchanged is the error of a request that changes nothing: what was asked for is certainly
// not done.
func Unchanged(err error) error {
	if err == nil || definite(err) {
		return err
	}
	return &outside.Unready{Said: err.Error()}
}

// Begun is the error of a request after another one has changed something: that nothing was
// done is no longer so.
func Begun(err error) error {
	if unready, ok := errors.AsType[*outside.Unready](err); ok {
		return errors.New(unready.Said)
	}
	return err
}

func definite(err error) bool {
	_, refused := errors.AsType[*outside.Refused](err)
	_, unready := errors.AsType[*outside.Unready](err)
	return refused || unready
}

// Said is a text of the other side as people may read it (outside.Said).
func Said(text string, hidden ...string) string { return outside.Said(text, hidden...) }
