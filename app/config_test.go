package app

import (
	"errors"
	"testing"

	"hoten/app/api"
	"hoten/app/apptest"
)

// why is what of the configuration is wrong.
func why(err error) string {
	var w Wrong
	errors.As(err, &w)
	return w.Why
}

// Training and a mail server exclude each other, in the configuration and in the database;
// the demo plays callers unless it mails.
func TestTrainingIsNotBesideMail(t *testing.T) {
	for _, c := range []struct {
		training, smtp string
		demo           bool
		wrong          string
		plays          bool
	}{
		{"", "", false, "", false},
		{"true", "", false, "", true},
		{"maybe", "", false, "training", false},
		{"true", "smtp://127.0.0.1:25", false, "training_mailing", false},
		{"", "", true, "", true},
		{"", "smtp://127.0.0.1:25", true, "", false},
	} {
		t.Setenv("HOTEN_TRAINING", c.training)
		t.Setenv("HOTEN_SMTP_URL", c.smtp)
		t.Setenv("HOTEN_MAIL_FROM", "no-reply@hoten.example")
		cfg := FromEnvironment(t.TempDir())
		cfg.Demo = c.demo
		if got := why(cfg.Check()); got != c.wrong {
			t.Errorf("%+v: %q", c, got)
		} else if got == "" && (cfg.room() != nil) != c.plays {
			t.Errorf("%+v: plays callers: %v", c, !c.plays)
		}
	}
	w := apptest.NewWorld(t)
	a := &App{Config: Config{Training: true}, Store: w.Store}
	if err := a.mayTrain(w.Ctx); err != nil {
		t.Error(err)
	}
	apptest.AsOwner(t, w.Store, "insert into mails (kind, language, recipient, data, message_id, state, queued_at, due_at) values ('all_holders', 'ja', '', '', 'x', 'sent', now(), now())")
	if got := why(a.mayTrain(w.Ctx)); got != "training_mailed" {
		t.Errorf("after a mail was sent: %q", got)
	}
}

func TestTheRateOfTokensIsANumber(t *testing.T) {
	for value, want := range map[string]int{"": api.UsualRate, "5": 5, "0": 0, "-1": 0, "many": 0} {
		t.Setenv("HOTEN_API_RATE", value)
		cfg := FromEnvironment(t.TempDir())
		if got := why(cfg.Check()); (got == "") != (want > 0) || got != "" && got != "api_rate" || got == "" && cfg.APIRate != want {
			t.Errorf("%q: %d %q", value, cfg.APIRate, got)
		}
	}
}
