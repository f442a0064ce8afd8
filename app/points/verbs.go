package points

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about point systems, each named To and its function.
var (
	ToSet          = verbs.Declare(verbs.Verb{Name: "points.set", Needs: access.ManageStaff, Subject: "points"})
	ToCheck        = verbs.Declare(verbs.Verb{Name: "points.checked", Needs: access.ManageStaff, Subject: "points"})
	ToSettle       = verbs.Declare(verbs.Verb{Name: "leg.answered", Needs: access.Program, Subject: "leg"})
	ToSendAgain    = verbs.Declare(verbs.Verb{Name: "leg.sent_again", Needs: access.Supervise, Subject: "leg"})
	ToSettleByHand = verbs.Declare(verbs.Verb{Name: "leg.done_by_hand", Needs: access.Supervise, Subject: "leg", Reason: true})
)
