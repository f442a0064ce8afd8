package notices

import (
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMailbox(t *testing.T) {
	box := Mailbox{Folder: filepath.Join(t.TempDir(), "a", "mailbox")}
	first := envelope(t, "foo..bar@docomo.example")
	for _, id := range []string{"0198a@hoten", "0198a@hoten", "../0198b@hoten"} {
		first.MessageID = id
		if err := box.Send(t.Context(), first); err != nil {
			t.Fatal(err)
		}
	}
	entries := must(os.ReadDir(box.Folder))
	if len(entries) != 2 || entries[0].Name() != "0198a.eml" || entries[1].Name() != "0198b.eml" {
		t.Fatalf("%v", entries)
	}
	file := filepath.Join(box.Folder, entries[0].Name())
	m, err := mail.ReadMessage(strings.NewReader(string(must(os.ReadFile(file)))))
	if err != nil || m.Header.Get("To") != `<"foo..bar"@docomo.example>` {
		t.Fatalf("%v %v", m, err)
	}
	wantParts(t, m, first.Message)
	if info := must(os.Stat(file)); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if err := box.Send(t.Context(), envelope(t, "nobody")); err == nil {
		t.Error("a recipient that is no address was taken")
	}
	full := Mailbox{Folder: file}
	if err := full.Send(t.Context(), first); err == nil {
		t.Error("a file was taken for a folder")
	}
	if left := must(os.ReadDir(box.Folder)); len(left) != 2 {
		t.Errorf("%v", left)
	}
}
