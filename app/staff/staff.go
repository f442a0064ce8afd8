// Package staff holds the accounts of those who work with the program: roles,
// passwords, enrolment links, API tokens, and the throttle on sign-in. Secrets
// are kept as hashes only.
package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Staff is one account.
type Staff struct {
	ID                 int64
	Email              string
	Name               string
	NameEn             string // in Latin letters, where English is spoken; empty: Name
	Role               access.Role
	DeskID             *int64
	Language           string // of the console
	Languages          string // calls are taken in: "ja", "en" or "ja en"
	Theme              string
	TextSize           string
	PasswordHash       string
	EnrolmentHash      []byte
	EnrolmentExpiresAt *time.Time
	DisabledAt         *time.Time
	SessionsAfter      *time.Time // sessions begun before are over
	CreatedAt          time.Time
	Extension          string // what the telephone system knows the person by; empty: nothing but the address
}

// TableName is the table of Staff.
func (Staff) TableName() string { return "staff" }

// Actor is the account as somebody who acts; via is the door they came in by.
func (s Staff) Actor(via string) access.Actor {
	a := access.Actor{ID: s.ID, Name: s.Name, Role: s.Role, Kind: "staff", Via: via}
	if s.DeskID != nil {
		a.DeskID = *s.DeskID
	}
	return a
}

// NameIn is the name as it is said in the language.
func (s Staff) NameIn(lang string) string {
	if lang == "en" && s.NameEn != "" {
		return s.NameEn
	}
	return s.Name
}

// Subject names the account in the audit trail.
func (s Staff) Subject() string { return Subject(s.ID) }

// Subject names the account with the id in the audit trail.
func Subject(id int64) string { return verbs.About("staff", id) }

// Active finds an account that may act. Unknown: NotFound; disabled: Forbidden
// "account_disabled".
func Active(db *gorm.DB, id int64) (*Staff, error) {
	s, err := Get(db, id)
	if err == nil && s.DisabledAt != nil {
		return nil, fault.New(fault.Forbidden, "account_disabled")
	}
	return s, err
}

// Began reports whether a session that began then is still the account's.
func (s Staff) Began(session time.Time) bool {
	return s.DisabledAt == nil && (s.SessionsAfter == nil || !session.Before(*s.SessionsAfter))
}

// ByEmail finds an account by its address, also a disabled one. Unknown: NotFound.
func ByEmail(db *gorm.DB, email string) (*Staff, error) {
	return store.Find[Staff](db, "email = ?", normal(email))
}

var columns = store.Columns[Staff]("s")

// AskByID reads the account with the id.
func AskByID(reads *store.Reads, id int64) *[]Staff {
	return store.Ask[Staff](reads, "select "+columns+" from staff s where s.id = $1", id)
}

// AskWorkers reads who may work cases, by name: the accounts' ids and names.
func AskWorkers(reads *store.Reads) *[]Staff {
	return store.Ask[Staff](reads, `select id, name, name_en from staff where disabled_at is null and role = any($1) order by name collate "ja-x-icu", id`,
		access.Holders(access.WorkCases))
}

// ByTelephone finds the accounts in use that a telephone system means by an extension or an
// address, or by one of the names.
func ByTelephone(db *gorm.DB, known string, names []string) ([]Staff, error) {
	return store.Select[Staff](db, "select "+columns+` from staff s where disabled_at is null
		and ($1 <> '' and (lower(extension) = lower($1) and extension <> '' or email = lower($1)) or name = any($2) or name_en = any($2)) limit 2`, known, names)
}

// List is every account, those in use first, by how their names are read as far as that is known.
func List(db *gorm.DB) ([]Staff, error) {
	var out []Staff
	err := db.Order("id").Find(&out).Error
	order := collate.New(language.Japanese)
	slices.SortStableFunc(out, func(a, b Staff) int {
		if in := a.DisabledAt == nil; in != (b.DisabledAt == nil) {
			if in {
				return -1
			}
			return 1
		}
		return order.CompareString(a.reading(), b.reading())
	})
	return out, err
}

// reading is the name in kana, read from its Latin letters; else the name as it is written.
func (s Staff) reading() string {
	if kana := jptext.Readings(s.NameEn); len(kana) > 0 {
		return kana[0]
	}
	return s.Name
}

func normal(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// summary is the account in the audit trail; the address of staff is no member's
// data, but stays out all the same.
func (s Staff) summary() map[string]any {
	return map[string]any{"role": s.Role, "desk": s.DeskID, "languages": s.Languages, "disabled": s.DisabledAt != nil, "extension": s.Extension}
}

// longestName bounds the names of staff and of tokens, in characters.
const longestName = 100

func checkNew(email, name, nameEn string, role access.Role) error {
	var p fault.Problems
	if a, err := mail.ParseAddress(email); err != nil || a.Address != strings.TrimSpace(email) || len(email) > 254 {
		p.Add("email", "email_invalid")
	}
	secrets.Label(&p, "name", name, longestName)
	if nameEn != "" {
		secrets.Label(&p, "name_en", nameEn, longestName)
		if !jptext.IsLatin(nameEn) {
			p.Add("name_en", "name_not_latin")
		}
	}
	if !role.Known() {
		p.Add("role", "role_unknown")
	}
	return p.Err()
}

// newSecret makes 256 random bits and the hash that is kept of them.
func newSecret(prefix string) (plain string, hash []byte, err error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", nil, err
	}
	plain = prefix + base64.RawURLEncoding.EncodeToString(b)
	return plain, hashSecret(plain), nil
}

func hashSecret(plain string) []byte {
	h := sha256.Sum256([]byte(plain))
	return h[:]
}

// Called gives what people are called in the language, by their names as registered. One that
// two people have with other readings is not among them.
func Called(db *gorm.DB, lang string, registered []string) (map[string]string, error) {
	rows, err := store.Select[Staff](db, "select distinct name, name_en from staff where name = any($1)", registered)
	out, several := make(map[string]string, len(rows)), map[string]bool{}
	for _, s := range rows {
		_, several[s.Name] = out[s.Name]
		out[s.Name] = s.NameIn(lang)
	}
	maps.DeleteFunc(out, func(name, _ string) bool { return several[name] })
	return out, err
}

// Names gives the names of accounts in the language, also of disabled ones.
func Names(db *gorm.DB, lang string, ids []int64) (map[int64]string, error) {
	rows, err := store.Select[Staff](db, "select id, name, name_en from staff where id = any($1)", ids)
	out := make(map[int64]string, len(rows))
	for _, s := range rows {
		out[s.ID] = s.NameIn(lang)
	}
	return out, err
}

// Get finds an account, also a disabled one. Unknown: NotFound.
func Get(db *gorm.DB, id int64) (*Staff, error) { return store.Find[Staff](db, "id = ?", id) }

// LastSignIns is when each account last signed in.
func LastSignIns(db *gorm.DB) (map[int64]time.Time, error) {
	type last struct {
		ID int64
		At time.Time
	}
	rows, err := store.Select[last](db, "select id, signed_in_at as at from staff where signed_in_at is not null")
	out := make(map[int64]time.Time, len(rows))
	for _, r := range rows {
		out[r.ID] = r.At
	}
	return out, err
}

// CheckActor refuses a filter of the audit trail that names an account which never
// was: Invalid on actor. Empty names nobody and is fine.
func CheckActor(db *gorm.DB, name string) error {
	if name == "" {
		return nil
	}
	id, err := audit.ActorID(name)
	if err != nil || id == 0 {
		return err
	}
	var known bool
	if err := store.Scan(db, "select exists (select from staff where id = $1)", []any{id}, &known); err != nil || known {
		return err
	}
	return fault.Input("actor", "actor_unknown")
}
