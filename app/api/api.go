package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/edge"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/installation"
	"hoten/app/notices"
	"hoten/app/operators"
	"hoten/app/points"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/services"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
	"hoten/i18n"
)

// API answers /api/v1 on a store.
type API struct {
	s       *store.Store
	baseURL string
	mails   bool // mails are sent, not only kept

	rates     rates
	strangers middleware.RateLimiterStore
}

// Options is what the API is told of the installation.
type Options struct {
	BaseURL string
	Mails   bool // mails are sent, not only kept
	Rate    int  // requests of one token in a minute; 0: UsualRate
}

// Route is one call of the API with the permission that its action requires;
// empty: any member of staff.
type Route struct {
	Method, Path string
	Gate         verbs.Gate
	handle       func(*API, *request) error
}

// Permission is what the call needs.
func (r Route) Permission() access.Permission { return r.Gate.Permission() }

// Routes is all that the API offers to whoever has a token.
var Routes = []Route{
	{"POST", "/incidents", incidents.ToCreate, createIncident},
	{"GET", "/incidents", access.ReadCases, listIncidents},
	{"GET", "/incidents/:reference", access.ReadCases, showIncident},
	{"PATCH", "/incidents/:reference", incidents.ToChange, changeIncident},
	{"GET", "/operators", access.ReadCases, listOperators},
	{"POST", "/operators", operators.ToSet, createOperator},
	{"PATCH", "/operators/:code", operators.ToSet, changeOperator},
	{"GET", "/ids", access.ReadCases, listIDs},
	{"POST", "/ids", operators.ToSetID, createID},
	{"PATCH", "/ids/:code", operators.ToSetID, changeID},
	{"GET", "/programs", access.ReadCases, listPrograms},
	{"POST", "/programs", incidents.ToSetProgram, createProgram},
	{"PATCH", "/programs/:code", incidents.ToSetProgram, changeProgram},
	{"POST", "/incidents/:reference/imports", imports.ToStart, createImport},
	{"POST", "/incidents/:reference/reimbursements", reimbursements.ToProposeAll, proposeAll},
	{"POST", "/incidents/:reference/notices", resets.ToNotifyAll, notifyAll},
	{"GET", "/imports/:id", access.ReadCases, showImport},
	{"GET", "/imports/:id/rejected/:file", imports.ToReadRejected, rejectedRows},
	{"GET", "/jobs/:id", access.ReadCases, showJob},
	{"GET", "/cases", access.ReadCases, listCases},
	{"POST", "/cases", cases.ToOpen, openCase},
	{"POST", "/cases/search", cases.ToSearch, searchCases},
	{"POST", "/cases/next", cases.ToTakeNext, takeNext},
	{"GET", "/cases/:number", cases.ToView, showCase},
	{"PATCH", "/cases/:number", cases.ToUpdate, updateCase},
	{"POST", "/cases/:number/notes", cases.ToAddNote, addNote},
	{"POST", "/cases/:number/calls", cases.ToStartCall, startCall},
	{"POST", "/cases/:number/reveal", cases.ToReveal, reveal},
	{"POST", "/cases/:number/reset", resets.ToSend, sendReset},
	{"POST", "/cases/:number/release", resets.ToRelease, release},
	{"POST", "/cases/:number/restrict", resets.ToRestrict, restrict},
	{"POST", "/cases/:number/notice", resets.ToNotify, notifyCase},
	{"POST", "/cases/:number/affected", cases.ToAddToIncident, addToIncident},
	{"POST", "/cases/:number/verification/reopen", cases.ToReopenVerification, reopenVerification},
	{"POST", "/cases/:number/impostor/clear", cases.ToClearImpostor, clearImpostor},
	{"POST", "/cases/:number/impostor/uphold", cases.ToUpholdImpostor, upholdImpostor},
	{"POST", "/cases/:number/representatives", cases.ToRecordRepresentative, recordRepresentative},
	{"POST", "/cases/:number/representatives/:id/withdraw", cases.ToWithdrawRepresentative, withdrawRepresentative},
	{"POST", "/cases/:number/contacts", cases.ToProposeContact, proposeContact},
	{"POST", "/contacts/:id/confirm", cases.ToConfirmContact, confirmContact},
	{"POST", "/contacts/:id/refuse", cases.ToRefuseContact, refuseContact},
	{"POST", "/contacts/:id/withdraw", cases.ToWithdrawContact, withdrawContact},
	{"POST", "/cases/:number/letters", cases.ToRecordLetter, recordLetter},
	{"POST", "/contacts/:id/undo", cases.ToUndoContact, undoContact},
	{"GET", "/cases/:number/plan", access.ReadCases, showPlan},
	{"POST", "/cases/:number/findings", reimbursements.ToDecideFinding, decideFinding},
	{"POST", "/cases/:number/doubles", reimbursements.ToDecideDouble, decideDouble},
	{"POST", "/cases/:number/adjustments", reimbursements.ToAddAdjustment, addAdjustment},
	{"POST", "/cases/:number/reimbursements", reimbursements.ToPropose, propose},
	{"POST", "/calls/:id/answers", cases.ToAnswer, answer},
	{"POST", "/calls/:id/conclude", cases.ToConclude, conclude},
	{"POST", "/calls/:id/code", cases.ToSendCode, sendCode},
	{"POST", "/calls/:id/code/check", cases.ToCheckCode, checkCode},
	{"POST", "/calls/:id/callback", cases.ToConfirmCallback, confirmCallback},
	{"POST", "/calls/:id/end", cases.ToEndCall, endCall},
	{"GET", "/calls/:id/receivers", access.WorkCases, listReceivers},
	{"POST", "/calls/:id/handover", cases.ToOfferHandover, offerHandover},
	{"POST", "/calls/:id/handover/withdraw", cases.ToWithdrawHandover, withdrawHandover},
	{"GET", "/handovers", access.WorkCases, listHandovers},
	{"POST", "/handovers/:id/accept", cases.ToAcceptHandover, acceptHandover},
	{"POST", "/handovers/:id/decline", cases.ToDeclineHandover, declineHandover},
	{"GET", "/reports/daily", access.ReadCases, dailyReport},
	{"GET", "/services", access.ReadCases, listServices},
	{"POST", "/services", services.ToSet, setService},
	{"POST", "/services/:id/change", services.ToAmend, changeService},
	{"POST", "/services/:id/void", services.ToVoid, voidService},
	{"GET", "/points/:code/files", access.ReadCases, listPointFiles},
	{"POST", "/points/:code/files", points.ToCut, cutPointFile},
	{"GET", "/points/:code/files/:number", access.ReadCases, showPointFile},
	{"GET", "/points/:code/files/:number/content", points.ToFetch, fetchPointFile},
	{"POST", "/points/:code/files/:number/results", points.ToTakeIn, takePointResult},
	{"POST", "/points/:code/statements/:day", reconciliations.ToTake, takeStatement},
	{"GET", "/reconciliations", access.ReadCases, listReconciliations},
	{"GET", "/reconciliations/:id", access.ReadCases, showReconciliation},
	{"GET", "/reconciliations/:id/differences", access.ReadCases, listDifferences},
	{"POST", "/reconciliations/:id/explain", reconciliations.ToExplain, explainDifference},
	{"POST", "/reconciliations/:id/prepare", reconciliations.ToPrepare, prepareReconciliation},
	{"POST", "/reconciliations/:id/return", reconciliations.ToReturn, returnReconciliation},
	{"POST", "/reconciliations/:id/sign", reconciliations.ToSign, signReconciliation},
	{"GET", "/callbacks", access.ReadCases, listCallbacks},
	{"POST", "/cases/:number/callbacks", callbacks.ToPromise, promiseCallback},
	{"POST", "/callbacks/:id/attempts", callbacks.ToAttempt, attemptCallback},
	{"POST", "/callbacks/:id/move", callbacks.ToMove, moveCallback},
	{"POST", "/callbacks/:id/drop", callbacks.ToDrop, dropCallback},
	{"GET", "/reimbursements", access.ReadCases, listReimbursements},
	{"GET", "/reimbursements/:id", access.ReadCases, showReimbursement},
	{"POST", "/reimbursements/approve", reimbursements.ToApprove, approveMany},
	{"POST", "/reimbursements/:id/approve", reimbursements.ToApprove, approve},
	{"POST", "/reimbursements/:id/return", reimbursements.ToReturn, returnOne},
	{"POST", "/reimbursements/:id/reject", reimbursements.ToReject, reject},
	{"POST", "/reimbursements/:id/withdraw", reimbursements.ToWithdraw, withdraw},
	{"POST", "/reimbursements/:id/undo", reimbursements.ToProposeUndo, proposeUndo},
	{"POST", "/members/balances", access.ReadCases, showBalances},
	{"GET", "/mails", access.ReadCases, listMails},
	{"GET", "/mails/queues", access.ReadCases, listMailQueues},
	{"POST", "/mails/queues/:id/resume", notices.ToResume, resumeMails},
	{"GET", "/installation", access.ReadCases, showInstallation},
	{"POST", "/installation/release", installation.ToRelease, releaseInstallation},
	{"POST", "/mails/:id/resend", notices.ToResend, resendMail},
	{"POST", "/mails/send-kept", notices.ToSendKept, sendKeptMails},
	{"GET", "/audit", access.ReadAuditOwn, listAudit},
	{"GET", "/events", access.ReadCases, listEvents},
}

// Register puts the API under /api/v1.
func Register(e *echo.Echo, s *store.Store, o Options) {
	a := &API{s: s, baseURL: o.BaseURL, mails: o.Mails, strangers: edge.NewCap(),
		rates: rates{most: cmp.Or(o.Rate, UsualRate), minute: map[int64]*minute{}}}
	g := e.Group("/api/v1", a.problems, edge.Recover)
	g.Match(read, "/openapi.json", serveOpenAPI)
	for _, r := range Routes {
		methods := []string{r.Method}
		if r.Method == http.MethodGet {
			methods = read
		}
		g.Match(methods, r.Path, a.handler(r))
	}
	g.Any("/*", func(echo.Context) error { return fault.Missing() })
	a.telephones(e)
}

// read is how a thing is asked for: HEAD answers wherever GET does.
var read = []string{http.MethodGet, http.MethodHead}

// request is one authenticated call.
type request struct {
	echo.Context
	by    access.Actor
	db    *gorm.DB
	token string
	raw   []byte // the body; nil of uploads, which are read as they come

	upload fingerprint // of the files that were read
}

// uploads reports whether a route takes files.
func (r Route) uploads() bool {
	return r.Method == http.MethodPost && r.Path == "/incidents/:reference/imports"
}

// file reports whether the body of a route is a file of a point system: a result or a statement.
func (r Route) file() bool {
	return r.Method == http.MethodPost && (r.Path == "/points/:code/files/:number/results" || r.Path == "/points/:code/statements/:day")
}

func (a *API) handler(r Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		account, token, err := a.authenticate(c)
		if err != nil {
			return err
		}
		c.Set(edge.Staff, account.ID)
		if c.Request().Header.Get("Accept-Language") == "" {
			c.SetRequest(c.Request().WithContext(i18n.With(c.Request().Context(), account.Language)))
		}
		req := &request{Context: c, by: account.Actor("api"), db: store.Read(c.Request().Context(), a.s), token: token}
		if err := req.readAddress(); err != nil {
			return err
		}
		if r.Permission() != "" {
			// The action requires it as well; here it answers before a body is read.
			if err := req.by.Require(r.Permission()); err != nil {
				return verbs.RefusedAt(c.Request().Context(), a.s, req.by, r.Gate, edge.Subject(c), err)
			}
		}
		if err := req.receive(r); err != nil {
			return err
		}
		// Each look at personal data is a look of its own, and no copy of it is kept.
		if key := c.Request().Header.Get("Idempotency-Key"); key != "" && r.Method == http.MethodPost && r.Permission() != access.Reveal {
			return a.once(req, key, r)
		}
		return r.handle(a, req)
	}
}

// readAddress decodes the parts of the path (the router leaves them as they came:
// %40 for @) and refuses text that no row can hold.
func (r *request) readAddress() error {
	values := slices.Clone(r.ParamValues())
	for i, v := range values {
		if r.Request().URL.RawPath != "" {
			plain, err := url.PathUnescape(v)
			if err != nil {
				return fault.Missing()
			}
			values[i] = plain
		}
		if !store.Storable(values[i]) {
			return fault.Missing()
		}
	}
	r.SetParamValues(values...)
	for name, values := range r.QueryParams() {
		// It names members, and addresses stand in logs and histories.
		if name == "q" {
			return fault.Input(name, "search_by_post")
		}
		if len(values) > 1 {
			return fault.Input(name, "given_twice")
		}
		for _, v := range values {
			if !store.Storable(v) {
				return fault.Input(name, "undecodable")
			}
		}
	}
	return nil
}

func (a *API) authenticate(c echo.Context) (account *staff.Bearer, token string, err error) {
	scheme, token, _ := strings.Cut(c.Request().Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, "", fault.New(fault.Unauthenticated, "unauthenticated")
	}
	ctx := c.Request().Context()
	account, err = staff.ByToken(store.Read(ctx, a.s), token, a.s.Clock())
	switch {
	case fault.Of(err, fault.Unauthenticated):
		return nil, "", a.stranger(c, err)
	case err != nil:
		return nil, "", err
	}
	if err := a.limit(c, account.TokenID); err != nil {
		return nil, "", err
	}
	return account, token, account.NoteUse(ctx, a.s)
}

// receive reads the body, or gives an upload its time.
func (r *request) receive(route Route) (err error) {
	if route.uploads() {
		return edge.Transfer(r.Context)
	}
	most := int64(edge.MaxBody)
	if route.file() {
		most = points.MaxResult
	}
	r.raw, err = edge.Body(r.Context, most)
	return err
}

// body reads the JSON body into v; an empty body leaves v as it is.
func (r *request) body(v any) error {
	if len(bytes.TrimSpace(r.raw)) == 0 {
		return nil
	}
	if field := undecodable(r.raw); field != "" {
		return fault.Input(field, "undecodable")
	}
	err := json.Unmarshal(r.raw, v)
	if field, code := misread(r.raw, v, err); field != "" {
		return fault.Input(field, code)
	}
	if err != nil {
		return fault.Input("body", "json_invalid")
	}
	return nil
}

func (r *request) id() (int64, error) {
	id, err := strconv.ParseInt(r.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.Missing()
	}
	return id, nil
}

func (r *request) caseID() (int64, error) { return cases.FromNumber(r.Param("number")) }

// page is limit and cursor of a list.
func (r *request) page() (limit int, before int64, err error) {
	return r.pageOf(r.QueryParam("limit"), r.QueryParam("cursor"))
}

// pageOf is page for a list whose limit and cursor stand in a body.
func (r *request) pageOf(size, v string) (limit int, before int64, err error) {
	var p fault.Problems
	limit = limitOf(size, &p)
	if v != "" {
		id, own := strings.CutPrefix(v, r.cursors())
		if before, err = strconv.ParseInt(id, 36, 64); err != nil || before < 1 || !own {
			p.Add("cursor", "cursor_invalid")
		}
	}
	return limit, before, p.Err()
}

// cursors is how the cursors of a list begin: in another list they would skip
// rows in silence.
func (r *request) cursors() string { return path.Base(r.Path()) + "-" }

// limit is how many rows a list may show.
func (r *request) limit(p *fault.Problems) int { return limitOf(r.QueryParam("limit"), p) }

func limitOf(v string, p *fault.Problems) int {
	if v == "" {
		return 50
	}
	limit, err := strconv.Atoi(v)
	if err != nil || limit < 1 || limit > 200 {
		p.Add("limit", "limit_range", "max", 200)
	}
	return limit
}

// list is a page of a list; next leads to the following one. Cut tells that a search
// found more than it looks at.
type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
	Cut   bool    `json:"cut,omitempty"`
}

// paged cuts the row beyond the limit off and turns the rest into items.
func paged[R, T any](r *request, rows []R, limit int, id func(R) int64, item func(R) (T, error)) (list[T], error) {
	out := list[T]{Items: []T{}}
	if len(rows) > limit {
		rows = rows[:limit]
		next := r.cursors() + strconv.FormatInt(id(rows[limit-1]), 36)
		out.Next = &next
	}
	for _, row := range rows {
		made, err := item(row)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, made)
	}
	return out, nil
}
