package ui

import (
	"fmt"
	"time"

	"hoten/app/access"
	"hoten/i18n"
)

func sampleCallbacks(lang string) []Callback {
	names := []string{"鈴○ ジ○○", "山○ 恵", "田○ 健○", "A**** S****", "佐○ 太○", "山○ 花○"}
	list := make([]Callback, len(names))
	for i, name := range names {
		list[i] = Callback{
			ID: int64(i + 1), Version: 1, Case: fmt.Sprintf("R096-%06d", i+1), LoginID: fmt.Sprintf("m%06d@ocn.example", i+1), Name: name, Phone: "090-****-8551",
			DueAt: jst(7, 31, 10, 30+i*10), Desk: in(lang, "技術", "Tech"), Assignee: in(lang, "佐藤 美咲", "Misaki Sato"), Promiser: in(lang, "鈴木 健", "Ken Suzuki"),
			PromisedAt: jst(7, 30, 16, 12), State: "open", MaxAttempts: 3,
		}
	}
	list[0].Late, list[0].Attempts, list[0].Last, list[0].Despite = 14*time.Minute, 2, "voicemail", true
	list[0].Note = in(lang, "夕方以降をご希望。", "Prefers the evening.")
	list[1].Late, list[1].Suspected = 4*time.Minute, true
	list[2].Soon, list[2].Attempts, list[2].Last = true, 1, "busy"
	return list
}

func callbackSamples(lang string) map[string]page {
	index := CallbacksIndex{Frame: sampleFrame(lang, "callbacks", access.Agent), View: "mine", Views: []string{"mine", "desk", "all", "overdue", "closed"},
		Rows: sampleCallbacks(lang), MayWork: true, NextCursor: "1.2"}
	index.Frame.Due = CallbacksDue{Count: 3, Overdue: 2, First: jst(7, 31, 10, 30)}

	night := index
	night.View, night.NextCursor = "overdue", ""
	night.Rows = sampleCallbacks(lang)[:3]
	night.Rows[0].Late, night.Rows[1].Late = 26*time.Hour, 95*time.Minute
	night.Rows[0].Outside, night.Rows[1].Outside = "calling_hours", "desk_hours"
	night.Frame.Problems = []Problem{{Form: "attempt-1", Field: "despite", Text: i18n.T(i18n.With(bg, lang), "fault.field.calling_hours")}}

	closed := CallbacksIndex{Frame: sampleFrame(lang, "callbacks", access.Auditor), View: "closed", Views: []string{"all", "overdue", "closed"}, Rows: sampleCallbacks(lang)[3:]}
	closed.Rows[0].State, closed.Rows[0].Attempts, closed.Rows[0].Last = "done", 1, "reached"
	closed.Rows[1].State, closed.Rows[1].Attempts, closed.Rows[1].Last, closed.Rows[1].NextChannel = "exhausted", 3, "no_answer", "mail"
	closed.Rows[2].State = "dropped"

	return map[string]page{
		"callbacks_index": index, "callbacks_index_night": night, "callbacks_index_closed": closed,
		"callbacks_index_empty": CallbacksIndex{Frame: sampleFrame(lang, "callbacks", access.Agent), View: "mine", Views: index.Views, MayWork: true},
	}
}
