package demo

import (
	"math/rand/v2"
	"slices"
	"time"

	"hoten/app/jptext"
)

const (
	pointTalk = "pointtalk"
	goo       = "goo"
	own       = "none"
	confirmed = "confirmed"
)

var partners = []string{"ギフト券", "電子マネー", "マイル", "カタログ商品", "交通系ICポイント"}

// play lets the thief and the owner act.
func (a *account) play(r *rand.Rand) {
	if a.class == "B" {
		a.whole.goo += 500 // enough to be worth the thief's while
	}
	a.freeze = a.whole
	at := time.Date(2014, 7, 11+r.IntN(17), r.IntN(24), r.IntN(60), r.IntN(60), 0, jptext.JST)
	a.usual(r, at.AddDate(0, 0, -3-r.IntN(28)))
	if a.class == "A" || a.class == "C" {
		a.steal(r, &at)
	}
	if a.class == "B" || a.class == "C" {
		a.cashIn(r, at.Add(5*time.Minute))
	}
	if a.class == "A" && r.IntN(25) == 0 {
		a.spendUnawares(r, at.Add(2*time.Hour))
	}
}

// usual is what the owner did before, on some IDs.
func (a *account) usual(r *rand.Rand, at time.Time) {
	switch r.IntN(12) {
	case 0:
		n := 10 + r.IntN(90)
		a.add(amounts{0, n}, true, &move{at: at, kind: "earn", to: goo, points: n, fraud: own})
	case 1:
		received := 20 + r.IntN(20)
		sent := received*5 - r.IntN(3)
		if sent <= a.freeze.pointTalk {
			a.add(amounts{-sent, received}, true, &move{at: at, kind: "transfer", from: pointTalk, to: goo, points: sent, received: received, fraud: own})
		}
	case 2:
		if n := a.freeze.goo / 200 * 100; n > 0 {
			a.add(amounts{0, -n}, true, &move{at: at, kind: "exchange", from: goo, partner: partners[r.IntN(len(partners))], points: n, fraud: own})
		}
	}
}

// add notes a move and what it does to the balance. The owner's own moves belong
// to the state that the plan has to reach.
func (a *account) add(change amounts, owners bool, m *move) *move {
	a.moves = append(a.moves, m)
	a.freeze.pointTalk += change.pointTalk
	a.freeze.goo += change.goo
	if owners {
		a.whole.pointTalk += change.pointTalk
		a.whole.goo = max(0, a.whole.goo+change.goo)
	}
	return m
}

// steal moves points from PointTalk to goo, each time at a rate rounded otherwise.
func (a *account) steal(r *rand.Rand, at *time.Time) {
	for n := 1 + r.IntN(5)/4; n > 0; n-- {
		received := 100 + r.IntN(1400)
		sent := received*5 - r.IntN(5)
		fraud := confirmed
		if r.IntN(10) == 0 {
			fraud = "suspected"
		}
		a.whole.pointTalk += sent // it was there to be stolen
		a.freeze.pointTalk += sent
		a.add(amounts{-sent, received}, false, &move{at: *at, kind: "transfer", from: pointTalk, to: goo, points: sent, received: received, fraud: fraud})
		*at = at.Add(time.Duration(1+r.IntN(6)) * time.Minute)
	}
}

// cashIn exchanges goo points, mostly once; partners cancel some of it later.
func (a *account) cashIn(r *rand.Rand, at time.Time) {
	if r.IntN(70) == 0 {
		a.whole.goo += 7000
		a.freeze.goo += 7000
	}
	for n := 1 + r.IntN(12)/11; n > 0 && a.freeze.goo > 0; n-- {
		taken := min(a.freeze.goo, 100*(1+r.IntN(20)))
		if a.freeze.goo > 7000 {
			taken = 6500
		}
		m := a.add(amounts{0, -taken}, false, &move{at: at, kind: "exchange", from: goo, partner: partners[r.IntN(len(partners))], points: taken, fraud: confirmed})
		if back := taken / 2; back > 0 && a.class == "C" && r.IntN(25) == 0 {
			a.giveBack(m, back)
		}
		at = at.Add(4 * time.Minute)
	}
}

func (a *account) giveBack(m *move, n int) {
	a.add(amounts{0, n}, false, &move{at: m.at.Add(30 * time.Hour), kind: "cancel", to: goo, partner: m.partner, points: n, fraud: own, cancels: m})
}

// giveBackWholly leaves a fraudulent exchange with nothing to reimburse.
func (a *account) giveBackWholly() {
	for _, m := range slices.Clone(a.moves) {
		if m.kind == "exchange" && m.fraud == confirmed {
			a.giveBack(m, m.points)
		}
	}
}

// spendUnawares has the owner spend what the thief moved in before anybody
// notices: the operator bears what is then missing.
func (a *account) spendUnawares(r *rand.Rand, at time.Time) {
	n := a.whole.goo + 1 + r.IntN(a.freeze.goo-a.whole.goo)
	a.add(amounts{0, -n}, true, &move{at: at, kind: "exchange", from: goo, partner: partners[r.IntN(len(partners))], points: n, fraud: own})
}
