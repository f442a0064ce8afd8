package notices

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
		name, _, _ := strings.Cut(e.MessageID, "@")
		err = os.Rename(tmp.Name(), filepath.Join(b.Folder, fmt.Sprintf("%s.eml", filepath.Base(name))))
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}
