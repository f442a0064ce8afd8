package points

import (
	"encoding/hex"
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/store"
	"hoten/app/vault"
)

// File is a file of movements for a batch system, or was one.
type File struct {
	ID         int64
	SystemID   int16
	Number     int64 // within the system, without gaps
	CutAt      time.Time
	CutBy      *int64 // nil: at its hour
	Count      int64
	Credit     int64
	Debit      int64
	Content    []byte // sealed
	SHA256     []byte `gorm:"column:sha256"`
	WrittenAt  *time.Time
	FetchedAt  *time.Time
	FetchedBy  *int64
	Answers    int // results taken in
	AnsweredAt *time.Time
	Rejected   bool // whole
}

// TableName is the table of File.
func (File) TableName() string { return "point_files" }

// States of files, as people see them.
const (
	FileCut      = "cut"      // nobody fetched it
	FileSent     = "sent"     // handed over, and not answered
	FileAnswered = "answered" // each row has an outcome
	FileMissing  = "missing"  // the result does not mention all rows
	FileRejected = "rejected" // refused whole
)

// Filed is a file with what is open of it.
type Filed struct {
	File
	Open    int64 // rows whose outcome nobody knows
	Pending int64 // rows whose outcome is not yet with their leg
	Refused int64 // rows that the other side refused
}

// State is where the file stands.
func (f Filed) State() string {
	switch {
	case f.Rejected:
		return FileRejected
	case f.Open == 0:
		return FileAnswered
	case f.Answers > 0:
		return FileMissing
	case f.WrittenAt != nil || f.FetchedAt != nil:
		return FileSent
	}
	return FileCut
}

// Late reports whether the file has had no result for longer than its system allows.
func (f Filed) Late(c Connection, now time.Time) bool {
	return f.Open > 0 && f.Answers == 0 && !now.Before(f.CutAt.Add(c.alarm()))
}

func (c Connection) alarm() time.Duration { return time.Duration(c.AlarmMinutes) * time.Minute }

// withoutContent are the columns of files, for what only lists them: a content may be megabytes.
const withoutContent = `f.id, f.system_id, f.number, f.cut_at, f.cut_by, f.count, f.credit, f.debit, null::bytea as content, f.sha256, f.written_at, f.fetched_at, f.fetched_by,
	f.answers, f.answered_at, f.rejected`

// filed selects files with what is open of them, without their contents.
const filed = `select ` + withoutContent + `, r.* from point_files f cross join lateral (select count(*) filter (where outcome is null) as open,
	count(*) filter (where outcome is not null and not applied) as pending, count(*) filter (where outcome = 'refused') as refused from point_rows where file_id = f.id) r `

// Files lists up to limit files of a system, the newest first, before a number (0: from the newest).
func Files(db *gorm.DB, system int16, before int64, limit int) ([]Filed, error) {
	return store.Select[Filed](db, filed+"where f.system_id = $1 and f.number < $2 order by f.number desc limit $3", system, store.Before(before), limit)
}

// FileByNumber finds a file of a system. Unknown: NotFound.
func FileByNumber(db *gorm.DB, system int16, number int64) (*Filed, error) {
	rows, err := store.Select[Filed](db, filed+"where f.system_id = $1 and f.number = $2", system, number)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.Missing()
	}
	return &rows[0], nil
}

// FileNumbers reads the numbers of files.
func FileNumbers(db *gorm.DB, ids []int64) (map[int64]int64, error) {
	rows, err := store.Select[File](db, "select "+withoutContent+" from point_files f where id = any($1)", ids)
	out := make(map[int64]int64, len(rows))
	for _, f := range rows {
		out[f.ID] = f.Number
	}
	return out, err
}

// Name is what the file is called: it names nobody.
func (f File) Name(code, extension string) string {
	return fmt.Sprintf("%s-%06d.%s", code, f.Number, extension)
}

// open reads the content.
func (f File) open(v *vault.Vault) ([]byte, error) {
	plain, err := v.Unseal("point_files", "content", f.ID, f.Content)
	return []byte(plain), err
}

// Row is a movement in a file, and what became of it there.
type Row struct {
	FileID    int64
	Row       int
	LegID     int64
	Attempt   int
	Outcome   *string // nil: not known
	Answer    *int    // the result that said so; nil: people
	Code      string
	Said      string
	Reference string
	Applied   bool
}

// TableName is the table of Row.
func (Row) TableName() string { return "point_rows" }

// Outcomes of rows.
const (
	RowDone    = "done"
	RowRefused = "refused"
	RowNotDone = "not_done" // for the next file
	RowByHand  = "by_hand"  // people did it, or saw that it was done
)

// FiledLeg is a row with its leg.
type FiledLeg struct {
	Leg
	File    int64 // its number
	Row     int
	Outcome *string
	RowCode string
	RowSaid string
	RowRef  string
}

const filedLegs = `select l.*, f.number as file, r.row, r.outcome, r.code as row_code, r.said as row_said, r.reference as row_ref
	from point_rows r join point_files f on f.id = r.file_id join point_legs l on l.id = r.leg_id `

// Rows lists up to limit rows of a file after one (0: from the first), with their legs.
func Rows(db *gorm.DB, file int64, after int64, limit int) ([]FiledLeg, error) {
	return store.Select[FiledLeg](db, filedLegs+"where r.file_id = $1 and r.row > $2 order by r.row limit $3", file, after, limit)
}

// missing is the condition, in SQL, of rows r of files f that somebody has to work on: no result
// mentions them, or none came in the time $%d minus the minutes of the system s.
const missing = "r.outcome is null and (f.answers > 0 or f.cut_at <= %s::timestamptz - s.alarm_minutes * interval '1 minute')"

// Missing lists up to limit legs of a system that nobody knows of though they are due, the newest
// first, before one (0: from the newest).
func Missing(db *gorm.DB, system int16, now time.Time, before int64, limit int) ([]FiledLeg, error) {
	return store.Select[FiledLeg](db, filedLegs+"join point_systems s on s.id = f.system_id where l.system_id = $1 and "+fmt.Sprintf(missing, "$2")+
		" and l.state = '"+outside.Uncertain+"' and l.id < $3 order by l.id desc limit $4", system, now, store.Before(before), limit)
}

// Arrival is a result file as it came.
type Arrival struct {
	ID         int64
	SystemID   int16
	FileID     *int64
	Answer     *int
	ReceivedAt time.Time
	ReceivedBy *int64
	Source     string
	Size       int64
	SHA256     []byte `gorm:"column:sha256"`
	Content    []byte
	State      string
	Refusal    *string // JSON of Refusal
}

// TableName is the table of Arrival.
func (Arrival) TableName() string { return "point_results" }

// What became of a result file.
const (
	Taken     = "taken"
	TakenOnce = "again" // it had been taken in before; nothing changed
	Refusal   = "refused"
)

// Sources of result files.
const (
	FromConsole = "console"
	FromAPI     = "api"
	FromFolder  = "folder"
)

// Arrivals lists up to limit result files of a system, or of one of its files (0: of all), the
// newest first, before one (0: from the newest), without their contents.
func Arrivals(db *gorm.DB, system int16, file, before int64, limit int) ([]Arrival, error) {
	return store.Select[Arrival](db, "select id, system_id, file_id, answer, received_at, received_by, source, size, sha256, null::bytea as content, state, refusal::text as refusal from point_results where system_id = $1 and ($2 = 0 or file_id = $2) and id < $3 order by id desc limit $4", system, file, store.Before(before), limit)
}

// Hash is a hash as people compare it.
func Hash(sum []byte) string { return hex.EncodeToString(sum) }
