package desks

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about desks, each named To and its function. Set and Except are
// one verb: both put other hours in force.
var (
	ToAdd = verbs.Declare(verbs.Verb{Name: "desk.added", Needs: access.ManageIncidents, Subject: "desk", Reason: true})
	ToSet = verbs.Declare(verbs.Verb{Name: "desk.hours_set", Needs: access.ManageIncidents, Subject: "desk", Reason: true})
)
