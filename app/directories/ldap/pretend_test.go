package ldap

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	goldap "github.com/go-ldap/ldap/v3"
)

// listen serves connections until the test ends, and returns the URL to it.
func listen(t *testing.T, serve func(n int, c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for n := 1; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(n, c)
			}()
		}
	}()
	return "ldap://" + l.Addr().String()
}

// message reads one LDAP message as it came, with its operation.
func message(r io.Reader) (raw []byte, p *ber.Packet, err error) {
	var b bytes.Buffer
	p, err = ber.ReadPacket(io.TeeReader(r, &b))
	if err == nil && len(p.Children) < 2 {
		err = errors.New("no LDAP message")
	}
	return b.Bytes(), p, err
}

// between stands between hoten and a server. When the request at of the first connection
// comes, it does meet, and cuts the connection: with done, after the server has answered.
func between(t *testing.T, s *server, at int, done bool, meet func()) string {
	address := strings.TrimPrefix(s.url, "ldap://")
	return listen(t, func(n int, c net.Conn) {
		up, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		defer up.Close()
		for i := 1; ; i++ {
			raw, _, err := message(c)
			cut := n == 1 && i == at
			if cut && meet != nil {
				meet()
			}
			if err != nil || cut && !done {
				return
			}
			if up.Write(raw); !relay(c, up, !cut) || cut {
				return
			}
		}
	})
}

// relay reads the whole answer to a request, and passes it on, if it is to.
func relay(c, up net.Conn, on bool) bool {
	for {
		raw, p, err := message(up)
		if err != nil {
			return false
		}
		if on {
			c.Write(raw)
		}
		if tag := p.Children[1].Tag; tag != goldap.ApplicationSearchResultEntry && tag != goldap.ApplicationSearchResultReference {
			return true
		}
	}
}

// tenMB is one string of 10 MB in BER.
var tenMB = append([]byte{byte(ber.TagOctetString), 0x84, 0, 0xA0, 0, 0}, bytes.Repeat([]byte("x"), 10<<20)...)

// misbehaving are ways to answer a request.
var misbehaving = map[string]func(c net.Conn, id int64){
	"closes":  func(c net.Conn, _ int64) {},
	"silence": func(c net.Conn, _ int64) { io.Copy(io.Discard, c) },
	"garbage": func(c net.Conn, _ int64) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) },
	"huge":    func(c net.Conn, _ int64) { c.Write(tenMB) },
	"endless": func(c net.Conn, id int64) {
		for { // answers to nobody, until the connection is closed
			if _, err := c.Write(result(id+1000, goldap.ApplicationExtendedResponse, 0, strings.Repeat("x", 1000)).Bytes()); err != nil {
				return
			}
		}
	},
	"other number": func(c net.Conn, id int64) {
		c.Write(result(id+7, goldap.ApplicationExtendedResponse, 0, "").Bytes())
	},
	"not a result": func(c net.Conn, id int64) {
		p := ber.NewSequence("")
		p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
		p.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "hello", ""))
		c.Write(p.Bytes())
	},
	"notice of disconnection": func(c net.Conn, _ int64) {
		c.Write(result(0, goldap.ApplicationExtendedResponse, goldap.LDAPResultUnavailable, "going").Bytes())
	},
}

// result is the message of a result with the number of its request.
func result(id int64, op ber.Tag, code int64, diagnostic string, more ...*ber.Packet) *ber.Packet {
	r := ber.Encode(ber.ClassApplication, ber.TypeConstructed, op, nil, "")
	r.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	r.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	r.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, diagnostic, ""))
	return enveloped(id, append([]*ber.Packet{r}, more...)...)
}

func enveloped(id int64, parts ...*ber.Packet) *ber.Packet {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	for _, part := range parts {
		p.AppendChild(part)
	}
	return p
}

// found is the message of an entry without attributes.
func found(id int64, dn string) *ber.Packet {
	e := ber.Encode(ber.ClassApplication, ber.TypeConstructed, goldap.ApplicationSearchResultEntry, nil, "")
	e.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, dn, ""))
	e.AppendChild(ber.NewSequence(""))
	return enveloped(id, e)
}

// pretend is a server that lets hoten in, has any entry, and answers operations of the
// kind op as given.
func pretend(t *testing.T, op ber.Tag, answer func(c net.Conn, id int64)) string {
	t.Helper()
	return listen(t, func(_ int, c net.Conn) {
		for {
			_, p, err := message(c)
			if err != nil {
				return
			}
			id, _ := p.Children[0].Value.(int64)
			switch tag := p.Children[1].Tag; {
			case tag == op:
				answer(c, id)
				return
			case tag == goldap.ApplicationSearchRequest:
				c.Write(found(id, dn("alice")).Bytes())
				c.Write(result(id, goldap.ApplicationSearchResultDone, 0, "").Bytes())
			case tag == goldap.ApplicationBindRequest && p.Children[1].Children[1].Value != hotenDN:
				c.Write(result(id, goldap.ApplicationBindResponse, goldap.LDAPResultInvalidCredentials, "").Bytes())
			default: // the answer has the number after that of the operation
				c.Write(result(id, tag+1, 0, "").Bytes())
			}
		}
	})
}

// policyControl is the control of password policies with an error.
func policyControl(code int64) *ber.Packet {
	value := ber.NewSequence("")
	value.AppendChild(ber.NewInteger(ber.ClassContext, ber.TypePrimitive, 1, code, ""))
	control := ber.NewSequence("")
	control.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, goldap.ControlTypeBeheraPasswordPolicy, ""))
	control.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, string(value.Bytes()), ""))
	controls := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
	controls.AppendChild(control)
	return controls
}
