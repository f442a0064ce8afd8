package setup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/policies"
	"hoten/app/services"
)

type operator struct {
	Named       named
	Code        string `yaml:"code"`
	NameJa      string `yaml:"name_ja"`
	NameEn      string `yaml:"name_en"`
	SenderJa    string `yaml:"sender_ja"`
	SenderEn    string `yaml:"sender_en"`
	MailAddress string `yaml:"mail_address"`
	SignatureJa string `yaml:"signature_ja"`
	SignatureEn string `yaml:"signature_en"`
	PageJa      string `yaml:"page_ja"`
	PageEn      string `yaml:"page_en"`
	PageURL     string `yaml:"page_url"`
}

func (o operator) noun() operators.Operator {
	return operators.Operator{Code: o.Code, NameJa: o.NameJa, NameEn: o.NameEn, SenderJa: o.SenderJa, SenderEn: o.SenderEn, MailAddress: o.MailAddress,
		SignatureJa: text(o.SignatureJa), SignatureEn: text(o.SignatureEn), PageJa: o.PageJa, PageEn: o.PageEn, PageURL: o.PageURL}
}

// text is a text of several lines as it is kept: without the line break at its end.
func text(s string) string { return strings.TrimSpace(s) }

type id struct {
	Named           named
	Code            string   `yaml:"code"`
	Operator        string   `yaml:"operator"`
	NameJa          string   `yaml:"name_ja"`
	NameEn          string   `yaml:"name_en"`
	Form            string   `yaml:"form"`
	Language        string   `yaml:"language"`
	Domains         []string `yaml:"domains"`
	OpensJa         string   `yaml:"opens_ja"`
	OpensEn         string   `yaml:"opens_en"`
	GoesOnJa        string   `yaml:"goes_on_ja"`
	GoesOnEn        string   `yaml:"goes_on_en"`
	PointPasswordJa string   `yaml:"point_password_ja"`
	PointPasswordEn string   `yaml:"point_password_en"`
	OneTimePassword bool     `yaml:"one_time_password"`
}

func (i id) noun() operators.ID {
	return operators.ID{Code: i.Code, NameJa: i.NameJa, NameEn: i.NameEn, Form: i.Form, Language: i.Language, Domains: i.Domains,
		OpensJa: text(i.OpensJa), OpensEn: text(i.OpensEn), GoesOnJa: text(i.GoesOnJa), GoesOnEn: text(i.GoesOnEn),
		PointPasswordJa: i.PointPasswordJa, PointPasswordEn: i.PointPasswordEn, OneTimePassword: i.OneTimePassword}
}

type program struct {
	Named      named
	Code       string `yaml:"code"`
	Operator   string `yaml:"operator"`
	NameJa     string `yaml:"name_ja"`
	NameEn     string `yaml:"name_en"`
	UnitJa     string `yaml:"unit_ja"`
	UnitEn     string `yaml:"unit_en"`
	UnitEnOne  string `yaml:"unit_en_one"`
	Threshold  *int64 `yaml:"threshold"`
	DailyLimit *int64 `yaml:"daily_limit"`
}

func (p program) noun() incidents.Program {
	return incidents.Program{Code: p.Code, NameJa: p.NameJa, NameEn: p.NameEn, UnitJa: p.UnitJa, UnitEn: p.UnitEn, UnitEnOne: p.UnitEnOne}
}

// check refuses what cannot be meant of the program, as it would stand and as it
// stands, and its amounts.
func (p program) check(n, kept incidents.Program) error {
	var refused fault.Problems
	if f, is := fault.As(incidents.CheckProgram(n, kept)); is {
		refused = f.Fields
	}
	for field, n := range map[string]*int64{"threshold": p.Threshold, "daily_limit": p.DailyLimit} {
		switch {
		case n != nil:
			policies.CheckAmount(&refused, field, *n)
		case p.Named[field]:
			refused.Add(field, "setup_number") // named, and none
		}
	}
	return refused.Err()
}

// amounts are the threshold and the daily limit, those that are not said as they stand.
func (p program) amounts(stands policies.Policies) (threshold, dailyLimit int64) {
	threshold, dailyLimit = stands.Thresholds[p.Code], stands.DailyLimits[p.Code]
	if p.Threshold != nil {
		threshold = *p.Threshold
	}
	if p.DailyLimit != nil {
		dailyLimit = *p.DailyLimit
	}
	return threshold, dailyLimit
}

type desk struct {
	Named            named
	Code             string      `yaml:"code"`
	NameJa           string      `yaml:"name_ja"`
	NameEn           string      `yaml:"name_en"`
	ShortJa          string      `yaml:"short_ja"`
	ShortEn          string      `yaml:"short_en"`
	Phone            string      `yaml:"phone"`
	Topics           []string    `yaml:"topics"`
	IDs              []string    `yaml:"ids"`
	ClosedOnHolidays bool        `yaml:"closed_on_holidays"`
	ClosedYearly     []yearly    `yaml:"closed_yearly"`
	Hours            []hours     `yaml:"hours"`
	Exceptions       []exception `yaml:"exceptions"`
}

type yearly struct {
	First string `yaml:"first"`
	Last  string `yaml:"last"`
}

type hours struct {
	Weekdays string   `yaml:"weekdays"`
	Open     []string `yaml:"open"`
	From     string   `yaml:"from"`
	Until    string   `yaml:"until"`
}

type exception struct {
	Date string   `yaml:"date"`
	Open []string `yaml:"open"` // none: closed
}

// noun reads a desk that stands at the place. rows tells where in the file the fields of
// its rules stand that the file writes otherwise: an opening is a row of its own there.
func (d desk) noun(p place) (out desks.Desk, rows map[string]place, refused fault.Problems) {
	out = desks.Desk{Code: d.Code, NameJa: d.NameJa, NameEn: d.NameEn, ShortJa: d.ShortJa, ShortEn: d.ShortEn, Phone: d.Phone,
		Topics: d.Topics, IDs: d.IDs, ClosedOnHolidays: d.ClosedOnHolidays}
	rows = map[string]place{}
	for i, y := range d.ClosedYearly {
		field := fmt.Sprintf("closed_yearly.%d.", i)
		out.ClosedYearly = append(out.ClosedYearly, desks.Period{First: yearDay(&refused, field+"first", y.First), Last: yearDay(&refused, field+"last", y.Last)})
	}
	for i, h := range d.Hours {
		field := fmt.Sprintf("hours.%d.", i)
		row := desks.Hours{Weekdays: weekdays(&refused, field+"weekdays", h.Weekdays), From: day(&refused, field+"from", h.From), Until: day(&refused, field+"until", h.Until)}
		openings(&refused, field+"open", h.Open, func(s desks.Span, where string) {
			row.Open, row.Close = s.Open, s.Close
			for _, name := range []string{"open", "close", "from", "until", "weekdays"} {
				rows[fmt.Sprintf("hours.%d.%s", len(out.Hours), name)] = p.at(strings.Split(where, ".")...)
			}
			out.Hours = append(out.Hours, row)
		})
		if len(h.Open) == 0 {
			refused.Add(field+"open", "required")
		}
	}
	for i, e := range d.Exceptions {
		field := fmt.Sprintf("exceptions.%d.", i)
		row := desks.Exception{Date: day(&refused, field+"date", e.Date), Closed: len(e.Open) == 0}
		if row.Closed {
			rows[fmt.Sprintf("exceptions.%d.date", len(out.Exceptions))] = p.at("exceptions", fmt.Sprint(i), "date")
			out.Exceptions = append(out.Exceptions, row)
		}
		openings(&refused, field+"open", e.Open, func(s desks.Span, where string) {
			row.Open, row.Close = s.Open, s.Close
			for _, name := range []string{"date", "open", "close"} {
				rows[fmt.Sprintf("exceptions.%d.%s", len(out.Exceptions), name)] = p.at(strings.Split(where, ".")...)
			}
			out.Exceptions = append(out.Exceptions, row)
		})
	}
	return out, rows, refused
}

// check refuses what cannot be meant of the desk as it would stand. Without hours it is
// closed for ever, and without topics nobody is led to it: a new one names both, and no
// file takes them away.
func (d desk) check(n desks.Desk, known bool) error {
	var refused fault.Problems
	if f, is := fault.As(n.Check()); is {
		refused = f.Fields
	}
	for field, rows := range map[string]int{"hours": len(n.Hours), "topics": len(n.Topics)} {
		if rows == 0 && (!known || d.Named[field]) {
			refused.Add(field, "required")
		}
	}
	return refused.Err()
}

// openings reads the openings of a day, each like 10:00-13:00.
func openings(refused *fault.Problems, field string, list []string, each func(s desks.Span, where string)) {
	for i, written := range list {
		where := fmt.Sprintf("%s.%d", field, i)
		from, until, ok := strings.Cut(written, "-")
		open, ok1 := desks.ParseClock(from)
		close, ok2 := desks.ParseClock(until)
		if !ok || !ok1 || !ok2 {
			refused.Add(where, "opening_invalid")
			continue
		}
		each(desks.Span{Open: open, Close: close}, where)
	}
}

// dayNames are the days of the week as the file writes them, from Sunday.
var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekdays reads days of the week: daily, mon-fri, or names apart by commas.
func weekdays(refused *fault.Problems, field, s string) (days desks.Weekdays) {
	for part := range strings.SplitSeq(s, ",") {
		part = strings.ToLower(strings.TrimSpace(part))
		first, last, ranged := strings.Cut(part, "-")
		from, to := slices.Index(dayNames, strings.TrimSpace(first)), slices.Index(dayNames, strings.TrimSpace(last))
		switch {
		case part == "daily":
			days |= desks.Daily
		case from < 0 || ranged && to < 0:
			refused.Add(field, "weekdays_unknown")
			return days
		case !ranged:
			days |= 1 << from
		default:
			for d := from; ; d = (d + 1) % 7 {
				days |= 1 << d
				if d == to {
					break
				}
			}
		}
	}
	return days
}

func yearDay(refused *fault.Problems, field, s string) desks.Day {
	d, ok := desks.ParseDay(s)
	if !ok {
		refused.Add(field, "yearly_invalid")
	}
	return d
}

// day reads a day that may be left out.
func day(refused *fault.Problems, field, s string) (d jptext.Date) {
	if s == "" {
		return d
	}
	d, err := jptext.ParseDate(s)
	if err != nil {
		refused.Add(field, "date_invalid")
	}
	return d
}

type incident struct {
	Named             named
	Reference         string   `yaml:"reference"`
	ID                string   `yaml:"id"`
	TitleJa           string   `yaml:"title_ja"`
	TitleEn           string   `yaml:"title_en"`
	PeriodFrom        string   `yaml:"period_from"`
	PeriodTo          string   `yaml:"period_to"`
	DetectedOn        string   `yaml:"detected_on"`
	ReleasedOn        string   `yaml:"released_on"`
	ReleasedIDs       *int     `yaml:"released_ids"`
	ReleasedExchanged *int     `yaml:"released_exchanged"`
	HappenedJa        string   `yaml:"happened_ja"`
	HappenedEn        string   `yaml:"happened_en"`
	Programs          []bearer `yaml:"programs"`
}

type bearer struct {
	Named   named
	Program string `yaml:"program"`
	Bearer  string `yaml:"bearer"`
}

// noun reads an incident that stands at the place, of which the bearers are known; rows is
// as that of desk.
func (i incident) noun(p place, bearers map[string]string) (out incidents.New, rows map[string]place, refused fault.Problems) {
	out = incidents.New{Reference: i.Reference, ID: i.ID, TitleJa: i.TitleJa, TitleEn: i.TitleEn, HappenedJa: text(i.HappenedJa), HappenedEn: text(i.HappenedEn),
		PeriodFrom: day(&refused, "period_from", i.PeriodFrom), PeriodTo: day(&refused, "period_to", i.PeriodTo), DetectedOn: day(&refused, "detected_on", i.DetectedOn),
		ReleasedIds: i.ReleasedIDs, ReleasedExchanged: i.ReleasedExchanged}
	if i.ReleasedOn != "" {
		on := day(&refused, "released_on", i.ReleasedOn)
		out.ReleasedOn = &on
	}
	rows = map[string]place{}
	for program := range bearers { // one that the file leaves out has no row of its own
		rows["programs."+program] = p.at("programs")
	}
	if i.Programs != nil {
		out.Bearers = map[string]string{}
	}
	for n, b := range i.Programs {
		if _, twice := out.Bearers[b.Program]; twice {
			refused.Add(fmt.Sprintf("programs.%d.program", n), "setup_twice")
		}
		if out.Bearers[b.Program] = bearers[b.Program]; b.Named["bearer"] {
			out.Bearers[b.Program] = b.Bearer
		}
		rows["programs."+b.Program] = p.at("programs", fmt.Sprint(n), "program")
		rows["programs."+b.Program+".bearer"] = p.at("programs", fmt.Sprint(n), "bearer")
	}
	return out, rows, refused
}

type service struct {
	Named   named
	Program string `yaml:"program"`
	Service string `yaml:"service"`
	State   string `yaml:"state"`
	From    string `yaml:"from"`
	Until   string `yaml:"until"`
	Note    string `yaml:"note"`
}

func (s service) noun() (out services.New, refused fault.Problems) {
	moment := func(field, written string) *time.Time {
		t, err := jptext.ParseTime(written)
		switch {
		case written == "":
			refused.Add(field, "required")
		case err != nil:
			refused.Add(field, "time_invalid")
		}
		return &t
	}
	out = services.New{Program: s.Program, Service: s.Service, State: s.State, Note: s.Note, From: *moment("from", s.From)}
	if s.Until != "" {
		out.Until = moment("until", s.Until)
	}
	return out, refused
}
