package crash

import (
	"fmt"
	"io"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

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

// sendmail has a program send through the office at the address.
func sendmail(address string) []string {
	return []string{"HOTEN_SMTP_URL=" + address, "HOTEN_MAIL_FROM=no-reply@hoten.example"}
}

// came checks that each of n members got at least one mail, repeats only under
// the Message-ID of the first, and returns how many were repeats.
func came(t *testing.T, n int, offices ...*office) (repeats int) {
	t.Helper()
	got, names := map[string][]string{}, map[string]bool{}
	for _, o := range offices {
		o.mu.Lock()
		for to, ids := range o.got {
			got[to] = append(got[to], ids...)
		}
		o.mu.Unlock()
	}
	for i := range n {
		ids := got[fmt.Sprintf("c%d@mail.example", i)]
		if len(ids) == 0 {
			t.Errorf("nothing came to member %d", i)
			continue
		}
		for _, id := range ids {
			if id == "" || id != ids[0] {
				t.Errorf("member %d got %v", i, ids)
			}
		}
		names[ids[0]] = true
		repeats += len(ids) - 1
	}
	if len(names) != n || len(got) != n {
		t.Errorf("%d Message-IDs to %d members, want %d", len(names), len(got), n)
	}
	return repeats
}

// Two programs share the mails: each goes out once, also when both of them come
// to a mail. Chance seldom has them do so, hence every job is there twice here.
func TestTwoProgramsMail(t *testing.T) {
	t.Parallel()
	const n = 200
	o, address := newOffice(t)
	h := newHouse(t, sendmail(address)...)
	one, two := h.start(), h.start()
	h.notices(one, n)
	release := h.hold("lock table mails in share mode")
	const jobs = "from river_job where kind = 'mails_deliver' and state in ('available', 'running')"
	h.until("all mails have their jobs", func() bool {
		return h.count("select count(*) "+jobs) > 0 && h.count("select count(*) from mails where state = 'queued' and id not in (select jsonb_array_elements_text(args->'ids')::bigint "+jobs+")") == 0
	})
	if _, err := h.db.Exec(t.Context(), "insert into river_job (args, kind, max_attempts, priority, queue) select args, kind, max_attempts, priority, queue "+jobs); err != nil {
		t.Fatal(err)
	}
	release()
	h.allSent()
	h.until("all jobs are done", func() bool { return h.count("select count(*) "+jobs) == 0 })
	one.stop()
	two.stop()
	if repeats := came(t, n, o); repeats != 0 {
		t.Fatalf("%d mails came again", repeats)
	}
}

// workers is how many mails a program sends at once (app/workers.go).
const workers = 2

// due has what a dead program had claimed sent now: by design that waits two
// minutes, which the test does not.
func (h *house) due() {
	h.t.Helper()
	if _, err := h.db.Exec(h.t.Context(), "update mails set due_at = now() where state = 'queued'"); err != nil {
		h.t.Fatal(err)
	}
}

// A program killed when the mail server has taken a mail, and before it could
// note that: the mail comes again under its old Message-ID, no other is lost.
func TestKilledWhileMailing(t *testing.T) {
	t.Parallel()
	const n = 100
	o, address := newOffice(t)
	h := newHouse(t, sendmail(address)...)
	p := h.start()
	o.posted = func(n int) {
		if n == 20 {
			p.process.Process.Kill()
		}
	}
	h.notices(p, n)
	<-p.ended
	h.gone()
	if left := h.count("select count(*) from mails where state = 'queued'"); left < n/2 {
		t.Fatalf("only %d mails were left: the program was not killed at its work", left)
	}
	h.due()
	p = h.start()
	h.allSent()
	p.stop()
	if repeats := came(t, n, o); repeats == 0 || repeats > workers {
		t.Errorf("%d mails were repeated", repeats)
	}
}

// Of two programs one is killed like that: the other sends all the rest, without
// being started again, and then what the dead one had in its hands.
func TestOneOfTwoKilledWhileMailing(t *testing.T) {
	t.Parallel()
	const n = 200
	mine, my := newOffice(t)
	theirs, their := newOffice(t)
	h := newHouse(t)
	one, two := h.start(sendmail(my)...), h.start(sendmail(their)...)
	mine.posted = func(n int) {
		if n == 20 {
			one.process.Process.Kill()
		}
	}
	h.notices(two, n)
	<-one.ended
	start := time.Now()
	h.until("only what the dead program had claimed is left", func() bool {
		return h.count("select count(*) from mails where state = 'queued'") <= workers
	})
	soon(t, "the rest of the mails", start)
	if left := h.count("select count(*) from mails where state = 'queued'"); left == 0 {
		t.Error("the dead program had claimed nothing")
	}
	h.due()
	h.allSent()
	two.stop()
	if repeats := came(t, n, mine, theirs); repeats == 0 || repeats > workers {
		t.Errorf("%d mails were repeated", repeats)
	}
	if mine.n < 20 || theirs.n < n/2 {
		t.Errorf("%d and %d mails were taken", mine.n, theirs.n)
	}
}
