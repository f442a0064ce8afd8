package notices

import (
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
	"unicode"

	"github.com/jordan-wright/email"

	"hoten/app/jptext"
)

// Envelope is a message ready to go. To is the address as it is registered.
type Envelope struct {
	From, To, Language, MessageID string
	At                            time.Time
	Message
}

// bytes composes the message: text first, then HTML that says the same. It fails
// when an address could not stand in a header.
func (e Envelope) bytes() ([]byte, error) {
	from, err := mail.ParseAddress(e.From)
	if err != nil {
		return nil, fmt.Errorf("the From address: %w", err)
	}
	if at := strings.LastIndexByte(e.To, '@'); at < 1 || at == len(e.To)-1 || strings.ContainsFunc(e.To, unicode.IsControl) {
		return nil, errors.New("the recipient is not an address")
	}
	m := email.Email{From: from.String(), To: []string{quoted(e.To)}, Subject: mime.BEncoding.Encode("UTF-8", plain(e.Subject)),
		Text: []byte(strings.ReplaceAll(e.Text, "\n", "\r\n")), HTML: []byte(e.HTML), Headers: textproto.MIMEHeader{}}
	m.Headers.Set("Message-Id", "<"+e.MessageID+">")
	// email would take the zone of the process.
	m.Headers.Set("Date", e.At.In(jptext.JST).Format(time.RFC1123Z))
	m.Headers.Set("Content-Language", e.Language)
	m.Headers.Set("Auto-Submitted", "auto-generated")
	m.Headers.Set("X-Auto-Response-Suppress", "All")
	raw, err := m.Bytes()
	if err != nil {
		return nil, err
	}
	// email writes a long subject as one line; RFC 2047 wants its words folded.
	head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	return []byte(strings.ReplaceAll(head, "?= =?", "?=\r\n =?") + "\r\n\r\n" + body), nil
}

// quoted puts the local part of an address into quotes where the syntax of mail
// needs it: old carriers gave out addresses like foo..bar@ and foo.@ (docs/domain.md
// section 6).
func quoted(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	local := address[:at]
	already := len(local) > 1 && local[0] == '"' && local[len(local)-1] == '"'
	dots := local == "" || local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..")
	if already || !dots && !strings.ContainsAny(local, " \"(),:;<>@[\\]") {
		return address
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local) + `"` + address[at:]
}
