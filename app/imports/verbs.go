package imports

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about an import, each named To and its function; ToStart is the
// verb of every way to begin one, ToLand of what the import itself writes.
var (
	ToStart        = verbs.Declare(verbs.Verb{Name: "import.started", Needs: access.ManageIncidents, Subject: "import"})
	ToRun          = verbs.Declare(verbs.Verb{Name: "import.run", Needs: access.ManageIncidents, Subject: "import"})
	ToLand         = verbs.Declare(verbs.Verb{Name: "import.done", Needs: access.ManageIncidents, Subject: "import"})
	ToReadRejected = verbs.Declare(verbs.Verb{Name: "import.rejected_rows_read", Needs: access.ManageIncidents, Subject: "import"})
)
