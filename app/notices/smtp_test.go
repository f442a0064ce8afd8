package notices

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

const sender = "NTTコミュニケーションズ <no-reply@hoten.example>"

func outlet(t *testing.T, address string) *SMTP {
	t.Helper()
	s, err := NewSMTP(address, sender)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func envelope(t *testing.T, to string) Envelope {
	return Envelope{From: sender, To: to, Language: "ja", MessageID: "0198@hoten", At: time.Date(2014, 7, 31, 1, 30, 0, 0, time.UTC),
		Message: render(t, RestrictionNotice, "ja", facts(nasty), "")}
}

func TestSMTPMessage(t *testing.T) {
	r := receive(t, &receiver{}, nil)
	out := outlet(t, "smtp://"+r.address)
	for _, to := range []string{"taro@mail.example", "foo..bar@docomo.example", "foo.@docomo.example", ".a,b@docomo.example"} {
		if err := out.Send(t.Context(), envelope(t, to)); err != nil {
			t.Fatalf("%s: %v", to, err)
		}
	}
	if r.sessions != 1 {
		t.Errorf("%d connections for four messages", r.sessions)
	}
	if got := strings.Join(r.to, " "); got != "taro@mail.example foo..bar@docomo.example foo.@docomo.example .a,b@docomo.example" {
		t.Errorf("recipients %s", got)
	}
	m, err := mail.ReadMessage(strings.NewReader(r.got[1]))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"To": `<"foo..bar"@docomo.example>`, "Date": "Thu, 31 Jul 2014 10:30:00 +0900", "Message-Id": "<0198@hoten>",
		"Content-Language": "ja", "Auto-Submitted": "auto-generated", "Subject": SubjectOf(RestrictionNotice, "ja", env("ja")), "From": `NTTコミュニケーションズ <no-reply@hoten.example>`} {
		got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
		if err != nil || got != want {
			t.Errorf("%s is %q (%v), not %q", name, got, err, want)
		}
	}
	wantParts(t, m, envelope(t, "").Message)
	for _, line := range strings.Split(r.got[0], "\r\n") {
		if len(line) > 100 || strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
			t.Errorf("line %q", line)
		}
	}
}

func wantParts(t *testing.T, m *mail.Message, want Message) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for i, content := range []string{want.Text, want.HTML} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		if kind := p.Header.Get("Content-Type"); kind != []string{"text/plain; charset=UTF-8", "text/html; charset=UTF-8"}[i] {
			t.Errorf("part %d is %s", i, kind)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if got := strings.ReplaceAll(string(b), "\r\n", "\n"); err != nil || got != content {
			t.Errorf("part %d is not what was rendered: %v", i, err)
		}
	}
}

func TestSMTPInjectsNoHeaders(t *testing.T) {
	r := receive(t, &receiver{}, nil)
	out := outlet(t, "smtp://"+r.address)
	e := envelope(t, "taro@mail.example")
	e.Subject = "件名\r\nBcc: evil@evil.example\r\n\r\nbody"
	if err := out.Send(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if m, err := mail.ReadMessage(strings.NewReader(r.got[0])); err != nil || m.Header.Get("Bcc") != "" {
		t.Errorf("%v %v", m.Header, err)
	}
	for _, to := range []string{"a@b.example\r\nBcc: evil@evil.example", "a@b.example\nX: y", "no address", "", "@b.example", "a@"} {
		var permanent *Permanent
		if err := out.Send(t.Context(), envelope(t, to)); !errors.As(err, &permanent) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if len(r.to) != 1 {
		t.Errorf("sent to %q", r.to)
	}
}

func TestSMTPRefusals(t *testing.T) {
	answer := func(code int, enhanced smtp.EnhancedCode, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
	}
	for _, c := range []struct {
		name       string
		rcpt, data error
		permanent  bool
		recipient  bool
	}{
		{"greylisted", answer(451, smtp.EnhancedCode{4, 7, 1}, "try later"), nil, false, false},
		{"mailbox busy", answer(450, smtp.NoEnhancedCode, "busy"), nil, false, false},
		{"unknown user", answer(550, smtp.EnhancedCode{5, 1, 1}, "no such user"), nil, true, true},
		{"unknown user without enhanced code", answer(550, smtp.NoEnhancedCode, "User unknown"), nil, true, true},
		{"full", answer(552, smtp.EnhancedCode{5, 2, 2}, "full"), nil, false, false},
		{"no way to the host", answer(550, smtp.EnhancedCode{5, 4, 1}, "recipient rejected"), nil, false, false},
		{"relay", answer(554, smtp.EnhancedCode{5, 7, 1}, "relay access denied"), nil, false, false},
		{"relay without enhanced code", answer(550, smtp.NoEnhancedCode, "Relaying denied"), nil, false, false},
		{"sign in first", answer(530, smtp.EnhancedCode{5, 7, 0}, "authentication required"), nil, false, false},
		{"sender refused at the recipient", answer(550, smtp.EnhancedCode{5, 1, 8}, "bad sender"), nil, false, false},
		{"later", nil, answer(452, smtp.EnhancedCode{4, 3, 1}, "no space"), false, false},
		{"content", nil, answer(554, smtp.EnhancedCode{5, 6, 0}, "not liked"), true, false},
		{"unknown user at the end", nil, answer(550, smtp.EnhancedCode{5, 1, 1}, "no such user"), true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := receive(t, &receiver{rcpt: []error{c.rcpt}, data: []error{c.data}}, nil)
			out := outlet(t, "smtp://"+r.address)
			err := out.Send(t.Context(), envelope(t, "taro@mail.example"))
			var permanent *Permanent
			if is := errors.As(err, &permanent); err == nil || is != c.permanent || is && permanent.Recipient != c.recipient {
				t.Fatalf("%#v", err)
			}
			if err := out.Send(t.Context(), envelope(t, "hanako@mail.example")); err != nil || r.count() != 1 || r.sessions != 1 {
				t.Errorf("the next message: %v, %d kept, %d connections", err, r.count(), r.sessions)
			}
		})
	}
}
