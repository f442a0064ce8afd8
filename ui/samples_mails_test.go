package ui

import (
	"hoten/app/access"
	"hoten/i18n"
)

func sampleStopped(lang string) MailsIndex {
	p := MailsIndex{Frame: sampleFrame(lang, "mails", access.CenterManager), Kinds: mailKinds, States: mailStates, State: "sent", MayResume: true, Kept: 1204,
		Stopped: []MailQueue{
			{ID: 3, Domain: "docomo.example", AboutUs: true, Said: "SMTP error 550: Service unavailable, client host [192.0.2.1] blocked", StoppedAt: jst(7, 31, 9, 12), ProbeAt: jst(7, 31, 9, 52), Waiting: 213},
			{ID: 4, Said: "SMTP error 550: User unknown in local recipient table", StoppedAt: jst(7, 31, 9, 40), Waiting: 1032, Refused: 20},
		},
		Rows: []MailRow{{ID: 1, Kind: "restriction_notice", Case: "R096-000001", To: "t•••o@docomo.example", Subject: "【重要】ご利用制限のお知らせ", State: "queued", At: jst(7, 31, 9, 0)},
			{ID: 2, Kind: "case_closed", Case: "R096-000002", To: "t•••o@docomo.example", Subject: "お手続き完了のお知らせ", State: "kept", At: jst(7, 31, 8, 0)}}}
	p.Frame.Alarms.Stopped = []string{"docomo.example", ""}
	p.Frame.Refused = "resume-4"
	p.Frame.Problems = []Problem{{Form: "resume-4", Field: "reason", Text: i18n.T(i18n.With(bg, lang), "fault.field.required")}}
	return p
}

func sampleInstallation(lang string, role access.Role, held bool) InstallationShow {
	p := InstallationShow{Frame: sampleFrame(lang, "setup", role), Held: held, Here: "/srv/restore-2014-07-31/hoten/postgres/data", Last: "/var/lib/hoten/postgres/data",
		LastAt: jst(7, 1, 8, 0), MayRelease: role == access.Administrator}
	p.Frame.Alarms = Alarms{Held: held}
	if held {
		p.Waiting, p.Since = 1213, jst(7, 30, 18, 5)
	} else {
		p.Frame.Alarms.MailServer, p.Silent, p.Said = true, jst(7, 31, 9, 12), "dial tcp 192.0.2.10:587: connect: connection refused"
	}
	if role == access.Agent {
		p.Frame.Alarms.Stopped = []string{"docomo.example", "mail.example", "ocn.example"}
	}
	return p
}

var (
	mailKinds  = []string{"restriction_notice", "verification_code", "reset_link", "reset_completed", "contact_changed", "contact_undone", "reimbursement_completed", "reimbursement_corrected", "case_closed", "all_holders"}
	mailStates = []string{"queued", "sent", "kept", "failed", "bounced", "withheld"}
)
