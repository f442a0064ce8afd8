package members

import (
	"fmt"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/vault"
)

// ByLogin finds the identities with the login ID: one of each ID that has it.
func ByLogin(db *gorm.DB, v *vault.Vault, login string) ([]Identity, error) {
	return store.Select[Identity](db, "select * from identities where login_key = $1 order by id", loginKey(v, login))
}

func loginKey(v *vault.Vault, login string) []byte { return v.Blind("login", jptext.LoginKey(login)) }

// Ensure finds the identity with the login ID among those of an ID (operators.ID), or keeps
// it as one that nobody knows: without a member, without a state worth anything. An unknown
// one without the form of the ID is Invalid.
func Ensure(tx *store.Tx, kind *int16, login string) (*Identity, error) {
	key := jptext.LoginKey(login)
	if key == "" || len(key) > 254 {
		return nil, fault.Input("login_id", "login_id_missing")
	}
	known, err := ofKind(tx, kind, login)
	if !fault.Of(err, fault.NotFound) {
		return known, err
	}
	if err := secrets.Refuse("login_id", login); err != nil {
		return nil, err
	}
	if err := fits(tx.DB, kind, key); err != nil {
		return nil, err
	}
	ids, err := store.TakeIDs(tx.DB, "identities", 1)
	if err != nil {
		return nil, err
	}
	mailbox, domain := Mailbox(tx.Vault(), key)
	made := Identity{ID: ids[0], IDKindID: kind, Standing: Standing{State: Active}, LoginKey: loginKey(tx.Vault(), login),
		Login: tx.Vault().Seal("identities", "login", ids[0], jptext.LoginID(login))}
	n, err := store.Exec(tx, `insert into identities (id, id_kind_id, login, login_key, mailbox_key, domain_key, start_5, start_8, start_12) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict do nothing`, append([]any{made.ID, made.IDKindID, made.Login, made.LoginKey, mailbox, domain}, Starts(tx.Vault(), key)...)...)
	if err == nil && n == 0 {
		return ofKind(tx, kind, login)
	}
	return &made, err
}

func ofKind(tx *store.Tx, kind *int16, login string) (*Identity, error) {
	return store.Find[Identity](tx.DB, "login_key = ? and id_kind_id is not distinct from ?", loginKey(tx.Vault(), login), kind)
}

// fits refuses the key of a login ID without the form of an ID.
func fits(db *gorm.DB, kind *int16, key string) error {
	if kind == nil {
		return nil
	}
	id, err := operators.IDByID(db, *kind)
	if err != nil {
		return err
	}
	fits, err := id.Matcher()
	if err != nil || fits == nil || fits(key) {
		return err
	}
	return fault.Input("login_id", "login_id_form", "detail", id.Form, "count", jptext.FormDigits(id.Form))
}

// SetKind makes identities that are of no ID yet, which the query names, ones of an ID. One
// that stands there already, by another list, is Invalid: what is true of an ID would be kept twice.
func SetKind(tx *store.Tx, kind int16, query string, args ...any) error {
	args = append(args, kind)
	var twice int64
	err := store.Scan(tx.DB, fmt.Sprintf(`select count(*) from identities i join identities k on k.login_key = i.login_key and k.id_kind_id = $%d
		where i.id_kind_id is null and i.id in (%s)`, len(args), query), args, &twice)
	if err == nil && twice > 0 {
		err = fault.Input("id", "ids_twice", "count", twice)
	}
	if err != nil {
		return err
	}
	_, err = store.Exec(tx, fmt.Sprintf("update identities set id_kind_id = $%d where id_kind_id is null and id in (%s)", len(args), query), args...)
	return err
}

// Find reads the member, nil when the identity has none.
func Find(db *gorm.DB, identity Identity) (*Member, error) {
	if identity.MemberID == nil {
		return nil, nil
	}
	return store.Find[Member](db, "id = ?", *identity.MemberID)
}

// Contacts lists a member's contacts, mail first, oldest first.
func Contacts(db *gorm.DB, member int64) ([]Contact, error) {
	return store.Now(db, func(reads *store.Reads) *[]Contact { return AskContacts(reads, &member) })
}

var (
	identityColumns = store.Columns[Identity]("i")
	memberColumns   = store.Columns[Member]("m")
	contactColumns  = store.Columns[Contact]("c")
)

// LockOf locks the identity that the query names by its id; nil when it names none.
func LockOf(tx *store.Tx, query string, args ...any) (*Identity, error) {
	found, err := store.Now(tx.DB, func(reads *store.Reads) *[]Identity {
		return store.Ask[Identity](reads, "select "+identityColumns+" from identities i where i.id = ("+query+") for no key update", args...)
	})
	return store.First(found), err
}

// AskByID reads the identity with the id.
func AskByID(reads *store.Reads, id int64) *[]Identity {
	return store.Ask[Identity](reads, "select "+identityColumns+" from identities i where i.id = $1", id)
}

// AskMember reads a member; nil is nobody.
func AskMember(reads *store.Reads, id *int64) *[]Member {
	return store.Ask[Member](reads, "select "+memberColumns+" from members m where m.id = $1", id)
}

// AskContacts reads a member's contacts as Contacts lists them; nil is nobody.
func AskContacts(reads *store.Reads, member *int64) *[]Contact {
	return store.Ask[Contact](reads, "select "+contactColumns+" from contact_ways c where c.member_id = $1 order by c.kind, c.registered_on, c.id", member)
}

// AskContactsOf reads what contacts are, also those that another has replaced or that were
// withdrawn; how they may be used is not read.
func AskContactsOf(reads *store.Reads, ids []int64) *[]Contact {
	return store.Ask[Contact](reads, "select id, member_id, kind, value from contacts where id = any($1) order by kind, id", ids)
}

// ByPhone finds the identities with the telephone number.
func ByPhone(db *gorm.DB, v *vault.Vault, number string) ([]int64, error) {
	type hit struct{ ID int64 }
	rows, err := store.Select[hit](db, "select i.id from contacts c join identities i on i.member_id = c.member_id where c.value_key = $1 limit $2",
		v.Blind("phone", jptext.PhoneKey(number)), MaxHits)
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, err
}

// MaxHits bounds how many members one search looks into.
const MaxHits = 200

// How a search found somebody.
const (
	ByLoginID        = "login"
	ByEmail          = "email"
	ByTelephone      = "phone"
	ByCustomerNumber = "customer_number"
	ByLoginStart     = "login_start"
	ByEmailStart     = "email_start"
	ByPhoneStart     = "phone_start"
	ByName           = "name"
	ByKana           = "kana"
	ByPhoneEnd       = "phone_end" // and the beginning of the name
)

// Hit is an identity that a search found, and how.
type Hit struct {
	ID int64
	By string
}

// Search finds the identities that q names: exactly by login ID, phone, mail or
// customer number, else by how a login ID, phone or mail begins and by at least two
// characters of a name or its kana, which may be in Latin letters; by one character where a
// family or given name is just that; by how a name begins with the last digits of a phone.
// At most so many are looked into; truncated reports that there are more.
func Search(db *gorm.DB, v *vault.Vault, q string, most int) (hits []Hit, truncated bool, err error) {
	var reads store.Reads
	exact := store.Ask[Hit](&reads, `
		select id, '`+ByLoginID+`' as by from identities where login_key = $1
		union all select i.id, case when c.kind = '`+Phone+`' then '`+ByTelephone+`' else '`+ByEmail+`' end from contacts c join identities i on i.member_id = c.member_id where c.value_key in ($2, $3)
		union all select i.id, '`+ByCustomerNumber+`' from members m join identities i on i.member_id = m.id where m.customer_key in ($4, $5)
		limit $6`,
		loginKey(v, q), v.Blind("email", jptext.EmailKey(q)), v.Blind("phone", jptext.PhoneKey(q)),
		v.Blind("customer_number", jptext.CustomerNumberKey(q)), v.Blind("customer_number", jptext.Alphanumeric(q)), MaxHits)
	others := []func() ([]Hit, bool, error){askStart(&reads, v, q, most), askEnd(&reads, v, q, most), askName(&reads, v, q, most)}
	if err := reads.Run(db); err != nil || len(*exact) > 0 {
		return *exact, false, err
	}
	for _, other := range others {
		found, more, err := other()
		if err != nil {
			return nil, false, err
		}
		hits, truncated = append(hits, found...), truncated || more
	}
	return hits, truncated, nil
}

// ByID finds an identity. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Identity, error) { return store.Find[Identity](db, "id = ?", id) }
