package rest

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"hoten/app/fault"
	"hoten/app/outbound"
	"hoten/app/outside"
)

// YesNo are the choices of a setting that is off at first.
var YesNo = []string{"no", "yes"}

// Settings are how a server is reached, which each adapter has.
var Settings = []outside.Setting{
	{Name: "url", Required: true},
	{Name: "ca", Lines: true},
	{Name: "allow_plain", Choices: YesNo, Default: "no"},
}

// Server is a server as it is set up. It is not changed after Open.
type Server struct {
	base    *url.URL
	tls     *tls.Config // nil: not encrypted
	client  *http.Client
	secrets []string // of ours, which nothing is told with
}

// Open reads how a server is reached from Settings, and adds to p what cannot be meant. The
// secrets are cut out of whatever is told of its answers.
func Open(p *fault.Problems, set map[string]string, secrets ...string) *Server {
	u, err := url.Parse(set["url"])
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" {
		p.Add("url", "rest_url")
		return nil
	}
	s := &Server{base: u, secrets: secrets}
	if u.Scheme == "http" && !loopback(u.Hostname()) && set["allow_plain"] != "yes" {
		p.Add("url", "rest_plain")
	}
	if u.Scheme == "https" {
		s.tls = &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	}
	if set["ca"] != "" && s.tls != nil {
		s.tls.RootCAs = x509.NewCertPool()
		if !s.tls.RootCAs.AppendCertsFromPEM([]byte(set["ca"])) {
			p.Add("ca", "rest_ca")
		}
	}
	s.client = outbound.Client(s.tls, nil)
	return s
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}

// address is the host and port of the server.
func (s *Server) address() string {
	port := s.base.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[s.base.Scheme]
	}
	return net.JoinHostPort(s.base.Hostname(), port)
}
