package notices

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jordan-wright/email"
)

// Mailbox keeps messages as .eml files in a folder instead of sending them.
type Mailbox struct{ Folder string }

// Send writes the message; its name is set when it is whole. The same message
// again takes the place of the first.
func (b Mailbox) Send(_ context.Context, e Envelope) error {
	raw, err := e.bytes()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(b.Folder, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(b.Folder, ".new-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(raw)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), b.file(e.MessageID))
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}

// Read opens a message as its recipient got it, with its code, link and name. One that is
// not there: fs.ErrNotExist.
func (b Mailbox) Read(messageID string) (m Message, err error) {
	f, err := os.Open(b.file(messageID))
	if err != nil {
		return m, err
	}
	defer f.Close()
	read, err := email.NewEmailFromReader(f)
	if err != nil {
		return m, fmt.Errorf("mailbox: %w", err)
	}
	return Message{Subject: read.Subject, Text: string(read.Text), HTML: string(read.HTML)}, nil
}

// file is where a message is kept.
func (b Mailbox) file(messageID string) string {
	name, _, _ := strings.Cut(messageID, "@")
	return filepath.Join(b.Folder, filepath.Base(name)+".eml")
}
