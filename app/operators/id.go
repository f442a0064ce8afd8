package operators

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/vault"
)

// ID is a kind of ID that members sign in with.
type ID struct {
	ID         int16  `json:"-"`
	Code       string `json:"code"`
	OperatorID int16  `json:"-"`
	NameJa     string `json:"name_ja"`
	NameEn     string `json:"name_en"`
	// Form is the regular expression that the key of every such ID (jptext.LoginKey)
	// matches as a whole, whatever the case of its letters; empty: any.
	Form string `json:"form"`
	// Domains are those of the ID's own mailbox: whoever has its password reads it.
	Domains []string `json:"domains" gorm:"-"`
	// What else the password opens, a line each.
	OpensJa string `json:"opens_ja"`
	OpensEn string `json:"opens_en"`
	// What goes on while the ID is restricted, in a sentence or two.
	GoesOnJa string `json:"goes_on_ja"`
	GoesOnEn string `json:"goes_on_en"`
	// What members call the password for points; empty: there is none.
	PointPasswordJa string `json:"point_password_ja"`
	PointPasswordEn string `json:"point_password_en"`
	OneTimePassword bool   `json:"one_time_password"` // offered at sign-in
	Language        string `json:"language"`          // of members of whom nobody said it: ja or en
	Version         int64  `json:"-"`
}

// TableName names the table for gorm.
func (ID) TableName() string { return "id_kinds" }

// Name is what members call the ID, in the language.
func (i ID) Name(lang string) string { return in(lang, i.NameJa, i.NameEn) }

// Opens lists what else the password opens, in the language.
func (i ID) Opens(lang string) []string { return Lines(in(lang, i.OpensJa, i.OpensEn)) }

// GoesOn says what goes on under restriction, in the language.
func (i ID) GoesOn(lang string) string { return in(lang, i.GoesOnJa, i.GoesOnEn) }

// PointPassword is what members call the password for points; empty: there is none.
func (i ID) PointPassword(lang string) string { return in(lang, i.PointPasswordJa, i.PointPasswordEn) }

// Matcher is what tells whether the key of a login ID has the form of these IDs; nil: any
// has.
func (i ID) Matcher() (func(key string) bool, error) {
	if i.Form == "" {
		return nil, nil
	}
	form, err := i.whole()
	if err != nil {
		return nil, err
	}
	return form.MatchString, nil
}

// whole matches a whole key. Keys are in lower case; who writes the form has the capital
// letters of the cards and contracts before them.
func (i ID) whole() (*regexp.Regexp, error) { return regexp.Compile("^(?i:" + i.Form + ")$") }

type domain struct {
	Domain string
	KindID int16 `gorm:"column:id_kind_id"`
}

func (domain) TableName() string { return "id_domains" }

// AskIDs reads the IDs without their domains, in the order they were set up.
func AskIDs(reads *store.Reads) *[]ID {
	return store.Ask[ID](reads, "select * from id_kinds order by id")
}

// IDs reads the IDs, in the order they were set up.
func IDs(db *gorm.DB) ([]ID, error) {
	list, err := store.Select[ID](db, "select * from id_kinds order by id")
	if err != nil {
		return nil, err
	}
	domains, err := store.Select[domain](db, "select domain, id_kind_id from id_domains order by domain")
	for i := range list {
		for _, d := range domains {
			if d.KindID == list[i].ID {
				list[i].Domains = append(list[i].Domains, d.Domain)
			}
		}
	}
	return list, err
}

// Several reports whether more than one operator runs the IDs.
func Several(ids []ID) bool {
	return slices.ContainsFunc(ids, func(i ID) bool { return i.OperatorID != ids[0].OperatorID })
}

// Settled reads the IDs for what is recorded about one of them. Where there is none it waits
// for whoever sets up the first at the same time, and lets nobody set it up before the
// transaction ends: what is recorded is either about the first ID or there for WhenFirstID.
func Settled(tx *store.Tx) ([]ID, error) {
	list, err := IDs(tx.DB)
	if err != nil || len(list) > 0 {
		return list, err
	}
	if err := store.Freeze(tx, "id_kinds"); err != nil {
		return nil, err
	}
	return IDs(tx.DB)
}

// IDByCode finds an ID. Unknown: NotFound.
func IDByCode(db *gorm.DB, code string) (*ID, error) {
	return find(db, func(i ID) bool { return i.Code == code })
}

// IDByID finds the ID with that number. Unknown: NotFound.
func IDByID(db *gorm.DB, id int16) (*ID, error) {
	return find(db, func(i ID) bool { return i.ID == id })
}

func find(db *gorm.DB, is func(ID) bool) (*ID, error) {
	list, err := IDs(db)
	if err != nil {
		return nil, err
	}
	if at := slices.IndexFunc(list, is); at >= 0 {
		return &list[at], nil
	}
	return nil, fault.Missing()
}

// Changes counts how often IDs were set up or changed.
func Changes(db *gorm.DB) (n int64, err error) {
	err = store.Scan(db, "select coalesce(sum(version), 0)::bigint from id_kinds", nil, &n)
	return n, err
}

// DomainKey is the keyed hash that domains of mailboxes are compared by; nil for none.
func DomainKey(v *vault.Vault, domain string) []byte { return v.Blind("domain", domain) }

// HashDomains adds the keyed hashes of domains that an older release kept.
func HashDomains(tx *store.Tx) error {
	kept, err := store.Select[domain](tx.DB, "select domain from id_domains where domain_key is null")
	for _, d := range kept {
		tx.Queue("update id_domains set domain_key = $2 where domain = $1", d.Domain, DomainKey(tx.Vault(), d.Domain))
	}
	return err
}

var domainForm = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$`)

const maxDomains = 50

// Check refuses what cannot be meant, with an Invalid fault that names each field.
func (i ID) Check() error {
	var p fault.Problems
	checkCode(&p, i.Code)
	secrets.Label(&p, "name_ja", i.NameJa, maxName)
	secrets.Label(&p, "name_en", i.NameEn, maxName)
	if i.Language != "ja" && i.Language != "en" {
		p.Add("language", "language_unknown")
	}
	pair(&p, "point_password", i.PointPasswordJa, i.PointPasswordEn)
	for field, text := range map[string]string{"opens_ja": i.OpensJa, "opens_en": i.OpensEn, "goes_on_ja": i.GoesOnJa, "goes_on_en": i.GoesOnEn} {
		secrets.Text(&p, field, text, maxText)
	}
	for field, both := range map[string][2]string{"goes_on_ja": {i.GoesOnJa, i.GoesOnEn}, "goes_on_en": {i.GoesOnEn, i.GoesOnJa}} {
		if both[0] == "" && both[1] != "" {
			p.Add(field, "required")
		}
	}
	if _, err := i.whole(); err != nil || len(i.Form) > maxText {
		p.Add("form", "form_invalid")
	} else if jptext.LoginKey(i.Form) != strings.ToLower(i.Form) {
		p.Add("form", "form_unmatchable") // no key has such characters
	}
	if len(i.Domains) > maxDomains {
		p.Add("domains", "rows_too_many", "max", maxDomains)
	}
	for n, d := range i.Domains {
		if len(d) > 253 || !domainForm.MatchString(d) || slices.Contains(i.Domains[:n], d) {
			p.Add(fmt.Sprintf("domains.%d", n), "domain_invalid")
		}
	}
	return p.Err()
}
