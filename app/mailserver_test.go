package app

import (
	"bytes"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/notices"
)

// A mail server that does not answer is told in the log once, and remembered until it does.
func TestTheMailServerIsAsked(t *testing.T) {
	w := apptest.NewWorld(t)
	a := &App{Store: w.Store}
	if err := a.AskMailServer(w.Ctx); err != nil {
		t.Error("without a mail server there is nothing to ask", err)
	}
	var log bytes.Buffer
	w.Store.Log = slog.New(slog.NewTextHandler(&log, nil))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	if a.mail.smtp, err = notices.NewSMTP("smtp://"+address, "no-reply@hoten.example"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := a.AskMailServer(w.Ctx); err == nil || !strings.Contains(err.Error(), "refused") {
			t.Error(err)
		}
		a.mail.asked = a.mail.asked.Add(-time.Hour)
	}
	if since, err := a.mailServerNow(); err == nil || since.IsZero() {
		t.Errorf("%v %v", since, err)
	}
	if n := strings.Count(log.String(), "HOTEN_SMTP_URL"); n != 1 {
		t.Errorf("told %d times:\n%s", n, &log)
	}
	// Another port, since anybody may have taken the first meanwhile.
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if a.mail.smtp, err = notices.NewSMTP("smtp://"+back.Addr().String(), "no-reply@hoten.example"); err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	go func() {
		c, err := back.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		answer := make([]byte, 512)
		for _, said := range []string{"220 mx.example\r\n", "250 mx.example\r\n"} {
			c.Write([]byte(said))
			c.Read(answer)
		}
	}()
	if err := a.AskMailServer(w.Ctx); err != nil || !strings.Contains(log.String(), "answers again") {
		t.Errorf("%v\n%s", err, &log)
	}
}
