package crash

import (
	"fmt"
	"io"
	"net"
	"net/mail"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// office is a mail server that notes who got which Message-ID.
type office struct {
	mu     sync.Mutex
	got    map[string][]string // Message-IDs by recipient
	n      int
	posted func(n int) // called after the n-th mail was taken, before it is answered
	server *smtp.Server
}

type visit struct {
	o  *office
	to string
}

// NewSession begins a visit.
func (o *office) NewSession(*smtp.Conn) (smtp.Session, error) { return &visit{o: o}, nil }

func (v *visit) Mail(string, *smtp.MailOptions) error { return nil }
func (v *visit) Reset()                               {}
func (v *visit) Logout() error                        { return nil }
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	return nil
}

func (v *visit) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, m.Body); err != nil {
		return err
	}
	v.o.mu.Lock()
	defer v.o.mu.Unlock()
	v.o.got[v.to] = append(v.o.got[v.to], m.Header.Get("Message-ID"))
	if v.o.n++; v.o.posted != nil {
		v.o.posted(v.o.n)
	}
	return nil
}

func newOffice(t *testing.T) (*office, string) {
	t.Helper()
	o := &office{got: map[string][]string{}}
	o.server = smtp.NewServer(o)
	o.server.Domain, o.server.AllowInsecureAuth = "localhost", true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go o.server.Serve(l)
	t.Cleanup(func() { o.server.Close() })
	return o, "smtp://" + l.Addr().String()
}

// notices has the restriction notice sent to all n members.
func (h *house) notices(p *program, n int) {
	h.t.Helper()
	p.incident()
	p.finished("manager", p.upload("affected", affected(n)))
	p.must("manager", "POST", "/incidents/T/notices", nil)
	h.until("the notices are queued", func() bool { return h.count("select count(*) from mails") == int64(n) })
}

func (h *house) allSent() {
	h.t.Helper()
	h.until("all mails are sent", func() bool { return h.count("select count(*) from mails where state <> 'sent'") == 0 })
}

// Two programs share the mails: each goes out once.
func TestTwoProgramsMail(t *testing.T) {
	t.Parallel()
	const n = 200
	o, address := newOffice(t)
	h := newHouse(t, "HOTEN_SMTP_URL="+address, "HOTEN_MAIL_FROM=no-reply@hoten.example")
	one, two := h.start(), h.start()
	h.notices(one, n)
	h.allSent()
	one.stop()
	two.stop()
	if len(o.got) != n || o.n != n {
		t.Fatalf("%d mails to %d members, want %d", o.n, len(o.got), n)
	}
}

// A program killed when the mail server has taken a mail, and before it could
// note that: the mail comes again under its old Message-ID, no other is lost.
func TestKilledWhileMailing(t *testing.T) {
	t.Parallel()
	const n = 100
	o, address := newOffice(t)
	h := newHouse(t, "HOTEN_SMTP_URL="+address, "HOTEN_MAIL_FROM=no-reply@hoten.example")
	p := h.start()
	o.posted = func(n int) {
		if n == 20 {
			p.process.Process.Kill()
		}
	}
	h.notices(p, n)
	<-p.ended
	// What the dead program had claimed is due again in two minutes; the test
	// does not wait for them.
	if _, err := h.db.Exec(t.Context(), "update mails set due_at = now() where state = 'queued'"); err != nil {
		t.Fatal(err)
	}
	p = h.start()
	h.allSent()
	p.stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	repeated := 0
	for i := range n {
		ids := o.got[fmt.Sprintf("c%d@mail.example", i)]
		if len(ids) == 0 {
			t.Errorf("nothing came to member %d", i)
		}
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("member %d got %v", i, ids)
			}
		}
		repeated += max(0, len(ids)-1)
	}
	if repeated == 0 || repeated > 4 {
		t.Errorf("%d mails were repeated", repeated)
	}
}
