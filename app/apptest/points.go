package apptest

import (
	"net/http/httptest"
	"testing"

	"hoten/app/outside"
	"hoten/app/points"
	_ "hoten/app/points/bybatch"
	_ "hoten/app/points/overhttp"
	"hoten/app/points/simulator"
)

// pointsToken is the secret that hoten and a simulated point system share.
const pointsToken = "points-token-of-tests"

// ConnectPoints has programs live in a simulated point system, which ends with the test. setting
// is what it is set up with beside that: names and values.
func (w *World) ConnectPoints(t testing.TB, programs []string, setting ...string) *simulator.System {
	t.Helper()
	y := simulator.New(pointsToken)
	y.Clock = w.Clock.Now
	server := httptest.NewServer(y)
	t.Cleanup(server.Close)
	w.ConnectPointsAt(t, server.URL, programs, setting...)
	return y
}

// ConnectPointsAt is ConnectPoints for a system at an address.
func (w *World) ConnectPointsAt(t testing.TB, address string, programs []string, setting ...string) {
	t.Helper()
	plan := points.Plan{Programs: programs, Plan: outside.Plan{Code: "outside", Name: "ポイント基盤", Kind: "http", Settings: map[string]string{"url": address, "secret": pointsToken}}}
	for i := 0; i < len(setting); i += 2 {
		plan.Settings[setting[i]] = setting[i+1]
	}
	if _, err := points.Set(w.Ctx, w.Store, w.Administrator, 0, plan); err != nil {
		t.Fatal(err)
	}
}

// ConnectBatch has programs live in a point system that takes files at 2:00 and 14:00; setting is
// what it is set up with beside that: names and values.
func (w *World) ConnectBatch(t testing.TB, programs []string, setting ...string) {
	t.Helper()
	plan := points.Plan{Programs: programs, AlarmMinutes: 360, Plan: outside.Plan{Code: "outside", Name: "ポイント基盤", Kind: "batch", Settings: map[string]string{"hours": "02:00, 14:00"}}}
	for i := 0; i < len(setting); i += 2 {
		plan.Settings[setting[i]] = setting[i+1]
	}
	if _, err := points.Set(w.Ctx, w.Store, w.Administrator, 0, plan); err != nil {
		t.Fatal(err)
	}
}

// SendLegs sends what is due to point systems, once.
func (w *World) SendLegs(t testing.TB) {
	t.Helper()
	if err := points.Send(w.Ctx, w.Store); err != nil {
		t.Fatal(err)
	}
}
