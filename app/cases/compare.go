package cases

import (
	"slices"
	"strings"
	"unicode"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/store"
	"hoten/app/vault"
)

// registered is what callers are compared with, in the clear for one comparison.
type registered struct {
	person members.Person
	phones []phone
}

// phone is a registered number, and whether papers showed it: such a contact may be undone.
type phone struct {
	contact int64
	number  string
	shown   bool
}

// registeredOf opens what is registered. For an ID without a member it is empty,
// so that every answer is simply wrong: an unknown ID looks like a wrong answer.
func registeredOf(tx *store.Tx, of *members.Identity) (r registered, err error) {
	m, err := members.Find(tx.DB, *of)
	if err != nil || m == nil {
		return r, err
	}
	if r.person, err = m.Person(tx.Vault()); err != nil {
		return r, err
	}
	contacts, err := members.Contacts(tx.DB, m.ID)
	for _, k := range contacts {
		if err == nil && k.Kind == members.Phone {
			var plain string
			plain, err = k.Plain(tx.Vault())
			r.phones = append(r.phones, phone{k.ID, plain, k.Source == members.Documents})
		}
	}
	return r, err
}

// phone finds the contact whose number was said, nil for none: of several rather one that
// papers did not show, and that nobody can undo.
func (r registered) phone(said string) (contact *int64) {
	for _, p := range r.phones {
		if jptext.PhoneKey(p.number) == jptext.PhoneKey(said) && (contact == nil || !p.shown) {
			contact = &p.contact
		}
	}
	return contact
}

// noAnswers are what agents type when the caller gave none: whole answers, without spaces,
// as their characters stand in names too.
var noAnswers = keysOf(`えーと ええと えっと うーん 不明 不詳 分からない 分らない わからない 判らない 解らない 分かりません 分りません わかりません 判りません 解りません
	忘れた 忘れました 忘れてしまった 忘れてしまいました 忘れちゃった わすれた わすれました 知らない 知りません しらない しりません 存じません
	覚えていない 覚えてない 覚えていません 覚えてません おぼえていない おぼえてない おぼえていません おぼえてません 思い出せない 思い出せません おもいだせない おもいだせません
	無回答 未回答 回答なし 答えられない 答えられません こたえられない なし 無し
	unknown none n/a ? idontknow idon'tknowit idonotknow dontknow donotknow notknown notsure noidea noanswer
	forgot iforgot iforgotit forgotten ihaveforgotten i'veforgotten idon'tremember idonotremember dontremember can'tremember icantremember icannotremember`)

func keysOf(words string) map[string]bool {
	keys := map[string]bool{}
	for _, word := range strings.Fields(words) {
		keys[jptext.PlainKey(word)] = true
	}
	return keys
}

// noAnswer reports whether all that was said is that there is no answer.
func noAnswer(said string) bool {
	key := jptext.PlainKey(said)
	return noAnswers[key] || noAnswers[strings.TrimSuffix(key, "デス")]
}

// lettered reports whether there is a letter in what was said: digits alone are no name and no
// address, but the answer to another question.
func lettered(said string) bool { return strings.ContainsFunc(said, unicode.IsLetter) }

// leastDigits and mostDigits are how many digits a telephone number has at all (E.164).
const leastDigits, mostDigits = 5, 15

// readable refuses what is no answer to the question: the agent asks again, and
// nothing is counted or noted. What the member has registered plays no part in it, but for
// registered.likely.
func readable(item, said string) error {
	none := noAnswer(said)
	switch item {
	case ItemName:
		if none || !lettered(said) {
			return fault.Input("value", "name_unreadable")
		}
	case ItemBirthDate:
		if _, err := jptext.ParseSpokenDate(said); err != nil {
			return fault.Input("value", "birth_date_unreadable")
		}
	case ItemAddress:
		if none || !lettered(said) || !jptext.HasNumber(said) {
			return fault.Input("value", "address_unreadable")
		}
	case ItemPhone:
		if n := len(strings.TrimPrefix(jptext.TypedPhone(said), "+")); n < leastDigits || n > mostDigits {
			return fault.Input("value", "phone_unreadable")
		}
	case ItemCustomerNumber:
		if none || jptext.CustomerNumberKey(said) == "" {
			return fault.Input("value", "customer_number_unreadable")
		}
	}
	return nil
}

// likely refuses an answer to another question, unless what is registered is as unusual: a
// customer number without any digit or with Japanese letters, a name with a digit. Of an unknown
// ID as well, which looks like any other.
func (r registered) likely(item, said string) error {
	digits := func(s string) bool { return strings.ContainsAny(jptext.CustomerNumberKey(s), "0123456789") }
	japanese := func(s string) bool {
		return strings.ContainsFunc(jptext.CustomerNumberKey(s), func(r rune) bool { return r > unicode.MaxASCII && unicode.IsLetter(r) })
	}
	own := r.person.CustomerNumber
	switch {
	case item == ItemCustomerNumber && (!digits(said) && (own == "" || digits(own)) || japanese(said) && !japanese(own)):
		return fault.Input("value", "customer_number_unreadable")
	case item == ItemName && digits(said) && !digits(r.person.Name+r.person.Kana):
		return fault.Input("value", "name_unreadable")
	}
	return nil
}

// damaged refuses to compare with what cannot be read any more: it is nobody's wrong
// answer, and another item is asked.
func (r registered) damaged(item string) error {
	fields := map[string][]string{ItemName: {r.person.Name, r.person.Kana}, ItemBirthDate: {r.person.BirthDate}, ItemAddress: {r.person.Address},
		ItemCustomerNumber: {r.person.CustomerNumber}}
	for _, p := range r.phones {
		fields[ItemPhone] = append(fields[ItemPhone], p.number)
	}
	if slices.Contains(fields[item], vault.Damaged) {
		return fault.Input("item", "item_damaged")
	}
	return nil
}

// What a name may differ in from the one that is registered and be right: the agent has to
// confirm it.
const (
	DiffersInCharacter = "character" // 髙 for 高
	DiffersInOrder     = "order"     // of a Latin name's parts
	DiffersInSpelling  = "spelling"  // marks, titles or middle names
)

var differences = map[jptext.NameMatch]string{jptext.NameVariant: DiffersInCharacter, jptext.NameOrder: DiffersInOrder, jptext.NameSpelling: DiffersInSpelling}

// compare tells whether what was said is what is registered, or what it differs in if the
// agent has to confirm it.
func (r registered) compare(item, said string) (match bool, differs string) {
	switch item {
	case ItemName:
		best := jptext.NameDiffers
		for _, name := range []string{r.person.Name, r.person.Kana} {
			same := jptext.CompareNames(name, said)
			// Abroad the given name comes first, and so does its kana.
			if same == jptext.NameDiffers && name == r.person.Kana && jptext.IsLatin(r.person.Name) {
				same = jptext.CompareParts(name, said)
			}
			best = max(best, same)
		}
		return best == jptext.NameSame, differences[best]
	case ItemBirthDate:
		return jptext.SameBirthDate(r.person.BirthDate, said), ""
	case ItemAddress:
		return jptext.SameAddress(r.person.Address, said), ""
	case ItemPhone:
		return r.phone(said) != nil, ""
	case ItemCustomerNumber:
		n := jptext.CustomerNumberKey(r.person.CustomerNumber)
		return n != "" && n == jptext.CustomerNumberKey(said), ""
	}
	return false, ""
}
