package demo

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/store"
	"hoten/i18n"
)

// pointSystem is the code of the point system beside the demo.
const pointSystem = "simulated"

// faults are how badly the point system beside the demo answers, so that each state is seen.
var faults = simulator.Faults{Latency: 300 * time.Millisecond, Before: .01, After: .01, Error: .01, Busy: .02, Twice: .05}

// PointSystem runs a point system beside the demo, in which the points of both programs live from
// now on, and gives its address; stop ends it. What was approved before stays on hoten's ledger. One
// account in twenty is closed there.
func PointSystem(ctx context.Context, s *store.Store) (address string, stop func() error, err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	secret := rand.Text()
	y := simulator.New(secret)
	y.Behave(faults)
	y.Refuse(refuses)
	server := &http.Server{Handler: y, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(l) // it ends with Close
	address = "http://" + l.Addr().String()
	plan := points.Plan{Programs: []string{"goo", "pointtalk"}, Plan: outside.Plan{Code: pointSystem, Name: i18n.T(ctx, "points.simulated"), Kind: "http",
		Settings: map[string]string{"url": address, "secret": secret, points.StatementHour: "0"}}}
	var seen int64
	now, err := points.ByCode(store.Read(ctx, s), pointSystem)
	switch {
	case err == nil:
		seen = now.Version
	case !fault.Of(err, fault.NotFound):
		return "", server.Close, err
	}
	_, err = points.Set(ctx, s, access.System("demo"), seen, plan)
	return address, server.Close, err
}

// Simulated reports whether the demo was given a point system before.
func Simulated(ctx context.Context, s *store.Store) (bool, error) {
	_, err := points.ByCode(store.Read(ctx, s), pointSystem)
	if fault.Of(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// refuses closes one account in twenty, by the sum of the letters of its ID and program.
func refuses(account, program string, _ int64) string {
	sum := 0
	for _, r := range account + program {
		sum += int(r)
	}
	if sum%20 == 0 {
		return points.AccountClosed
	}
	return ""
}
