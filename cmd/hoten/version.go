package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// Set by the linker.
var (
	release = "dev"
	commit  = "unknown"
)

func version(_ context.Context, c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "hoten %s, commit %s%s, %s\n", release, commit, day(), runtime.Version())
	return err
}

// day is when the commit was made, as it stands in CHANGELOG.md; empty where the build
// knows of no repository.
func day() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if date, _, whole := strings.Cut(s.Value, "T"); s.Key == "vcs.time" && whole {
			return " of " + date
		}
	}
	return ""
}
