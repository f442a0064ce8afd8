package rest

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/outside"
)

// Verdict is what the answer to a change means, as the table of the package has it, with what
// the server said of it: nil, *Refused, *Unready, or an error that says that nobody knows.
func (a *Answer) Verdict(details ...string) error {
	said := a.Said(details...)
	after := a.after()
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

// after is Retry-After; 0: there is none that holds.
func (a *Answer) after() time.Duration {
	told := a.Header.Get("Retry-After")
	seconds, err := strconv.Atoi(told)
	wait := time.Duration(min(seconds, int(longestAfter/time.Second))) * time.Second
	if at, failed := http.ParseTime(told); err != nil && failed == nil {
		wait = time.Until(at)
	}
	return min(max(wait, 0), longestAfter)
}

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

// unescapedHTML undoes what only our own JSON escapes.
var unescapedHTML = strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">")

func definite(err error) bool {
	_, refused := errors.AsType[*outside.Refused](err)
	_, unready := errors.AsType[*outside.Unready](err)
	return refused || unready
}

// Said is a text of the other side as people may read it: printable, short, without what is
// hidden, in whichever way it was written.
func Said(text string, hidden ...string) string {
	var all []string
	for _, h := range hidden {
		if quoted, err := json.Marshal(h); err == nil && h != "" {
			escaped := string(quoted[1 : len(quoted)-1])
			all = append(all, h, escaped, unescapedHTML.Replace(escaped), url.QueryEscape(h), url.PathEscape(h))
		}
	}
	// A secret that is part of another must not leave the rest of it.
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, h := range all {
		text = strings.ReplaceAll(text, h, "…")
	}
	return outside.Said(text)
}
