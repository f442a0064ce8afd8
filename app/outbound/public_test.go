package outbound

import (
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestPublic(t *testing.T) {
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "::ffff:8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"} {
		if err := Public(netip.MustParseAddr(text)); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{"127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
		"0.0.0.0", "0.1.2.3", "192.0.0.192", "192.0.2.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "100::1"} {
		if Public(netip.MustParseAddr(text)) == nil {
			t.Errorf("%s is taken for public", text)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2014, 8, 1, 0, 0, 0, 0, time.UTC)
	for told, want := range map[string]time.Duration{"": 0, "x": 0, "-5": 0, "7": 7 * time.Second, "9999999999": 24 * time.Hour, "90000": 24 * time.Hour,
		"Fri, 01 Aug 2014 00:02:00 GMT": 2 * time.Minute, "Fri, 01 Aug 2014 05:00:00 GMT": 5 * time.Hour, "Thu, 31 Jul 2014 00:00:00 GMT": 0} {
		if got := RetryAfter(http.Header{"Retry-After": {told}}, now, 24*time.Hour); got != want {
			t.Errorf("%q is %v", told, got)
		}
	}
}
