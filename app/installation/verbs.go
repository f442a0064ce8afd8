package installation

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// ToRelease is the verb of Release.
var ToRelease = verbs.Declare(verbs.Verb{Name: "installation.released", Needs: access.ManageStaff, Subject: "installation", Reason: true})
