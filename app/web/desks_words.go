package web

import (
	"strconv"
	"strings"

	"hoten/app/desks"
	"hoten/app/jptext"
	"hoten/i18n"
	"hoten/ui"
)

// changes puts the differences of rules into words.
func (e *deskEditor) changes(before, after desks.Desk) (out []ui.RuleChange) {
	for _, d := range desks.Differences(before, after) {
		out = append(out, ui.RuleChange{Rule: i18n.T(e.ctx, "desks.rule."+d.Rule), Before: e.ruleWords(d.Rule, d.Before), After: e.ruleWords(d.Rule, d.After)})
	}
	return out
}

func (e *deskEditor) ruleWords(rule string, value any) string {
	switch v := value.(type) {
	case string:
		switch rule {
		case "topics":
			return labelOf(e.Topics, v)
		case "ids":
			return labelOf(e.IDs, v)
		}
		return v
	case bool:
		if v {
			return i18n.T(e.ctx, "desks.holidays.closed")
		}
		return i18n.T(e.ctx, "desks.holidays.open")
	case desks.Hours:
		return e.weekdayWords(v.Weekdays) + " " + desks.Clock(v.Open) + "–" + desks.Clock(v.Close) + e.periodWords(v.From, v.Until)
	case desks.Period:
		return v.First.String() + "–" + v.Last.String()
	case desks.Exception:
		hours := i18n.T(e.ctx, "desks.shut")
		if !v.Closed {
			hours = desks.Clock(v.Open) + "–" + desks.Clock(v.Close)
		}
		return e.dateWords(v.Date) + " " + hours
	}
	return ""
}

func (p *page) weekdayWords(w desks.Weekdays) string {
	if w == desks.Daily {
		return i18n.T(p.ctx, "desks.weekday.daily")
	}
	var days []string
	for i := range 7 {
		if day := (i + 1) % 7; w&(1<<day) != 0 {
			days = append(days, i18n.T(p.ctx, "desks.weekday."+strconv.Itoa(day)))
		}
	}
	return strings.Join(days, i18n.T(p.ctx, "desks.weekday.comma"))
}

func (p *page) periodWords(from, until jptext.Date) string {
	switch {
	case from.IsZero() && until.IsZero():
		return ""
	case until.IsZero():
		return i18n.T(p.ctx, "desks.period.from", "from", p.dateWords(from))
	case from.IsZero():
		return i18n.T(p.ctx, "desks.period.until", "until", p.dateWords(until))
	}
	return i18n.T(p.ctx, "desks.period.both", "from", p.dateWords(from), "until", p.dateWords(until))
}

func (p *page) dateWords(d jptext.Date) string { return i18n.Date(p.ctx, d.At(0)) }
