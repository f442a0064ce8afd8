package directories

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about identity systems, each named To and its function.
var (
	ToSet          = verbs.Declare(verbs.Verb{Name: "directory.set", Needs: access.ManageStaff, Subject: "directory"})
	ToCheck        = verbs.Declare(verbs.Verb{Name: "directory.checked", Needs: access.ManageStaff, Subject: "directory"})
	ToSettle       = verbs.Declare(verbs.Verb{Name: "directory.answered", Needs: access.Program, Subject: "order"})
	ToSendAgain    = verbs.Declare(verbs.Verb{Name: "directory.sent_again", Needs: access.Supervise, Subject: "order"})
	ToSendAllAgain = verbs.Declare(verbs.Verb{Name: "directory.all_sent_again", Needs: access.Supervise, Subject: "directory"})
	ToSettleByHand = verbs.Declare(verbs.Verb{Name: "directory.done_by_hand", Needs: access.Supervise, Subject: "order", Reason: true})
)
