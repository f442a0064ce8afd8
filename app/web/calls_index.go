package web

import (
	"strings"
	"unicode"

	"hoten/app/bulletins"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/reports"
	"hoten/app/scripts"
	"hoten/app/services"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

// showCalls is 受電: search first, then the case or a new one.
func showCalls(p *page) error {
	p.section("calls")
	found := p.QueryParam("found")
	q, err := p.shown(found)
	if err != nil {
		return err
	}
	shown := ui.CallsIndex{Q: q, Caller: p.FormValue("caller"), MayOpen: p.frame.Refused == "open"}
	shown.Ringing = found != "" && found == shown.Caller
	p.frame.Caller = shown.Caller
	if found != "" && q == "" {
		p.forgotten()
	}
	if q != "" {
		rows, many, err := cases.Find(p.db, p.w.s.Vault, cases.Filter{Q: q, Limit: pageSize})
		if err != nil {
			return err
		}
		rows, _ = cut(rows, func(r cases.Row) int64 { return r.Case.ID })
		shown.Searched, shown.Cut, shown.Rule = true, many, cases.RuleOf(q)
		if len(rows) == 0 && !many && !shown.Ringing {
			if shown.MayOpen, err = p.mayOpen(q, shown.Rule); err != nil {
				return err
			}
		}
		if shown.Rows, err = p.caseRows(rows); err != nil {
			return err
		}
	}
	if shown.Unfinished, err = p.unfinished(); err != nil {
		return err
	}
	if shown.Open, err = p.openCalls(); err != nil {
		return err
	}
	var reads store.Reads
	known, holding, programs, texts := incidents.AskList(&reads), services.AskNow(&reads, p.w.s.Clock()), incidents.AskPrograms(&reads), scripts.AskInForce(&reads)
	board, notes := bulletins.AskBoard(&reads, p.by.ID, p.today()), reports.AskHandedOver(&reads, p.w.s.Vault, p.by.DeskID)
	if err := reads.Run(p.db); err != nil {
		return err
	}
	shown.Board, shown.Notes = p.bulletins(*board), p.handedOver(notes())
	shown.Incidents = p.choicesToOpen(*known)
	passwords, err := incidents.WithPointPassword(p.db)
	if err != nil {
		return err
	}
	shown.Services = p.serviceStatuses(holding(), namesOf(passwords))
	if shown.Desks, err = p.deskStates(p.desks); err != nil {
		return err
	}
	if shown.Asked, err = p.askedAbout(*programs, p.by.DeskID, ui.CallsURL(found, shown.Caller), i18n.Lang(p.ctx)); err != nil {
		return err
	}
	shown.Script = ui.Script{Parts: []string{"identify"}, Texts: texts(), Language: i18n.Lang(p.ctx), Names: map[string]ui.ScriptNames{"ja": {Agent: p.account.Name}, "en": {Agent: p.account.NameIn("en")}}}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// mayOpen reports whether what was searched for, and not found, can be an ID or a telephone
// number, so that a case may be opened. What is short was searched as a whole ID only: some
// IDs must have a form that it fits.
func (p *page) mayOpen(q, rule string) (bool, error) {
	switch {
	case !cases.Searchable(rule):
		return false, nil
	case rule != "" && rule != cases.RuleCustomer:
		return p.formOfAnID(q)
	}
	name := strings.ContainsFunc(jptext.LoginKey(q), func(r rune) bool { return r > unicode.MaxASCII })
	return !name || jptext.TypedPhone(q) != "", nil
}

// formOfAnID reports whether some IDs have a form, and it is written so.
func (p *page) formOfAnID(q string) (bool, error) {
	for _, id := range p.ids {
		fits, err := id.Matcher()
		if err != nil {
			return false, err
		}
		if fits != nil && fits(jptext.LoginKey(q)) {
			return true, nil
		}
	}
	return false, nil
}

func (p *page) openCalls() ([]ui.OpenCall, error) {
	calls, err := cases.OpenCalls(p.db, p.by.ID)
	out := make([]ui.OpenCall, 0, len(calls))
	for _, c := range calls {
		row, err := cases.Get(p.db, c.CaseID)
		if err != nil {
			return nil, err
		}
		login, err := row.PlainLogin(p.w.s.Vault)
		if err != nil {
			return nil, err
		}
		since, err := cases.CallerSince(p.db, &c)
		if err != nil {
			return nil, err
		}
		out = append(out, ui.OpenCall{ID: c.ID, Case: row.Number(), LoginID: login, Since: since, Level: c.Valid(p.w.s.Clock())})
	}
	return out, err
}
