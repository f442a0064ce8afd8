// Package bybatch has point systems do movements by files: docs/connect/points-batch.md is the
// contract. A file and its result are records of one layout, as CSV or of fixed width; a result
// repeats each record that it answers and adds to it.
package bybatch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/points"
)

// Choices of settings.
const (
	csvFormat   = "csv"
	fixedFormat = "fixed"
	cp932       = "cp932"
	utf8s       = "utf-8"
)

// lineEnds are the choices of the setting line_end.
var lineEnds = map[string]string{"crlf": "\r\n", "lf": "\n", "none": ""}

// login stands for the member's ID in the setting account.
const login = "{login}"

// mostRows bounds the setting most.
const mostRows = 20000

// Kind is a point system that takes and answers with files.
var Kind = points.Kind{
	Name: "batch",
	Settings: []outside.Setting{
		{Name: "hours", Required: true},
		{Name: "folder", Choices: []string{"no", "yes"}, Default: "no"},
		{Name: "format", Choices: []string{csvFormat, fixedFormat}, Default: csvFormat},
		{Name: "encoding", Choices: []string{cp932, utf8s}, Default: cp932},
		{Name: "line_end", Choices: []string{"crlf", "lf", "none"}, Default: "crlf"},
		{Name: "account", Default: login},
		{Name: "columns", Lines: true, Default: "number:6 row:6 key:32 account:64 program:20 sign:1 points:12 date:8"},
		{Name: "result_columns", Lines: true, Default: "code:24 reference:40 message:80"},
		{Name: "codes", Lines: true},
		{Name: "most", Default: "10000"},
	},
	Open: open,
}

func init() { points.Register(Kind) }

// layoutSettings are those by which files are written and read.
var layoutSettings = []string{"format", "encoding", "line_end", "account", "columns", "result_columns"}

// system is a batch system as it is set up. It is not changed after open.
type system struct {
	terms   points.Terms
	account string
	layout  layout
	codes   map[string]string // of results: "" is done
	other   string            // what every other code means; empty: the result is refused
}

func open(set map[string]string) (points.System, error) {
	var p fault.Problems
	s := &system{account: set["account"]}
	s.terms = points.Terms{Hours: hours(&p, set["hours"]), Folder: set["folder"] == "yes", Extension: "csv", Layout: layoutSettings}
	if set["format"] == fixedFormat {
		s.terms.Extension = "txt"
	}
	if strings.Count(s.account, login) != 1 {
		p.Add("account", "points_account")
	}
	most, err := strconv.Atoi(set["most"])
	if err != nil || most < 1 || most > mostRows {
		p.Add("most", "limit_range", "max", mostRows)
	}
	s.terms.Most = most
	s.layout = readLayout(&p, set, most)
	s.codes, s.other = codes(&p, set["codes"])
	return s, p.Err()
}

// hours reads times of the day, in minutes.
func hours(p *fault.Problems, given string) (out []int) {
	for _, word := range strings.FieldsFunc(given, func(r rune) bool { return strings.ContainsRune(" ,、\t", r) }) {
		at, err := time.Parse("15:04", word)
		if err != nil {
			p.Add("hours", "batch_hours")
			return nil
		}
		out = append(out, at.Hour()*60+at.Minute())
	}
	if slices.Sort(out); len(out) == 0 {
		p.Add("hours", "batch_hours")
	}
	return slices.Compact(out)
}

// done is the meaning of a code that says so.
const done = "done"

// meanings are what a code of a result may mean.
var meanings = []string{done, outside.UnknownID, points.InsufficientBalance, points.AccountClosed, points.UnknownProgram, points.KeyConflict, outside.RefusedOther}

// codes reads what codes of results mean, beside the meanings themselves and OK.
func codes(p *fault.Problems, given string) (out map[string]string, other string) {
	out = map[string]string{"OK": ""}
	for _, m := range meanings {
		out[m] = m
	}
	out[done] = ""
	for _, word := range strings.Fields(given) {
		code, meaning, ok := strings.Cut(word, "=")
		switch {
		case !ok || code == "" || !slices.Contains(meanings, meaning) || code == "*" && meaning == done:
			p.Add("codes", "batch_codes", "code", word)
			return out, other
		case code == "*" && other == "":
			other = meaning
		default:
			is := meaning
			if meaning == done {
				is = ""
			}
			if was, given := out[code]; given && was != is || code == "*" && other != meaning {
				p.Add("codes", "batch_codes_twice", "code", word)
				return out, other
			}
			if code != "*" {
				out[code] = is
			}
		}
	}
	return out, other
}

// Terms are what was agreed about files.
func (s *system) Terms() points.Terms { return s.terms }

// Check tells how the records of the layout come out, and whether the codes of the programs fit.
func (s *system) Check(_ context.Context, programs []string) []outside.Finding {
	told := fmt.Sprintf("%s, %s, %s", cmp.Or(map[bool]string{true: fmt.Sprint("fixed ", s.layout.length(false)+len(s.layout.end), " / ", s.layout.length(true)+len(s.layout.end), " bytes")}[s.layout.fixed], "CSV"),
		s.layout.encodingName(), s.layout.endName())
	found := []outside.Finding{{Step: "layout", OK: true, Said: told}}
	for _, program := range programs {
		f := outside.Finding{Step: "program", OK: true, Said: program}
		if err := s.layout.fits("program", program); err != nil {
			f.OK, f.Said = false, program+": "+err.Error()
		}
		found = append(found, f)
	}
	return found
}

func (s *system) of(m points.Movement) string { return strings.ReplaceAll(s.account, login, m.Login) }
