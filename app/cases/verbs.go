package cases

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about a case, each named To and its function.
var (
	ToOpen                   = verbs.Declare(verbs.Verb{Name: "case.opened", Needs: access.WorkCases, Subject: "case"})
	ToAddToIncident          = verbs.Declare(verbs.Verb{Name: "case.added_to_incident", Needs: access.Supervise, Subject: "case", Reason: true})
	ToUpdate                 = verbs.Declare(verbs.Verb{Name: "case.updated", Needs: access.WorkCases, Subject: "case"})
	ToUndo                   = verbs.Declare(verbs.Verb{Name: "case.undone", Needs: access.WorkCases, Subject: "case"})
	ToTakeNext               = verbs.Declare(verbs.Verb{Name: "case.taken", Needs: access.WorkCases, Subject: "case"})
	ToAddNote                = verbs.Declare(verbs.Verb{Name: "case.noted", Needs: access.WorkCases, Subject: "case"})
	ToView                   = verbs.Declare(verbs.Verb{Name: "case.viewed", Needs: access.ReadCases, Subject: "case"})
	ToSearch                 = verbs.Declare(verbs.Verb{Name: "members.searched", Needs: access.ReadCases, Subject: "members"})
	ToExport                 = verbs.Declare(verbs.Verb{Name: "cases.exported", Needs: access.ReadCases, Subject: "cases"})
	ToReveal                 = verbs.Declare(verbs.Verb{Name: "member.revealed", Needs: access.Reveal, Subject: "case"})
	ToReopenVerification     = verbs.Declare(verbs.Verb{Name: "case.verification_reopened", Needs: access.Supervise, Subject: "case", Reason: true})
	ToClearImpostor          = verbs.Declare(verbs.Verb{Name: "case.impostor_cleared", Needs: access.Supervise, Subject: "case", Reason: true})
	ToUpholdImpostor         = verbs.Declare(verbs.Verb{Name: "case.impostor_upheld", Needs: access.Supervise, Subject: "case", Reason: true})
	ToRecordRepresentative   = verbs.Declare(verbs.Verb{Name: "case.representative_recorded", Needs: access.Supervise, Subject: "case", Reason: true})
	ToWithdrawRepresentative = verbs.Declare(verbs.Verb{Name: "case.representative_withdrawn", Needs: access.Supervise, Subject: "case", Reason: true})

	ToProposeContact  = verbs.Declare(verbs.Verb{Name: "contact.proposed", Needs: access.WorkCases, Subject: "case"})
	ToConfirmContact  = verbs.Declare(verbs.Verb{Name: "contact.set", Needs: access.Supervise, Subject: "case"})
	ToRefuseContact   = verbs.Declare(verbs.Verb{Name: "contact.refused", Needs: access.Supervise, Subject: "case", Reason: true})
	ToWithdrawContact = verbs.Declare(verbs.Verb{Name: "contact.withdrawn", Needs: access.WorkCases, Subject: "case"})
	ToUndoContact     = verbs.Declare(verbs.Verb{Name: "contact.undone", Needs: access.Supervise, Subject: "case", Reason: true})

	ToRecordLetter = verbs.Declare(verbs.Verb{Name: "case.letter_sent", Needs: access.WorkCases, Subject: "case"})

	ToStartCall       = verbs.Declare(verbs.Verb{Name: "call.started", Needs: access.WorkCases, Subject: "case"})
	ToAnswer          = verbs.Declare(verbs.Verb{Name: "call.answered", Needs: access.WorkCases, Subject: "case"})
	ToConclude        = verbs.Declare(verbs.Verb{Name: "call.concluded", Needs: access.WorkCases, Subject: "case"})
	ToSendCode        = verbs.Declare(verbs.Verb{Name: "call.code_sent", Needs: access.WorkCases, Subject: "case"})
	ToCheckCode       = verbs.Declare(verbs.Verb{Name: "call.code_checked", Needs: access.WorkCases, Subject: "case"})
	ToConfirmCallback = verbs.Declare(verbs.Verb{Name: "call.callback", Needs: access.WorkCases, Subject: "case"})
	ToEndCall         = verbs.Declare(verbs.Verb{Name: "call.ended", Needs: access.WorkCases, Subject: "case"})
	ToHangUp          = verbs.Declare(verbs.Verb{Name: "call.hung_up", Needs: access.Program, Subject: "case"})

	ToOfferHandover    = verbs.Declare(verbs.Verb{Name: "call.handover_offered", Needs: access.WorkCases, Subject: "case"})
	ToWithdrawHandover = verbs.Declare(verbs.Verb{Name: "call.handover_withdrawn", Needs: access.WorkCases, Subject: "case"})
	ToDeclineHandover  = verbs.Declare(verbs.Verb{Name: "call.handover_declined", Needs: access.WorkCases, Subject: "case"})
	ToExpireHandover   = verbs.Declare(verbs.Verb{Name: "call.handover_expired", Needs: access.Program, Subject: "case"})
	ToAcceptHandover   = verbs.Declare(verbs.Verb{Name: "call.handed_over", Needs: access.WorkCases, Subject: "case"})
)
