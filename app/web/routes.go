package web

import "hoten/app/access"

// Route is a page or a form with the permission that opening it needs. Public
// ones need none and no session either; SignedIn is open to all staff.
type Route struct {
	Method, Path string
	Permission   access.Permission
	handle       func(*page) error
}

// Not in the table of permissions: for everybody, and for all staff.
const (
	Public   access.Permission = "public"
	SignedIn access.Permission = "signed_in"
)

// Routes is every address of the console and the members' pages.
var Routes = []Route{
	{"GET", "/signin", Public, showSignin},
	{"POST", "/signin", Public, signIn},
	{"GET", "/enrol/:token", Public, showEnrol},
	{"POST", "/enrol/:token", Public, enrol},
	{"GET", "/reset/done", Public, showResetDone},
	{"GET", "/reset/:token", Public, showReset},
	{"POST", "/reset/:token", Public, completeReset},
	{"POST", "/signout", SignedIn, signOut},
	{"GET", "/session", SignedIn, showSession},
	{"GET", "/frame", SignedIn, showFrame},
	{"POST", "/session", SignedIn, extendSession},
	{"POST", "/language", Public, setLanguage},
	{"POST", "/appearance", SignedIn, setAppearance},
	{"GET", "/", SignedIn, showStart},

	{"POST", "/search", access.ReadCases, search},
	{"POST", "/search/suggestions", access.ReadCases, suggest},
	{"GET", "/pop", access.WorkCases, pop},
	{"GET", "/calls", access.WorkCases, showCalls},
	{"POST", "/calls", access.WorkCases, searchCalls},
	{"GET", "/cases", access.ReadCases, showCases},
	{"POST", "/cases", access.WorkCases, openCase},
	{"POST", "/cases/assign", access.WorkCases, assignCases},
	{"POST", "/cases/next", access.WorkCases, takeNext},
	{"GET", "/cases/load", access.Supervise, showLoad},
	{"POST", "/cases/reimbursements", access.Propose, proposeMany},
	{"GET", "/cases/:number", access.ReadCases, showCase},
	{"POST", "/cases/:number", access.WorkCases, updateCase},
	{"GET", "/cases/:number/live", access.ReadCases, attendCase},
	{"POST", "/cases/:number/calls", access.WorkCases, startCall},
	{"POST", "/cases/:number/notes", access.WorkCases, addNote},
	{"POST", "/cases/:number/reveal", access.Reveal, reveal},
	{"POST", "/cases/:number/notices", access.WorkCases, notifyCase},
	{"POST", "/cases/:number/reset", access.WorkCases, sendReset},
	{"POST", "/cases/:number/release", access.Supervise, releaseCase},
	{"POST", "/cases/:number/add-to-incident", access.Supervise, addToIncident},
	{"POST", "/cases/:number/reopen-verification", access.Supervise, reopenVerification},
	{"POST", "/cases/:number/clear-impostor", access.Supervise, clearImpostor},
	{"POST", "/cases/:number/representatives", access.Supervise, recordRepresentative},
	{"POST", "/cases/:number/findings", access.Supervise, decideFinding},
	{"POST", "/cases/:number/adjustments", access.Propose, addAdjustment},
	{"POST", "/cases/:number/reimbursements", access.Propose, propose},
	{"POST", "/calls/:id/answers", access.WorkCases, answerItem},
	{"POST", "/calls/:id/conclude", access.WorkCases, concludeCall},
	{"POST", "/calls/:id/code", access.WorkCases, sendCode},
	{"POST", "/calls/:id/code/check", access.WorkCases, checkCode},
	{"POST", "/calls/:id/callback", access.WorkCases, confirmCallback},
	{"POST", "/calls/:id/end", access.WorkCases, endCall},

	{"GET", "/callbacks", access.ReadCases, showCallbacks},
	{"POST", "/cases/:number/callbacks", access.WorkCases, promiseCallback},
	{"POST", "/callbacks/:id/attempts", access.WorkCases, attemptCallback},
	{"POST", "/callbacks/:id/move", access.WorkCases, moveCallback},
	{"POST", "/callbacks/:id/drop", access.WorkCases, dropCallback},

	{"GET", "/reimbursements", access.ReadCases, showReimbursements},
	{"POST", "/reimbursements/approve", access.Decide, approveMany},
	{"GET", "/reimbursements/approvals/:id", access.Decide, showApprovals},
	{"GET", "/reimbursements/:id", access.ReadCases, showReimbursement},
	{"POST", "/reimbursements/:id/approve", access.Decide, approve},
	{"POST", "/reimbursements/:id/return", access.Decide, returnOne},
	{"POST", "/reimbursements/:id/reject", access.Decide, reject},
	{"POST", "/reimbursements/:id/withdraw", access.Propose, withdraw},

	{"GET", "/incidents", access.ReadCases, showIncidents},
	{"GET", "/incidents/new", access.ManageIncidents, newIncident},
	{"POST", "/incidents", access.ManageIncidents, createIncident},
	{"GET", "/incidents/:reference", access.ReadCases, showIncident},
	{"GET", "/incidents/:reference/figures.csv", access.ReadCases, downloadFigures},
	{"GET", "/incidents/:reference/figures.xlsx", access.ReadCases, downloadFigures},
	{"GET", "/reports/daily", access.ReadCases, showDaily},
	{"GET", "/reports/daily.csv", access.ReadCases, downloadDaily},
	{"GET", "/reports/daily.xlsx", access.ReadCases, downloadDaily},
	{"POST", "/reports/daily/notes", access.WorkCases, noteDaily},
	{"POST", "/incidents/:reference/notices", access.ManageIncidents, notifyAll},
	{"POST", "/incidents/:reference/reimbursements", access.Propose, proposeAll},
	{"GET", "/jobs/:id", access.ReadCases, showJob},

	{"GET", "/imports", access.ManageIncidents, showImports},
	{"GET", "/imports/new", access.ManageIncidents, newImport},
	{"POST", "/imports", access.ManageIncidents, createImport},
	{"GET", "/imports/:id", access.ManageIncidents, showImport},
	{"POST", "/imports/:id/run", access.ManageIncidents, runImport},
	{"GET", "/imports/:id/rejected/:file", access.ManageIncidents, rejectedRows},

	{"GET", "/mails", access.ReadCases, showMails},
	{"GET", "/mails/:id", access.ReadCases, showMail},
	{"GET", "/mails/:id/html", access.ReadCases, showMailHTML},
	{"POST", "/mails/:id/resend", access.WorkCases, resendMail},
	{"GET", "/desks", access.ReadCases, showDesks},
	{"GET", "/desks/new", access.ManageIncidents, newDesk},
	{"POST", "/desks", access.ManageIncidents, setDesk},
	{"GET", "/desks/:code/edit", access.ManageIncidents, editDesk},
	{"POST", "/desks/:code", access.ManageIncidents, setDesk},
	{"POST", "/desks/:code/hours", access.ManageIncidents, setHours},
	{"GET", "/services", access.ReadCases, showServices},
	{"POST", "/services", access.ManageIncidents, setService},
	{"POST", "/services/:id/change", access.ManageIncidents, changeService},
	{"POST", "/services/:id/resume", access.ManageIncidents, resumeService},
	{"POST", "/services/:id/void", access.ManageIncidents, voidService},

	{"GET", "/audit", access.ReadAuditOwn, showAudit},
	{"GET", "/policies", access.ReadCases, showPolicies},
	{"POST", "/policies", access.ManageIncidents, setPolicies},
	{"POST", "/views", access.ReadCases, saveView},
	{"POST", "/views/:id/drop", access.ReadCases, dropView},
	{"GET", "/tokens", SignedIn, showTokens},
	{"POST", "/tokens", SignedIn, createToken},
	{"POST", "/tokens/:id/revoke", SignedIn, revokeToken},
	{"GET", "/staff", access.ManageStaff, showStaff},
	{"GET", "/staff/new", access.ManageStaff, newStaff},
	{"POST", "/staff", access.ManageStaff, addStaff},
	{"GET", "/staff/:id", access.ManageStaff, showAccount},
	{"POST", "/staff/:id", access.ManageStaff, updateAccount},
	{"POST", "/staff/:id/disable", access.ManageStaff, disableAccount},
	{"POST", "/staff/:id/enable", access.ManageStaff, enableAccount},
	{"POST", "/staff/:id/enrolment", access.ManageStaff, renewEnrolment},
	{"POST", "/staff/:id/tokens/:token/revoke", access.ManageStaff, revokeOthersToken},
	{"GET", "/*", SignedIn, missing},
}
