package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/store/embedded"
)

// The sizes of the installation in cases; each has eventsPer rows in its timeline.
// The figures per second are measured between small and caseCount, the pages at all.
const (
	smallCount = 10_000
	caseCount  = 100_000
	largeCount = 1_000_000
	eventsPer  = 10
)

// kept is a folder to make and leave behind, for a look at the data of a slow page.
var kept = os.Getenv("HOTEN_BENCH_DIR")

// desk is the running program and the tokens to call it with.
type desk struct {
	origin, folder string
	hoten          func(args ...string) *exec.Cmd
	command        *exec.Cmd
	database       string
	filled         int64 // the last case with a timeline
	tokens         map[string]string
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// started is what running has started, nil before.
var started *desk

func TestMain(m *testing.M) {
	code := m.Run()
	if started != nil {
		started.command.Process.Signal(os.Interrupt)
		started.command.Wait()
		if kept == "" {
			os.RemoveAll(started.folder)
		}
	}
	os.Exit(code)
}

// running starts the program once for all benchmarks.
var running = sync.OnceValues(func() (*desk, error) {
	binary, err := filepath.Abs("../../bin/hoten")
	if err != nil {
		return nil, err
	}
	d := &desk{tokens: map[string]string{}, folder: kept}
	if kept == "" {
		d.folder, err = os.MkdirTemp("", "hoten-bench-")
	} else {
		err = os.Mkdir(kept, 0o711)
	}
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(d.folder, 0o711); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	listener.Close()
	d.origin = "http://" + address
	d.hoten = func(args ...string) *exec.Cmd {
		c := exec.Command(binary, args...)
		c.Env = append(os.Environ(), "HOTEN_DATA_DIR="+d.folder, "HOTEN_ADDR="+address, "HOTEN_DATABASE_URL=", "HOTEN_SMTP_URL=", "HOTEN_WEBHOOKS_PRIVATE=true")
		return c
	}
	d.command = d.hoten("serve")
	if err := d.command.Start(); err != nil {
		return nil, err
	}
	started = d
	for range 300 {
		if r, err := client.Get(d.origin + "/readyz"); err == nil {
			r.Body.Close()
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	server, err := embedded.Start(context.Background(), d.folder, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	d.database = server.URL()
	setup := d.hoten("setup", "-")
	setup.Stdin = strings.NewReader(apptest.SetUpText())
	if out, err := setup.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	for _, p := range []struct{ name, role string }{{"agent", "agent"}, {"supervisor", "supervisor"}, {"manager", "center_manager"}} {
		if err := d.hire(p.name, p.role); err != nil {
			return nil, err
		}
	}
	return d, nil
})

// hire makes an account and a token of it.
func (d *desk) hire(name, role string) error {
	email := name + "@hoten.example"
	add := d.hoten("staff", "add", "--email", email, "--name", name, "--role", role, "--password-stdin")
	add.Stdin = strings.NewReader("a bench password 42\n")
	if out, err := add.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	out, err := d.hoten("token", "create", "--staff", email, "--name", "bench").Output()
	d.tokens[name] = strings.TrimSpace(string(out))
	return err
}

// call sends JSON and reads the answer into out; an answer of 400 or more is an error.
func (d *desk) call(who, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, d.origin+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	return d.send(who, r, out)
}

func (d *desk) send(who string, r *http.Request, out any) error {
	r.Header.Set("Authorization", "Bearer "+d.tokens[who])
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 400 {
		return fmt.Errorf("%s %s: %s %s", r.Method, r.URL.Path, answer.Status, b)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// upload imports a file and waits; it returns how long the import took and how
// much memory the program needed at most meanwhile, in MB.
func (d *desk) upload(reference, file string, write func(io.Writer)) (time.Duration, float64, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(file, file+".csv")
	if err != nil {
		return 0, 0, err
	}
	write(part)
	form.Close()
	r, err := http.NewRequest("POST", d.origin+"/api/v1/incidents/"+reference+"/imports", &body)
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	var made struct{ ID int64 }
	if err := d.send("manager", r, &made); err != nil {
		return 0, 0, err
	}
	begun, most := time.Now(), 0.0
	for {
		var i struct {
			State              string
			Accepted, Rejected int64
			RejectedCount      int64 `json:"rejected_count"`
		}
		i.Rejected = 0
		var raw map[string]any
		if err := d.call("manager", "GET", fmt.Sprintf("/imports/%d", made.ID), nil, &raw); err != nil {
			return 0, 0, err
		}
		most = max(most, d.resident())
		if state := raw["state"]; state != "running" {
			if state != "done" || raw["rejected_count"] != 0.0 {
				return 0, 0, fmt.Errorf("import: %v", raw)
			}
			return time.Since(begun), most, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// resident is the program's resident memory in MB, PostgreSQL not counted.
func (d *desk) resident() float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.command.Process.Pid))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(b), "\n") {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	return 0
}

// memory is what the program and the processes of its PostgreSQL hold, in MB, as PSS:
// of what several processes share, each has its part.
func (d *desk) memory() (program, server float64, err error) {
	if program, err = pss(strconv.Itoa(d.command.Process.Pid)); err != nil {
		return 0, 0, err
	}
	b, err := os.ReadFile(filepath.Join(d.folder, "postgres", "data", "postmaster.pid"))
	if err != nil {
		return 0, 0, err
	}
	postmaster, _, _ := strings.Cut(string(b), "\n")
	if server, err = pss(postmaster); err != nil {
		return 0, 0, err
	}
	all, err := filepath.Glob("/proc/[0-9]*")
	for _, of := range all {
		stat, gone := os.ReadFile(of + "/stat")
		_, rest, _ := strings.Cut(string(stat), ") ")
		if fields := strings.Fields(rest); gone != nil || len(fields) < 2 || fields[1] != postmaster {
			continue
		}
		if one, gone := pss(filepath.Base(of)); gone == nil { // processes end at any time
			server += one
		}
	}
	return program, server, err
}

func pss(process string) (float64, error) {
	b, err := os.ReadFile("/proc/" + process + "/smaps_rollup")
	if err != nil {
		return 0, err
	}
	var kb float64
	_, rest, _ := strings.Cut(string(b), "\nPss:")
	_, err = fmt.Sscanf(rest, "%f kB", &kb)
	return kb / 1024, err
}
