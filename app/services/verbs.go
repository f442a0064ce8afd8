package services

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about the status of a service, each named To and its function.
var (
	ToSet    = verbs.Declare(verbs.Verb{Name: "service.set", Needs: access.ManageIncidents, Subject: "service", Reason: true})
	ToAmend  = verbs.Declare(verbs.Verb{Name: "service.changed", Needs: access.ManageIncidents, Subject: "service", Reason: true})
	ToResume = verbs.Declare(verbs.Verb{Name: "service.resumed", Needs: access.ManageIncidents, Subject: "service", Reason: true})
	ToVoid   = verbs.Declare(verbs.Verb{Name: "service.voided", Needs: access.ManageIncidents, Subject: "service", Reason: true})
)
