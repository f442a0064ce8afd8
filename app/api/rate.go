package api

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"hoten/app/edge"
	"hoten/app/fault"
)

// UsualRate is how many requests a token may make in a minute unless the installation says
// otherwise.
const UsualRate = 60_000

// rates counts the requests of each token by the minute, which begins with its first request.
// Every program counts by itself: what it protects is its own time.
type rates struct {
	most int // in a minute

	mu     sync.Mutex
	minute map[int64]*minute // by token: there are no more than rows of api_tokens
}

// minute is what a token has asked of one minute.
type minute struct {
	ends  time.Time
	asked int
}

// take counts a request of a token. left is how many more it may make before the minute
// ends, in wait; negative: not even this one.
func (r *rates) take(token int64, now time.Time) (left int, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.minute[token]
	if m == nil || !now.Before(m.ends) {
		m = &minute{ends: now.Add(time.Minute)}
		r.minute[token] = m
	}
	if m.asked <= r.most {
		m.asked++
	}
	return r.most - m.asked, m.ends.Sub(now)
}

// limit tells every caller what its token has left, and refuses what is too much, before
// any work: RateLimited rate_limited. The fields are those of the Internet draft
// draft-ietf-httpapi-ratelimit-headers-10.
func (a *API) limit(c echo.Context, token int64) error {
	left, wait := a.rates.take(token, a.s.Clock())
	seconds := int((wait + time.Second - 1) / time.Second)
	h := c.Response().Header()
	h.Set("RateLimit-Policy", fmt.Sprintf(`"token";q=%d;w=60`, a.rates.most))
	h.Set("RateLimit", fmt.Sprintf(`"token";r=%d;t=%d`, max(left, 0), seconds))
	if left >= 0 {
		return nil
	}
	h.Set("Retry-After", strconv.Itoa(seconds))
	return fault.New(fault.RateLimited, "rate_limited")
}

// stranger counts a request with a token that nobody has by the address that it comes from:
// whoever tries tokens is soon told RateLimited rate_limited instead of err.
func (a *API) stranger(c echo.Context, err error) error {
	if may, broken := a.strangers.Allow(edge.Client(c)); broken == nil && !may {
		return fault.New(fault.RateLimited, "rate_limited")
	}
	return err
}
