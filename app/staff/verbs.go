package staff

import (
	"hoten/app/access"
	"hoten/app/verbs"
)

// What can be done about accounts, each named To and its function. Tokens are made
// and revoked by their owners; an administrator may for others, which the functions
// decide.
var (
	ToAdd            = verbs.Declare(verbs.Verb{Name: "staff.added", Needs: access.ManageStaff, Subject: "staff"})
	ToUpdate         = verbs.Declare(verbs.Verb{Name: "staff.updated", Needs: access.ManageStaff, Subject: "staff"})
	ToEnrol          = verbs.Declare(verbs.Verb{Name: "staff.enrolment_renewed", Needs: access.ManageStaff, Subject: "staff"})
	ToEnrolSelf      = verbs.Declare(verbs.Verb{Name: "staff.enrolled", Needs: access.Anyone, Subject: "staff"})
	ToChangePassword = verbs.Declare(verbs.Verb{Name: "staff.password_changed", Needs: access.Anyone, Subject: "staff"})
	ToSignIn         = verbs.Declare(verbs.Verb{Name: "staff.signed_in", Needs: access.Anyone, Subject: "staff"})
	ToFailSignIn     = verbs.Declare(verbs.Verb{Name: "staff.sign_in_failed", Needs: access.Anyone, Subject: "staff"})
	ToSignOut        = verbs.Declare(verbs.Verb{Name: "staff.signed_out", Needs: access.Anyone, Subject: "staff"})
	ToCreateToken    = verbs.Declare(verbs.Verb{Name: "token.created", Needs: access.Anyone, Subject: "staff"})
	ToRevokeToken    = verbs.Declare(verbs.Verb{Name: "token.revoked", Needs: access.Anyone, Subject: "staff"})
)
