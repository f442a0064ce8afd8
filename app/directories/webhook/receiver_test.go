package webhook

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hoten/app/directories"
	"hoten/app/outside/rest/resttest"
)

// program is the receiver of the documentation, built.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "receiver")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "receiver")
	for _, do := range [][]string{{"vet", "."}, {"build", "-o", program, "."}} {
		cmd := exec.Command("go", do...)
		cmd.Dir = "../../../docs/connect/identity-receiver"
		if out, err := cmd.CombinedOutput(); err != nil {
			fmt.Printf("%s\n", out)
			panic(err)
		}
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// receiver is the program, with a file of its own.
type receiver struct {
	t    *testing.T
	file string
	keys string
	url  string
	stop func()
}

func start(t *testing.T, keys string) *receiver {
	t.Helper()
	r := &receiver{t: t, file: filepath.Join(t.TempDir(), "state.json"), keys: keys}
	ids := map[string]any{}
	for _, login := range logins {
		ids[login] = map[string]any{"sessions": 2, "password": "c3RvbGVu", "salt": "AA=="}
	}
	r.write(map[string]any{"ids": ids, "highest": map[string]any{}, "done": map[string]any{}})
	r.run()
	return r
}

var logins = []string{"alice", "bob", "花子@example.jp", `d"a&v/e`}

func (r *receiver) run() {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "-listen", "127.0.0.1:0", "-state", r.file)
	cmd.Env = append(os.Environ(), "RECEIVER_KEYS="+r.keys)
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		r.t.Fatal(err)
	}
	r.stop = func() { cancel(); cmd.Wait() }
	r.t.Cleanup(r.stop)
	lines := bufio.NewReader(said)
	line, err := lines.ReadString('\n')
	_, address, ok := strings.Cut(strings.TrimSpace(line), "listening on ")
	if !ok {
		r.t.Fatal(line, err)
	}
	go io.Copy(io.Discard, lines)
	r.url = "http://" + address
}

func (r *receiver) write(state any) {
	r.t.Helper()
	b, err := json.Marshal(state)
	if err == nil {
		err = os.WriteFile(r.file, b, 0o600)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// account is an ID as the receiver keeps it.
type account struct {
	Locked   bool
	Password []byte
	Sessions int
}

func (r *receiver) account(login string) account {
	r.t.Helper()
	b, err := os.ReadFile(r.file)
	var s struct{ IDs map[string]account }
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return s.IDs[login]
}

// troubled is a server before the receiver.
func (r *receiver) troubled() *resttest.Server {
	r.t.Helper()
	to, err := url.Parse(r.url)
	if err != nil {
		r.t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	return resttest.Serve(r.t, proxy)
}

var orders int64

// request is an order that is made now.
func request(act directories.Act, login string) directories.Request {
	orders++
	r := directories.Request{Key: fmt.Sprint("order-", orders), Number: orders, Act: act, Login: login, OrderedAt: time.Now()}
	if act == directories.SetPassword {
		r.Password = chosen
	}
	return r
}

const chosen = `chosen "password" & 合言葉`
