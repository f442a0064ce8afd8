package web

import (
	"net/http"
	"time"

	"hoten/app/cases"
	"hoten/app/cti"
	"hoten/app/store"
	"hoten/ui"
)

// ringWait is how long a page waits for the reader's telephone before it asks again: less
// than proxies let an answer take.
const ringWait = 25 * time.Second

// waitForRing answers an open page once the reader has answered a telephone call. An answer
// without a call says that something else happened to their telephone: which call was hung up
// before they began one about a case, if it was that.
func waitForRing(p *page) error {
	line, changed, err := p.w.bell.Wait(p.ctx, p.w.s, p.by.ID, ringWait)
	switch {
	case err != nil:
		return err
	case line != nil:
		return p.JSON(http.StatusOK, map[string]int64{"call": line.ID})
	case changed:
		var reads store.Reads
		hung := cases.AskHungUp(&reads, p.by.ID, p.w.s.Clock())
		if err := reads.Run(p.db); err != nil {
			return err
		}
		told := map[string]int64{}
		for _, id := range *hung {
			told["hung_up"] = id
		}
		return p.JSON(http.StatusOK, told)
	}
	return p.NoContent(http.StatusNoContent)
}

// popCall opens what a telephone call that the reader has answered belongs to, as pop does.
func popCall(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	line, err := cti.Show(p.ctx, p.w.s, p.by, id)
	if err != nil {
		return err
	}
	return p.pop(line.PlainNumber(p.w.s.Vault))
}

func showCTI(p *page) error { return p.telephones("") }

// telephones shows the telephone systems; the address of a fresh one, this once.
func (p *page) telephones(fresh string) error {
	p.section("setup")
	list, err := cti.Connections(p.db)
	if err != nil {
		return err
	}
	dialling, err := cti.CurrentDialling(p.db)
	if err != nil {
		return err
	}
	shown := ui.CTIIndex{Fresh: fresh, Dialling: string(dialling), MayManage: p.by.May(cti.ToConnect.Needs)}
	for _, c := range list {
		row := ui.CTIConnection{ID: c.ID, Name: c.Name, CreatedAt: c.CreatedAt, HeardAt: moment(c.HeardAt), RevokedAt: moment(c.RevokedAt), RefusedAt: moment(c.RefusedAt), Refused: c.Refused}
		if c.RevokedAt == nil {
			unknown, err := cti.Unknowns(p.db, c.ID, p.w.s.Clock())
			if err != nil {
				return err
			}
			for _, u := range unknown {
				row.Unknown = append(row.Unknown, ui.CTIUnknown{Dialled: u.Dialled, AnsweredBy: u.AnsweredBy, Calls: u.Calls, Last: u.Last})
			}
		}
		shown.Connections = append(shown.Connections, row)
	}
	for _, d := range p.desks {
		shown.Desks = append(shown.Desks, ui.Choice{Value: d.Phone, Label: p.deskName(d.Desk)})
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func connectCTI(p *page) error {
	token, err := cti.Connect(p.ctx, p.w.s, p.by, p.FormValue("name"))
	if err != nil {
		return p.again(err, "connect", showCTI)
	}
	return p.telephones(p.w.baseURL + "/cti/" + token)
}

func disconnectCTI(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	if err := cti.Disconnect(p.ctx, p.w.s, p.by, id); err != nil {
		return err
	}
	return p.to("/cti", "cti_disconnected")
}

func setDialling(p *page) error {
	if err := cti.SetDialling(p.ctx, p.w.s, p.by, cti.Dialling(p.FormValue("dialling"))); err != nil {
		return p.again(err, "dialling", showCTI)
	}
	return p.to("/cti", "cti_dialling")
}
