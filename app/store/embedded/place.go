package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// place is where one server lives and as whom it runs.
type place struct {
	bin     string   // PostgreSQL's programs
	root    string   // DATA/postgres, or a folder of elsewhere
	moved   bool     // root is elsewhere: the account cannot enter DATA
	fresh   bool     // there was no cluster yet
	data    string   // the cluster
	account *account // nil: ourselves
	more    []string // settings beside ours
}

// locate finds the binaries and the account, and makes the folders that are ours.
func locate(dataDir string) (p place, err error) {
	if dataDir, err = filepath.Abs(dataDir); err != nil {
		return p, err
	}
	if err := makeFolder(dataDir); err != nil {
		return p, err
	}
	// The real path, because programs may come here by different links and must
	// recognise the same server.
	if dataDir, err = filepath.EvalSymlinks(dataDir); err != nil {
		return p, err
	}
	if err := p.settle(filepath.Join(dataDir, "postgres")); err != nil {
		return p, err
	}
	// A cluster stays where it was made, whatever its folders allow later.
	away := filepath.Join(elsewhere, nameOf(dataDir), "postgres")
	if p.account != nil && !exists(p.data) && (exists(filepath.Join(away, "data")) || !p.canEnter(dataDir)) {
		p.moved = true
		if err := errors.Join(makeFolder(elsewhere), makeFolder(filepath.Dir(away)), p.settle(away)); err != nil {
			return p, err
		}
	}
	if err := makeFolder(p.root); err != nil {
		return p, err
	}
	p.fresh = !exists(p.data)
	return p, p.reachable()
}

// elsewhere is where a server of root lives whose account cannot enter the data folder,
// as below a fresh machine's /root.
var elsewhere = "/var/lib/hoten"

// nameOf names a data folder within elsewhere.
func nameOf(dataDir string) string {
	sum := sha256.Sum256([]byte(dataDir))
	return filepath.Base(dataDir) + "-" + hex.EncodeToString(sum[:4])
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// settle takes a folder for the server.
func (p *place) settle(root string) (err error) {
	p.root, p.data = root, filepath.Join(root, "data")
	if p.account, err = accountFor(p.data); err != nil {
		return err
	}
	p.bin, err = binariesFor(p.data)
	return err
}

// makeFolder makes a folder that the server's account may pass through, if that
// is another one than ours, and in which it sees nothing.
func makeFolder(dir string) error {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return err
	}
	return os.Chmod(dir, mode) // whatever the umask
}

// reachable refuses a folder that the account cannot enter, and names it.
func (p place) reachable() error {
	if p.account == nil || p.canEnter(p.root) {
		return nil
	}
	if !p.canEnter("/") {
		return fmt.Errorf("the user %s, as whom root runs PostgreSQL, cannot execute the programs in %s", p.account.name, p.bin)
	}
	dir := p.root
	for !p.canEnter(filepath.Dir(dir)) {
		dir = filepath.Dir(dir)
	}
	return fmt.Errorf("root runs PostgreSQL as the user %s, who cannot enter %s: choose another data folder (HOTEN_DATA_DIR), or allow it by chmod o+x %[2]s", p.account.name, dir)
}

func (p place) canEnter(dir string) bool {
	cmd := p.command("postgres", "--version")
	cmd.Dir = dir
	return cmd.Run() == nil
}

// command prepares one of PostgreSQL's programs: as the account, apart from our
// terminal's Ctrl+C, in English whatever the machine speaks.
func (p place) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, program), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + p.bin + ":/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if p.account != nil {
		cmd.SysProcAttr.Credential = &p.account.Credential
	}
	return cmd
}

const (
	// longest is what fits into sockaddr_un on Linux (108) and macOS (104), with
	// its closing zero.
	longest = 103
	port    = "5432"
)

// socket is the folder of the socket. A path too deep for a socket, or one that
// a connection URL would take for a list, is replaced by a folder in /tmp; not in
// $TMPDIR, which a service and a shell see differently. Its name comes from
// the password, so nobody can make it before us.
func (p place) socket(password string) string {
	run := filepath.Join(p.root, "run")
	if len(filepath.Join(run, ".s.PGSQL."+port)) <= longest && !strings.Contains(run, ",") {
		return run
	}
	sum := sha256.Sum256([]byte(p.root + "\n" + password))
	return filepath.Join("/tmp", "hoten-"+hex.EncodeToString(sum[:10]))
}

// removeSocketFolder leaves nothing of ours in /tmp.
func (p place) removeSocketFolder(password string) error {
	dir := p.socket(password)
	if password == "" || strings.HasPrefix(dir, p.root) {
		return nil
	}
	if err := os.Remove(dir); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// private makes a folder that only the account enters. One that is there already
// must be such a folder: in /tmp it might be somebody else's.
func (p place) private(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner := int(info.Sys().(*syscall.Stat_t).Uid)
	if !info.IsDir() || owner != os.Geteuid() && (p.account == nil || owner != int(p.account.Uid)) {
		return fmt.Errorf("%s is in the way: it is no folder, or belongs to somebody else", dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	return p.give(dir)
}

// give hands a file of ours to the account.
func (p place) give(path string) error {
	if p.account == nil {
		return nil
	}
	return os.Lchown(path, int(p.account.Uid), int(p.account.Gid))
}

func (p place) url(database, password string) string {
	q := url.Values{"host": {p.socket(password)}, "port": {port}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}
