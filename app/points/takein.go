package points

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/store"
	"hoten/app/verbs"
)

// MaxResult bounds a result file, in bytes.
const MaxResult = 16 << 20

// Incoming is a result file that somebody brings.
type Incoming struct {
	Source  string
	Number  int64 // of the file that it must answer; 0: whichever it names
	Content []byte
}

// Told is what a result file came to.
type Told struct {
	ID      int64 // of the arrival
	Number  int64 // of the file that it answers
	Again   bool  // it had been taken in before: nothing changed
	Done    int
	Refused int
	Missing int64 // rows of the file that no result mentioned
}

// TakeIn takes in a result file whole, or not at all; the legs are settled by it afterwards. It
// is kept among the files that came, also where it is refused: Invalid of the field "result",
// which names what is wrong, and the line.
func TakeIn(ctx context.Context, s *store.Store, by access.Actor, code string, in Incoming) (*Told, error) {
	if err := by.Require(ToTakeIn.Needs); err != nil {
		return nil, ToTakeIn.Refused(ctx, s, by, verbs.About("points", code), err)
	}
	c, b, err := openBatch(ctx, s, code)
	if err != nil {
		return nil, err
	}
	a := arrival{c: *c, b: b, in: in, sum: sha256.Sum256(in.Content)}
	if a.read, err = a.parse(); err == nil {
		told, failed := verbs.Do(ctx, s, by, ToTakeIn, verbs.About("points", code), "", a.take)
		if err = failed; err == nil {
			return told, nil
		}
	}
	f, is := fault.As(err)
	if !is || f.Kind != fault.Invalid {
		return nil, err
	}
	return a.refuse(ctx, s, by, f)
}

// arrival is a result file while it is taken in.
type arrival struct {
	c    Connection
	b    Batch
	in   Incoming
	sum  [sha256.Size]byte
	read *Result
}

// wrong is the refusal of a result file.
func wrong(code string, args ...any) error { return fault.Input("result", code, args...) }

// parse reads the file, as far as it can be wrong by itself.
func (a *arrival) parse() (*Result, error) {
	if len(a.in.Content) > MaxResult {
		return nil, wrong("result_too_large", "megabytes", MaxResult>>20)
	}
	r, err := a.b.ReadResult(a.in.Content)
	switch {
	case err != nil:
		return r, err
	case r.System != a.c.Code:
		return nil, wrong("result_system", "expected", a.c.Code)
	case a.in.Number != 0 && r.Number != a.in.Number:
		return r, wrong("result_of_other_file", "number", r.Number, "expected", a.in.Number)
	}
	return r, nil
}

// take checks the file against ours and keeps what it says.
func (a *arrival) take(tx *store.Tx) (*Told, error) {
	f, err := store.LockBy[File](tx, "system_id = ? and number = ?", a.c.ID, a.read.Number)
	if fault.Of(err, fault.NotFound) {
		return nil, wrong("result_file_unknown", "number", a.read.Number)
	}
	if err != nil {
		return nil, err
	}
	if told, err := a.known(tx, f); told != nil || err != nil {
		return told, err
	}
	if err := a.inOrder(tx.DB, f); err != nil {
		return nil, err
	}
	rows, err := store.Select[Row](tx.DB, "select * from point_rows where file_id = $1 order by row for no key update", f.ID)
	if err != nil {
		return nil, err
	}
	content, err := f.open(tx.Vault())
	if err != nil {
		return nil, err
	}
	ours, err := a.b.ReadFile(content)
	if err != nil || len(ours) != len(rows) {
		return nil, wrong("result_layout", "number", f.Number)
	}
	told := &Told{Number: f.Number}
	if a.read.Rejected {
		a.reject(tx, f)
	} else if err := a.answer(tx, rows, ours, told); err != nil {
		return nil, err
	}
	return told, a.keep(tx, f, told)
}

// known tells whether the result was taken in before; under the number of one that was, another
// is refused.
func (a *arrival) known(tx *store.Tx, f *File) (*Told, error) {
	if a.read.Answer > int64(f.Answers) {
		return nil, nil
	}
	before, err := store.Select[Arrival](tx.DB, "select * from point_results where file_id = $1 and answer = $2 and state = 'taken'", f.ID, a.read.Answer)
	if err != nil {
		return nil, err
	}
	if len(before) == 0 || !bytes.Equal(before[0].SHA256, a.sum[:]) {
		return nil, wrong("result_differs", "number", f.Number, "answer", a.read.Answer)
	}
	kept, err := a.note(tx, &f.ID, TakenOnce, nil)
	return &Told{ID: kept, Number: f.Number, Again: true}, err
}

// inOrder refuses a result before those that go before it.
func (a *arrival) inOrder(db *gorm.DB, f *File) error {
	type number struct{ Number int64 }
	earlier, err := store.Select[number](db, `select number from point_files f where system_id = $1 and number < $2 and answers = 0
		and exists (select from point_rows r where r.file_id = f.id and r.outcome is null) order by number limit 1`, a.c.ID, f.Number)
	switch expected := int64(f.Answers) + 1; {
	case err != nil:
		return err
	case len(earlier) > 0:
		return wrong("result_order", "number", f.Number, "expected", earlier[0].Number)
	case a.read.Answer != expected:
		return wrong("result_sequence", "number", f.Number, "answer", a.read.Answer, "expected", expected)
	case a.read.Rejected && f.Answers > 0:
		return wrong("result_rejected_late", "number", f.Number)
	}
	return nil
}

// answer compares each row of the result with ours and keeps what became of it.
func (a *arrival) answer(tx *store.Tx, rows []Row, ours []FileRow, told *Told) error {
	seen := map[int]bool{}
	var at []int
	var outcomes, codes, said, references []string
	for _, r := range a.read.Rows {
		if r.Row < 1 || r.Row > len(rows) {
			return wrong("result_row_unknown", "line", r.Line, "row", r.Row)
		}
		if seen[r.Row] {
			return wrong("result_row_twice", "line", r.Line, "row", r.Row)
		}
		seen[r.Row] = true
		if column := ours[r.Row-1].differs(r.FileRow); column != "" {
			return wrong("result_other", "line", r.Line, "column", column)
		}
		outcome := RowDone
		if r.Code != "" {
			outcome = RowRefused
		}
		kept := rows[r.Row-1]
		login, _ := a.c.Login(r.Account)
		reference := Referred(r.Reference, login)
		switch was := kept.was(); {
		case was == RowByHand && outcome == RowRefused:
			continue // what people did instead stands
		case was == RowByHand && kept.Reference != reference:
			told.Done++ // a mistyped number, or done twice: the statement tells which
			at, outcomes, codes = append(at, r.Row), append(outcomes, RowByHand), append(codes, "")
			said, references = append(said, reference), append(references, kept.Reference)
			continue
		case was == RowDone || was == RowRefused:
			return wrong("result_row_answered", "line", r.Line, "row", r.Row, "answer", *kept.Answer)
		}
		if outcome == RowDone {
			told.Done++
		} else {
			told.Refused++
		}
		at, outcomes, codes = append(at, r.Row), append(outcomes, outcome), append(codes, r.Code)
		said, references = append(said, outside.Said(r.Said, r.Account)), append(references, reference)
	}
	file := int64(0)
	for _, r := range rows {
		if file = r.FileID; r.Outcome == nil && !seen[r.Row] {
			told.Missing++
		}
	}
	tx.Queue(`update point_rows r set outcome = u.o, answer = $7, code = u.c, said = u.s, reference = u.f, applied = false
		from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[]) as u(n, o, c, s, f) where r.file_id = $1 and r.row = u.n`,
		file, at, outcomes, codes, said, references, a.read.Answer)
	return nil
}

// was is the outcome of the row; empty: none.
func (r Row) was() string {
	if r.Outcome == nil {
		return ""
	}
	return *r.Outcome
}

// differs is the first column in which a row of a result is not ours.
func (r FileRow) differs(from FileRow) string {
	switch {
	case r.Key != from.Key:
		return "key"
	case r.Account != from.Account:
		return "account"
	case r.Program != from.Program:
		return "program"
	case r.Points != from.Points:
		return "points"
	}
	return ""
}

// reject has all rows that nobody settled wait for the next file.
func (a *arrival) reject(tx *store.Tx, f *File) {
	f.Rejected = true
	said := outside.Said(a.read.Said)
	tx.Queue("update point_rows set outcome = '"+RowNotDone+"', answer = $2, said = $3 where file_id = $1 and outcome is null", f.ID, a.read.Answer, said)
	systems.Failed(tx, a.c.ID, said)
}

// keep keeps that the file was answered, and by what.
func (a *arrival) keep(tx *store.Tx, f *File, told *Told) (err error) {
	f.Answers, f.AnsweredAt = int(a.read.Answer), &tx.Now
	if err := store.Save(tx, f, "answers", "answered_at", "rejected"); err != nil {
		return err
	}
	if told.ID, err = a.note(tx, &f.ID, Taken, nil); err != nil {
		return err
	}
	if !f.Rejected {
		systems.Answered(tx, a.c.ID)
	}
	return audit.Record(tx, audit.Change{After: map[string]any{"file": f.Number, "answer": f.Answers, "file_rejected": f.Rejected, "rows_done": told.Done, "rows_refused": told.Refused,
		"rows_missing": told.Missing, "sha256": Hash(a.sum[:])}})
}

// note writes that the file came.
func (a *arrival) note(tx *store.Tx, file *int64, state string, refusal *string) (id int64, err error) {
	ids, err := store.TakeIDs(tx.DB, "point_results", 1)
	if err != nil {
		return 0, err
	}
	row := &Arrival{ID: ids[0], SystemID: a.c.ID, FileID: file, ReceivedAt: tx.Now, Source: a.in.Source, Size: int64(len(a.in.Content)), SHA256: a.sum[:], State: state, Refusal: refusal}
	if file != nil && a.read != nil && a.read.Answer <= maxAnswer {
		row.Answer = new(int(a.read.Answer))
	}
	if tx.By.Kind == "staff" {
		row.ReceivedBy = &tx.By.ID
	}
	if state == Taken {
		row.Content = tx.Vault().Seal("point_results", "content", row.ID, string(a.in.Content))
	}
	err = tx.Uncounted(func() error { return store.Insert(tx, row) })
	return row.ID, err
}

// maxAnswer bounds the number of a result as it is kept.
const maxAnswer = 1<<31 - 1

// Refused is why a result file was refused: the word and arguments of fault.Field.
type Refused struct {
	Code string   `json:"code"`
	Args []string `json:"args"` // names and values
}

// Arguments are those of the words.
func (r Refused) Arguments() (out []any) {
	for _, arg := range r.Args {
		if n, err := strconv.ParseInt(arg, 10, 64); err == nil {
			out = append(out, n) // with separators
		} else {
			out = append(out, arg)
		}
	}
	return out
}

// Why reads the refusal of a result file; nil: it was not refused.
func (a Arrival) Why() (out *Refused) {
	if a.Refusal != nil {
		_ = json.Unmarshal([]byte(*a.Refusal), &out) // ours
	}
	return out
}

// refuse keeps that the file was refused, and why. It gives the refusal.
func (a *arrival) refuse(ctx context.Context, s *store.Store, by access.Actor, f *fault.Fault) (*Told, error) {
	at := slices.IndexFunc(f.Fields, func(f fault.Field) bool { return f.Name == "result" })
	if at < 0 {
		return nil, f
	}
	why := Refused{Code: f.Fields[at].Code}
	for _, arg := range f.Fields[at].Args {
		why.Args = append(why.Args, fmt.Sprint(arg))
	}
	number := a.in.Number
	if number == 0 && a.read != nil && a.read.System == a.c.Code {
		number = a.read.Number
	}
	kept, err := json.Marshal(why)
	if err != nil {
		return nil, err
	}
	told := &Told{Number: number}
	err = store.Keep(ctx, s, func(tx *store.Tx) error {
		of, err := store.Select[File](tx.DB, "select "+withoutContent+" from point_files f where system_id = $1 and number = $2", a.c.ID, number)
		if err != nil {
			return err
		}
		tx.By = by
		var file *int64
		if len(of) > 0 {
			file = &of[0].ID
		}
		told.ID, err = a.note(tx, file, Refusal, new(string(kept)))
		return err
	})
	if err != nil {
		return nil, err
	}
	return told, f
}
