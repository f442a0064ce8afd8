package web

import (
	"hoten/app/access"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/points"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/scripts"
	"hoten/app/services"
	"hoten/app/staff"
	"hoten/app/store"
)

// caseFound is what was read for the page, beside what caseView has of it.
type caseFound struct {
	same      *[]int64
	changes   *[]cases.ContactChange // proposed or standing
	proposal  *[]cases.Event         // of the change that is proposed
	shared    *[]int64               // other IDs of its contact
	former    *[]members.Contact     // that changes set, also those replaced since; for whoever supervises
	running   *[]cases.Call          // of the reader, on whichever case
	others    *[]cases.OnCall
	ended     *[]cases.EndedCall // for whoever supervises
	verified  *[]bool            // whether the member was; for whoever supervises
	papers    *[]cases.Representative
	callback  *[]callbacks.Row
	proposals *[]reimbursements.Row
	approvals *[]reimbursements.Approval // of the latest proposal
	workers   *[]staff.Staff
	member    *[]members.Member
	link      *[]resets.Link
	legs      *[]points.Leg        // of the proposals
	orders    *[]directories.Order // to the directory of the ID, not done yet
	posted    *[]ledger.Line
	mails     *[]notices.Mail
	events    *[]cases.Event
	services  func() []services.Named
	scripts   func() scripts.InForce
}

// load reads all that the page shows whatever the case is like, in two round trips:
// what the number of the case names, and what the case does.
func (v *caseView) load(id int64) error {
	var reads store.Reads
	f := &v.found
	row, plan, stamp, programs := cases.AskRow(&reads, id), reimbursements.AskLook(&reads, id), cases.AskStamp(&reads, id), incidents.AskPrograms(&reads)
	f.same, f.running, f.callback = cases.AskSameNumber(&reads, id), cases.AskOpenCalls(&reads, v.by.ID), callbacks.AskOfCase(&reads, id)
	f.others = cases.AskOnCall(&reads, id, v.by.ID)
	f.proposals, f.events = reimbursements.AskOfCase(&reads, id), v.askTimeline(&reads, id)
	f.mails, f.services = notices.AskFind(&reads, notices.Filter{CaseID: id, Limit: 20}), services.AskNow(&reads, v.now)
	f.changes, f.proposal, f.shared = cases.AskContactChanges(&reads, id), cases.AskProposal(&reads, id), cases.AskShared(&reads, id)
	f.papers, f.scripts = cases.AskRepresentatives(&reads, id), scripts.AskInForce(&reads)
	if v.by.May(access.Supervise) {
		f.workers, f.ended, f.verified = staff.AskWorkers(&reads), cases.AskEndedVerified(&reads, id), cases.AskMemberVerified(&reads, id)
	}
	if err := reads.Run(v.db); err != nil {
		return err
	}
	if v.row = store.First(*row); v.row == nil {
		return fault.Missing()
	}
	v.programs, v.Stamp = *programs, (*stamp)[0]
	for i, c := range *f.running {
		switch {
		case c.CaseID != id:
			v.Ends = append(v.Ends, cases.Number(c.CaseID))
		case v.call == nil:
			v.call = &(*f.running)[i]
		}
	}
	v.plan, v.facts = plan(&v.row.Case)
	return v.loadMore()
}

// contactsSet are the contacts that changes set.
func contactsSet(changes []cases.ContactChange) (ids []int64) {
	for _, ch := range changes {
		if ch.State == cases.ChangeConfirmed {
			ids = append(ids, number(ch.ContactID))
		}
	}
	return ids
}

// loadMore reads the second part.
func (v *caseView) loadMore() error {
	var reads store.Reads
	f := &v.found
	incident, identity := incidents.AskByID(&reads, v.row.IncidentID), members.AskByID(&reads, v.row.IdentityID)
	mine := incidents.AskProgramsOf(&reads, v.row.IncidentID)
	contacts, since := members.AskContacts(&reads, v.row.MemberID), cases.AskFirstDay(&reads, v.row.Case.ID)
	f.member, f.link, f.posted = members.AskMember(&reads, v.row.MemberID), resets.AskLatest(&reads, v.row.IdentityID), ledger.AskStatement(&reads, v.row.IdentityID)
	f.legs = reimbursements.AskLegsOfCase(&reads, v.row.ID)
	f.orders = directories.AskOpen(&reads, v.row.IdentityID)
	if v.by.May(access.Supervise) {
		f.former = members.AskContactsOf(&reads, contactsSet(*f.changes))
	}
	if latest := store.First(*f.proposals); latest != nil {
		f.approvals = reimbursements.AskApprovals(&reads, latest.Reimbursement.ID)
	}
	if err := reads.Run(v.db); err != nil {
		return err
	}
	v.incident, v.identity, v.contacts = &(*incident)[0], &(*identity)[0], *contacts
	v.firstDay = (*since)[0]
	if v.in = incidents.InvolvedIn(v.incident, v.ids, v.programs, *mine); v.incident.IDKindID != nil {
		v.about = v.in.ID
	}
	return nil
}
