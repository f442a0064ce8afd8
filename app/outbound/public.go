package outbound

import (
	"fmt"
	"net/netip"
)

// special are the networks that are no public ones, beside those that netip names: "this"
// network, carriers' own (CGNAT), protocol assignments, examples, relays that lead elsewhere,
// benchmarks, what is reserved, and the host agent of a cloud that answers at a public address.
var special = prefixes("0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

var (
	global = netip.MustParsePrefix("2000::/3")     // the only part of IPv6 that is given out
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // IPv4 as networks without it reach it
)

func prefixes(list ...string) (out []netip.Prefix) {
	for _, text := range list {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

// Public refuses an address that is not one of the public Internet: of this machine, of a
// private or local network, of no single host, or of a cloud's own services.
func Public(address netip.Addr) error {
	plain := address.WithZone("").Unmap()
	if nat64.Contains(plain) {
		whole := plain.As16()
		plain = netip.AddrFrom4([4]byte(whole[12:]))
	}
	refused := !plain.IsGlobalUnicast() || plain.IsPrivate() || plain.Is6() && !global.Contains(plain)
	for _, network := range special {
		refused = refused || network.Contains(plain)
	}
	if refused {
		return fmt.Errorf("%s is not a public address", address)
	}
	return nil
}
