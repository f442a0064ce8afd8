package web_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

var sumRows = regexp.MustCompile(`(?s)<tr>\s*<th scope="row">([^<]*)</th>(.*?)</tr>`)
var sumCells = regexp.MustCompile(`<td class="num">([^<]*)</td>`)

// sumsOf are the rows of the table of sums on a case's page, a column each program.
func sumsOf(t *testing.T, page string) map[string][]string {
	t.Helper()
	_, table, found := strings.Cut(page, `<table class="sums">`)
	if !found {
		t.Fatal("no sums")
	}
	table, _, _ = strings.Cut(table, "</table>")
	out := map[string][]string{}
	for _, row := range sumRows.FindAllStringSubmatch(table, -1) {
		for _, cell := range sumCells.FindAllStringSubmatch(row[2], -1) {
			out[row[1]] = append(out[row[1]], cell[1])
		}
	}
	return out
}

// addUp fails the test where the rows of a table do not add up to its last.
func addUp(t *testing.T, sums map[string][]string) {
	t.Helper()
	total := func(row string, column int) int64 {
		n, err := strconv.ParseInt(strings.NewReplacer(",", "", "−", "-", "+", "").Replace(sums[row][column]), 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		return n
	}
	for column := range sums["実行後の残高"] {
		var n int64
		for row := range sums {
			if row != "実行後の残高" {
				n += total(row, column)
			}
		}
		if after := total("実行後の残高", column); n != after {
			t.Errorf("column %d adds up to %d, not %d: %v", column, n, after, sums)
		}
	}
}

const secondIncident = "INC-2"

// secondIncident adds another incident over the same days.
func (s *site) secondIncident() {
	s.T.Helper()
	from, to := jptext.Date{Year: 2014, Month: 7, Day: 11}, jptext.Date{Year: 2014, Month: 7, Day: 28}
	if _, err := incidents.Create(s.Ctx, s.Store, s.Manager, incidents.New{Reference: secondIncident, TitleJa: "別事案", TitleEn: "Another", PeriodFrom: from, PeriodTo: to, DetectedOn: to,
		Bearers: map[string]string{"pointtalk": "", "goo": ""}}); err != nil {
		s.T.Fatal(err)
	}
}

// The sums of a case are of its own incident; what was put back for another of the same ID
// stands beside them, whichever is posted first.
func TestSumsOfACaseAreItsOwn(t *testing.T) {
	const who = "two@ocn.example"
	for _, secondFirst := range []bool{false, true} {
		t.Run(fmt.Sprint("second first ", secondFirst), func(t *testing.T) {
			s := newSite(t)
			s.secondIncident()
			affected := apptest.AffectedHeader + who + ",山田 太郎,ヤマダ タロウ,1970-02-03,,b@mail.example,2008-01-01,,,N77,ja,10,5000,2014-07-29 10:00\n"
			s.Import(affected, apptest.MovementsHeader+"P1,"+who+",2014-07-20 02:00:00,exchange,goo,,gift-code,247,,,confirmed\n")
			s.ImportInto(secondIncident, apptest.AffectedHeader+who+",山田 太郎,ヤマダ タロウ,1970-02-03,,b@mail.example,2008-01-01,,,N77,ja,,,\n",
				apptest.MovementsHeader+"P2,"+who+",2014-07-20 03:00:00,transfer,pointtalk,goo,,100,20,,confirmed\n")
			of, err := store.Select[cases.Case](store.Read(s.Ctx, s.Store), "select * from cases where identity_id = $1 order by id", s.ID(who).ID)
			if err != nil || len(of) != 2 {
				t.Fatalf("%d cases, %v", len(of), err)
			}
			agent := s.as(s.Agent)
			own := []map[string][]string{
				{"移行の戻し": {"0", "0"}, "補填": {"0", "+247"}},
				{"移行の戻し": {"+100", "−20"}, "補填": {"0", "0"}},
			}
			elsewhere := [][]string{nil, nil}
			check := func(when string) {
				t.Helper()
				for i, c := range of {
					sums := sumsOf(t, agent.get("/cases/"+c.Number()).body)
					addUp(t, sums)
					for row, want := range own[i] {
						if !slices.Equal(sums[row], want) {
							t.Errorf("%s, case %d, %s: %v, want %v", when, i, row, sums[row], want)
						}
					}
					if got := sums["他の事案で実行済み"]; !slices.Equal(got, elsewhere[i]) {
						t.Errorf("%s, case %d, elsewhere: %v, want %v", when, i, got, elsewhere[i])
					}
				}
			}
			check("before")
			order := []int{0, 1}
			if secondFirst {
				order = []int{1, 0}
			}
			effects := [][]string{{"0", "+247"}, {"+100", "−20"}}
			for _, i := range order {
				r, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent, of[i].ID, "")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := reimbursements.Approve(s.Ctx, s.Store, s.Supervisor, r.ID); err != nil {
					t.Fatal(err)
				}
				elsewhere[1-i] = effects[i]
				check(fmt.Sprint("after posting ", i))
			}
		})
	}
}
