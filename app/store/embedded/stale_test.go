package embedded

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

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
