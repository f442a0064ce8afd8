package notices

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jordan-wright/email"

	"hoten/app/jptext"
)

// Envelope is a message ready to go. To is the address as it is registered.
type Envelope struct {
	From, To, Language, MessageID string
	At                            time.Time
	Message
}

// bytes composes the message: text first, then HTML that says the same. Its errors are
// Permanent: an address that could not stand in a header.
func (e Envelope) bytes() ([]byte, error) {
	from, err := mail.ParseAddress(e.From)
	if err != nil {
		return nil, &Permanent{Err: fmt.Errorf("the From address: %w", err), Reason: Unwritten}
	}
	if at := strings.LastIndexByte(e.To, '@'); at < 1 || at == len(e.To)-1 || strings.ContainsFunc(e.To, unicode.IsControl) {
		return nil, &Permanent{Err: errors.New("the recipient is not an address"), Recipient: true, Reason: string(unknown)}
	}
	m := email.Email{From: from.Address, To: []string{"to@invalid"}, Text: []byte(strings.ReplaceAll(e.Text, "\n", "\r\n")), HTML: []byte(e.HTML), Headers: textproto.MIMEHeader{}}
	m.Headers.Set("Message-Id", "<"+e.MessageID+">")
	// email would take the zone of the process.
	m.Headers.Set("Date", e.At.In(jptext.JST).Format(time.RFC1123Z))
	m.Headers.Set("Content-Language", e.Language)
	m.Headers.Set("Auto-Submitted", "auto-generated")
	m.Headers.Set("X-Auto-Response-Suppress", "All")
	raw, err := m.Bytes()
	if err != nil {
		return nil, &Permanent{Err: err, Reason: Unwritten}
	}
	// email splits addresses at commas and does not fold encoded words.
	head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	for name, value := range map[string]string{"From": fromField(*from), "To": "<" + quoted(e.To) + ">", "Subject": encodedWords(plain(e.Subject))} {
		head = withHeader(head, name, value)
	}
	return []byte(head + "\r\n\r\n" + body), nil
}

// ours is the Message-ID under the domain that sends: receivers look for one.
func ours(id, from string) string {
	local, _, _ := strings.Cut(id, "@")
	if a, err := mail.ParseAddress(from); err == nil {
		return local + a.Address[strings.LastIndexByte(a.Address, '@'):]
	}
	return id
}

// withHeader replaces a header field of a single line, or adds it at the end.
func withHeader(head, name, value string) string {
	lines := strings.Split(head, "\r\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, name+": ") })
	if at < 0 {
		return head + "\r\n" + name + ": " + value
	}
	lines[at] = name + ": " + value
	return strings.Join(lines, "\r\n")
}

// fromField writes the From address with its name in encoded words.
func fromField(from mail.Address) string {
	if from.Name == "" {
		return from.String()
	}
	if !strings.ContainsFunc(from.Name, func(r rune) bool { return r > unicode.MaxASCII }) {
		return (&mail.Address{Name: from.Name, Address: from.Address}).String()
	}
	return encodedWords(from.Name) + "\r\n <" + quoted(from.Address) + ">"
}

// wordBytes is how much text an encoded word holds: with the name of its field
// before it, a line stays within the 76 characters of RFC 2047 section 2.
const wordBytes = 39

// encodedWords writes text as encoded words of RFC 2047, one a line; ASCII stays as it is.
func encodedWords(text string) string {
	var out []string
	start := 0
	for at, r := range text {
		if at+utf8.RuneLen(r)-start > wordBytes {
			out, start = append(out, text[start:at]), at
		}
	}
	out = append(out, text[start:])
	if !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || r < ' ' }) {
		return text
	}
	for i, part := range out {
		out[i] = "=?UTF-8?b?" + base64.StdEncoding.EncodeToString([]byte(part)) + "?="
	}
	return strings.Join(out, "\r\n ")
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
