package web

import (
	"crypto/rand"
	"encoding/json"
	"unicode/utf8"

	"hoten/app/fault"
	"hoten/ui"
)

// Values that name a member (words that were searched for, the number that rings)
// stand in no address: a word without meaning stands for them there, and the
// session has them, sealed.
type hidden struct{ Word, Value string }

// longestHidden is how long such a value may be, in characters; mostHidden how many
// a session keeps: the latest.
const (
	longestHidden = ui.LongestSearch
	mostHidden    = 40
)

// hide gives the word that stands for a value; empty for an empty one.
func (p *page) hide(field, value string) (string, error) {
	if value == "" {
		return "", nil
	}
	if utf8.RuneCountInString(value) > longestHidden {
		return "", fault.Input(field, "too_long", "max", longestHidden)
	}
	kept, err := p.hidden()
	if err != nil {
		return "", err
	}
	for _, h := range kept {
		if h.Value == value {
			return h.Word, nil
		}
	}
	kept = append(kept, hidden{rand.Text(), value})
	kept = kept[max(0, len(kept)-mostHidden):]
	b, err := json.Marshal(kept)
	if err != nil {
		return "", err
	}
	p.w.sessions.Put(p.Request().Context(), "hidden", p.w.s.Vault.Seal("sessions", "hidden", p.by.ID, string(b)))
	return kept[len(kept)-1].Word, nil
}

// shown is the value that a word in the address stands for; empty for none, and
// where the session does not know it any more.
func (p *page) shown(word string) (string, error) {
	if word == "" {
		return "", nil
	}
	kept, err := p.hidden()
	for _, h := range kept {
		if h.Word == word {
			return h.Value, nil
		}
	}
	return "", err
}

func (p *page) hidden() (out []hidden, err error) {
	sealed := p.w.sessions.GetBytes(p.Request().Context(), "hidden")
	if len(sealed) == 0 {
		return nil, nil
	}
	plain, err := p.w.s.Vault.Unseal("sessions", "hidden", p.by.ID, sealed)
	if err != nil {
		return nil, err
	}
	return out, json.Unmarshal([]byte(plain), &out)
}
