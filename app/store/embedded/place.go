package embedded

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// place is where one server lives and as whom it runs.
type place struct {
	bin      string              // PostgreSQL's programs
	root     string              // DATA/postgres
	data     string              // the cluster, of the account
	socket   string              // the folder of the socket, of the account
	password string              // of the owner role
	account  *syscall.Credential // nil: ourselves; PostgreSQL refuses to be root
}

// maxSocket is what fits into sockaddr_un on Linux and macOS.
const maxSocket = 103

func newPlace(dataDir string) (p place, err error) {
	if p.bin, err = FindBinaries(); err != nil {
		return p, err
	}
	dataDir, err = filepath.Abs(dataDir)
	if err != nil {
		return p, err
	}
	p.root = filepath.Join(dataDir, "postgres")
	p.data, p.socket = filepath.Join(p.root, "data"), filepath.Join(p.root, "run")
	// The account must pass through, and sees nothing of what lies beside.
	for dir, mode := range map[string]os.FileMode{dataDir: 0o711, p.root: 0o711} {
		if err := os.MkdirAll(dir, mode); err != nil {
			return p, err
		}
	}
	if p.account, err = account(); err != nil {
		return p, err
	}
	if err := p.reachable(); err != nil {
		return p, err
	}
	if err := p.makeSocketFolder(); err != nil {
		return p, err
	}
	p.password, err = p.secret()
	return p, err
}

func account() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it as")
}

// reachable refuses a folder that the account cannot get into.
func (p place) reachable() error {
	if p.account == nil {
		return nil
	}
	for dir := p.root; ; dir = filepath.Dir(dir) {
		cmd := exec.Command("/bin/sh", "-c", `cd "$0"`, dir)
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.account}
		if cmd.Run() == nil {
			return nil
		}
		parent := exec.Command("/bin/sh", "-c", `cd "$0"`, filepath.Dir(dir))
		parent.Dir = "/"
		parent.SysProcAttr = &syscall.SysProcAttr{Credential: p.account}
		if dir == "/" || parent.Run() == nil {
			return fmt.Errorf("as root, hoten runs PostgreSQL as another user, and that user cannot enter %s: use another data folder (HOTEN_DATA_DIR) or chmod o+x it", dir)
		}
	}
}

func (p *place) makeSocketFolder() error {
	if len(filepath.Join(p.socket, ".s.PGSQL.5432")) > maxSocket {
		sum := sha256.Sum256([]byte(p.root))
		p.socket = filepath.Join(os.TempDir(), fmt.Sprintf("hoten-%d-%s", os.Geteuid(), hex.EncodeToString(sum[:6])))
	}
	return p.ownFolder(p.socket)
}

// ownFolder makes a private folder of the account. In a shared folder somebody
// else may have made it first: then it is refused.
func (p place) ownFolder(dir string) error {
	if err := os.Mkdir(dir, 0o700); err == nil {
		return p.give(dir)
	} else if !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if ok && int(owner.Uid) == os.Geteuid() && info.IsDir() {
		// Made by a program that was killed before it could give it away.
		return p.give(dir)
	}
	if !ok || !info.IsDir() || info.Mode().Perm() != 0o700 || owner.Uid != p.uid() {
		return fmt.Errorf("%s belongs to somebody else", dir)
	}
	return nil
}

func (p place) uid() uint32 {
	if p.account == nil {
		return uint32(os.Geteuid())
	}
	return p.account.Uid
}

func (p place) give(path string) error {
	if p.account == nil {
		return nil
	}
	return os.Lchown(path, int(p.account.Uid), int(p.account.Gid))
}

// secret reads the owner's password or makes it. The name of the file is set
// only when it is whole.
func (p place) secret() (string, error) {
	file := filepath.Join(p.root, "password")
	for {
		b, err := os.ReadFile(file)
		if err == nil {
			return strings.TrimSpace(string(b)), nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		raw := make([]byte, 24)
		if _, err := rand.Read(raw); err != nil {
			return "", err
		}
		tmp := fmt.Sprintf("%s.%d", file, os.Getpid())
		if err := os.WriteFile(tmp, []byte(hex.EncodeToString(raw)), 0o600); err != nil {
			return "", err
		}
		err = os.Link(tmp, file)
		os.Remove(tmp)
		if err != nil && !errors.Is(err, os.ErrExist) {
			return "", err
		}
	}
}

func (p place) url(database string) string {
	q := url.Values{"host": {p.socket}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", User: url.UserPassword("hoten", p.password), Path: "/" + database, RawQuery: q.Encode()}).String()
}

// create sets up the cluster beside its place and moves it there when it is
// whole, so that a program killed half way leaves nothing that looks finished.
func (s *Server) create() error {
	fresh := filepath.Join(s.root, "data.new")
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := s.ownFolder(fresh); err != nil {
		return err
	}
	pwfile := filepath.Join(s.socket, "pwfile")
	if err := os.WriteFile(pwfile, []byte(s.password), 0o600); err != nil {
		return err
	}
	defer os.Remove(pwfile)
	if err := s.give(pwfile); err != nil {
		return err
	}
	args := []string{"-D", fresh, "--username=hoten", "--pwfile=" + pwfile, "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"}
	err := s.run("initdb", append(args, "--locale=C.UTF-8")...)
	if err != nil && strings.Contains(err.Error(), "locale") {
		err = s.run("initdb", append(args, "--no-locale")...)
	}
	if err != nil {
		return err
	}
	return os.Rename(fresh, s.data)
}
