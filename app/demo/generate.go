package demo

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"hoten/app/jptext"
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

// account is the points of one ID: what it had before the incident, what its
// owner did, and what is there at the freeze.
type account struct {
	member
	class                 string
	beforeTalk, beforeGoo int
	ownGoo, absorbed      int
	freezeTalk, freezeGoo int
	moves                 []move
}

type move struct {
	at                                 time.Time
	kind, from, to, partner, ref, mark string
	points, received                   int
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
	wholly := 0
	for i, class := range order {
		a := account{member: newMember(r, i+1), class: class, beforeTalk: 200 + r.IntN(9000), beforeGoo: r.IntN(3000)}
		a.play(r, &wholly)
		out[i] = a
	}
	return out
}

// play lets the thief and the owner act, in the order of time.
func (a *account) play(r *rand.Rand, wholly *int) {
	a.freezeTalk, a.freezeGoo = a.beforeTalk, a.beforeGoo
	at := time.Date(2014, 7, 11+r.IntN(17), r.IntN(24), r.IntN(60), r.IntN(60), 0, jptext.JST)
	if r.IntN(6) == 0 {
		a.add(move{at: at.Add(-30 * 24 * time.Hour), kind: "earn", to: "goo", points: 10 + r.IntN(90), mark: "none"})
	}
	if a.class == "A" || a.class == "C" {
		a.steal(r, &at)
	}
	if a.class == "B" && a.freezeGoo < 500 {
		a.beforeGoo, a.freezeGoo = a.beforeGoo+500, a.freezeGoo+500
	}
	if a.class == "B" || a.class == "C" {
		a.exchange(r, at.Add(5*time.Minute), wholly)
	}
	if a.class == "A" && r.IntN(40) == 0 && a.freezeGoo > a.beforeGoo {
		// The owner spends what the thief moved in, before anybody notices.
		a.ownGoo = a.beforeGoo + 1 + r.IntN(a.freezeGoo-a.beforeGoo)
		a.freezeGoo -= a.ownGoo
		a.absorbed = a.ownGoo - a.beforeGoo
		a.add(move{at: at.Add(2 * time.Hour), kind: "exchange", from: "goo", partner: "charity", points: a.ownGoo, mark: "none"})
	}
}

func (a *account) add(m move) { a.moves = append(a.moves, m) }

// steal moves points from PointTalk to goo at the recorded, rounded rate.
func (a *account) steal(r *rand.Rand, at *time.Time) {
	for n := 1 + r.IntN(5)/4; n > 0; n-- {
		received := 100 + r.IntN(1400)
		sent := received*5 - r.IntN(5)
		mark := "confirmed"
		if r.IntN(10) == 0 {
			mark = "suspected"
		}
		a.add(move{at: *at, kind: "transfer", from: "pointtalk", to: "goo", points: sent, received: received, mark: mark})
		a.beforeTalk += sent
		a.freezeGoo += received
		*at = at.Add(time.Duration(1+r.IntN(6)) * time.Minute)
	}
}

func (a *account) exchange(r *rand.Rand, at time.Time, wholly *int) {
	points := min(a.freezeGoo, 100*(1+r.IntN(20)))
	if r.IntN(150) == 0 {
		a.beforeGoo, a.freezeGoo, points = a.beforeGoo+7000, a.freezeGoo+7000, 6500
	}
	partner := []string{"gift-code", "e-money", "mileage", "catalogue"}[r.IntN(4)]
	a.add(move{at: at, kind: "exchange", from: "goo", partner: partner, points: points, mark: "confirmed"})
	a.freezeGoo -= points
	back := 0
	switch {
	case a.class == "B" && *wholly < 2:
		*wholly++
		back = points
	case r.IntN(30) == 0:
		back = points / 2
	}
	if back > 0 {
		a.add(move{at: at.Add(30 * time.Hour), kind: "cancel", to: "goo", partner: partner, points: back, mark: "none", ref: "exchange"})
		a.freezeGoo += back
	}
}

// Affected writes the file of the affected IDs.
func Affected(to io.Writer) error {
	w := csv.NewWriter(to)
	rows := [][]string{{"login_id", "name", "name_kana", "birth_date", "phone", "email", "email_registered_on", "postal_code", "address",
		"customer_number", "language", "balance_pointtalk", "balance_goo", "restricted_at"}}
	for _, a := range accounts() {
		rows = append(rows, []string{a.login, a.name, a.kana, a.born, a.phone, a.email, a.emailSince, a.zip, a.address, a.customer, a.language,
			strconv.Itoa(a.freezeTalk), strconv.Itoa(a.freezeGoo), "2014-07-29 15:00:00"})
	}
	return w.WriteAll(rows)
}

// Movements writes the file of the movements.
func Movements(to io.Writer) error {
	w := csv.NewWriter(to)
	rows := [][]string{{"movement_id", "login_id", "occurred_at", "kind", "from_program", "to_program", "partner", "points", "points_received", "refers_to", "fraud"}}
	n := 0
	for _, a := range accounts() {
		last := ""
		for _, m := range a.moves {
			n++
			number, received, ref := fmt.Sprintf("MV-%06d", n), "", ""
			if m.received > 0 {
				received = strconv.Itoa(m.received)
			}
			if m.ref != "" {
				ref = last
			}
			if m.kind == "exchange" && m.mark != "none" {
				last = number
			}
			rows = append(rows, []string{number, a.login, m.at.Format("2006-01-02 15:04:05"), m.kind, m.from, m.to, m.partner, strconv.Itoa(m.points), received, ref, m.mark})
		}
	}
	return w.WriteAll(rows)
}
