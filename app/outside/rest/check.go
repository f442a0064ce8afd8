package rest

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"hoten/app/outside"
)

// Checkup is a check that is going on.
type Checkup struct {
	Found  []outside.Finding
	hidden []string
}

// Note keeps what a step found, an error or that all is well, with what is to be told of it,
// and reports whether all is well.
func (k *Checkup) Note(step string, err error, told string) bool {
	switch why := err.(type) {
	case nil:
	case *outside.Unready:
		told = why.Said
	case *outside.Refused:
		told = why.Said
	default:
		told = err.Error()
	}
	k.Found = append(k.Found, outside.Finding{Step: step, OK: err == nil, Said: Said(told, k.hidden...)})
	return err == nil
}

// Check begins a check: it connects, and looks at the certificate. ok: the server can be asked.
func (s *Server) Check(ctx context.Context) (k *Checkup, ok bool) {
	k = &Checkup{hidden: s.secrets}
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", s.address())
	if !k.Note("connect", err, "") {
		return k, false
	}
	defer raw.Close()
	if s.tls == nil {
		return k, true
	}
	encrypted := tls.Client(raw, s.tls)
	told := ""
	if err = encrypted.HandshakeContext(ctx); err == nil {
		told = "notAfter " + encrypted.ConnectionState().PeerCertificates[0].NotAfter.Format(time.DateOnly)
	}
	return k, k.Note("tls", err, told)
}
