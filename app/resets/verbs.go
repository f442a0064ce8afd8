package resets

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about the restriction of an ID, each named To and its function.
var (
	ToNotify    = verbs.Declare(verbs.Verb{Name: "restriction.notified", Needs: access.WorkCases, Subject: "case"})
	ToNotifyAll = verbs.Declare(verbs.Verb{Name: "incident.notified", Needs: access.ManageIncidents, Subject: "incident"})
	ToSend      = verbs.Declare(verbs.Verb{Name: "reset.link_sent", Needs: access.WorkCases, Subject: "case"})
	ToComplete  = verbs.Declare(verbs.Verb{Name: "reset.completed", Needs: access.Anyone, Subject: "case"})
	ToRelease   = verbs.Declare(verbs.Verb{Name: "reset.released", Needs: access.Supervise, Subject: "case", Reason: true})
	ToRestrict  = verbs.Declare(verbs.Verb{Name: "reset.restricted", Needs: access.Supervise, Subject: "case", Reason: true})
	ToRevise    = verbs.Declare(verbs.Verb{Name: "reset.revised", Needs: access.Program, Subject: "case"})
)
