package ui

import (
	"hoten/app/access"
	"hoten/i18n"
)

func sampleServices(lang string) []ServiceStatus {
	return []ServiceStatus{
		{ID: 1, Version: 2, Program: in(lang, "gooポイント", "goo Point"), Service: "exchange", State: "suspended", From: jst(7, 28, 20, 0), Until: jst(7, 31, 15, 0), Holds: true,
			Note: in(lang, "FAQ 12番をご案内。", "See FAQ 12."), SetBy: in(lang, "渡辺 直樹", "Naoki Watanabe"), SetAt: jst(7, 28, 19, 40)},
		{ID: 2, Version: 1, Program: in(lang, "ポイントーク", "PointTalk"), Service: "transfer", State: "point_password", Password: in(lang, "ポイントパスワード", "point password"), From: jst(7, 30, 15, 0), Holds: true,
			SetAt: jst(7, 30, 14, 0)},
	}
}

func serviceSamples(lang string) map[string]page {
	list := sampleServices(lang)
	program := func(name string, held ...ServiceStatus) ProgramServices {
		p := ProgramServices{Code: name, Name: name}
		for _, s := range []string{"registration", "exchange", "transfer"} {
			state := ServiceStatus{Service: s}
			for _, h := range held {
				if h.Service == s {
					state = h
				}
			}
			p.States = append(p.States, state)
		}
		return p
	}
	later := list[0]
	later.ID, later.Holds, later.From, later.Until = 3, false, jst(8, 4, 1, 0), jst(8, 4, 5, 0)
	over := list[0]
	over.Service = "registration"
	index := ServicesIndex{Password: in(lang, "ポイントパスワード", "point password"), Frame: sampleFrame(lang, "services", access.CenterManager), Services: []string{"registration", "exchange", "transfer"}, Now: jst(7, 31, 10, 30),
		Programs: []ProgramServices{program(list[1].Program, list[1]), program(list[0].Program, list[0])},
		Coming:   append(list, later), Past: []ServiceStatus{over}, MayEdit: true}
	refused := index
	refused.Frame.Problems = []Problem{{Form: "set", Field: "until", Text: i18n.T(i18n.With(bg, lang), "fault.field.end_before_begin")}}
	calm := ServicesIndex{Frame: sampleFrame(lang, "services", access.Agent), Services: index.Services, Now: index.Now, Programs: []ProgramServices{program("goo")}}
	return map[string]page{"services_index": index, "services_index_refused": refused, "services_index_calm": calm}
}
