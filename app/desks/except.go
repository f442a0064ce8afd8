package desks

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/store"
)

// maxExceptions bounds how many days one change may set.
const maxExceptions = 62

// Except sets what holds on the days from … to, both inclusive, instead of the
// usual hours: opens and closes like 10:00, or closed when both are empty.
func Except(ctx context.Context, s *store.Store, by access.Actor, code string, from, to jptext.Date, opens, closes, reason string) error {
	_, err := store.Write(ctx, s, by, func(tx *store.Tx) (struct{}, error) {
		none := struct{}{}
		if err := by.Require(access.ManageIncidents); err != nil {
			return none, err
		}
		if strings.TrimSpace(reason) == "" {
			return none, fault.Input("reason", "required")
		}
		made, err := exceptions(from, to, opens, closes)
		if err != nil {
			return none, err
		}
		found, err := store.Find[row](tx.DB, "code = ?", code)
		if err != nil {
			return none, err
		}
		kept, err := store.Lock[row](tx, found.ID)
		if err != nil {
			return none, err
		}
		var d Desk
		if err := json.Unmarshal([]byte(kept.Rules), &d); err != nil {
			return none, err
		}
		d.Exceptions = append(slices.DeleteFunc(d.Exceptions, func(e Exception) bool { return !e.Date.Before(from) && !e.Date.After(to) }), made...)
		if err := d.Check(); err != nil {
			return none, err
		}
		rules, err := json.Marshal(d)
		if err != nil {
			return none, err
		}
		if err := tx.Model(kept).Update("rules", string(rules)).Error; err != nil {
			return none, err
		}
		return none, audit.Record(tx, audit.Change{Action: "desk.hours_set", Subject: "desk:" + code, After: made, Reason: reason})
	})
	return err
}

func exceptions(from, to jptext.Date, opens, closes string) ([]Exception, error) {
	switch {
	case to.Before(from):
		return nil, fault.Input("to", "until_before_from")
	case from.AddDays(maxExceptions).Before(to):
		return nil, fault.Input("to", "too_long", "max", maxExceptions)
	}
	e := Exception{Closed: opens == "" && closes == ""}
	if !e.Closed {
		open, err1 := time.Parse("15:04", opens)
		if err1 != nil {
			return nil, fault.Input("opens", "time_invalid")
		}
		close, err2 := time.Parse("15:04", closes)
		if err2 != nil || !close.After(open) {
			return nil, fault.Input("closes", "hours_invalid")
		}
		e.Open, e.Close = open.Hour()*60+open.Minute(), close.Hour()*60+close.Minute()
	}
	var out []Exception
	for d := from; !d.After(to); d = d.AddDays(1) {
		e.Date = d
		out = append(out, e)
	}
	return out, nil
}

// Why says why a day differs from the usual: "exception", "year_end", "holiday",
// "weekend", "extended", or nothing.
func (d Desk) Why(date jptext.Date) string {
	if _, is := d.exception(date); is {
		return "exception"
	}
	if slices.ContainsFunc(d.ClosedYearly, func(p Period) bool { return p.holds(date) }) {
		return "year_end"
	}
	if d.ClosedOnHolidays && IsHoliday(date) {
		return "holiday"
	}
	if !d.Weekdays.Has(date.Weekday()) {
		return "weekend"
	}
	if h, found := d.hours(date); found && !h.Until.IsZero() {
		return "extended"
	}
	return ""
}
