package store

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Place is where the database lives, as this program reaches it.
type Place struct {
	Name string // for people: a folder, or host:port/name
	Mark string // what a copy of it elsewhere does not have
}

// AtAddress is a database of a server of one's own. On this very machine the machine is
// part of the place.
func AtAddress(host string, port uint16, database string) Place {
	p := Place{Name: fmt.Sprintf("%s/%s", net.JoinHostPort(strings.ToLower(host), fmt.Sprint(port)), database)}
	if strings.HasPrefix(host, "/") || host == "localhost" || net.ParseIP(host).IsLoopback() {
		p.Mark = machine()
	}
	return p
}

// InFolder is a database of the embedded server. The inode of the server's control file,
// which it never makes anew, is part of the place: what was copied or restored has another.
func InFolder(dir string) Place {
	p := Place{Name: dir, Mark: machine()}
	if info, err := os.Stat(filepath.Join(dir, "global", "pg_control")); err == nil {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok {
			p.Mark += fmt.Sprintf(" %d", stat.Ino)
		}
	}
	return p
}

// machine is what systemd calls this machine. A container gets a new number each time it
// is made, so it counts for none.
func machine() string {
	for _, sign := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(sign); err == nil {
			return ""
		}
	}
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}
