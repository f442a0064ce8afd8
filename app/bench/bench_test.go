package bench

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hoten/app/store/embedded"
)

func start(b *testing.B) *desk {
	b.Helper()
	d, err := running()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op")
	return d
}

// Names as they are spread in Japan: the commonest with about one person in a hundred
// each, the rest among many, here put together from two parts.
var (
	surnames = []string{"佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田", "佐々木", "山口", "松本", "井上", "木村", "林", "清水", "斎藤"}
	kanas    = []string{"サトウ", "スズキ", "タカハシ", "タナカ", "イトウ", "ワタナベ", "ヤマモト", "ナカムラ", "コバヤシ", "カトウ", "ヨシダ", "ヤマダ", "ササキ", "ヤマグチ", "マツモト", "イノウエ", "キムラ", "ハヤシ", "シミズ", "サイトウ"}
	firsts   = []string{"青", "秋", "石", "岩", "上", "大", "岡", "奥", "川", "北", "黒", "桜", "島", "杉", "竹", "土", "長", "西", "浜", "東", "平", "福", "古", "前", "松", "水", "南", "宮", "森", "横"}
	firstsK  = []string{"アオ", "アキ", "イシ", "イワ", "ウエ", "オオ", "オカ", "オク", "カワ", "キタ", "クロ", "サクラ", "シマ", "スギ", "タケ", "ツチ", "ナガ", "ニシ", "ハマ", "ヒガシ", "ヒラ", "フク", "フル", "マエ", "マツ", "ミズ", "ミナミ", "ミヤ", "モリ", "ヨコ"}
	seconds  = []string{"井", "内", "江", "尾", "岡", "川", "木", "倉", "坂", "崎", "沢", "島", "瀬", "田", "谷", "塚", "出", "戸", "永", "野", "橋", "原", "藤", "堀", "本", "村", "山", "吉"}
	secondsK = []string{"イ", "ウチ", "エ", "オ", "オカ", "カワ", "キ", "クラ", "サカ", "サキ", "サワ", "シマ", "セ", "ダ", "タニ", "ツカ", "デ", "ト", "ナガ", "ノ", "ハシ", "ハラ", "フジ", "ボリ", "モト", "ムラ", "ヤマ", "ヨシ"}
	given    = []string{"太郎", "花子", "健一", "美咲", "翔太", "恵", "誠", "陽子", "大輔", "愛"}
	givenK   = []string{"タロウ", "ハナコ", "ケンイチ", "ミサキ", "ショウタ", "メグミ", "マコト", "ヨウコ", "ダイスケ", "アイ"}
	heads    = []string{"明", "一", "英", "和", "勝", "清", "健", "浩", "幸", "茂", "隆", "千", "友", "直", "信", "春", "久", "秀", "弘", "文", "正", "光", "美", "康", "裕", "由", "義", "理"}
	headsK   = []string{"アキ", "カズ", "ヒデ", "カズ", "カツ", "キヨ", "ケン", "ヒロ", "ユキ", "シゲ", "タカ", "チ", "トモ", "ナオ", "ノブ", "ハル", "ヒサ", "ヒデ", "ヒロ", "フミ", "マサ", "ミツ", "ミ", "ヤス", "ユウ", "ユ", "ヨシ", "リ"}
	tails    = []string{"雄", "子", "美", "人", "男", "彦", "香", "樹", "恵", "代", "江", "絵", "也", "司", "太", "平"}
	tailsK   = []string{"オ", "コ", "ミ", "ト", "オ", "ヒコ", "カ", "キ", "エ", "ヨ", "エ", "エ", "ヤ", "シ", "タ", "ヘイ"}
)

// draw draws a name and its kana.
func draw(r *rand.Rand, common, commonK, heads, headsK, tails, tailsK []string) (string, string) {
	if i := r.IntN(100); i < len(common) {
		return common[i], commonK[i]
	}
	a, b := r.IntN(len(heads)), r.IntN(len(tails))
	return heads[a] + tails[b], headsK[a] + tailsK[b]
}

// addIncident records an incident that files can be imported into.
func (d *desk) addIncident(reference string) error {
	return d.call("manager", "POST", "/incidents", map[string]any{"reference": reference, "title_ja": "計測", "title_en": "bench",
		"period_from": "2014-07-11", "period_to": "2014-07-28", "detected_on": "2014-07-28", "bearers": map[string]string{"pointtalk": "", "goo": ""}}, nil)
}

// importAffected adds the affected IDs from, …, to-1.
func (d *desk) importAffected(reference string, from, to int) (time.Duration, float64, error) {
	return d.upload(reference, "affected", func(w io.Writer) {
		r := rand.New(rand.NewPCG(1, uint64(from)))
		fmt.Fprintln(w, "login_id,name,name_kana,birth_date,phone,email,email_registered_on,address,customer_number,language,balance_pointtalk,balance_goo,restricted_at")
		for i := from; i < to; i++ {
			name, kana := draw(r, surnames, kanas, firsts, firstsK, seconds, secondsK)
			forename, forenameK := draw(r, given, givenK, heads, headsK, tails, tailsK)
			fmt.Fprintf(w, "%s-%07d@ocn.example,%s %s,%s %s,19%02d-0%d-1%d,090-%04d-%04d,c%d@mail.example,2010-01-01,東京都港区芝公園%d-%d-%d,N%09d,ja,%d,%d,2014-07-29 15:00:00\n",
				reference, i, name, forename, kana, forenameK, 40+r.IntN(59), 1+r.IntN(9), r.IntN(10), r.IntN(10000), r.IntN(10000), i, 1+r.IntN(9), 1+r.IntN(9), 1+r.IntN(9), i, r.IntN(9000), 1000+r.IntN(3000))
		}
	})
}

// importMovements adds a stolen transfer and its exchange to each of the IDs from, …, to-1.
func (d *desk) importMovements(reference string, from, to int) (time.Duration, float64, error) {
	return d.upload(reference, "movements", func(w io.Writer) {
		fmt.Fprintln(w, "movement_id,login_id,occurred_at,kind,from_program,to_program,partner,points,points_received,refers_to,fraud")
		for i := from; i < to; i++ {
			fmt.Fprintf(w, "%[1]s-T-%[2]d,%[1]s-%07[2]d@ocn.example,2014-07-20 03:00:00,transfer,pointtalk,goo,,2500,500,,confirmed\n", reference, i)
			fmt.Fprintf(w, "%[1]s-E-%[2]d,%[1]s-%07[2]d@ocn.example,2014-07-20 03:05:00,exchange,goo,,gift-code,700,,,confirmed\n", reference, i)
		}
	})
}

// Benchmark1Pages measures the pages of a small installation, beside an incident of
// the size of the released one.
func Benchmark1Pages(b *testing.B) {
	d := start(b)
	for _, of := range []struct {
		reference string
		count     int
	}{{"R096", 1265}, {"BENCH", smallCount}} {
		err := d.addIncident(of.reference)
		if err == nil {
			_, _, err = d.importAffected(of.reference, 0, of.count)
		}
		if err == nil {
			_, _, err = d.importMovements(of.reference, 0, of.count)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := d.decideSome(); err != nil {
		b.Fatal(err)
	}
	if err := d.fillTimelines(); err != nil {
		b.Fatal(err)
	}
	d.pages(b)
}

// decideSome proposes for the small incident and approves some, so that lists of
// proposals are full whatever the size; and waits for the mails, which are not what is
// measured.
func (d *desk) decideSome() error {
	if err := d.proposeAll("R096"); err != nil {
		return err
	}
	ids, err := d.submitted()
	if err != nil {
		return err
	}
	if err := d.call("supervisor", "POST", "/reimbursements/approve", map[string]any{"ids": ids[:len(ids)/2]}, nil); err != nil {
		return err
	}
	return d.mailed()
}

// mailed waits until no mail is queued.
func (d *desk) mailed() error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, d.database)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	for waiting := true; waiting; time.Sleep(100 * time.Millisecond) {
		if err := c.QueryRow(ctx, "select exists (select from mails where state = 'queued')").Scan(&waiting); err != nil {
			return err
		}
	}
	return nil
}

// Benchmark2Import fills the installation through the API: the affected IDs, then
// their movements.
func Benchmark2Import(b *testing.B) {
	d := start(b)
	took, most, err := d.importAffected("BENCH", smallCount, caseCount)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric((caseCount-smallCount)/took.Seconds(), "affected_rows/s")
	took, most2, err := d.importMovements("BENCH", smallCount, caseCount)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(2*(caseCount-smallCount)/took.Seconds(), "movement_rows/s")
	b.ReportMetric(max(most, most2), "MB_resident_at_most")
	if err := d.fillTimelines(); err != nil {
		b.Fatal(err)
	}
}

// times sends n requests one after the other and returns the middle time and the time
// that one in a hundred exceeds, in ms, seen from outside.
func times(b *testing.B, n int, send func(i int) error) (median, late float64) {
	b.Helper()
	took := make([]time.Duration, n)
	for i := range n {
		begun := time.Now()
		if err := send(i); err != nil {
			b.Fatal(err)
		}
		took[i] = time.Since(begun)
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return ms(took[n/2]), ms(took[n*99/100])
}

// median is the middle time of times.
func median(b *testing.B, n int, send func(i int) error) float64 {
	b.Helper()
	middle, _ := times(b, n, send)
	return middle
}

// signIn opens a session of the console.
func (d *desk) signIn(who string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &http.Client{Jar: jar, Transport: client.Transport}
	page, err := get(c, d.origin+"/signin")
	if err != nil {
		return nil, err
	}
	token := csrfField.FindStringSubmatch(page)
	if token == nil {
		return nil, fmt.Errorf("the sign-in page has no token")
	}
	r, err := c.PostForm(d.origin+"/signin", url.Values{"csrf": {token[1]}, "email": {who + "@hoten.example"}, "password": {"a bench password 42"}})
	if err == nil {
		r.Body.Close()
	}
	return c, err
}

func get(c *http.Client, address string) (string, error) {
	r, err := c.Get(address)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", address, r.Status)
	}
	return string(b), err
}

// Benchmark3Pages measures them at ten times that.
func Benchmark3Pages(b *testing.B) { start(b).pages(b) }

// parallel runs n calls from so many clients and returns how many a second.
func parallel(b *testing.B, clients, n int, call func(client, i int) error) float64 {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	begun := time.Now()
	for client := range clients {
		wg.Go(func() {
			for i := next.Add(1) - 1; int(i) < n; i = next.Add(1) - 1 {
				if err := call(client, int(i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(begun).Seconds()
}

// Benchmark4OpenCases opens inquiries through the API.
func Benchmark4OpenCases(b *testing.B) {
	d := start(b)
	b.ReportMetric(parallel(b, 8, 4000, func(_, i int) error {
		return d.call("agent", "POST", "/cases", map[string]string{"incident": "BENCH", "login_id": fmt.Sprintf("new%06d@ocn.example", i)}, nil)
	}), "opened/s")
}

// Benchmark5Approve measures approving and posting one by one, by so many supervisors at
// once, and in batches. Just before each it measures the floor of the specification on
// the same server, since other work on the machine slows down both. It makes its cases
// itself where Benchmark2Import did not run.
func Benchmark5Approve(b *testing.B) {
	d := start(b)
	const own, most = 20_000, 32
	if err := d.addIncident("BENCH"); err == nil { // it was not there
		if _, _, err := d.importAffected("BENCH", 0, own); err != nil {
			b.Fatal(err)
		}
		if _, _, err := d.importMovements("BENCH", 0, own); err != nil {
			b.Fatal(err)
		}
	}
	if err := d.proposeAll("BENCH"); err != nil {
		b.Fatal(err)
	}
	ids, err := d.submitted()
	if err != nil {
		b.Fatal(err)
	}
	for i := range most {
		if err := d.hire(fmt.Sprint("approver", i), "supervisor"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(median(b, 500, func(i int) error { return d.approve(0, ids[i]) }), "ms_p50_1_client")
	ids = ids[500:]
	for _, of := range []struct{ clients, n int }{{1, 500}, {8, 3000}, {most, 4000}} {
		if err := d.mailed(); err != nil {
			b.Fatal(err)
		}
		floor, err := d.floor()
		if err != nil {
			b.Log("the floor was not measured: ", err)
		}
		rate := parallel(b, of.clients, of.n, func(client, i int) error { return d.approve(client, ids[i]) })
		ids = ids[of.n:]
		b.ReportMetric(rate, fmt.Sprintf("approved_by_%d/s", of.clients))
		if floor > 0 {
			b.ReportMetric(floor, fmt.Sprintf("floor_by_%d/s", of.clients))
			b.ReportMetric(100*rate/floor, fmt.Sprintf("%%_of_floor_by_%d", of.clients))
		}
	}
	if err := d.mailed(); err != nil {
		b.Fatal(err)
	}
	const size = 1000
	ids = ids[:min(len(ids), 40_000)/size*size]
	b.ReportMetric(float64(size)*parallel(b, 2, len(ids)/size, func(_, i int) error {
		return d.call("supervisor", "POST", "/reimbursements/approve", map[string]any{"ids": ids[i*size : (i+1)*size]}, nil)
	}), "approved_in_batches/s")
}

func (d *desk) approve(approver int, id int64) error {
	return d.call(fmt.Sprint("approver", approver), "POST", fmt.Sprintf("/reimbursements/%d/approve", id), nil, nil)
}

// proposeAll lifts the day's limit and proposes for a whole incident.
func (d *desk) proposeAll(reference string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, d.database)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `insert into policies (value, set_at, set_by) values ('{"daily_limits": {"goo": 1000000000000, "pointtalk": 1000000000000}}', now(), 0)`); err != nil {
		return err
	}
	var job struct{ ID int64 }
	if err := d.call("agent", "POST", "/incidents/"+reference+"/reimbursements", nil, &job); err != nil {
		return err
	}
	for {
		var j struct {
			State             string
			Processed, Failed int64
		}
		if err := d.call("agent", "GET", fmt.Sprintf("/jobs/%d", job.ID), nil, &j); err != nil {
			return err
		}
		if j.State != "running" {
			if j.State != "done" || j.Failed > 0 {
				return fmt.Errorf("job: %+v", j)
			}
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (d *desk) submitted() ([]int64, error) {
	return d.numbers("select id from reimbursements where state = 'submitted' order by id")
}

// floor is the least that one posted reimbursement costs in PostgreSQL, as
// transactions a second of the specification's script.
func (d *desk) floor() (float64, error) {
	folder := filepath.Join("..", "..", "..", "shared", "bench")
	if _, err := os.Stat(filepath.Join(folder, "pg_ledger_floor.sql")); err != nil {
		return 0, err
	}
	bin, err := embedded.FindBinaries()
	if err != nil {
		return 0, err
	}
	u, err := url.Parse(d.database)
	if err != nil {
		return 0, err
	}
	password, _ := u.User.Password()
	environment := append(os.Environ(), "PGHOST="+u.Query().Get("host"), "PGUSER="+u.User.Username(), "PGPASSWORD="+password)
	for _, args := range [][]string{{"dropdb", "--if-exists", "floor"}, {"createdb", "floor"}, {"psql", "-q", "-d", "floor", "-f", filepath.Join(folder, "pg_ledger_schema.sql")}} {
		c := exec.Command(filepath.Join(bin, args[0]), args[1:]...)
		c.Env = environment
		if out, err := c.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%v: %w: %s", args, err, out)
		}
	}
	c := exec.Command(filepath.Join(bin, "pgbench"), "-n", "-c8", "-j2", "-T10", "-f", filepath.Join(folder, "pg_ledger_floor.sql"), "floor")
	c.Env = environment
	out, err := c.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	tps := regexp.MustCompile(`tps = ([\d.]+)`).FindSubmatch(out)
	if tps == nil {
		return 0, fmt.Errorf("pgbench: %s", out)
	}
	return strconv.ParseFloat(string(tps[1]), 64)
}

// Benchmark6Resident is what the program holds after all that.
func Benchmark6Resident(b *testing.B) {
	b.ReportMetric(start(b).resident(), "MB_resident")
}

// Benchmark7Pages measures them at a hundred times that, after all that the other
// benchmarks did: proposals wait, mails went out. The later IDs lost nothing but the
// last ones, whose movements come to a full table.
func Benchmark7Pages(b *testing.B) {
	d := start(b)
	took, most, err := d.importAffected("BENCH", caseCount, largeCount)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric((largeCount-caseCount)/took.Seconds(), "affected_rows/s")
	took, most2, err := d.importMovements("BENCH", largeCount-smallCount, largeCount)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(2*smallCount/took.Seconds(), "movement_rows/s")
	b.ReportMetric(max(most, most2), "MB_resident_at_most")
	if err := d.fillTimelines(); err != nil {
		b.Fatal(err)
	}
	d.pages(b)
}

// Benchmark8Memory is what the program and its PostgreSQL hold after all that; memory
// that processes share counts once.
func Benchmark8Memory(b *testing.B) {
	d := start(b)
	program, server, err := d.memory()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(program, "MB_program")
	b.ReportMetric(server, "MB_postgresql")
}
