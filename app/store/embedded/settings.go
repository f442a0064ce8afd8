package embedded

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// logFiles is how many of PostgreSQL's log files are kept.
const logFiles = 8

// settings are those of a small, durable server that nobody reaches but through
// the socket. They are given at the start rather than written to a file, so that
// a new release brings its own. Those in more come last, which count.
func settings(socket, compression string, more []string) (args []string) {
	for _, setting := range append([]string{
		"listen_addresses=",
		`unix_socket_directories="` + strings.ReplaceAll(socket, `"`, `""`) + `"`,
		"unix_socket_permissions=0700",
		"port=" + port,
		"fsync=on", "synchronous_commit=on", "full_page_writes=on",
		"max_connections=200",
		"shared_buffers=256MB",
		"max_wal_size=4GB", "checkpoint_timeout=15min", "wal_compression=" + compression,
		"random_page_cost=1.1", "jit=off",
		// On the day of an import tables grow a thousandfold in a minute; plans made
		// for small ones must not last that long.
		"autovacuum_naptime=5s",
		"timezone=UTC", "log_timezone=UTC", "lc_messages=C",
		"logging_collector=on", "log_directory=log", "log_filename=postgresql-%Y%m%d-%H%M%S.log",
		"log_rotation_size=10MB", "log_rotation_age=0",
	}, more...) {
		args = append(args, "-c", setting)
	}
	return args
}

// pruneLogs removes all but the newest log files: PostgreSQL begins a new one at
// a size, and never removes one.
func (p place) pruneLogs() error {
	files, err := filepath.Glob(filepath.Join(escapeGlob(p.data), "log", "postgresql-*.log"))
	if err != nil {
		return err
	}
	slices.Sort(files) // their names are times
	for _, file := range files[:max(0, len(files)-logFiles)] {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) tidy() {
	if err := s.pruneLogs(); err != nil {
		s.log.Warn("cannot remove old logs of the embedded PostgreSQL", "error", err)
	}
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
