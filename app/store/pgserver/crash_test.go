package pgserver

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// helperFolder, when set, makes the test program another program on that folder.
const helperFolder = "HOTEN_PGSERVER_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperFolder); dir != "" {
		if err := beAnotherProgram(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// beAnotherProgram uses the server, says so, and stays until it may go or dies.
func beAnotherProgram(dir string) error {
	s, err := Start(context.Background(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if _, err := tryQuery(context.Background(), s.URL(), "create table t as select 'committed' as v"); err != nil {
		return err
	}
	fmt.Println("ready")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return s.Stop()
}

type program struct {
	cmd  *exec.Cmd
	exit func() error // lets it end by itself
}

func anotherProgram(t *testing.T, dir string) program {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperFolder+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the other program said %q, %v", line, err)
	}
	return program{cmd, func() error {
		if err := in.Close(); err != nil {
			return err
		}
		return cmd.Wait()
	}}
}

func (p program) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // "signal: killed"
}

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

func TestStaleProcessNumbers(t *testing.T) {
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	for name, number := range map[string]func(*testing.T, place) int{
		"dead":            func(*testing.T, place) int { return dead.Process.Pid },
		"ours":            func(*testing.T, place) int { return os.Getpid() },
		"of its own user": func(t *testing.T, p place) int { return bystander(t, p).Process.Pid },
		"of init":         func(*testing.T, place) int { return 1 },
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			s := start(t, dir)
			query(t, s, "create table t as select 'committed' as v")
			stop(t, s)
			pid := number(t, s.place)
			stale := fmt.Sprintf("%d\n%s\n%d\n%s\n%s\n\n  5432001     65535\nready   \n",
				pid, s.data, time.Now().Add(-time.Hour).Unix(), port, s.socket(s.password))
			file := filepath.Join(s.data, "postmaster.pid")
			if err := os.WriteFile(file, []byte(stale), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := s.give(file); err != nil {
				t.Fatal(err)
			}
			again := start(t, dir)
			if got := query(t, again, "select v from t"); got != "committed" {
				t.Errorf("found %q", got)
			}
			stop(t, again)
			if name != "dead" && syscall.Kill(pid, 0) == syscall.ESRCH {
				t.Error("a process that is none of ours was ended")
			}
		})
	}
}

// bystander is a process of the server's user that is no server.
func bystander(t *testing.T, p place) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "600")
	if p.account != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &p.account.Credential}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	return cmd
}
