package embedded

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestKilledServerRecovers(t *testing.T) {
	s := start(t, folder(t))
	query(t, s, "create table t as select 'committed' as v")
	killed := notedPID(t, s)
	if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ctx := deadline(t)
	eventually(t, "recovery", func() bool {
		v, err := tryQuery(ctx, s.URL(), "select v from t")
		return err == nil && v == "committed" && notedPID(t, s) != killed
	})
}

func TestKilledOwnerIsReplacedByTheNextProgram(t *testing.T) {
	dir := folder(t)
	other := anotherProgram(t, dir)
	before, err := locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := before.noted()
	if err != nil || m == nil {
		t.Fatal(m, err)
	}
	other.kill(t)
	s := start(t, dir)
	if !s.Owned() || notedPID(t, s) != m.pid {
		t.Errorf("owned %v, process %d; want the server that ran, %d", s.Owned(), notedPID(t, s), m.pid)
	}
	if got := query(t, s, "select v from t"); got != "committed" {
		t.Errorf("found %q", got)
	}
	stop(t, s)
	if before.alive(m) {
		t.Error("the adopted server was not ended")
	}
}

func TestKilledOwnerIsReplacedByAJoinedProgram(t *testing.T) {
	dir := folder(t)
	other := anotherProgram(t, dir)
	s := start(t, dir)
	if s.Owned() {
		t.Fatal("two owners")
	}
	other.kill(t)
	eventually(t, "taking over", s.Owned)
	if got := query(t, s, "select v from t"); got != "committed" {
		t.Errorf("found %q", got)
	}
}

func TestOwnerLeavesAJoinedProgramItsServer(t *testing.T) {
	dir := folder(t)
	other := anotherProgram(t, dir)
	s := start(t, dir)
	pid := notedPID(t, s)
	if err := other.exit(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "taking over", s.Owned)
	if got := query(t, s, "select v from t"); got != "committed" || notedPID(t, s) != pid {
		t.Errorf("found %q on process %d; want the server that ran, %d", got, notedPID(t, s), pid)
	}
}

func TestEverythingKilledAtOnce(t *testing.T) {
	dir := folder(t)
	other := anotherProgram(t, dir)
	p, err := locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.noted()
	if err != nil || m == nil {
		t.Fatal(m, err)
	}
	if err := syscall.Kill(m.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	other.kill(t)
	if got := query(t, start(t, dir), "select v from t"); got != "committed" {
		t.Errorf("found %q", got)
	}
}

func TestServerOnItsWayOutIsWaitedFor(t *testing.T) {
	dir := folder(t)
	other := anotherProgram(t, dir)
	p, err := locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.noted()
	if err != nil || m == nil {
		t.Fatal(m, err)
	}
	other.kill(t)
	// SIGTERM is the shutdown that waits for every client to leave.
	if err := syscall.Kill(m.pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := query(t, start(t, dir), "select v from t"); got != "committed" {
		t.Errorf("found %q", got)
	}
}

func TestServerThatOthersEndComesBack(t *testing.T) {
	s := start(t, folder(t))
	ctx := deadline(t)
	client, err := pgx.Connect(ctx, s.URL()) // for whom a polite end would wait
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close(ctx)
	ended := notedPID(t, s)
	if err := syscall.Kill(ended, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another server", func() bool {
		m, err := s.noted()
		return err == nil && m != nil && m.pid != ended && m.status == "ready"
	})
}

// A program killed while initdb is at work leaves a cluster that nobody may take
// for a whole one; initdb itself may go on behind it for a while.
func TestKilledWhileSettingUp(t *testing.T) {
	dir := folder(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperFolder+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, "postgres", unfinished+"*", "cluster", "PG_VERSION")
	eventually(t, "initdb at work", func() bool {
		found, _ := filepath.Glob(half) // well formed
		return len(found) > 0
	})
	program{cmd: cmd}.kill(t)
	if _, err := os.Stat(filepath.Join(dir, "postgres", "data")); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("killed too late to tell: %v", err)
	}
	s := start(t, dir)
	if got := query(t, s, "select 'ready'"); got != "ready" {
		t.Errorf("found %q", got)
	}
	stop(t, s)
}

func TestWhatIsLeftUnfinishedIsClearedAway(t *testing.T) {
	dir := folder(t)
	p, err := locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(p.root, unfinished+"1234", "cluster")
	if err := errors.Join(os.MkdirAll(left, 0o700), os.WriteFile(filepath.Join(left, "PG_VERSION"), []byte("15\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
	if found, _ := filepath.Glob(filepath.Join(p.root, unfinished+"*")); len(found) > 0 {
		t.Errorf("left behind: %v", found)
	}
}
