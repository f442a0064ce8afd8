package demo

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// Released figures of 2014-R096.
const (
	IDs       = 1265
	Exchanged = 568
)

var classes = []struct {
	name  string
	count int
}{{"A", 421}, {"B", 24}, {"C", 544}, {"D", 276}}

// amounts are what an ID has in the two programs.
type amounts struct{ pointTalk, goo int }

// account is the points of one ID: what is there at the freeze, and what would be
// there without the incident, which is what the plan has to reach.
type account struct {
	member
	class         string
	freeze, whole amounts
	moves         []*move
}

type move struct {
	at                                     time.Time
	number, kind, from, to, partner, fraud string
	points, received                       int
	cancels                                *move
}

// accounts generates the incident, always the same.
func accounts() []account {
	r := rand.New(rand.NewPCG(2014, 96))
	var order []string
	for _, c := range classes {
		for range c.count {
			order = append(order, c.name)
		}
	}
	r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	out := make([]account, len(order))
	number, wholly := 0, 0
	for i, class := range order {
		a := account{member: newMember(r, i+1), class: class, whole: amounts{200 + r.IntN(9000), r.IntN(3000)}}
		a.play(r)
		if class == "B" && wholly < 2 {
			a.giveBackWholly()
			wholly++
		}
		slices.SortStableFunc(a.moves, func(x, y *move) int { return x.at.Compare(y.at) })
		for _, m := range a.moves {
			number++
			m.number = fmt.Sprintf("MV-%06d", number)
		}
		out[i] = a
	}
	return out
}

// Affected writes the file of the affected IDs.
func Affected(to io.Writer) error {
	w := csv.NewWriter(to)
	rows := [][]string{{"login_id", "name", "name_kana", "birth_date", "phone", "email", "email_registered_on", "postal_code", "address",
		"customer_number", "language", "balance_pointtalk", "balance_goo", "restricted_at"}}
	for _, a := range accounts() {
		rows = append(rows, []string{a.login, a.name, a.kana, a.born, a.phone, a.email, a.emailSince, a.zip, a.address, a.customer, a.language,
			strconv.Itoa(a.freeze.pointTalk), strconv.Itoa(a.freeze.goo), "2014-07-29 15:00:00"})
	}
	return w.WriteAll(rows)
}

// Movements writes the file of the movements.
func Movements(to io.Writer) error {
	w := csv.NewWriter(to)
	rows := [][]string{{"movement_id", "login_id", "occurred_at", "kind", "from_program", "to_program", "partner", "points", "points_received", "refers_to", "fraud"}}
	for _, a := range accounts() {
		for _, m := range a.moves {
			received, ref := "", ""
			if m.received > 0 {
				received = strconv.Itoa(m.received)
			}
			if m.cancels != nil {
				ref = m.cancels.number
			}
			rows = append(rows, []string{m.number, a.login, m.at.Format("2006-01-02 15:04:05"), m.kind, m.from, m.to, m.partner, strconv.Itoa(m.points), received, ref, m.fraud})
		}
	}
	return w.WriteAll(rows)
}
