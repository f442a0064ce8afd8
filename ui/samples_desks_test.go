package ui

import (
	"time"

	"hoten/app/access"
	"hoten/i18n"
)

// sampleMonth is a month of 2014; weekends are closed at one desk.
func sampleMonth(lang string, month time.Month, weekends bool) (m CalendarMonth) {
	for d := jst(month, 1, 0, 0); d.In(i18n.JST).Month() == month; d = d.AddDate(0, 0, 1) {
		day := CalendarDay{Date: d, Today: month == 7 && d.In(i18n.JST).Day() == 31, Hours: "10:00–21:00", Reason: in(lang, "延長受付", "extended hours")}
		if wd := d.In(i18n.JST).Weekday(); weekends && (wd == time.Saturday || wd == time.Sunday) {
			day.Hours, day.Reason = "", in(lang, "土日", "weekend")
		}
		m.Days = append(m.Days, day)
	}
	return m
}

func sampleDeskEdit(lang string) DesksEdit {
	working := [7]bool{false, true, true, true, true, true, false}
	return DesksEdit{
		Frame: sampleFrame(lang, "desks", access.CenterManager), Code: "point", Name: in(lang, "ポイントリニューアル受付センタ", "Point Renewal Center"), Seen: `{"code":"point"}`, Month: "2014-07",
		Topics: []Choice{{"id", "OCN ID"}, {"password", in(lang, "OCN IDのパスワード", "OCN ID password")}, {"pointtalk", in(lang, "ポイントーク", "PointTalk")}, {"goo", in(lang, "gooポイント", "goo Point")}},
		Rules: DeskRules{NameJa: "ポイントリニューアル受付センタ", NameEn: "Point Renewal Center", ShortJa: "ポイント", ShortEn: "Points", Phone: "0120-170-033", Topics: []string{"pointtalk", "goo"}, ClosedOnHolidays: true,
			Hours:      []HoursRow{{Weekdays: working, Open: "10:00", Close: "19:00"}, {Weekdays: working, Open: "10:00", Close: "21:00", From: "2014-07-28", Until: "2014-08-06"}, {}},
			Yearly:     []YearlyRow{{"12/29", "1/3"}},
			Exceptions: []ExceptionRow{{"2014-08-20", "", ""}, {"2014-08-23", "10:00", "17:00"}}},
	}
}

func sampleDeskNew(lang string) DesksEdit {
	p := sampleDeskEdit(lang)
	p.Code, p.Name, p.Seen, p.Rules = "", "", "{}", DeskRules{Hours: []HoursRow{{}}}
	return p
}

func previewed(lang string) DesksEdit {
	p := sampleDeskEdit(lang)
	p.Previewed, p.Earlier, p.Later, p.Reason = true, "2014-04", "2014-10", in(lang, "臨時の開所", "Opened for once")
	p.Changes = []RuleChange{{in(lang, "電話番号", "Phone"), "0120-170-033", "0120-170-034"}, {in(lang, "臨時の変更", "Special days"), "", in(lang, "2014年8月23日 10:00–17:00", "23 August 2014 10:00–17:00")},
		{in(lang, "毎年の休業期間", "Closed every year"), "12/29–1/3", ""}}
	for _, month := range []time.Month{7, 8, 9} {
		p.Months = append(p.Months, sampleMonth(lang, month, true))
	}
	day := &p.Months[1].Days[22]
	day.Hours, day.Reason, day.Was = "10:00–17:00", in(lang, "臨時の変更", "changed for this day"), in(lang, "休み", "Closed")
	return p
}

func sampleDeskRefused(lang string) DesksEdit {
	p := sampleDeskEdit(lang)
	p.Since = previewed(lang).Changes
	p.Rules.Hours[2] = HoursRow{Weekdays: [7]bool{true}, Open: "25:00", Close: "ten"}
	p.Frame.Problems = []Problem{{Field: "hours.2.open", Text: in(lang, "時刻は10:00のように入力してください。", "Write a time as 10:00.")},
		{Field: "hours.2.weekdays", Text: in(lang, "1つ以上選んでください。", "Choose the days.")}, {Field: "reason", Text: in(lang, "入力してください。", "Fill this in.")}}
	return p
}

// sampleAsked is a question for the other desk, or for one's own.
func sampleAsked(lang, state string) AskedAbout {
	a := AskedAbout{Topics: []TopicLink{{"/calls?topic=id#asked", "OCN ID", false}, {"/calls?topic=goo#asked", in(lang, "gooポイント", "goo Point"), true}}, Topic: in(lang, "gooポイント", "goo Point"), State: state}
	if state != "here" && state != "nobody" {
		a.Sentence = in(lang, "ポイントリニューアル受付センタ 0120-170-033 は、本日休みです。次の受付は8/4（月） 10:00からです。", "Point Renewal Center, 0120-170-033, is closed today. It opens next on Mon 4 Aug at 10:00.")
		a.Say = []Said{{"ja", []string{"恐れ入りますが、gooポイントのお問い合わせは、ポイントリニューアル受付センタで承っております。"}}, {"en", []string{"I am sorry, questions about your goo Point are answered by the Point Renewal Center."}}}
	}
	return a
}
