package embedded

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"testing"
)

// helperFolder, when set, makes the test program another program on that folder.
const helperFolder = "HOTEN_EMBEDDED_TEST_FOLDER"

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
