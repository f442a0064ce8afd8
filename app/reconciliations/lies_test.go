package reconciliations_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"

	"hoten/app/fault"
	"hoten/app/reconciliations"
)

// What a point system gives instead of a statement changes nothing, is told where people look
// without anything of its movements, and is asked for again.
func TestStatementsThatAreNone(t *testing.T) {
	w, _ := paid(t, 1)
	r := ask(t, w, day)
	sign(t, w, r.ID)
	const one = `{"key":"k","account":"secret@ocn.example","program":"goo","points":5,"reference":"P1","done_at":"2014-07-31T10:00:00+09:00"}`
	page := func(movements, next string) string {
		return `{"day":"2014-07-31","movements":[` + movements + `],"next":"` + next + `"}`
	}
	for name, c := range map[string]func(w http.ResponseWriter, r *http.Request){
		"nonsense": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>busy</html>") },
		"another day": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.Replace(page(one, ""), "31", "30", 1))
		},
		"no next": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"day":"2014-07-31","movements":[]}`) },
		"no list": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"day":"2014-07-31","movements":null}`) },
		"a movement of a day off": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, page(strings.Replace(one, "31T10", "30T10", 1), ""))
		},
		"no points": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, page(strings.Replace(one, `:5`, `:0`, 1), ""))
		},
		"too many points": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, page(strings.Replace(one, `:5`, `:-9223372036854775808`, 1), ""))
		},
		"a fraction": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, page(strings.Replace(one, `:5`, `:5.5`, 1), ""))
		},
		"neither key nor number": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, page(strings.NewReplacer(`"k"`, `""`, "P1", "").Replace(one), ""))
		},
		"an address as the key": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, page(strings.Replace(one, `"k"`, `"secret@ocn.example"`, 1), ""))
		},
		"the same part for ever": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page(one, "k")) },
		"empty parts for ever":   func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, page("", r.FormValue("after")+"x")) },
		"a part too long": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, page(strings.Repeat(one+",", 1000)+one, ""))
		},
		"ten megabytes": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, page(strings.Repeat(one+",", 80_000)+one, ""))
		},
		"refused":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"broken":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"hanging up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"gone after a part": func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("after") != "" {
				panic(http.ErrAbortHandler)
			}
			fmt.Fprint(w, page(one, "k"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(c))
			defer server.Close()
			if _, err := w.Pool.Exec(w.Ctx, "update point_systems set settings = settings || jsonb_build_object('url', $1::text)", server.URL); err != nil {
				t.Fatal(err)
			}
			_, err := reconciliations.Ask(w.Ctx, w.Store, w.Manager, "outside", day)
			if !fault.Is(err, "statement_failed") || strings.Contains(err.Error(), "secret@") {
				t.Fatalf("%v", err)
			}
			now := look(t, w, r.ID)
			if now.State != reconciliations.Signed || now.Said == "" || strings.Contains(now.Said, "secret@") {
				t.Errorf("%+v", now)
			}
			if n := w.Number("select count(*) from statement_rows"); n != 1 {
				t.Errorf("%d rows are kept", n)
			}
			if n := w.Number("select count(*) from audit_entries where coalesce(before::text, '') || coalesce(after::text, '') || subject like '%secret@%'"); n != 0 {
				t.Error("the trail tells the account")
			}
		})
	}
}

// A file that is no statement is refused whole, and the line and column are named.
func TestFilesThatAreNoStatements(t *testing.T) {
	const header, row = "key,account,program,points,reference,done_at\n", "k,a,goo,5,P1,2014-07-31 10:00\n"
	w, _ := paid(t, 1)
	for name, c := range map[string]struct{ file, want string }{
		"nothing":               {"", "file:"},
		"no header":             {row, "file:"},
		"a column less":         {strings.ReplaceAll(header, ",points", "") + "k,a,goo,P1,2014-07-31 10:00\n", "file:"},
		"half a row":            {header + row + "k2,a,go", "file:statement_"},
		"another day":           {header + strings.Replace(row, "31 10", "30 10", 1), "file:statement_cell"},
		"no points":             {header + strings.Replace(row, ",5,", ",0,", 1), "file:statement_cell"},
		"many points":           {header + strings.Replace(row, ",5,", ",99999999999999999999,", 1), "file:statement_cell"},
		"words for points":      {header + strings.Replace(row, ",5,", ",five,", 1), "file:statement_cell"},
		"no name":               {header + strings.Replace(strings.Replace(row, "k,", ",", 1), "P1", "", 1), "file:statement_cell"},
		"an address as the key": {header + strings.Replace(row, "k,", "a@b.example,", 1), "file:statement_cell"},
		"a key too long":        {header + strings.Replace(row, "k,", strings.Repeat("k", 101)+",", 1), "file:statement_cell"},
		"a NUL":                 {header + strings.Replace(row, "P1", "P\x00", 1), "file:"},
		"a picture":             {"\x89PNG\r\n\x1a\n" + strings.Repeat("\xff", 4096), "file:"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reconciliations.Upload(w.Ctx, w.Store, w.Manager, "outside", day, strings.NewReader(c.file))
			f, is := fault.As(err)
			if !is || len(f.Fields) == 0 || !strings.HasPrefix(f.Fields[0].Name+":"+f.Fields[0].Code, c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
			if n := w.Number("select (select count(*) from statements) + (select count(*) from statement_rows)"); n != 0 {
				t.Errorf("%d rows are kept", n)
			}
		})
	}
}

// A file in Japanese as Excel writes it is one, and one without rows, and one of a program that
// hoten does not know.
func TestFilesThatAreStatements(t *testing.T) {
	sjis, err := japanese.ShiftJIS.NewEncoder().String("処理キー,口座,プログラム,ポイント,受付番号,処理日時\nk,会員,goo,5,P1,2014/7/31 10:00\n")
	must(t, err)
	w, _ := paid(t, 1)
	for _, file := range []string{sjis, "key,account,program,points,done_at\n", "key,account,program,points,done_at\nk,a,miles,5,2014-07-31 10:00\n"} {
		if taken, err := reconciliations.Upload(w.Ctx, w.Store, w.Manager, "outside", day, strings.NewReader(file)); err != nil || !taken.New {
			t.Errorf("%+v %v", taken, err)
		}
	}
}

// Formulas are kept as they came and shown as text; a day that is not over has no statement, nor
// has a system that nobody set up, nor one that gives none.
func TestWhatIsAskedWrongly(t *testing.T) {
	w, _ := paid(t, 1)
	_, err := upload(w, w.Manager, day.AddDays(1))
	refusedAs(t, err, "day:statement_day_open")
	_, err = reconciliations.Upload(w.Ctx, w.Store, w.Manager, "nobody", day, strings.NewReader(""))
	refusedAs(t, err, "not_found")
	_, err = upload(w, w.Agent, day)
	refusedAs(t, err, "forbidden")
	_, err = reconciliations.Ask(w.Ctx, w.Store, w.Auditor, "outside", day)
	refusedAs(t, err, "forbidden")
	taken, err := upload(w, w.Manager, day, "k-1,=1+1,goo,5,=HYPERLINK(1),2014-07-31 10:00")
	must(t, err)
	if rows, err := reconciliations.Differences(w.DB, taken.ID, 0, reconciliations.UnknownKey, 0, 10); err != nil || len(rows) != 1 || rows[0].Reference != "=HYPERLINK(1)" {
		t.Errorf("%+v %v", rows, err)
	}
}
