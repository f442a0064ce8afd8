package reimbursements_test

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"hoten/app/apptest"
	"hoten/app/notices"
	"hoten/app/reimbursements"
)

// counted is the address of a database through a socket that counts round trips: how
// often a client spoke after the server had.
func counted(t *testing.T, address string) (string, *atomic.Int64) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	socket := ".s.PGSQL." + query.Get("port")
	server := filepath.Join(query.Get("host"), socket)
	folder := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(folder, socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	trips := new(atomic.Int64)
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go relay(client, server, trips)
		}
	}()
	query.Set("host", folder)
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	return u.String(), trips
}

func relay(client net.Conn, address string, trips *atomic.Int64) {
	defer client.Close()
	server, err := net.Dial("unix", address)
	if err != nil {
		return
	}
	defer server.Close()
	var answered atomic.Bool
	go func() {
		io.Copy(client, noting{server, func() { answered.Store(true) }})
		client.Close()
	}()
	io.Copy(server, noting{client, func() {
		if answered.Swap(false) {
			trips.Add(1)
		}
	}})
}

// noting calls heard for whatever is read.
type noting struct {
	io.Reader
	heard func()
}

func (n noting) Read(b []byte) (int, error) {
	read, err := n.Reader.Read(b)
	if read > 0 {
		n.heard()
	}
	return read, err
}

// One that begins and reads, one that writes and commits.
func TestAnApprovalIsTwoRoundTrips(t *testing.T) {
	clock := &apptest.Clock{}
	clock.Set(apptest.Start)
	address, trips := counted(t, apptest.DatabaseURL(t))
	w := apptest.Populate(t, apptest.Open(t, address, clock.Now), clock)
	w.Import(files(0, []loss{small, small, small, small}))
	for i, c := range casesOf(w, 0, 4) {
		id := propose(t, w, w.Agent, c).ID
		// The first prepare their statements, each on its connection.
		before := trips.Load()
		if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, id); err != nil {
			t.Fatal(err)
		}
		if n := trips.Load() - before; i == 3 && n != 2 {
			t.Errorf("%d round trips", n)
		}
	}
}

// A mail is claimed in two round trips, its facts are asked in one, and it is noted in two; its
// case is told in one between those.
func TestAMailIsFewRoundTrips(t *testing.T) {
	clock := &apptest.Clock{}
	clock.Set(apptest.Start)
	address, trips := counted(t, apptest.DatabaseURL(t))
	w := apptest.Populate(t, apptest.Open(t, address, clock.Now), clock)
	w.Import(files(0, []loss{small, small, small, small}))
	for i, c := range casesOf(w, 0, 4) {
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
		before := trips.Load()
		w.Deliver(apptest.OutletFunc(func(notices.Envelope) error {
			if n := trips.Load() - before; i == 3 && n != 4 { // one is Deliver's, which asks what waits
				t.Errorf("%d round trips until it goes", n)
			}
			before = trips.Load()
			return nil
		}))
		if n := trips.Load() - before; i == 3 && n != 3 {
			t.Errorf("%d round trips to note it", n)
		}
	}
}
