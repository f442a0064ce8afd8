package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"hoten/app/apptest"
)

var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	// Most of the time a test waits for a program that waits: more of them fit
	// beside each other than there are processors.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	folder, err := os.MkdirTemp("", "hoten-crash-")
	if err == nil {
		binary = filepath.Join(folder, "hoten")
		err = exec.Command("go", "build", "-o", binary, "hoten/cmd/hoten").Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the program:", err)
		os.Exit(1)
	}
	apptest.Main(m, func() { os.RemoveAll(folder) })
}

// house is a database, the keys to it, and the programs that run on both.
type house struct {
	t       *testing.T
	address string // of the database
	folder  string // of the data: the keys are in it
	env     []string
	db      *pgxpool.Pool
	tokens  map[string]string
	holder  uint32 // the backend of the last hold
}

// newHouse has staff, their tokens and the incident T.
func newHouse(t *testing.T, env ...string) *house {
	t.Helper()
	return settle(t, apptest.DatabaseURL(t), t.TempDir(), env...)
}

// settle is newHouse on the database at the address, with the data in the folder.
func settle(t *testing.T, address, folder string, env ...string) *house {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	h := &house{t: t, address: address, folder: folder, db: pool, tokens: map[string]string{}}
	h.env = append(os.Environ(), append([]string{"HOTEN_DATA_DIR=" + h.folder, "HOTEN_DATABASE_URL=" + address, "HOTEN_SMTP_URL=", "HOTEN_BASE_URL=http://localhost"}, env...)...)
	h.command("setup", apptest.SetUpFile(t))
	for name, role := range map[string]string{"agent": "agent", "sv": "supervisor", "sv2": "supervisor", "manager": "center_manager"} {
		h.command("staff", "add", "--email", name+"@hoten.example", "--name", name, "--role", role)
		h.tokens[name] = strings.TrimSpace(h.command("token", "create", "--staff", name+"@hoten.example", "--name", "crash"))
	}
	return h
}

func (h *house) command(args ...string) string {
	h.t.Helper()
	c := exec.Command(binary, args...)
	c.Env = h.env
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		h.t.Fatalf("hoten %v: %v\n%s", args, err, errs.String())
	}
	return out.String()
}

// program is one running `hoten serve`.
type program struct {
	h       *house
	origin  string
	process *exec.Cmd
	log     *journal
	ended   chan error
}

// journal is what a program wrote, to be read while it writes.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// start runs a program and waits until it is ready; env overrules the house's.
func (h *house) start(env ...string) *program {
	h.t.Helper()
	p := &program{h: h, process: exec.Command(binary, "serve"), log: &journal{}, ended: make(chan error, 1)}
	// The program itself picks the port: one picked here and let go could be taken
	// by a program of another test, which would answer in its place.
	p.process.Env = append(slices.Clone(h.env), append(env, "HOTEN_ADDR=127.0.0.1:0")...)
	p.process.Stderr = p.log
	if err := p.process.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() { p.ended <- p.process.Wait() }()
	h.t.Cleanup(func() { p.process.Process.Kill() })
	h.until("the program serves", func() bool {
		said := serves.FindStringSubmatch(p.log.String())
		if said != nil {
			p.origin = "http://" + said[1]
		}
		return said != nil
	})
	h.until("the program is ready", func() bool {
		r, err := http.Get(p.origin + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	return p
}

// serves is how a program names the address on which it listens.
var serves = regexp.MustCompile(`(?m)^hoten serves \S+ on (\S+)$`)

// kill ends the program as a power cut would.
func (p *program) kill() {
	p.h.t.Helper()
	if err := p.process.Process.Kill(); err != nil {
		p.h.t.Fatal(err)
	}
	<-p.ended
}

// stop asks the program to end, which it must do cleanly and soon.
func (p *program) stop() {
	p.h.t.Helper()
	if err := p.process.Process.Signal(syscall.SIGTERM); err != nil {
		p.h.t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			p.h.t.Fatalf("after SIGTERM: %v", err)
		}
	case <-time.After(40 * time.Second):
		p.h.t.Fatal("the program does not end")
	}
}

// until waits for what must come about.
func (h *house) until(what string, done func() bool) {
	h.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			h.t.Fatalf("two minutes later it is still not so that %s", what)
		}
	}
}

func (h *house) count(query string, args ...any) (n int64) {
	h.t.Helper()
	if err := h.db.QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// call sends JSON and reads the answer; an error is also one that never came,
// because the program died.
func (p *program) call(who, method, path string, in any, header ...string) (out map[string]any, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(method, p.origin+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return p.send(who, r)
}

func (p *program) send(who string, r *http.Request) (out map[string]any, err error) {
	r.Header.Set("Authorization", "Bearer "+p.h.tokens[who])
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err == nil && a.StatusCode >= 400 {
		err = fmt.Errorf("%s %s: %d %s", r.Method, r.URL.Path, a.StatusCode, b)
	}
	return out, err
}

func (p *program) must(who, method, path string, in any) map[string]any {
	p.h.t.Helper()
	out, err := p.call(who, method, path, in)
	if err != nil {
		p.h.t.Fatal(err)
	}
	return out
}

// incident registers the incident T.
func (p *program) incident() {
	p.h.t.Helper()
	p.must("manager", "POST", "/incidents", map[string]any{"reference": "T", "title_ja": "試験", "title_en": "test",
		"period_from": "2014-07-11", "period_to": "2014-07-28", "detected_on": "2014-07-28", "bearers": map[string]string{"pointtalk": "", "goo": ""}})
}

// upload starts an import and returns its address.
func (p *program) upload(file, content string) string {
	p.h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(file, file+".csv")
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err != nil {
		p.h.t.Fatal(err)
	}
	form.Close()
	r, err := http.NewRequest("POST", p.origin+"/api/v1/incidents/T/imports", &body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	out, err := p.send("manager", r)
	if err != nil {
		p.h.t.Fatal(err)
	}
	return fmt.Sprintf("/imports/%.0f", out["id"])
}

// finished waits for an import or a job to end well.
func (p *program) finished(who, path string) map[string]any {
	p.h.t.Helper()
	var out map[string]any
	p.h.until(path+" is done", func() bool {
		out = p.must(who, "GET", path, nil)
		if out["state"] == "failed" {
			p.h.t.Fatalf("%s: %v", path, out)
		}
		return out["state"] == "done"
	})
	return out
}

// affected and movements are the files for n IDs, each with a rollback of 2,500
// to 500 points and an exchange of 700.
func affected(n int) string {
	var b strings.Builder
	b.WriteString(apptest.AffectedHeader)
	for i := range n {
		fmt.Fprintf(&b, "m%05d@ocn.example,山田 太郎,ヤマダ タロウ,1970-01-02,090-0000-%04d,c%d@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N%09d,ja,100,1000,2014-07-29 15:00:00\n", i, i%10000, i, i)
	}
	return b.String()
}

func movements(n int) string {
	var b strings.Builder
	b.WriteString(apptest.MovementsHeader)
	for i := range n {
		fmt.Fprintf(&b, "T%d,m%05d@ocn.example,2014-07-20 01:00:00,transfer,pointtalk,goo,,2500,500,,confirmed\n", i, i)
		fmt.Fprintf(&b, "E%d,m%05d@ocn.example,2014-07-20 02:00:00,exchange,goo,,gift-code,700,,,confirmed\n", i, i)
	}
	return b.String()
}

// whole checks that n IDs have exactly what they had before the incident, and
// that books and audit trail are in order.
func (h *house) whole(n int) {
	h.t.Helper()
	for what, query := range map[string]string{
		"members made whole":        "select count(*) from accounts where purpose = 'member' and balance = case program_id when (select id from programs where code = 'goo') then 1200 else 2600 end",
		"postings beyond the plans": "select count(*) - count(distinct (p.transfer_id, p.account_id, p.purpose)) + 2 * $1::bigint from postings p join transfers t on t.id = p.transfer_id where t.key like 'reimbursement:%'",
		"compensated movements":     "select count(distinct movement_id) from compensations where $1::bigint > 0",
		"accounts in order":         "select 2 * $1::bigint - count(*) from (select a.id from accounts a join postings p on p.account_id = a.id where a.purpose = 'member' group by a.id having a.balance <> sum(p.points)) off",
	} {
		args := []any{n}
		if !strings.Contains(query, "$1") {
			args = nil
		}
		if got := h.count(query, args...); got != int64(2*n) {
			h.t.Errorf("%s: %d, want %d", what, got, 2*n)
		}
	}
	for what, query := range map[string]string{
		"units that do not sum to zero":        "select count(*) from (select program_id from postings group by program_id having sum(points) <> 0) off",
		"reimbursements that are not posted":   "select count(*) from reimbursements where state <> 'posted'",
		"cases with more than one of them":     "select count(*) from (select case_id from reimbursements group by case_id having count(*) > 1) twice",
		"completion mails beside one for each": fmt.Sprintf("select abs(count(*) - %d) from mails where kind = 'reimbursement_completed'", n),
	} {
		if got := h.count(query); got != 0 {
			h.t.Errorf("%s: %d", what, got)
		}
	}
	h.books()
}

// proposals are the ids of all reimbursements.
func (h *house) proposals() (ids []int64) {
	h.t.Helper()
	err := h.db.QueryRow(context.Background(), "select array_agg(id order by id) from reimbursements").Scan(&ids)
	if err != nil {
		h.t.Fatal(err)
	}
	return ids
}
