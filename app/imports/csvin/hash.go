package csvin

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"hoten/app/jptext"
)

// hasher makes the Hash of rows. What goes in, and in which order, is stored
// with every import: changing it makes known files look new.
type hasher struct{ buf []byte }

func (h *hasher) movement(m *Movement) [16]byte {
	h.buf = append(h.buf[:0], "movement 1"...)
	h.add(m.Key, m.LoginKey, m.Kind, m.FromProgram, m.ToProgram, settled(m.Partner), m.RefersToKey, m.Fraud)
	h.time(m.OccurredAt)
	h.number(m.Points)
	h.number(m.PointsReceived)
	return h.sum()
}

func (h *hasher) affected(a *Affected) [16]byte {
	h.buf = append(h.buf[:0], "affected 1"...)
	h.add(a.LoginKey, settled(a.Name), settled(a.NameKana), a.BirthDate.String(), a.PhoneKey, a.Email, a.EmailRegisteredOn.String())
	h.add(postal(a.PostalCode), settled(a.Address), jptext.Alphanumeric(a.CustomerNumber), a.Language)
	h.time(a.RestrictedAt)
	for _, b := range a.Balances {
		h.add(b.Program)
		h.number(b.Points)
	}
	return h.sum()
}

// mostFewer bounds the balances of a row of which HashesWithFewer makes every choice.
const mostFewer = 8

// HashesWithFewer yields the Hash that the row has without some of its balances or all, as a
// list has it that lacks columns; of very many balances only that without all.
func (a Affected) HashesWithFewer(yield func([16]byte) bool) {
	var h hasher
	all, sets := a.Balances, 1<<min(len(a.Balances), mostFewer)-1
	if len(all) > mostFewer {
		sets = 1
	}
	for set := range sets {
		a.Balances = nil
		for i, b := range all {
			if set>>i&1 == 1 {
				a.Balances = append(a.Balances, b)
			}
		}
		if !yield(h.affected(&a)) {
			return
		}
	}
}

// add writes each text with its length, so that no two lists of texts are alike.
func (h *hasher) add(texts ...string) {
	for _, t := range texts {
		h.number(int64(len(t)))
		h.buf = append(h.buf, t...)
	}
}

func (h *hasher) number(n int64) { h.buf = strconv.AppendInt(append(h.buf, 0), n, 36) }

func (h *hasher) time(t time.Time) {
	if t.IsZero() {
		h.number(0)
		return
	}
	h.number(t.UnixNano())
}

func (h *hasher) sum() [16]byte {
	sum := sha256.Sum256(h.buf)
	return [16]byte(sum[:16])
}

// settled is what two spellings of a text are equal by: NFKC, single spaces.
func settled(s string) string {
	if s == "" {
		return ""
	}
	return strings.Join(strings.Fields(norm.NFKC.String(s)), " ")
}

// postal is a postal code without its hyphen, and with the zero that a
// spreadsheet took from it.
func postal(s string) string {
	key := jptext.Alphanumeric(s)
	if len(key) == 6 && strings.Trim(key, "0123456789") == "" {
		return "0" + key
	}
	return key
}
