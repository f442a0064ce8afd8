package policies_test

import (
	"cmp"
	"context"
	"reflect"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/policies"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func TestDefaultsHoldUntilSomebodyDecides(t *testing.T) {
	w := apptest.NewWorld(t)
	k, err := policies.Latest(store.Read(w.Ctx, w.Store))
	p := policies.Default()
	for _, program := range []string{"pointtalk", "goo"} {
		p.Thresholds[program], p.DailyLimits[program] = policies.FirstThreshold, policies.FirstDailyLimit
	}
	if err != nil || k.SetBy != nil || !reflect.DeepEqual(k.Policies, p) {
		t.Errorf("%+v, %v", k, err)
	}
	p.Thresholds["goo"], p.ResetMinutes, p.Verification.Level2ByKnowledge = 1, 45, true
	if err := policies.Set(w.Ctx, w.Store, w.Manager, w.PolicyVersion(), p, "上限の見直し"); err != nil {
		t.Fatal(err)
	}
	k, err = policies.Latest(store.Read(w.Ctx, w.Store))
	if err != nil || k.SetBy == nil || *k.SetBy != w.Manager.ID || !k.SetAt.Equal(apptest.Start) || !reflect.DeepEqual(k.Policies, p) {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestWhoMaySet(t *testing.T) {
	w := apptest.NewWorld(t)
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Manager, w.Administrator, w.Auditor, access.Member()} {
		err := policies.Set(w.Ctx, w.Store, by, w.PolicyVersion(), policies.Default(), "理由")
		if may := by.Role == access.CenterManager || by.Role == access.Administrator; may != (err == nil) || !may && !fault.Is(err, "forbidden") {
			t.Errorf("%s: %v", by.Role, err)
		}
	}
}

func TestWhatCannotBeMeantIsRefused(t *testing.T) {
	w := apptest.NewWorld(t)
	for name, c := range map[string]struct {
		change func(p *policies.Policies)
		reason string
		field  string
	}{
		"no reason":            {func(*policies.Policies) {}, "", "reason"},
		"blank reason":         {func(*policies.Policies) {}, " 　\n", "reason"},
		"negative threshold":   {func(p *policies.Policies) { p.Thresholds["goo"] = -1 }, "r", "goo"},
		"negative limit":       {func(p *policies.Policies) { p.DailyLimits["pointtalk"] = -1 }, "r", "pointtalk"},
		"no minutes":           {func(p *policies.Policies) { p.ResetMinutes = 0 }, "r", "reset_minutes"},
		"no time to respond":   {func(p *policies.Policies) { p.RespondMinutes = 0 }, "r", "respond_minutes"},
		"too much refused":     {func(p *policies.Policies) { p.RefusedRows = 1_000_001 }, "r", "refused_rows"},
		"no upload at all":     {func(p *policies.Policies) { p.UploadMegabytes = 0 }, "r", "upload_megabytes"},
		"a year to respond":    {func(p *policies.Policies) { p.RespondMinutes = 60_001 }, "r", "respond_minutes"},
		"no reminder":          {func(p *policies.Policies) { p.RemindHours = 0 }, "r", "remind_hours"},
		"too late a step":      {func(p *policies.Policies) { p.EscalateHours = 1001 }, "r", "escalate_hours"},
		"escalates first":      {func(p *policies.Policies) { p.EscalateHours = 4 }, "r", "escalate_hours"},
		"agent as substitute":  {func(p *policies.Policies) { p.Substitutes["center"] = w.Agent.ID }, "r", "substitute_center"},
		"nobody as substitute": {func(p *policies.Policies) { p.Substitutes["tech"] = 9999 }, "r", "substitute_tech"},
		"no such desk":         {func(p *policies.Policies) { p.Substitutes["nowhere"] = w.Supervisor.ID }, "r", "substitute_nowhere"},
		"six tries":            {func(p *policies.Policies) { p.Verification.CodeTries = 6 }, "r", "code_tries"},
		"level 2 below 1":      {func(p *policies.Policies) { p.Verification.Level2Items = 1 }, "r", "level2_items"},
		"no items for level 1": {func(p *policies.Policies) { p.Verification.Level1Items = 0 }, "r", "level1_items"},
	} {
		p := policies.Default()
		c.change(&p)
		f, ok := fault.As(policies.Set(w.Ctx, w.Store, w.Manager, w.PolicyVersion(), p, c.reason))
		if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != c.field {
			t.Errorf("%s: %v", name, f)
		}
	}
	if k, err := policies.Latest(store.Read(context.Background(), w.Store)); err != nil || k.SetBy != nil {
		t.Errorf("something was set: %+v, %v", k, err)
	}
}

func TestNumbersByName(t *testing.T) {
	p := policies.Default()
	p.SetNumbers(map[string]int{"reset_minutes": 7, "code_tries": 3, "unknown": 9})
	n := p.Numbers()
	if p.ResetMinutes != 7 || p.Verification.CodeTries != 3 || n["reset_minutes"] != 7 || n["valid_minutes"] != 30 || n["respond_minutes"] != 480 || len(n) != 19 {
		t.Errorf("%+v, %v", p, n)
	}
}

// Two who looked at the same policies: one of them sets, the other is told.
func TestOnlyOneSetsWhatBothLookedAt(t *testing.T) {
	w := apptest.NewWorld(t)
	seen := w.PolicyVersion()
	results := make(chan error)
	for _, by := range []access.Actor{w.Manager, w.Administrator} {
		go func() {
			results <- policies.Set(w.Ctx, w.Store, by, seen, policies.Default(), "見直し")
		}()
	}
	if a, b := <-results, <-results; (a == nil) == (b == nil) || !fault.Is(cmp.Or(a, b), "conflict") {
		t.Errorf("%v and %v", a, b)
	}
	if err := policies.Set(w.Ctx, w.Store, w.Manager, seen, policies.Default(), "見直し"); !fault.Is(err, "conflict") {
		t.Errorf("later, from a stale page: %v", err)
	}
	if of, err := policies.Of(store.Read(w.Ctx, w.Store), w.PolicyVersion()+1); !fault.Is(err, "not_found") {
		t.Errorf("a version that never was: %+v %v", of, err)
	}
}
