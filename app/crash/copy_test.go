package crash

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"hoten/app/apptest"
)

// copied is the house with a copy of its database.
func (h *house) copied() *house {
	h.t.Helper()
	address := apptest.CopyOf(h.t, h.address)
	pool, err := pgxpool.New(h.t.Context(), address)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(pool.Close)
	other := *h
	other.address, other.db = address, pool
	other.env = append(slices.Clone(h.env), "HOTEN_DATABASE_URL="+address)
	return &other
}

func (p *program) ready() string {
	p.h.t.Helper()
	r, err := http.Get(p.origin + "/readyz")
	if err != nil {
		p.h.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	return string(b)
}

// A copy of a database whose mails wait sends none of them beside the original, until an
// administrator releases it; then each goes once. A plain start holds nothing.
func TestACopySendsNothing(t *testing.T) {
	t.Parallel()
	const n = 10
	o, address := newOffice(t)
	h := newHouse(t, sendmail("smtp://127.0.0.1:1")...) // nobody listens: the mails wait
	h.command("staff", "add", "--email", "admin@hoten.example", "--name", "admin", "--role", "administrator")
	h.tokens["admin"] = strings.TrimSpace(h.command("token", "create", "--staff", "admin@hoten.example", "--name", "crash"))
	first := h.start()
	h.notices(first, n)
	if got := first.ready(); !strings.HasPrefix(got, "ready") || strings.Contains(got, "held") { // its mail server may be found silent by now
		t.Errorf("the original: %q", got)
	}
	first.stop()
	c := h.copied()
	if _, err := c.db.Exec(t.Context(), "update mails set due_at = now() - interval '1 hour', attempts = 0"); err != nil {
		t.Fatal(err)
	}
	second := c.start(sendmail(address)...)
	if got := second.ready(); !strings.Contains(got, "held") {
		t.Errorf("the copy: %q", got)
	}
	state := second.must("agent", "GET", "/installation", nil)
	if state["held"] != true || state["mails_waiting"] != float64(n) {
		t.Errorf("%v", state)
	}
	c.until("the figure is counted", func() bool {
		r, err := http.Get(second.origin + "/metrics")
		if err != nil {
			return false
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		return err == nil && strings.Contains(string(b), "hoten_installation_held 1")
	})
	if sent := c.count("select count(*) from mails where attempts > 0 or state <> 'queued'"); sent != 0 || len(o.got) != 0 {
		t.Errorf("the copy tried %d mails", sent)
	}
	in := map[string]string{"mails": "send", "reason": "切替"}
	for _, who := range []string{"agent", "sv", "manager"} {
		if _, err := second.call(who, "POST", "/installation/release", in); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("%s: %v", who, err)
		}
	}
	if state := second.must("admin", "POST", "/installation/release", in); state["held"] != false {
		t.Errorf("after the release: %v", state)
	}
	c.allSent()
	second.stop()
	if repeats := came(t, n, o); repeats != 0 {
		t.Errorf("%d mails came twice", repeats)
	}
	again := c.start(sendmail(address)...)
	if got := again.ready(); got != "ready\n" {
		t.Errorf("started again: %q", got)
	}
	again.stop()
	if !strings.Contains(second.log.String(), "this is a copy or a restored backup") {
		t.Error("the log does not say it")
	}
	// By the command line, which lets the mails of a second copy go where they belong.
	d := h.copied()
	if out := d.command("release", "--mails", "discard", "--reason", "訓練"); !strings.Contains(out, "emails that were waiting: 10 (discard)") {
		t.Errorf("hoten release: %s", out)
	}
}
