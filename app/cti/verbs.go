package cti

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about telephone systems, each named To and its function.
var (
	ToConnect     = verbs.Declare(verbs.Verb{Name: "cti.connected", Needs: access.ManageStaff, Subject: "cti"})
	ToDisconnect  = verbs.Declare(verbs.Verb{Name: "cti.disconnected", Needs: access.ManageStaff, Subject: "cti"})
	ToSetDialling = verbs.Declare(verbs.Verb{Name: "cti.dialling_set", Needs: access.ManageStaff, Subject: "cti"})
)
