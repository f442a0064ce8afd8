package main

import (
	"context"
	"fmt"
	"runtime"
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
	_, err := fmt.Fprintf(c.out, "hoten %s, commit %s, %s\n", release, commit, runtime.Version())
	return err
}
