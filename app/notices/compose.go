package notices

import (
	"mime"
	"net/textproto"
	"strings"
	"time"

	"github.com/jordan-wright/email"

	"hoten/app/jptext"
)

// bytes composes the message: text first, then HTML that says the same.
func (e Envelope) bytes() ([]byte, error) {
	m := email.Email{From: e.From, To: []string{quoted(e.To)}, Subject: mime.BEncoding.Encode("UTF-8", oneLine(e.Subject)),
		Text: []byte(strings.ReplaceAll(e.Text, "\n", "\r\n")), HTML: []byte(e.HTML), Headers: textproto.MIMEHeader{}}
	m.Headers.Set("Message-Id", "<"+e.MessageID+">")
	// email would take the zone of the process.
	m.Headers.Set("Date", e.At.In(jptext.JST).Format(time.RFC1123Z))
	m.Headers.Set("Content-Language", e.Language)
	m.Headers.Set("Auto-Submitted", "auto-generated")
	return m.Bytes()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// quoted puts the local part of an address into quotes where the syntax of mail
// needs it: old carriers gave out addresses like foo..bar@ and foo.@ (DOMAIN.md
// section 6).
func quoted(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	local := address[:at]
	if strings.HasPrefix(local, `"`) || !strings.HasPrefix(local, ".") && !strings.HasSuffix(local, ".") && !strings.Contains(local, "..") {
		return address
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local) + `"` + address[at:]
}
