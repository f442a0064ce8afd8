package cases_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/members"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// Every pair of statuses, written out: w may be moved by who works cases, s by a
// supervisor, p only as the consequence of a proposal, c of a callback, - not at all.
const table = `
                   new  in_progress awaiting_customer callback_due awaiting_approval on_hold completed reopened out_of_scope
new                .    w           w                 c            p                 w       w         -        s
in_progress        -    .           w                 c            p                 w       w         -        s
awaiting_customer  -    w           .                 c            p                 w       w         -        s
callback_due       -    w           w                 .            p                 w       w         -        s
awaiting_approval  -    p           p                 p            .                 p       -         -        -
on_hold            -    w           w                 c            p                 .       w         -        s
completed          -    -           -                 -            p                 -       .         w        -
reopened           -    w           w                 c            p                 w       w         .        s
out_of_scope       -    -           -                 -            -                 -       -         s        .
`

func TestStatusTable(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(table), "\n")
	columns := strings.Fields(lines[0])
	if len(lines)-1 != len(cases.Statuses) || len(columns) != len(cases.Statuses) {
		t.Fatalf("the table knows %d statuses, the program %d", len(lines)-1, len(cases.Statuses))
	}
	actor := map[access.Role]access.Actor{}
	for _, r := range access.Roles {
		actor[r] = access.Actor{ID: 1, Role: r, Kind: "staff"}
	}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		from := cases.Status(cells[0])
		if !from.Known() {
			t.Fatalf("unknown status %s", from)
		}
		for i, cell := range cells[1:] {
			to := cases.Status(columns[i])
			for role, by := range actor {
				moved, err := cases.Move(from, to, true, by)
				want := ""
				switch {
				case cell == ".":
				case cell == "c":
					want = "status_by_callback"
				case cell == "-" || cell == "p":
					want = "status_move_refused"
				case !by.May(map[string]access.Permission{"w": access.WorkCases, "s": access.Supervise}[cell]):
					want = "forbidden"
				}
				if want == "" && (err != nil || moved.Status != to) || want != "" && (!fault.Is(err, want) || moved.Status != from || moved.Version != 1) {
					t.Errorf("%s → %s by %s: %v, want %q", from, to, role, err, want)
				}
				offered := slices.Contains(cases.Case{Status: from}.Next(by), to)
				if offered != (want == "" && cell != ".") {
					t.Errorf("%s → %s is offered to %s: %v", from, to, role, offered)
				}
				if want == "" && cell != "." && (moved.CompletedAt != nil) != (to == cases.Completed) {
					t.Errorf("%s → %s: completed at %v", from, to, moved.CompletedAt)
				}
			}
			if _, err := cases.Move(from, to, false, actor[access.Agent]); (err == nil) != (cell != "-") {
				t.Errorf("%s → %s as a consequence: %v", from, to, err)
			}
		}
	}
}

// What the database accepts is what the program knows.
func TestDatabaseKnowsTheSameWords(t *testing.T) {
	s, _ := apptest.New(t)
	for column, want := range map[string][]string{
		"cases.status":      words(cases.Statuses),
		"cases.origin":      {cases.Listed, cases.Added, cases.Inquiry},
		"identities.state":  {members.Active, members.Restricted, members.LinkSent, members.Resumed},
		"calls.outcome":     append(slices.Clone(cases.Outcomes), cases.HandedOver),
		"calls.relation":    cases.Relations,
		"calls.direction":   cases.Directions,
		"call_answers.item": append(slices.Clone(cases.Items), "code", "callback"),
	} {
		name, col, _ := strings.Cut(column, ".")
		var def string
		err := s.Pool.QueryRow(t.Context(), `select pg_get_constraintdef(oid) from pg_constraint where conrelid = $1::text::regclass and conname = $2`, name, name+"_"+col+"_check").Scan(&def)
		if err != nil {
			t.Errorf("%s: %v", column, err)
			continue
		}
		var got []string
		for _, m := range regexp.MustCompile(`'([a-z_0-9]+)'`).FindAllStringSubmatch(def, -1) {
			got = append(got, m[1])
		}
		want = slices.Sorted(slices.Values(want))
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: the database knows %v, the program %v", column, got, want)
		}
	}
}

func words(of []cases.Status) (out []string) {
	for _, s := range of {
		out = append(out, string(s))
	}
	return out
}

// A number read out wrongly names no other case: one wrong digit and two
// swapped neighbours are found.
func TestCaseNumberFindsSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.Int64Range(1, 9_999_999).Draw(t, "id")
		number := cases.Number(id)
		if got, ok := cases.ParseNumber(number); !ok || got != id {
			t.Fatalf("%s: %d %v", number, got, ok)
		}
		digits := strings.NewReplacer("H", "", "-", "").Replace(number)
		at := rapid.IntRange(0, len(digits)-1).Draw(t, "at")
		wrong := []byte(digits)
		wrong[at] = '0' + (wrong[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if got, ok := cases.ParseNumber("H" + string(wrong)); ok {
			t.Fatalf("%s for %s names %d", wrong, number, got)
		}
		if swapped := []byte(digits); at > 0 && swapped[at] != swapped[at-1] {
			swapped[at], swapped[at-1] = swapped[at-1], swapped[at]
			if got, ok := cases.ParseNumber(string(swapped)); ok {
				t.Fatalf("%s for %s names %d", swapped, number, got)
			}
		}
	})
}

func TestCaseNumberAsTyped(t *testing.T) {
	number := cases.Number(421) // H0000421-c
	digits := number[1:8]
	check := number[9:]
	wide := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r > 0x20 && r < 0x7f {
				return r + 0xfee0
			}
			return r
		}, s)
	}
	for _, typed := range []string{number, strings.ToLower(number), " " + number + " ", "H" + digits + check, digits + check, digits + "-" + check,
		wide(number), wide("h" + digits + check), "H" + digits + "ー" + check, "H " + digits + " " + check} {
		if id, ok := cases.ParseNumber(typed); !ok || id != 421 {
			t.Errorf("%q: %d %v", typed, id, ok)
		}
	}
	for _, typed := range []string{"", "H", "421", "H421", "X" + digits + check, number + "0000000000000000000000", "HH" + digits + check, fmt.Sprint("H-", digits)} {
		if id, ok := cases.ParseNumber(typed); ok {
			t.Errorf("%q names %d", typed, id)
		}
	}
	if _, err := cases.FromNumber("H0000000-1"); !fault.Is(err, "not_found") {
		t.Errorf("a wrong check digit: %v", err)
	}
	// Larger than seven digits: the number grows.
	if id, ok := cases.ParseNumber(cases.Number(12_345_678)); !ok || id != 12_345_678 {
		t.Error(id, ok)
	}
}
