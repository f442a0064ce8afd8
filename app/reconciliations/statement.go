package reconciliations

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hoten/app/fault"
	"hoten/app/imports/csvin"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/points"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/i18n"
)

// Longest texts of a statement, in characters.
const longest = 100

// keys are what a key may be: none of ours has other characters, and no account fits by mistake.
var keys = regexp.MustCompile(`^[A-Za-z0-9_.:-]*$`)

// reader takes the rows of a statement of one day of a system into a spool.
type reader struct {
	of    points.Connection
	day   jptext.Date
	vault *vault.Vault
	*spool
}

// take judges a movement and keeps it: the column and the reason why it cannot be one, as
// csvin names them. Accounts are kept as nothing but a keyed hash of the ID.
func (r *reader) take(m points.Done) (column, reason string, err error) {
	switch {
	case m.Key == "" && m.Reference == "":
		return "key", "statement_unnamed", nil
	case len(m.Key) > longest || !keys.MatchString(m.Key):
		return "key", "statement_key", nil
	case m.Account == "" || !fits(m.Account, 255):
		return "account", "id_invalid", nil
	case m.Program == "" || !fits(m.Program, longest):
		return "program", "program_unknown", nil
	case m.Points == 0:
		return "points", "statement_nothing", nil
	case max(m.Points, -m.Points) > jptext.MaxPoints || m.Points == -m.Points:
		return "points", "points_not_integer", nil
	case utf8.RuneCountInString(m.Reference) > longest:
		return "reference", "value_too_long", nil
	case !fits(m.Reference, longest):
		return "reference", "id_invalid", nil
	case jptext.DateOf(m.At) != r.day:
		return "done_at", "statement_day", nil
	}
	login, ours := r.of.Login(m.Account)
	kept := row{Key: m.Key, Program: m.Program, Reference: points.Referred(m.Reference, login), Points: m.Points, DoneAt: m.At.UTC().Truncate(time.Microsecond)}
	if ours {
		kept.Login = r.vault.Blind("login", jptext.LoginKey(login))
	}
	return "", "", r.add(kept)
}

// fits reports whether a text can be shown on one line and kept.
func fits(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most && store.Storable(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// mostTold is how many bad rows of a file are told.
const mostTold = 20

// why is the reason of a bad row in the reader's language.
type why struct{ code, detail string }

// Name says it.
func (w why) Name(lang string) string {
	return i18n.T(i18n.With(context.Background(), lang), "fault.field."+w.code, "detail", w.detail)
}

// MarshalJSON writes the word.
func (w why) MarshalJSON() ([]byte, error) { return json.Marshal(w.code) }

// readFile reads a statement from a file. Any row that cannot be one refuses the whole file:
// Invalid, which names row and column of the first of them.
func (r *reader) readFile(in io.Reader, programs []incidents.Program) error {
	words := csvin.Names{Programs: map[string]string{}}
	for _, p := range programs {
		for _, name := range []string{p.NameJa, p.NameEn, p.Code} {
			words.Programs[name] = p.Code
		}
	}
	var bad fault.Problems
	rows, err := csvin.NewReader(in, csvin.StatementFile, words)
	if header, is := errors.AsType[*csvin.HeaderError](err); is {
		for _, p := range header.Problems {
			note(&bad, p)
		}
		return bad.Err()
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	for len(bad) < mostTold {
		line, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		for _, p := range line.Problems {
			note(&bad, p)
		}
		if len(line.Problems) > 0 {
			continue
		}
		s := line.Statement
		column, reason, err := r.take(points.Done{Key: s.Key, Account: s.Account, Program: s.Program, Points: s.Points, Reference: s.Reference, At: s.DoneAt})
		if errors.Is(err, errTooLong) {
			return fault.Input("file", "statement_too_long", "max", mostRows)
		}
		if err != nil {
			return err
		}
		if reason != "" {
			note(&bad, csvin.Problem{Line: line.Line, Column: column, Reason: reason, Detail: r.day.String()})
		}
	}
	return bad.Err()
}

func note(bad *fault.Problems, p csvin.Problem) {
	if p.Column == "" {
		bad.Add("file", "statement_row", "line", p.Line, "why", why{p.Reason, p.Detail})
		return
	}
	bad.Add("file", "statement_cell", "line", p.Line, "column", p.Column, "why", why{p.Reason, p.Detail})
}

// Bounds of asking for a statement.
const (
	mostParts = 5000
	mostTime  = 20 * time.Minute
)

// errs of statements that other systems give.
var (
	errRepeats = errors.New("the statement gives the same part again")
	errForeign = errors.New("the statement has a movement that is none, for its ")
)

// readSystem reads a statement from the point system. What it says is told in the error, without
// anything of its movements.
func (r *reader) readSystem(ctx context.Context, from points.Stater) error {
	ctx, cancel := context.WithTimeout(ctx, mostTime)
	defer cancel()
	asked := map[string]bool{}
	for after := ""; ; {
		if asked[after] {
			return errRepeats
		}
		if asked[after] = true; len(asked) > mostParts {
			return errTooLong
		}
		part, err := from.Statement(ctx, r.day, after)
		if err != nil {
			return err
		}
		for _, m := range part.Done {
			column, reason, err := r.take(m)
			if err != nil {
				return err
			}
			if reason != "" {
				return errors.New(errForeign.Error() + column)
			}
		}
		if after = part.Next; after == "" {
			return nil
		}
		if len(part.Done) == 0 {
			return errRepeats
		}
	}
}
