package bulletins

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about bulletins, each named To and its function.
var (
	ToPost     = verbs.Declare(verbs.Verb{Name: "bulletin.posted", Needs: access.PostBulletins, Subject: "bulletin"})
	ToWithdraw = verbs.Declare(verbs.Verb{Name: "bulletin.withdrawn", Needs: access.PostBulletins, Subject: "bulletin", Reason: true})
	ToConfirm  = verbs.Declare(verbs.Verb{Name: "bulletin.confirmed", Needs: access.WorkCases, Subject: "bulletin"})
)

func subject(id int64) string { return verbs.About("bulletin", id) }
