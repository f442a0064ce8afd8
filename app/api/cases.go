package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/resets"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
)

type caseJSON struct {
	Number             string        `json:"number"`
	Incident           string        `json:"incident"`
	LoginID            string        `json:"login_id"`
	Origin             string        `json:"origin"`
	Class              *string       `json:"class"`
	Status             cases.Status  `json:"status"`
	IdentityState      *string       `json:"identity_state"`
	ReimbursementState *string       `json:"reimbursement_state"`
	Assignee           *int64        `json:"assignee"`
	AssigneeName       string        `json:"assignee_name,omitempty"`
	ImpostorSuspected  bool          `json:"impostor_suspected"`
	PointsOpen         []string      `json:"points_open"`
	LetterWaits        bool          `json:"letter_waits"`
	LetterAbout        []string      `json:"letter_about"`
	LetterSentOn       jptext.Date   `json:"letter_sent_on,omitzero"`
	DueAt              *time.Time    `json:"due_at,omitempty"`
	OpenedAt           time.Time     `json:"opened_at"`
	ChangedAt          time.Time     `json:"changed_at"`
	Version            int64         `json:"version"`
	Verification       *verification `json:"verification,omitempty"`
	Member             *memberJSON   `json:"member,omitempty"`
	Representatives    []papersJSON  `json:"representatives,omitempty"`
	IdentityOrders     []orderJSON   `json:"identity_orders,omitempty"`
	Timeline           []eventJSON   `json:"timeline,omitempty"`
}

// orderJSON is what the identity system of the ID is to do and did not confirm.
type orderJSON struct {
	ID        int64           `json:"id"`
	Act       directories.Act `json:"act"`
	State     string          `json:"state"`
	Code      string          `json:"code,omitempty"`
	OrderedAt time.Time       `json:"ordered_at"`
}

// papersJSON are a representative's papers that were seen.
type papersJSON struct {
	ID          int64      `json:"id"`
	Relation    string     `json:"relation"`
	RecordedAt  time.Time  `json:"recorded_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at"`
}

type verification struct {
	Level     int        `json:"level"`
	ExpiresAt *time.Time `json:"expires_at"`
	Outcome   *string    `json:"outcome,omitempty"`
}

type memberJSON struct {
	Name           string        `json:"name"`
	NameKana       string        `json:"name_kana"`
	BirthDate      string        `json:"birth_date"`
	Address        string        `json:"address"`
	CustomerNumber string        `json:"customer_number"`
	Phones         []string      `json:"phones"`
	Emails         []string      `json:"emails"`
	Contacts       []contactJSON `json:"contacts,omitzero"` // of the masked member
	Language       string        `json:"language"`
}

// contactJSON is one of the phones and emails, with when it was last proved to be the member's.
type contactJSON struct {
	Kind     string     `json:"kind"`
	Value    string     `json:"value"`
	ProvedAt *time.Time `json:"proved_at"`
}

type eventJSON struct {
	ID    int64          `json:"id"`
	At    time.Time      `json:"at"`
	Kind  string         `json:"kind"`
	Actor string         `json:"actor"`
	Data  map[string]any `json:"data,omitempty"`
	Text  string         `json:"text,omitempty"`
}

// caseOf is a case as lists have it; identity is what is told of its ID (resets.States).
func (a *API) caseOf(r cases.Row, identity string, by cases.Deadlines) (caseJSON, error) {
	login, err := r.PlainLogin(a.s.Vault)
	out := caseJSON{Number: r.Number(), Incident: r.Reference, LoginID: login, Origin: r.Origin, Class: r.Class, Status: r.Status,
		IdentityState: optional(identity), ReimbursementState: r.ReimbursementState, Assignee: r.AssigneeID, AssigneeName: r.AssigneeName.String(),
		ImpostorSuspected: r.ImpostorAt != nil, PointsOpen: r.Marks(), LetterWaits: r.Case.LetterWaits(r.Standing), LetterAbout: r.Case.Letter(r.Standing), LetterSentOn: r.LetterSentOn, OpenedAt: r.OpenedAt, ChangedAt: r.ChangedAt, Version: r.Version}
	if due, ok := by.Of(r); ok {
		out.DueAt = &due
	}
	return out, err
}

// optional is nil for an empty word.
func optional(word string) *string {
	if word == "" {
		return nil
	}
	return &word
}

// assignee reads a member of staff as callers name them: a number, an address,
// "me" or "none".
func (a *API) assignee(r *request, v string) (int64, error) {
	switch {
	case v == "":
		return 0, nil
	case v == "me":
		return r.by.ID, nil
	case v == "none":
		return -1, nil
	case strings.Contains(v, "@"):
		account, err := staff.ByEmail(r.db, v)
		switch {
		case fault.Of(err, fault.NotFound):
			return 0, fault.Input("assignee", "assignee_unknown")
		case err != nil:
			return 0, err
		}
		return account.ID, nil
	}
	id, err := strconv.ParseInt(v, 10, 64)
	if err != nil || id < 1 {
		return 0, fault.Input("assignee", "assignee_unknown")
	}
	return id, nil
}

func openCase(a *API, r *request) error {
	var in struct {
		Incident string `json:"incident"`
		LoginID  string `json:"login_id"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	opened, err := cases.Open(r.Request().Context(), a.s, r.by, in.Incident, in.LoginID)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if !opened.New {
		status = http.StatusOK
		if err := cases.Viewed(r.Request().Context(), a.s, r.by, opened.Case.ID); err != nil {
			return err
		}
	}
	return a.writeCase(r, status, opened.Case.ID)
}

func showCase(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	if _, err := cases.Get(r.db, id); err != nil {
		return err
	}
	if r.Request().Method == http.MethodGet { // HEAD shows nothing
		if err := cases.Viewed(r.Request().Context(), a.s, r.by, id); err != nil {
			return err
		}
	}
	return a.writeCase(r, http.StatusOK, id)
}

func (a *API) writeCase(r *request, status int, id int64) error {
	row, err := cases.Get(r.db, id)
	if err != nil {
		return err
	}
	deadlines, err := cases.CurrentDeadlines(r.db)
	if err != nil {
		return err
	}
	states, err := resets.States(r.db, a.s.Clock(), *row)
	if err != nil {
		return err
	}
	out, err := a.caseOf(*row, states[row.IdentityID], deadlines)
	if err != nil {
		return err
	}
	call, err := cases.CurrentCall(r.db, id, r.by.ID)
	if err != nil {
		return err
	}
	out.Verification = &verification{}
	if call != nil {
		out.Verification = &verification{Level: call.Valid(a.s.Clock()), ExpiresAt: call.ExpiresAt, Outcome: call.Outcome}
	}
	if out.Member, err = a.masked(r, row.MemberID); err != nil {
		return err
	}
	papers, err := store.Now(r.db, func(reads *store.Reads) *[]cases.Representative { return cases.AskRepresentatives(reads, id) })
	if err != nil {
		return err
	}
	for _, p := range papers {
		out.Representatives = append(out.Representatives, papersJSON(p))
	}
	orders, err := store.Now(r.db, func(reads *store.Reads) *[]directories.Order { return directories.AskOpen(reads, row.IdentityID) })
	if err != nil {
		return err
	}
	for _, o := range orders {
		out.IdentityOrders = append(out.IdentityOrders, orderJSON{o.ID, o.Act, o.State, o.Code, o.OrderedAt})
	}
	events, err := cases.Events(r.db, id, nil, 0, 200)
	if err != nil {
		return err
	}
	for _, e := range events {
		text, err := e.PlainText(a.s.Vault)
		if err != nil {
			return err
		}
		out.Timeline = append(out.Timeline, eventJSON{e.ID, e.At, e.Kind, actorName(e), e.Fields(), text})
	}
	return r.JSON(status, out)
}

func actorName(e cases.Event) string {
	if e.ActorKind == "staff" {
		return e.ActorName.String()
	}
	return e.ActorKind
}

func (a *API) masked(r *request, memberID *int64) (*memberJSON, error) {
	if memberID == nil {
		return nil, nil
	}
	m, err := members.Find(r.db, members.Identity{MemberID: memberID})
	if err != nil {
		return nil, err
	}
	p, err := m.Person(a.s.Vault)
	if err != nil {
		return nil, err
	}
	out := &memberJSON{Name: vault.MaskName(p.Name), NameKana: vault.MaskName(p.Kana), BirthDate: vault.MaskBirthDate(p.BirthDate),
		Address: vault.MaskAddress(p.Address), CustomerNumber: vault.MaskCustomerNumber(p.CustomerNumber), Phones: []string{}, Emails: []string{}, Contacts: []contactJSON{}, Language: p.Language}
	contacts, err := members.Contacts(r.db, m.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range contacts {
		plain, err := k.Plain(a.s.Vault)
		if err != nil {
			return nil, err
		}
		shown := contactJSON{Kind: k.Kind, ProvedAt: k.ProvedAt}
		if k.Kind == members.Phone {
			shown.Value = vault.MaskPhone(plain)
			out.Phones = append(out.Phones, shown.Value)
		} else {
			shown.Value = vault.MaskEmail(plain)
			out.Emails = append(out.Emails, shown.Value)
		}
		out.Contacts = append(out.Contacts, shown)
	}
	return out, nil
}

func updateCase(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Status   *cases.Status   `json:"status"`
		Assignee json.RawMessage `json:"assignee"`
		Version  *int64          `json:"version"`
		Reason   string          `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if in.Version == nil {
		return fault.Input("version", "required")
	}
	change := cases.Change{Status: in.Status, Version: *in.Version, Reason: in.Reason}
	if in.Assignee != nil {
		who, err := a.assignee(r, strings.Trim(string(in.Assignee), `"`))
		if string(in.Assignee) == "null" || who < 0 {
			who, err = 0, nil
		}
		if err != nil {
			return err
		}
		change.Assignee = &who
	}
	if _, err := cases.Update(r.Request().Context(), a.s, r.by, id, change); err != nil {
		return err
	}
	return a.writeCase(r, http.StatusOK, id)
}

func addNote(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Text string `json:"text"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if _, err := cases.AddNote(r.Request().Context(), a.s, r.by, id, in.Text); err != nil {
		return err
	}
	return a.writeCase(r, http.StatusCreated, id)
}

func takeNext(a *API, r *request) error {
	c, err := cases.TakeNext(r.Request().Context(), a.s, r.by)
	if err != nil {
		return err
	}
	return a.writeCase(r, http.StatusOK, c.ID)
}
