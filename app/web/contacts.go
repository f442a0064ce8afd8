package web

import (
	"strconv"

	"hoten/app/cases"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

// contactChange fills the change of a contact that waits to be confirmed, and what the
// reader may do on documents.
func (v *caseView) contactChange() error {
	v.MayRecord = v.Supervises && (!v.row.Case.Status.Closed() || v.call != nil || len(*v.found.others) > 0)
	v.MayChange = v.MayWork && v.row.MemberID != nil && v.row.ImpostorAt == nil
	told := store.First(*v.found.proposal)
	for _, ch := range *v.found.changes {
		if ch.State != cases.ChangeProposed || told == nil {
			continue
		}
		documents, err := told.PlainText(v.w.s.Vault)
		if err != nil {
			return err
		}
		v.Change = &ui.ContactChange{ID: ch.ID, Kind: ch.Kind, By: told.ActorName.In(i18n.Lang(v.ctx)), At: ch.ProposedAt, Documents: documents, Shared: int((*v.found.shared)[0]),
			MayConfirm: v.Supervises && ch.ProposedBy != v.by.ID && v.row.ImpostorAt == nil, MayWithdraw: v.MayWork && ch.ProposedBy == v.by.ID}
	}
	return nil
}

func proposeContact(p *page) error {
	return p.onCase("contact", "contact_proposed", func(id int64) error {
		_, err := cases.ProposeContact(p.ctx, p.w.s, p.by, id, p.FormValue("kind"), p.FormValue("value"), p.FormValue("documents"))
		return err
	})
}

func confirmContact(p *page) error {
	return p.onContact("confirm", "contact_set", func(id int64) error {
		_, err := cases.ConfirmContact(p.ctx, p.w.s, p.by, id, p.FormValue("value"))
		return err
	})
}

func refuseContact(p *page) error {
	return p.onContact("refuse", "contact_refused", func(id int64) error {
		_, err := cases.RefuseContact(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
		return err
	})
}

func withdrawContact(p *page) error {
	return p.onContact("withdraw", "contact_withdrawn", func(id int64) error {
		_, err := cases.WithdrawContact(p.ctx, p.w.s, p.by, id)
		return err
	})
}

func recordLetter(p *page) error {
	return p.onCase("letter", "letter_recorded", func(id int64) error {
		_, err := cases.RecordLetter(p.ctx, p.w.s, p.by, id, p.FormValue("sent_on"), p.Request().Form["about"]...)
		return err
	})
}

func undoContact(p *page) error {
	return p.onContact("undo", "contact_undone", func(id int64) error {
		_, err := cases.UndoContact(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
		return err
	})
}

// onContact is the shape of the forms about a change of a contact: act, and show the case.
func (p *page) onContact(form, done string, act func(id int64) error) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	ch, err := store.Find[cases.ContactChange](p.db, "id = ?", id)
	if err != nil {
		return err
	}
	p.SetParamNames("number")
	p.SetParamValues(cases.Number(ch.CaseID))
	if form == "undo" {
		form += "-" + strconv.FormatInt(id, 10) // one form a change on the page
	}
	if err := act(id); err != nil {
		return p.again(err, form, showCase)
	}
	return p.toCase(ch.CaseID, "#contacts", done)
}
