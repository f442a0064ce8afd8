package imports_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/policies"
)

// Uploads that do not come on hold no connection of the database and leave no file;
// one more than there is room for is told to come again.
func TestStalledUploads(t *testing.T) {
	w := apptest.NewWorld(t)
	t.Setenv("TMPDIR", t.TempDir()) // after the database, which has its folder there
	const room = 4
	reached, goOn, ended := make(chan bool), make(chan bool), make(chan error)
	for n := range room {
		go func() {
			given := false
			_, err := imports.Start(w.Ctx, w.Store, w.Manager, apptest.Reference, true, func() (*imports.Upload, error) {
				if given {
					return nil, nil
				}
				given = true
				text := io.MultiReader(strings.NewReader(ids), stalled{reached, goOn}, strings.NewReader(fmt.Sprintf("a%d@ocn.example,,1,1\n", n)))
				return &imports.Upload{File: imports.AffectedFile, Content: text}, nil
			})
			ended <- err
		}()
	}
	for range room {
		<-reached
	}
	if n := w.Store.Pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are held", n)
	}
	if _, err := upload(w, w.Manager, true, "affected", ids); !fault.Is(err, "uploads_busy") {
		t.Errorf("one more: %v", err)
	}
	close(goOn)
	for range room {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if _, err := upload(w, w.Manager, true, "affected", ids); err != nil {
		t.Errorf("after them: %v", err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 0 {
		t.Errorf("%v stays behind", left)
	}
}

// stalled gives nothing until goOn is closed.
type stalled struct{ reached, goOn chan bool }

func (s stalled) Read([]byte) (int, error) {
	s.reached <- true
	<-s.goOn
	return 0, io.EOF
}

// Whatever refuses an upload, no file and no row of it stays.
func TestRefusedUploadsLeaveNothing(t *testing.T) {
	w := apptest.NewWorld(t)
	t.Setenv("TMPDIR", t.TempDir()) // after the database, which has its folder there
	w.SetPolicies(func(p *policies.Policies) { p.UploadMegabytes = 1 })
	send := func(content io.Reader, file string) error {
		given := false
		_, err := imports.Start(w.Ctx, w.Store, w.Manager, apptest.Reference, false, func() (*imports.Upload, error) {
			if given {
				return nil, nil
			}
			given = true
			return &imports.Upload{File: file, Content: content}, nil
		})
		return err
	}
	for name, c := range map[string]struct {
		content    io.Reader
		file, want string
	}{
		"too large":    {bytes.NewReader(make([]byte, 1<<20+1)), "affected", "too_large"},
		"empty":        {strings.NewReader(""), "affected", "invalid affected:file_empty"},
		"cut off":      {io.MultiReader(strings.NewReader(ids), iotest.ErrReader(io.ErrUnexpectedEOF)), "movements", "invalid movements:multipart_expected"},
		"stalled":      {io.MultiReader(strings.NewReader(ids), iotest.ErrReader(fmt.Errorf("read: %w", os.ErrDeadlineExceeded))), "movements", "invalid movements:upload_too_slow"},
		"another file": {strings.NewReader("x"), "passwords", "invalid passwords:file_unknown"},
	} {
		if err := send(c.content, c.file); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	cut, cancel := context.WithCancel(w.Ctx)
	cancel()
	if _, err := imports.Start(cut, w.Store, w.Manager, apptest.Reference, false, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("hung up: %v", err)
	}
	if n := count(w, "select (select count(*) from imports) + (select count(*) from import_chunks)"); n != 0 {
		t.Errorf("%d rows stay", n)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 0 {
		t.Errorf("%v stays behind", left)
	}
}

// A body that has passed its deadline is broken off by the connection.
func TestPacedUploadIsReadWithDeadlines(t *testing.T) {
	set := 0
	recorder := &deadlines{ResponseRecorder: httptest.NewRecorder(), set: &set}
	r := httptest.NewRequest("POST", "/", strings.NewReader("some text"))
	imports.Paced(recorder, r)
	got, err := io.ReadAll(r.Body)
	if err != nil || string(got) != "some text" || set < 2 {
		t.Errorf("%q %v, %d deadlines", got, err, set)
	}
	if !recorder.last.IsZero() {
		t.Error("the deadline outlives the body")
	}
	plain := httptest.NewRequest("POST", "/", strings.NewReader("some text"))
	imports.Paced(httptest.NewRecorder(), plain)
	if got, err := io.ReadAll(plain.Body); err != nil || string(got) != "some text" {
		t.Errorf("without deadlines: %q %v", got, err)
	}
}

// A refusal reaches a client whose upload stands still, long before the client ends.
func TestRefusalOfAStalledUploadIsAnswered(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		imports.Paced(w, r)
		imports.Refused(w)
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	body, stop := io.Pipe()
	defer stop.Close()
	request, err := http.NewRequest("POST", server.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = 100_000
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("%v %v", answer, err)
	}
	answer.Body.Close()
}

type deadlines struct {
	*httptest.ResponseRecorder
	set  *int
	last time.Time
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	*d.set++
	d.last = at
	return nil
}
