package outbound

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// Client makes requests each on a connection of its own, which ends with it, so that nothing is
// repeated behind our back and nothing outlives a call. It follows no redirect and uses no
// proxy of the environment. may is asked about each address that is dialled; nil: any may be.
func Client(encrypted *tls.Config, may func(netip.Addr) error) *http.Client {
	dialer := &net.Dialer{}
	if may != nil {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			return may(to.Addr())
		}
	}
	return &http.Client{
		Transport:     &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: encrypted, DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 1 << 16},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RetryAfter is for how long an answer asks us to wait, at most longest; 0: it does not ask, or
// not in a way that holds.
func RetryAfter(h http.Header, now time.Time, longest time.Duration) time.Duration {
	told := h.Get("Retry-After")
	seconds, err := strconv.Atoi(told)
	wait := time.Duration(min(seconds, int(longest/time.Second))) * time.Second
	if at, failed := http.ParseTime(told); err != nil && failed == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longest)
}
