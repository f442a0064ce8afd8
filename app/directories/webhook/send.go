package webhook

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/directories"
	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// envelope is the body of a message.
type envelope struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"` // when it was decided, RFC 3339
	Data      data   `json:"data"`
}

type data struct {
	Order    int64  `json:"order,omitempty"`
	Login    string `json:"login,omitempty"`
	Password string `json:"password,omitempty"` // directory.set_password
	Key      string `json:"key,omitempty"`      // directory.read: webhook-id of what is asked about
}

// reply is the body of an answer.
type reply struct {
	State  string   `json:"state"`
	Code   string   `json:"code"`   // of refused
	Detail string   `json:"detail"` // for people
	Acts   []string `json:"acts"`   // of directory.check: what it can do
}

const about = "directory."

// post sends a message and reads its answer, as far as it is one of ours.
func (s *system) post(ctx context.Context, id string, e envelope) (*rest.Answer, reply, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, reply{}, &outside.Unready{Said: "the message can not be written"}
	}
	now := time.Now().Unix()
	answer, err := s.server.Ask(ctx, rest.Request{Method: http.MethodPost, Body: body, Hidden: []string{e.Data.Password}, Header: http.Header{
		"Content-Type": {"application/json"}, "Webhook-Id": {id},
		"Webhook-Timestamp": {strconv.FormatInt(now, 10)}, "Webhook-Signature": {s.signer.Sign(id, now, body)},
	}})
	if err != nil {
		return nil, reply{}, err
	}
	var r reply
	if json.Unmarshal(answer.Body, &r) != nil {
		r = reply{}
	}
	return answer, r, nil
}

// Do has the receiver do the act. webhook-id is the key of the order, each time it is sent.
func (s *system) Do(ctx context.Context, r directories.Request) error {
	switch {
	case !s.Can(r.Act):
		return &outside.Refused{Code: outside.NotAble, Said: "the settings say that the receiver can not do it"}
	case r.Act == directories.SetPassword && r.Password == "":
		return &outside.Refused{Code: directories.PasswordRefused, Said: "the password is empty"}
	}
	d := data{Order: r.Number, Login: r.Login}
	if r.Act == directories.SetPassword {
		d.Password = r.Password
	}
	a, got, err := s.post(ctx, r.Key, envelope{about + string(r.Act), r.OrderedAt.UTC().Format(time.RFC3339Nano), d})
	if err != nil {
		return err
	}
	switch {
	case a.Status == http.StatusNoContent, a.Status == http.StatusOK && got.State == "done":
		return nil
	case a.Status == http.StatusOK && got.State == "refused":
		if !slices.Contains([]string{outside.UnknownID, directories.PasswordRefused, outside.NotAble}, got.Code) {
			got.Code, got.Detail = outside.RefusedOther, strings.TrimSpace(got.Code+" "+got.Detail)
		}
		return &outside.Refused{Code: got.Code, Said: a.Said(got.Detail)}
	case a.Status == http.StatusConflict && got.State == "overtaken":
		return &outside.Refused{Code: outside.RefusedOther, Said: a.Said("overtaken", got.Detail)}
	}
	return unsettled(a, got)
}

// unsettled is an answer that says nothing of the order.
func unsettled(a *rest.Answer, got reply) error {
	if a.Status == http.StatusConflict || a.Status >= 200 && a.Status < 300 {
		return errors.New(a.Said("not an answer that was expected", got.State, got.Detail))
	}
	verdict := a.Verdict(got.Detail)
	if refused, ok := errors.AsType[*outside.Refused](verdict); ok {
		// What refuses an order is an answer with the state. This is a receiver that did not
		// take the message: elsewhere, or with another key, it would.
		return &outside.Unready{Said: refused.Said}
	}
	return verdict
}

// Settled asks the receiver what became of the order. The question has an id of its own: each
// is answered anew.
func (s *system) Settled(ctx context.Context, r directories.Request) (outside.Settled, error) {
	a, got, err := s.post(ctx, "read-"+rand.Text(), envelope{about + "read", now(), data{Order: r.Number, Login: r.Login, Key: r.Key}})
	if err != nil {
		return outside.CannotTell, rest.Unchanged(err)
	}
	states := map[string]outside.Settled{"done": outside.Done, "not_done": outside.NotDone, "unknown": outside.CannotTell}
	state, known := states[got.State]
	if a.Status != http.StatusOK || !known {
		return outside.CannotTell, rest.Unchanged(unsettled(a, got))
	}
	return state, nil
}

// Check asks the receiver whether it trusts our signature, and what it can do, if it says so.
func (s *system) Check(ctx context.Context) []outside.Finding {
	k, ok := s.server.Check(ctx)
	if !ok {
		return k.Found
	}
	a, got, err := s.post(ctx, "check-"+rand.Text(), envelope{about + "check", now(), data{}})
	if err == nil && a.Status != http.StatusNoContent && (a.Status != http.StatusOK || got.State != "done") {
		err = unsettled(a, got)
	}
	if !k.Note("sign_in", err, got.Detail) || got.Acts == nil {
		return k.Found
	}
	var missing []string
	for _, act := range directories.Acts {
		if s.Can(act) && !slices.Contains(got.Acts, string(act)) {
			missing = append(missing, string(act))
		}
	}
	if missing != nil {
		err = fmt.Errorf("the receiver can not: %s", strings.Join(missing, ", "))
	}
	k.Note("webhook_acts", err, "")
	return k.Found
}

func now() string { return time.Now().UTC().Format(time.RFC3339Nano) }
