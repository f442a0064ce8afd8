package csvin

import (
	"strings"
	"time"

	"hoten/app/jptext"
)

// Affected is a row of the affected IDs. Names, addresses and numbers are as
// they came (docs/domain.md section 7); keys stand beside them where there is one.
type Affected struct {
	LoginID           string
	LoginKey          string
	Name              string
	NameKana          string
	BirthDate         jptext.Date // zero: not given
	Phone             string
	PhoneKey          string
	Email             string      // as mail is sent to it, see jptext.ParseEmail
	EmailRegisteredOn jptext.Date // zero: not given
	PostalCode        string
	Address           string
	CustomerNumber    string
	Language          string // ja or en
	Balances          []Balance
	RestrictedAt      time.Time // UTC; zero: hoten restricts the ID
}

// Balance is what an ID had in a program at the freeze. A program whose cell is
// empty is not in the list: nothing is known, which is not zero.
type Balance struct {
	Program string
	Points  int64
}

// BalancesAlone reports whether the row says nothing but balances of an ID.
func (a Affected) BalancesAlone() bool {
	said := a.Name + a.NameKana + a.Phone + a.Email + a.PostalCode + a.Address + a.CustomerNumber
	return len(a.Balances) > 0 && strings.TrimSpace(said) == "" && a.BirthDate.IsZero() && a.EmailRegisteredOn.IsZero() && a.RestrictedAt.IsZero()
}

var languages = map[string]string{"ja": "ja", "en": "en", "日本語": "ja", "英語": "en", "japanese": "ja", "english": "en"}

func (v *values) affected() Affected {
	var a Affected
	a.LoginID, a.LoginKey = v.login(affLogin)
	a.Name = v.cell(affName)
	a.NameKana = v.cell(affKana)
	a.BirthDate = v.date(affBirth, "birth_date_invalid")
	a.Phone, a.PhoneKey = v.phone()
	a.Email = v.email()
	a.EmailRegisteredOn = v.date(affEmailSince, "email_registered_on_invalid")
	a.PostalCode = v.cell(affPostal)
	a.Address = v.cell(affAddress)
	a.CustomerNumber = v.customerNumber()
	a.Language = v.word(affLanguage, languages, v.names.Language, "language_unknown")
	a.Balances = v.balances()
	if v.trimmed(affRestricted) != "" {
		a.RestrictedAt = v.time(affRestricted, "restricted_at_invalid")
	}
	return a
}

func (v *values) phone() (phone, key string) {
	phone = v.cell(affPhone)
	if v.trimmed(affPhone) == "" {
		return phone, ""
	}
	if key = jptext.PhoneKey(phone); !jptext.ValidPhone(key) {
		v.refuse(affPhone, "phone_invalid")
	}
	return phone, key
}

func (v *values) email() string {
	s := v.trimmed(affEmail)
	if s == "" {
		return ""
	}
	email, err := jptext.ParseEmail(s)
	if err != nil {
		v.refuse(affEmail, "email_invalid")
	}
	return email
}

func (v *values) customerNumber() string {
	s := v.cell(affCustomer)
	if v.trimmed(affCustomer) != "" {
		if key := jptext.CustomerNumberKey(s); key == "" || len(key) > maxID {
			v.refuse(affCustomer, "customer_number_invalid")
		}
	}
	return s
}

func (v *values) balances() []Balance {
	var list []Balance
	for _, b := range v.header.balances {
		cell := v.raw[b.at]
		if jptext.LoginKey(cell) == "" {
			continue
		}
		n, err := jptext.ParsePoints(cell)
		switch {
		case err == jptext.ErrTooLarge && n >= 0:
			v.refuseName(b.name, "balance_too_large")
		case err == jptext.ErrInteger:
			v.refuseName(b.name, "balance_not_integer")
		case err != nil || n < 0:
			v.refuseName(b.name, "balance_negative")
		}
		list = append(list, Balance{b.program, n})
	}
	return list
}
