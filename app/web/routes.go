package web

import (
	"hoten/app/access"
	"hoten/app/bulletins"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/cti"
	"hoten/app/desks"
	"hoten/app/directories"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/installation"
	"hoten/app/notices"
	"hoten/app/operators"
	"hoten/app/points"
	"hoten/app/policies"
	"hoten/app/questions"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/app/resets"
	"hoten/app/scripts"
	"hoten/app/services"
	"hoten/app/staff"
	"hoten/app/verbs"
	"hoten/app/webhooks"
)

// Route is a page with the permission that opening it needs, or a form with its
// verb. Public ones need no session; SignedIn is open to all staff.
type Route struct {
	Method, Path string
	Gate         verbs.Gate
	handle       func(*page) error
}

// Permission is what opening the route needs.
func (r Route) Permission() access.Permission { return r.Gate.Permission() }

// Not in the table of permissions: for everybody, and for all staff.
const (
	Public   access.Permission = "public"
	SignedIn access.Permission = "signed_in"
)

// Routes is every address of the console and the members' pages.
var Routes = []Route{
	{"GET", "/signin", Public, showSignin},
	{"POST", "/signin", staff.ToSignIn.Behind(Public), signIn},
	{"GET", "/enrol/:token", Public, showEnrol},
	{"POST", "/enrol/:token", staff.ToEnrolSelf.Behind(Public), enrol},
	{"POST", "/enrol/:token/strength", Public, judgeFirst},
	{"GET", "/reset", Public, showReset}, // the link of a mail, cut off
	{"GET", "/reset/", Public, showReset},
	{"GET", "/reset/done", Public, showResetDone},
	{"GET", "/reset/:token", Public, showReset},
	{"GET", "/reset/*", Public, showReset}, // with something behind it
	{"POST", "/reset/:token", resets.ToComplete.Behind(Public), completeReset},
	{"POST", "/reset/:token/strength", Public, judgeReset},
	{"POST", "/signout", staff.ToSignOut.Behind(SignedIn), signOut},
	{"GET", "/session", SignedIn, showSession},
	{"GET", "/frame", SignedIn, showFrame},
	{"GET", "/frame/handovers", SignedIn, showHandovers},
	{"POST", "/session", SignedIn, extendSession},
	{"POST", "/language", Public, setLanguage},
	{"POST", "/appearance", SignedIn, setAppearance},
	{"GET", "/", SignedIn, showStart},

	{"POST", "/search", cases.ToSearch, search},
	{"POST", "/search/suggestions", cases.ToSearch, suggest},
	{"GET", "/pop", access.WorkCases, pop},
	{"GET", "/pop/:id", access.WorkCases, popCall},
	{"GET", "/ring", access.WorkCases, waitForRing},
	{"GET", "/calls", access.WorkCases, showCalls},
	{"GET", "/training", access.WorkCases, showTraining},
	{"POST", "/training", access.WorkCases, ringNext},
	{"POST", "/training/:id/ask", access.WorkCases, askCaller},
	{"POST", "/calls", cases.ToSearch.Behind(access.WorkCases), searchCalls},
	{"GET", "/cases", access.ReadCases, showCases},
	{"GET", "/cases.csv", cases.ToExport, exportCases},
	{"GET", "/cases.xlsx", cases.ToExport, exportCases},
	{"POST", "/cases", cases.ToOpen, openCase},
	{"POST", "/cases/assign", cases.ToUpdate, assignCases},
	{"POST", "/cases/status", cases.ToUpdate, moveCases},
	{"POST", "/cases/next", cases.ToTakeNext, takeNext},
	{"GET", "/cases/load", access.Supervise, showLoad},
	{"POST", "/cases/reimbursements", reimbursements.ToPropose, proposeMany},
	{"GET", "/cases/:number", cases.ToView, showCase},
	{"POST", "/cases/:number", cases.ToUpdate, updateCase},
	{"GET", "/cases/:number/live", access.ReadCases, attendCase},
	{"POST", "/cases/:number/calls", cases.ToStartCall, startCall},
	{"POST", "/cases/:number/notes", cases.ToAddNote, addNote},
	{"POST", "/cases/:number/reveal", cases.ToReveal, reveal},
	{"POST", "/cases/:number/notices", resets.ToNotify, notifyCase},
	{"POST", "/cases/:number/reset", resets.ToSend, sendReset},
	{"POST", "/cases/:number/release", resets.ToRelease, releaseCase},
	{"POST", "/cases/:number/restrict", resets.ToRestrict, restrictCase},
	{"POST", "/cases/:number/add-to-incident", cases.ToAddToIncident, addToIncident},
	{"POST", "/cases/:number/reopen-verification", cases.ToReopenVerification, reopenVerification},
	{"POST", "/cases/:number/clear-impostor", cases.ToClearImpostor, clearImpostor},
	{"POST", "/cases/:number/uphold-impostor", cases.ToUpholdImpostor, upholdImpostor},
	{"POST", "/cases/:number/representatives", cases.ToRecordRepresentative, recordRepresentative},
	{"POST", "/cases/:number/representatives/:id/withdraw", cases.ToWithdrawRepresentative, withdrawRepresentative},
	{"POST", "/cases/:number/contacts", cases.ToProposeContact, proposeContact},
	{"POST", "/contacts/:id/confirm", cases.ToConfirmContact, confirmContact},
	{"POST", "/contacts/:id/refuse", cases.ToRefuseContact, refuseContact},
	{"POST", "/contacts/:id/withdraw", cases.ToWithdrawContact, withdrawContact},
	{"POST", "/cases/:number/letters", cases.ToRecordLetter, recordLetter},
	{"POST", "/contacts/:id/undo", cases.ToUndoContact, undoContact},
	{"POST", "/cases/:number/findings", reimbursements.ToDecideFinding, decideFinding},
	{"POST", "/cases/:number/doubles", reimbursements.ToDecideDouble, decideDouble},
	{"POST", "/cases/:number/adjustments", reimbursements.ToAddAdjustment, addAdjustment},
	{"POST", "/cases/:number/adjustments/:id/undo", reimbursements.ToUndoAdjustment, undoAdjustment},
	{"POST", "/cases/:number/events/:id/undo", cases.ToUndo, undoCase},
	{"POST", "/cases/:number/reimbursements", reimbursements.ToPropose, propose},
	{"GET", "/calls/:id", access.ReadCases, showCallsCase},
	{"POST", "/calls/:id/answers", cases.ToAnswer, answerItem},
	{"GET", "/calls/:id/impostor", access.WorkCases, confirmImpostor},
	{"POST", "/calls/:id/conclude", cases.ToConclude, concludeCall},
	{"POST", "/calls/:id/code", cases.ToSendCode, sendCode},
	{"POST", "/calls/:id/code/check", cases.ToCheckCode, checkCode},
	{"POST", "/calls/:id/callback", cases.ToConfirmCallback, confirmCallback},
	{"POST", "/calls/:id/end", cases.ToEndCall, endCall},
	{"POST", "/calls/:id/handover", cases.ToOfferHandover, offerHandover},
	{"POST", "/calls/:id/handover/withdraw", cases.ToWithdrawHandover, withdrawHandover},
	{"POST", "/handovers/:id/accept", cases.ToAcceptHandover, acceptHandover},
	{"POST", "/handovers/:id/decline", cases.ToDeclineHandover, declineHandover},

	{"GET", "/callbacks.csv", reports.ToExportList, exportCallbacks},
	{"GET", "/callbacks.xlsx", reports.ToExportList, exportCallbacks},
	{"GET", "/callbacks", access.ReadCases, showCallbacks},
	{"GET", "/callbacks/:id", access.ReadCases, showCallbacksCase},
	{"POST", "/cases/:number/callbacks", callbacks.ToPromise, promiseCallback},
	{"POST", "/callbacks/:id/dial", callbacks.ToDial, dialCallback},
	{"POST", "/callbacks/:id/attempts", callbacks.ToAttempt, attemptCallback},
	{"POST", "/callbacks/:id/move", callbacks.ToMove, moveCallback},
	{"POST", "/callbacks/:id/drop", callbacks.ToDrop, dropCallback},

	{"GET", "/reimbursements.csv", reports.ToExportList, exportReimbursements},
	{"GET", "/reimbursements.xlsx", reports.ToExportList, exportReimbursements},
	{"GET", "/reimbursements", access.ReadCases, showReimbursements},
	{"POST", "/reimbursements/approve", reimbursements.ToApproveSeen, approveMany},
	{"GET", "/reimbursements/approvals/:id", access.Decide, showApprovals},
	{"GET", "/reimbursements/:id", access.ReadCases, showReimbursement},
	{"POST", "/reimbursements/:id/approve", reimbursements.ToApprove, approve},
	{"POST", "/reimbursements/:id/return", reimbursements.ToReturn, returnOne},
	{"POST", "/reimbursements/:id/reject", reimbursements.ToReject, reject},
	{"POST", "/reimbursements/:id/withdraw", reimbursements.ToWithdraw, withdraw},
	{"POST", "/reimbursements/:id/undo", reimbursements.ToProposeUndo, proposeUndo},

	{"GET", "/incidents", access.ReadCases, showIncidents},
	{"GET", "/incidents/new", access.ManageIncidents, newIncident},
	{"POST", "/incidents", incidents.ToCreate, createIncident},
	{"GET", "/incidents/:reference", access.ReadCases, showIncident},
	{"GET", "/incidents/:reference/edit", access.ManageIncidents, editIncident},
	{"POST", "/incidents/:reference", incidents.ToChange, changeIncident},
	{"GET", "/incidents/:reference/figures.csv", access.ReadCases, downloadFigures},
	{"GET", "/incidents/:reference/figures.xlsx", access.ReadCases, downloadFigures},
	{"GET", "/reports/daily", access.ReadCases, showDaily},
	{"GET", "/reports/daily.csv", access.ReadCases, downloadDaily},
	{"GET", "/reports/daily.xlsx", access.ReadCases, downloadDaily},
	{"POST", "/reports/daily/notes", reports.ToAddNote, noteDaily},
	{"GET", "/incidents/:reference/notices", access.ManageIncidents, confirmNotices},
	{"POST", "/incidents/:reference/notices", resets.ToNotifyAll, notifyAll},
	{"GET", "/incidents/:reference/reimbursements", access.Propose, confirmProposals},
	{"POST", "/incidents/:reference/reimbursements", reimbursements.ToPropose, proposeAll},
	{"GET", "/jobs/:id", access.ReadCases, showJob},

	{"GET", "/results/:id", SignedIn, showResults},
	{"POST", "/results/:id/undo", cases.ToUndo, undoMany},
	{"GET", "/steps/:id", access.Propose, showStep},

	{"GET", "/bulletins", access.ReadCases, showBulletins},
	{"POST", "/bulletins", bulletins.ToPost, postBulletin},
	{"GET", "/bulletins/:id", access.ReadCases, showBulletin},
	{"POST", "/bulletins/:id/confirm", bulletins.ToConfirm, confirmBulletin},
	{"POST", "/bulletins/:id/withdraw", bulletins.ToWithdraw, withdrawBulletin},

	{"GET", "/imports", access.ReadSettings, showImports},
	{"GET", "/imports/new", access.ManageIncidents, newImport},
	{"GET", "/imports/templates/:file", access.ManageIncidents, importTemplate},
	{"POST", "/imports", imports.ToStart, createImport},
	{"GET", "/imports/:id", access.ReadSettings, showImport},
	{"POST", "/imports/:id/run", imports.ToRun, runImport},
	{"GET", "/imports/:id/rejected/:file", imports.ToReadRejected, rejectedRows},

	{"GET", "/mails.csv", reports.ToExportList, exportMails},
	{"GET", "/mails.xlsx", reports.ToExportList, exportMails},
	{"GET", "/mails", access.ReadCases, showMails},
	{"GET", "/mails/:id", access.ReadCases, showMail},
	{"GET", "/mails/:id/html", access.ReadCases, showMailHTML},
	{"POST", "/mails/:id/resend", notices.ToResend, resendMail},
	{"POST", "/mails/send-kept", notices.ToSendKept, sendKeptMails},
	{"POST", "/mails/queues/:id/resume", notices.ToResume, resumeMails},
	{"GET", "/installation", access.ReadCases, showInstallation},
	{"POST", "/installation/release", installation.ToRelease, releaseInstallation},
	{"GET", "/desks", access.ReadCases, showDesks},
	{"GET", "/desks/new", access.ManageIncidents, newDesk},
	{"POST", "/desks", desks.ToAdd, setDesk},
	{"GET", "/desks/:code/edit", access.ManageIncidents, editDesk},
	{"POST", "/desks/:code", desks.ToSet, setDesk},
	{"POST", "/desks/:code/hours", desks.ToSet, setHours},
	{"GET", "/setup", access.ReadSettings, showSetup},
	{"GET", "/operators/new", access.ManageIncidents, newOperator},
	{"POST", "/operators", operators.ToSet, setOperator},
	{"GET", "/operators/:code", access.ReadSettings, editOperator},
	{"POST", "/operators/:code", operators.ToSet, setOperator},
	{"POST", "/operators/:code/mark", operators.ToSetMark, setMark},
	{"GET", "/marks/:code", Public, showMark},
	{"GET", "/ids/new", access.ManageIncidents, newID},
	{"POST", "/ids", operators.ToSetID, setID},
	{"GET", "/ids/:code", access.ReadSettings, editID},
	{"POST", "/ids/:code", operators.ToSetID, setID},
	{"GET", "/programs/new", access.ManageIncidents, newProgram},
	{"POST", "/programs", incidents.ToSetProgram, setProgram},
	{"GET", "/programs/:code", access.ReadSettings, editProgram},
	{"POST", "/programs/:code", incidents.ToSetProgram, setProgram},
	{"GET", "/cti", access.ReadSettings, showCTI},
	{"POST", "/cti", cti.ToConnect, connectCTI},
	{"POST", "/cti/dialling", cti.ToSetDialling, setDialling},
	{"POST", "/cti/:id/disconnect", cti.ToDisconnect, disconnectCTI},
	{"GET", "/directories", access.ReadCases, showDirectories},
	{"GET", "/directories/new", directories.ToSet.Needs, newDirectory},
	{"POST", "/directories", directories.ToSet, setDirectory},
	{"GET", "/directories/:code", access.ReadCases, showDirectory},
	{"POST", "/directories/:code", directories.ToSet, setDirectory},
	{"POST", "/directories/:code/check", directories.ToCheck, checkDirectory},
	{"POST", "/directories/:code/again", directories.ToSendAllAgain, sendOrdersAgain},
	{"POST", "/orders/:id/again", directories.ToSendAgain, sendOrderAgain},
	{"POST", "/orders/:id/done", directories.ToSettleByHand, settleOrderByHand},
	{"GET", "/webhooks", access.ReadSettings, showWebhooks},
	{"POST", "/webhooks", webhooks.ToAdd, addWebhook},
	{"GET", "/webhooks/:id", access.ReadSettings, showWebhook},
	{"POST", "/webhooks/:id", webhooks.ToChange, changeWebhook},
	{"POST", "/webhooks/:id/rotate", webhooks.ToRotate, rotateWebhook},
	{"POST", "/webhooks/:id/disable", webhooks.ToDisable, disableWebhook},
	{"POST", "/webhooks/:id/enable", webhooks.ToEnable, enableWebhook},
	{"POST", "/webhooks/:id/test", webhooks.ToTest, testWebhook},
	{"POST", "/webhooks/:id/deliveries/:delivery/replay", webhooks.ToReplay, replayDelivery},

	{"GET", "/points", access.ReadCases, showPointSystems},
	{"GET", "/points/new", points.ToSet.Needs, newPointSystem},
	{"POST", "/points", points.ToSet, setPointSystem},
	{"GET", "/points/:code", access.ReadCases, showPointSystem},
	{"POST", "/points/:code", points.ToSet, setPointSystem},
	{"POST", "/points/:code/check", points.ToCheck, checkPointSystem},
	{"GET", "/points/:code/files", access.ReadCases, showPointFiles},
	{"POST", "/points/:code/files", points.ToCut, cutPointFile},
	{"GET", "/points/:code/files/:number", access.ReadCases, showPointFile},
	{"GET", "/points/:code/files/:number/content", points.ToFetch, fetchPointFile},
	{"POST", "/points/:code/files/:number/results", points.ToTakeIn, takePointResult},
	{"POST", "/legs/:id/not-done", points.ToSayNotDone, sayLegNotDone},
	{"POST", "/legs/:id/again", points.ToSendAgain, sendLegAgain},
	{"POST", "/legs/:id/done", points.ToSettleByHand, settleLegByHand},
	{"GET", "/reconciliations", access.ReadCases, showReconciliations},
	{"POST", "/reconciliations", reconciliations.ToTake, takeStatement},
	{"POST", "/reconciliations/ask", reconciliations.ToTake, askStatement},
	{"GET", "/reconciliations/:id", access.ReadCases, showReconciliation},
	{"GET", "/reconciliations/:id/differences.csv", reports.ToExportList, exportDifferences},
	{"GET", "/reconciliations/:id/differences.xlsx", reports.ToExportList, exportDifferences},
	{"POST", "/reconciliations/:id/explain", reconciliations.ToExplain, explainDifferences},
	{"POST", "/reconciliations/:id/prepare", reconciliations.ToPrepare, prepareReconciliation},
	{"POST", "/reconciliations/:id/return", reconciliations.ToReturn, returnReconciliation},
	{"POST", "/reconciliations/:id/sign", reconciliations.ToSign, signReconciliation},
	{"GET", "/services", access.ReadCases, showServices},
	{"POST", "/services", services.ToSet, setService},
	{"POST", "/services/:id/change", services.ToAmend, changeService},
	{"POST", "/services/:id/resume", services.ToResume, resumeService},
	{"POST", "/services/:id/void", services.ToVoid, voidService},

	{"GET", "/scripts", access.ReadCases, showScripts},
	{"GET", "/scripts/:part", access.ReadSettings, showScript},
	{"POST", "/scripts/:part", scripts.ToChange, changeScript},
	{"GET", "/questions", access.ReadCases, showQuestions},
	{"GET", "/questions/new", access.EditScripts, newQuestion},
	{"POST", "/questions", questions.ToSet, addQuestion},
	{"POST", "/questions/search", access.ReadCases, searchQuestions},
	{"POST", "/questions/suggestions", access.ReadCases, suggestQuestions},
	{"GET", "/questions/:id", access.ReadSettings, showQuestion},
	{"POST", "/questions/:id", questions.ToSet, setQuestion},
	{"POST", "/questions/:id/withdraw", questions.ToWithdraw, withdrawQuestion},

	{"GET", "/audit", access.ReadAuditOwn, showAudit},
	{"GET", "/audit.csv", reports.ToExportAudit, exportAudit},
	{"GET", "/audit.xlsx", reports.ToExportAudit, exportAudit},
	{"GET", "/policies", access.ReadCases, showPolicies},
	{"POST", "/policies", policies.ToSet, setPolicies},
	{"POST", "/views", access.ReadCases, saveView},
	{"POST", "/views/:id/drop", access.ReadCases, dropView},
	{"GET", "/password", SignedIn, showPassword},
	{"POST", "/password", staff.ToChangePassword.Behind(SignedIn), changePassword},
	{"POST", "/password/strength", SignedIn, judgeNext},
	{"GET", "/tokens", SignedIn, showTokens},
	{"POST", "/tokens", staff.ToCreateToken.Behind(SignedIn), createToken},
	{"POST", "/tokens/:id/revoke", staff.ToRevokeToken.Behind(SignedIn), revokeToken},
	{"GET", "/staff", access.ReadStaff, showStaff},
	{"GET", "/staff/new", access.ManageStaff, newStaff},
	{"POST", "/staff", staff.ToAdd, addStaff},
	{"GET", "/staff/:id", access.ReadStaff, showAccount},
	{"POST", "/staff/:id", staff.ToUpdate, updateAccount},
	{"POST", "/staff/:id/disable", staff.ToUpdate, disableAccount},
	{"POST", "/staff/:id/enable", staff.ToUpdate, enableAccount},
	{"POST", "/staff/:id/enrolment", staff.ToEnrol, renewEnrolment},
	{"POST", "/staff/:id/tokens/:token/revoke", staff.ToRevokeToken.Behind(access.ManageStaff), revokeOthersToken},
	{"GET", "/*", SignedIn, missing},
}
