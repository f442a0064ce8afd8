package points

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about point systems, each named To and its function.
var (
	ToSet          = verbs.Declare(verbs.Verb{Name: "point_system.set", Needs: access.ManageStaff, Subject: "point_system"})
	ToCheck        = verbs.Declare(verbs.Verb{Name: "point_system.checked", Needs: access.ManageStaff, Subject: "point_system"})
	ToSettle       = verbs.Declare(verbs.Verb{Name: "point_leg.answered", Needs: access.Program, Subject: "point_leg"})
	ToSendAgain    = verbs.Declare(verbs.Verb{Name: "point_leg.sent_again", Needs: access.Supervise, Subject: "point_leg"})
	ToSettleByHand = verbs.Declare(verbs.Verb{Name: "point_leg.done_by_hand", Needs: access.Supervise, Subject: "point_leg", Reason: true})
)
