package webhooks

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about webhooks, each named To and its function.
var (
	ToAdd     = verbs.Declare(verbs.Verb{Name: "webhook.added", Needs: access.ManageStaff, Subject: "webhook"})
	ToChange  = verbs.Declare(verbs.Verb{Name: "webhook.changed", Needs: access.ManageStaff, Subject: "webhook"})
	ToRotate  = verbs.Declare(verbs.Verb{Name: "webhook.rotated", Needs: access.ManageStaff, Subject: "webhook"})
	ToDisable = verbs.Declare(verbs.Verb{Name: "webhook.disabled", Needs: access.ManageStaff, Subject: "webhook"})
	ToEnable  = verbs.Declare(verbs.Verb{Name: "webhook.enabled", Needs: access.ManageStaff, Subject: "webhook"})
	ToTest    = verbs.Declare(verbs.Verb{Name: "webhook.tested", Needs: access.ManageStaff, Subject: "webhook"})
	ToReplay  = verbs.Declare(verbs.Verb{Name: "webhook.replayed", Needs: access.ManageStaff, Subject: "webhook"})
)

func about(endpoint int64) string { return verbs.About("webhook", endpoint) }
