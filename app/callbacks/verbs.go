package callbacks

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about a callback, each named To and its function.
var (
	ToPromise = verbs.Declare(verbs.Verb{Name: "callback.promised", Needs: access.WorkCases, Subject: "case"})
	ToDial    = verbs.Declare(verbs.Verb{Name: "callback.dialled", Needs: access.WorkCases, Subject: "case"})
	ToAttempt = verbs.Declare(verbs.Verb{Name: "callback.attempted", Needs: access.WorkCases, Subject: "case"})
	ToMove    = verbs.Declare(verbs.Verb{Name: "callback.moved", Needs: access.WorkCases, Subject: "case", Reason: true})
	ToDrop    = verbs.Declare(verbs.Verb{Name: "callback.dropped", Needs: access.WorkCases, Subject: "case", Reason: true})
)
