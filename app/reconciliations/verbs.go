package reconciliations

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about reconciliations, each named To and its function.
var (
	ToTake    = verbs.Declare(verbs.Verb{Name: "reconciliation.statement_taken", Needs: access.Supervise, Subject: "reconciliation"})
	ToCompare = verbs.Declare(verbs.Verb{Name: "reconciliation.compared", Needs: access.Program, Subject: "reconciliation"})
	ToExplain = verbs.Declare(verbs.Verb{Name: "reconciliation.explained", Needs: access.Supervise, Subject: "reconciliation", Reason: true})
	ToPrepare = verbs.Declare(verbs.Verb{Name: "reconciliation.prepared", Needs: access.Supervise, Subject: "reconciliation"})
	ToReturn  = verbs.Declare(verbs.Verb{Name: "reconciliation.returned", Needs: access.Supervise, Subject: "reconciliation", Reason: true})
	ToSign    = verbs.Declare(verbs.Verb{Name: "reconciliation.signed", Needs: access.Supervise, Subject: "reconciliation"})
)
