package staff

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/passwords"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// enrolmentLife is how long an enrolment link is good.
const enrolmentLife = 72 * time.Hour

// New is an account to be added; without a password it gets an enrolment link.
type New struct {
	Email, Name string
	NameEn      string // in Latin letters; optional
	Role        access.Role
	Desk        string
	Language    string
	Password    string
}

// Added is the account and, where it has no password yet, the token of its
// enrolment link, shown once.
type Added struct {
	Staff     *Staff
	Enrolment string
}

// Add creates an account. A known address is a conflict.
func Add(ctx context.Context, s *store.Store, by access.Actor, n New) (Added, error) {
	return verbs.Do(ctx, s, by, ToAdd, "staff", "", func(tx *store.Tx) (a Added, err error) {
		if err := checkNew(n.Email, n.Name, n.NameEn, n.Role); err != nil {
			return a, err
		}
		a.Staff = &Staff{Email: normal(n.Email), Name: n.Name, NameEn: n.NameEn, Role: n.Role, Language: n.Language, Languages: "ja", Theme: "auto", TextSize: "standard", CreatedAt: tx.Now}
		switch n.Language {
		case "ja":
		case "en":
			a.Staff.Languages = "ja en"
		case "":
			a.Staff.Language = "ja"
		default:
			return a, fault.Input("language", "language_unknown")
		}
		if a.Staff.DeskID, err = desks.IDOf(tx.DB, n.Desk); err != nil {
			return a, err
		}
		if n.Password != "" {
			err = a.Staff.setPassword(n.Password)
		} else {
			a.Enrolment, err = a.Staff.enrol(tx.Now)
		}
		if err != nil {
			return a, err
		}
		var taken bool
		if err := store.Scan(tx.DB, "select exists (select 1 from staff where email = $1)", []any{a.Staff.Email}, &taken); err != nil {
			return a, err
		}
		if taken {
			return a, fault.Input("email", "email_taken")
		}
		if err := store.Insert(tx, a.Staff); err != nil {
			return a, err
		}
		return a, audit.Record(tx, audit.Change{Subject: a.Staff.Subject(), After: a.Staff.summary()})
	})
}

// Judge is what would be refused of a password for the account, asked while it is typed.
func (s *Staff) Judge(password string) error { return passwords.Check("password", password, s.Email) }

func (s *Staff) setPassword(password string) (err error) {
	if err := s.Judge(password); err != nil {
		return err
	}
	s.PasswordHash, err = passwords.Hash(password)
	s.EnrolmentHash, s.EnrolmentExpiresAt = nil, nil
	return err
}

func (s *Staff) enrol(now time.Time) (token string, err error) {
	token, s.EnrolmentHash, err = newSecret("")
	end := now.Add(enrolmentLife)
	s.EnrolmentExpiresAt = &end
	return token, err
}

// Languages are the choices of those that somebody takes calls in.
var Languages = []string{"ja", "en", "ja en"}

// Change is what an administrator may change of an account; nil leaves it.
type Change struct {
	Name      *string
	NameEn    *string
	Role      *access.Role
	Desk      *string
	Languages *string
	Disabled  *bool
	Extension *string
}

// Update changes an account. Nobody changes their own role or disables
// themselves, and the last administrator stays one. Whoever is disabled or enabled
// again loses sessions, tokens and an unused enrolment link; whoever may no longer work cases, the calls that
// are open. Another role holds from the next request on.
func Update(ctx context.Context, s *store.Store, by access.Actor, id int64, ch Change) (*Staff, error) {
	return managed(ctx, s, by, ToUpdate, id, func(tx *store.Tx, a *Staff) (err error) {
		if id == by.ID && (ch.Role != nil && *ch.Role != a.Role || ch.Disabled != nil && *ch.Disabled) {
			return fault.New(fault.Forbidden, "own_account")
		}
		was := *a
		if ch.Name != nil {
			a.Name = *ch.Name
		}
		if ch.NameEn != nil {
			a.NameEn = *ch.NameEn
		}
		if ch.Role != nil {
			a.Role = *ch.Role
		}
		if err := checkNew(a.Email, a.Name, a.NameEn, a.Role); err != nil {
			return err
		}
		if ch.Desk != nil {
			if a.DeskID, err = desks.IDOf(tx.DB, *ch.Desk); err != nil {
				return err
			}
		}
		if ch.Languages != nil {
			if a.Languages = *ch.Languages; !slices.Contains(Languages, a.Languages) {
				return fault.Input("languages", "language_unknown")
			}
		}
		if ch.Extension != nil {
			if err := a.setExtension(tx.DB, jptext.ReferenceKey(*ch.Extension)); err != nil {
				return err
			}
		}
		if ch.Disabled != nil && *ch.Disabled != (a.DisabledAt != nil) {
			if a.DisabledAt = nil; *ch.Disabled {
				a.DisabledAt = &tx.Now
			}
			// A link handed out before is not to work again once the account is enabled.
			a.EnrolmentHash, a.EnrolmentExpiresAt = nil, nil
			if err := a.shutOut(tx); err != nil {
				return err
			}
		}
		return was.leave(tx, a)
	})
}

// longestExtension bounds what a telephone system knows somebody by, in characters.
const longestExtension = 64

func (s *Staff) setExtension(db *gorm.DB, extension string) error {
	var p fault.Problems
	if extension != "" {
		secrets.Label(&p, "extension", extension, longestExtension)
	}
	var taken bool
	if err := store.Scan(db, "select exists (select from staff where lower(extension) = lower($1) and extension <> '' and id <> $2)", []any{extension, s.ID}, &taken); err != nil {
		return err
	}
	if taken {
		p.Add("extension", "extension_taken")
	}
	s.Extension = extension
	return p.Err()
}

// Enrol makes a new enrolment link for the account of somebody else; its password, its
// sessions and its tokens end.
func Enrol(ctx context.Context, s *store.Store, by access.Actor, id int64) (token string, err error) {
	_, err = managed(ctx, s, by, ToEnrol, id, func(tx *store.Tx, a *Staff) error {
		if id == by.ID {
			return fault.New(fault.Forbidden, "own_account")
		}
		a.PasswordHash = ""
		if token, err = a.enrol(tx.Now); err != nil {
			return err
		}
		return a.shutOut(tx)
	})
	return token, err
}

// managed runs what an administrator does about an account.
func managed(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, id int64, fn func(*store.Tx, *Staff) error) (*Staff, error) {
	return verbs.Do(ctx, s, by, v, Subject(id), "", func(tx *store.Tx) (*Staff, error) {
		a, err := store.Lock[Staff](tx, id)
		if err != nil {
			return nil, err
		}
		before := a.summary()
		if err := fn(tx, a); err != nil {
			return nil, err
		}
		if err := store.Save(tx, a, "name", "name_en", "role", "desk_id", "languages", "password_hash", "enrolment_hash", "enrolment_expires_at", "disabled_at", "sessions_after", "extension"); err != nil {
			return nil, err
		}
		return a, audit.Record(tx, audit.Change{Before: before, After: a.summary()})
	})
}

// Preferences are what people set for themselves.
type Preferences struct{ Language, Theme, TextSize string }

// Prefer keeps somebody's own preferences; empty fields stay as they are.
func Prefer(ctx context.Context, s *store.Store, by access.Actor, p Preferences) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, `update staff set language = case when $2 in ('ja', 'en') then $2 else language end,
			theme = case when $3 in ('auto', 'light', 'dark') then $3 else theme end,
			text_size = case when $4 in ('standard', 'large', 'largest') then $4 else text_size end where id = $1`, by.ID, p.Language, p.Theme, p.TextSize)
		return err
	})
}
