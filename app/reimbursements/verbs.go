package reimbursements

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about reimbursements, each named To and its function.
var (
	ToPropose     = verbs.Declare(verbs.Verb{Name: "reimbursement.submitted", Needs: access.Propose, Subject: "reimbursement"})
	ToProposeAll  = verbs.Declare(verbs.Verb{Name: "reimbursements.proposed_for_all", Needs: access.Propose, Subject: "incident"})
	ToApprove     = verbs.Declare(verbs.Verb{Name: "reimbursement.approved", Needs: access.Decide, Subject: "reimbursement"})
	ToApproveSeen = verbs.Declare(verbs.Verb{Name: "reimbursements.chosen", Needs: access.Decide, Subject: "reimbursements"})
	ToReturn      = verbs.Declare(verbs.Verb{Name: "reimbursement.returned", Needs: access.Decide, Subject: "reimbursement", Reason: true})
	ToReject      = verbs.Declare(verbs.Verb{Name: "reimbursement.rejected", Needs: access.Decide, Subject: "reimbursement", Reason: true})
	ToWithdraw    = verbs.Declare(verbs.Verb{Name: "reimbursement.withdrawn", Needs: access.Propose, Subject: "reimbursement", Reason: true})

	ToDecideFinding = verbs.Declare(verbs.Verb{Name: "finding.decided", Needs: access.Supervise, Subject: "case", Reason: true})
	ToDecideDouble  = verbs.Declare(verbs.Verb{Name: "double.decided", Needs: access.Supervise, Subject: "case", Reason: true})
	ToAddAdjustment = verbs.Declare(verbs.Verb{Name: "adjustment.added", Needs: access.Propose, Subject: "case", Reason: true})

	ToProposeUndo = verbs.Declare(verbs.Verb{Name: "reimbursement.undo_submitted", Needs: access.Propose, Subject: "reimbursement", Reason: true})

	ToUndoAdjustment = verbs.Declare(verbs.Verb{Name: "adjustment.undone", Needs: access.Propose, Subject: "case"})

	ToRemind   = verbs.Declare(verbs.Verb{Name: "reimbursement.reminded", Needs: access.Program, Subject: "reimbursement"})
	ToCatchUp  = verbs.Declare(verbs.Verb{Name: "reimbursement.caught_up", Needs: access.Program, Subject: "reimbursement"})
	ToEscalate = verbs.Declare(verbs.Verb{Name: "reimbursement.escalated", Needs: access.Program, Subject: "reimbursement"})
)
