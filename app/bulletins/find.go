package bulletins

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
)

// meantFor is, in SQL, that a bulletin b is for somebody of the staff s who works cases.
const meantFor = "s.id <> b.posted_by and (b.desk_id is null or s.desk_id is null or s.desk_id = b.desk_id)"

// The bulletins b of each state on a day, in SQL; $1 is the day.
var ofState = map[string]string{
	InForce: "b.withdrawn_at is null and coalesce(b.until_on, 'infinity') >= $1 and b.from_on <= $1",
	Coming:  "b.withdrawn_at is null and coalesce(b.until_on, 'infinity') >= $1 and b.from_on > $1",
	Past:    "(b.withdrawn_at is not null or b.until_on < $1)",
}

// confirmed is, in SQL, when somebody of the staff s confirmed the bulletin b.
const confirmed = "(select c.at from bulletin_confirmations c where c.bulletin_id = b.id and c.staff_id = s.id)"

// Posted is a bulletin as a reader finds it.
type Posted struct {
	Bulletin
	Desk        string     // the code of the desk it is for; empty: all
	Poster      staff.Name // who posted it
	Withdrawer  staff.Name // who withdrew it; empty: nobody
	Meant       bool       // for the reader, if they work cases
	ConfirmedAt *time.Time // by the reader
	Confirmed   int64      // how many people have confirmed it, where a list counts them
	Missing     int64      // how many of those it is for have not
}

// PlainWhy is why the bulletin was withdrawn.
func (p Posted) PlainWhy(v *vault.Vault) string { return v.Read("bulletins", "why", p.ID, p.Why) }

// ToConfirm reports whether the reader, who works cases, has it to confirm on the day.
func (p Posted) ToConfirm(day jptext.Date) bool {
	return p.Meant && p.ConfirmedAt == nil && p.State(day) == InForce
}

// posted reads bulletins for the reader $2.
var posted = "select " + store.Columns[Bulletin]("b") + ", coalesce(d.code, '') as desk, " + staff.NameOf("p") + " as poster, " + staff.NameOf("w") + " as withdrawer, " +
	meantFor + " as meant, " + confirmed + " as confirmed_at"

const postedFrom = ` from bulletins b join staff s on s.id = $2 join staff p on p.id = b.posted_by
	left join staff w on w.id = b.withdrawn_by left join desks d on d.id = b.desk_id where `

// AskUnconfirmed counts the bulletins in force on the day that the reader, who works cases,
// has not confirmed.
func AskUnconfirmed(reads *store.Reads, reader int64, day jptext.Date) *[]int64 {
	return store.AskValues[int64](reads, "select count(*) from bulletins b join staff s on s.id = $2 where "+ofState[InForce]+" and "+meantFor+
		" and not exists (select from bulletin_confirmations c where c.bulletin_id = b.id and c.staff_id = s.id)", day.String(), reader)
}

// shownOnBoard bounds what stands on the reader's board.
const shownOnBoard = 30

// AskBoard reads the bulletins that are for the reader and in force on the day: what they
// have not confirmed first, then the newest. Those that were withdrawn on the day after the
// reader had confirmed them are among them: what they say holds no more.
func AskBoard(reads *store.Reads, reader int64, day jptext.Date) *[]Posted {
	return store.Ask[Posted](reads, posted+postedFrom+meantFor+" and ("+ofState[InForce]+" or b.withdrawn_at >= $3 and "+confirmed+` is not null)
		order by `+confirmed+" is not null, b.withdrawn_at is null, b.id desc limit $4", day.String(), reader, day.At(0), shownOnBoard)
}

// List is the bulletins of a state on the day, the newest first, below the id before (0:
// from the newest), with how many people have confirmed each; one more than limit when
// there are more.
func List(db *gorm.DB, reader int64, day jptext.Date, state string, before int64, limit int) ([]Posted, error) {
	return store.Now(db, func(reads *store.Reads) *[]Posted {
		return store.Ask[Posted](reads, posted+`, (select count(*) from bulletin_confirmations c where c.bulletin_id = b.id) as confirmed,
			(select count(*) from staff s where `+audience+` and not exists (select from bulletin_confirmations c where c.bulletin_id = b.id and c.staff_id = s.id)) as missing`+
			postedFrom+ofState[state]+" and b.id < $3 order by b.id desc limit $4", day.String(), reader, store.Before(before), limit+1, access.Holders(access.WorkCases))
	})
}

// audience is, in SQL, whom a bulletin b is for; $5 is who works cases.
const audience = "s.disabled_at is null and s.role = any($5) and " + meantFor

// Get reads one bulletin for the reader. Unknown: NotFound.
func Get(db *gorm.DB, reader, id int64) (*Posted, error) {
	rows, err := store.Now(db, func(reads *store.Reads) *[]Posted {
		return store.Ask[Posted](reads, posted+postedFrom+"b.id = $1", id, reader)
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.Missing()
	}
	return &rows[0], nil
}

// Person is somebody that a bulletin is for, or who confirmed it.
type Person struct {
	Name        staff.Name
	ConfirmedAt *time.Time // nil: not yet
}

// People are those who have confirmed a bulletin and those it is for who have not, by name.
func People(db *gorm.DB, id int64) ([]Person, error) {
	return store.Select[Person](db, "select "+staff.NameOf("s")+" as name, c.at as confirmed_at from bulletins b cross join staff s "+
		"left join bulletin_confirmations c on c.bulletin_id = b.id and c.staff_id = s.id where b.id = $1 and (c.at is not null or s.disabled_at is null and s.role = any($2) and "+meantFor+`)
		order by s.name collate "ja-x-icu", s.id`, id, access.Holders(access.WorkCases))
}
