package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is the first process of a server.
type postmaster struct {
	pid    int
	ended  chan struct{} // closed at its end; nil when it is not our child
	socket string        // the folder of its socket, as far as known
	status string        // what postmaster.pid says: starting, ready, stopping
}

// alive reports whether the process is there and still the server of this place:
// after a crash another process may have got its number.
func (p place) alive(m *postmaster) bool {
	if m == nil || m.pid <= 0 {
		return false
	}
	if m.ended != nil {
		select {
		case <-m.ended:
			return false
		default:
			return true
		}
	}
	if err := syscall.Kill(m.pid, 0); errors.Is(err, syscall.ESRCH) {
		return false
	}
	// A process that waits to be reaped has no command line any more.
	if _, err := os.Stat("/proc/self/cmdline"); err == nil {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", m.pid))
		return err == nil && strings.Contains(string(b), "\x00-D\x00"+p.data+"\x00")
	}
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(m.pid)).Output()
	return err == nil && strings.Contains(string(out), " -D "+p.data+" ")
}

// stopping reports whether somebody asked the server to end. The polite way waits
// for every client, and until then the server takes no new one.
func (m *postmaster) stopping() bool { return m != nil && m.status == "stopping" }

// noted reads postmaster.pid; nil where there is none. It may be of a server that
// is long dead.
func (p place) noted() (*postmaster, error) {
	b, err := os.ReadFile(filepath.Join(p.data, "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lines := append(strings.Split(string(b), "\n"), make([]string, 8)...)
	// One that is just being written has no number yet.
	pid, _ := strconv.Atoi(strings.TrimSpace(lines[0]))
	return &postmaster{pid: pid, socket: strings.TrimSpace(lines[4]), status: strings.TrimSpace(lines[7])}, nil
}

func (p place) startLog() string { return filepath.Join(p.root, "start.log") }

// launch starts the server process; it need not stay alive.
func (p place) launch(socket string) (*postmaster, error) {
	if err := p.private(socket); err != nil {
		return nil, err
	}
	old, err := p.noted()
	if err != nil {
		return nil, err
	}
	// A file, not a pipe, since the server outlives us.
	out, err := os.OpenFile(p.startLog(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := p.command("postgres", append([]string{"-D", p.data}, settings(socket, p.compression(), p.more)...)...)
	cmd.Stdout, cmd.Stderr = out, out
	if old != nil && old.pid > 0 {
		// PostgreSQL takes any living process of its own user under the old number
		// for a server, unless it is told that the number is an ancestor's. That
		// this one is no server was seen by alive; the check of the shared memory,
		// which finds the old server's other processes, stays.
		cmd.Env = append(cmd.Env, fmt.Sprintf("PG_GRANDPARENT_PID=%d", old.pid))
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	m := &postmaster{pid: cmd.Process.Pid, ended: make(chan struct{}), socket: socket}
	go func() {
		defer close(m.ended)
		_ = cmd.Wait() // why it ended stands in its logs
	}()
	return m, nil
}

// compression is how whole pages are compressed for the log: by lz4 where the server was
// built with it, which takes a small part of the time of its own (on).
func (p place) compression() string {
	if p.command("postgres", "-D", p.data, "-c", "wal_compression=lz4", "-C", "wal_compression").Run() == nil {
		return "lz4"
	}
	return "on"
}

// end ends the server cleanly: SIGINT disconnects everybody, writes what is in
// memory, and leaves nothing to recover.
func (p place) end(ctx context.Context, m *postmaster) error {
	if !p.alive(m) {
		return nil
	}
	if err := syscall.Kill(m.pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("cannot end the embedded PostgreSQL, process %d: %w", m.pid, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	err := poll(ctx, func() (bool, error) { return !p.alive(m), nil })
	if err != nil {
		return fmt.Errorf("the embedded PostgreSQL, process %d, has not ended yet: %w", m.pid, err)
	}
	return nil
}
