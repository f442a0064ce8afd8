package points

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about point systems, each named To and its function.
var (
	ToSet          = verbs.Declare(verbs.Verb{Name: "points.set", Needs: access.ManageStaff, Subject: "points"})
	ToCheck        = verbs.Declare(verbs.Verb{Name: "points.checked", Needs: access.ManageStaff, Subject: "points"})
	ToCut          = verbs.Declare(verbs.Verb{Name: "points.file_cut", Needs: access.Supervise, Subject: "points"})
	ToFetch        = verbs.Declare(verbs.Verb{Name: "points.file_fetched", Needs: access.Supervise, Subject: "points"})
	ToTakeIn       = verbs.Declare(verbs.Verb{Name: "points.result_taken", Needs: access.Supervise, Subject: "points"})
	ToSayNotDone   = verbs.Declare(verbs.Verb{Name: "leg.not_done", Needs: access.Supervise, Subject: "leg", Reason: true})
	ToSettle       = verbs.Declare(verbs.Verb{Name: "leg.answered", Needs: access.Program, Subject: "leg"})
	ToSendAgain    = verbs.Declare(verbs.Verb{Name: "leg.sent_again", Needs: access.Supervise, Subject: "leg"})
	ToSettleByHand = verbs.Declare(verbs.Verb{Name: "leg.done_by_hand", Needs: access.Supervise, Subject: "leg", Reason: true})
)
