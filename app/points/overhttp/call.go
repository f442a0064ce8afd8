package overhttp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/outside"
	"hoten/app/outside/rest"
	"hoten/app/points"
)

// asked is the body of a movement that is asked for.
type asked struct {
	Account     string           `json:"account"`
	Program     string           `json:"program"`
	Points      int64            `json:"points"`
	Parts       map[string]int64 `json:"parts"`
	RequestedAt string           `json:"requested_at"` // RFC 3339: when it was decided
}

// said is the body of an answer.
type said struct {
	Key       string `json:"key"`
	Account   string `json:"account"`
	Program   string `json:"program"`
	Points    int64  `json:"points"`
	Reference string `json:"reference"`
	Code      string `json:"code"`    // of a refusal
	Message   string `json:"message"` // for people
}

func (s *system) of(m points.Movement) string { return strings.ReplaceAll(s.account, login, m.Login) }

// is reports whether an answer is about the movement, and no other.
func (s *system) is(a said, m points.Movement) bool {
	return a.Key == m.Key && a.Account == s.of(m) && a.Program == m.Program && a.Points == m.Points
}

// ask sends a request, signed or with the token, and reads its answer as far as it is one of ours.
func (s *system) ask(ctx context.Context, method, path string, query url.Values, body []byte, hidden ...string) (*rest.Answer, said, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}
	if s.auth == bearer {
		header.Set("Authorization", "Bearer "+s.secret)
	} else {
		now := strconv.FormatInt(time.Now().Unix(), 10)
		header.Set("Hoten-Timestamp", now)
		header.Set("Hoten-Signature", "v1="+Sign(s.secret, now, method, path, body))
	}
	if method == http.MethodPut {
		header.Set("Idempotency-Key", path[strings.LastIndexByte(path, '/')+1:])
	}
	answer, err := s.server.Ask(ctx, rest.Request{Method: method, Path: path, Query: query, Header: header, Body: body, Hidden: hidden})
	if err != nil {
		return nil, said{}, err
	}
	var a said
	if json.Unmarshal(answer.Body, &a) != nil {
		a = said{}
	}
	return answer, a, nil
}

// Sign is the signature of a request, in hex: at is the value of Hoten-Timestamp, in seconds
// since 1970, and path what follows the URL of the system.
func Sign(secret, at, method, path string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s.%s.", at, method, path)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *system) path(m points.Movement) string { return "movements/" + rest.Part(m.Key) }

// Move has the system do the movement.
func (s *system) Move(ctx context.Context, m points.Movement) (points.Receipt, error) {
	body, err := json.Marshal(asked{s.of(m), m.Program, m.Points, m.Parts, m.DecidedAt.UTC().Format(time.RFC3339Nano)})
	if err != nil {
		return points.Receipt{}, &outside.Unready{Said: "the movement can not be written"}
	}
	answer, got, err := s.ask(ctx, http.MethodPut, s.path(m), nil, body, m.Login)
	if err != nil {
		return points.Receipt{}, err
	}
	if answer.Status == http.StatusOK || answer.Status == http.StatusCreated {
		if !s.is(got, m) {
			return points.Receipt{}, unexpected(answer, got)
		}
		return points.Receipt{Reference: got.Reference}, nil
	}
	return points.Receipt{}, refusal(answer, got)
}

// Read asks the system what became of the movement.
func (s *system) Read(ctx context.Context, m points.Movement) (outside.Settled, points.Receipt, error) {
	answer, got, err := s.ask(ctx, http.MethodGet, s.path(m), nil, nil, m.Login)
	switch {
	case err != nil:
		return outside.CannotTell, points.Receipt{}, err
	case answer.Status == http.StatusOK && s.is(got, m):
		return outside.Done, points.Receipt{Reference: got.Reference}, nil
	case answer.Status == http.StatusOK && got.Key == m.Key && got.Account != "" && got.Points != 0:
		return outside.CannotTell, points.Receipt{}, &outside.Refused{Code: points.KeyConflict, Said: answer.Said(got.Message)}
	case answer.Status == http.StatusNotFound && got.Code == unknownKey:
		return outside.NotDone, points.Receipt{}, nil
	}
	return outside.CannotTell, points.Receipt{}, unexpected(answer, got)
}

// unknownKey is the code of a movement that was never done.
const unknownKey = "unknown_key"

// codes are the refusals that the contract knows.
var codes = []string{points.InsufficientBalance, points.AccountClosed, points.UnknownProgram, points.KeyConflict, outside.UnknownID}

// refusal is what an answer other than that it is done means. A definite no has a code: an
// answer without one may be anybody's on the way.
func refusal(answer *rest.Answer, got said) error {
	verdict := answer.Verdict(got.Code, got.Message)
	if _, unready := errors.AsType[*outside.Unready](verdict); unready {
		return verdict
	}
	if got.Code == "" || answer.Status < 400 || answer.Status >= 500 || answer.Status == http.StatusRequestTimeout {
		return unexpected(answer, got)
	}
	if slices.Contains(codes, got.Code) {
		return &outside.Refused{Code: got.Code, Said: answer.Said(got.Message)}
	}
	return &outside.Refused{Code: outside.RefusedOther, Said: answer.Said(got.Code, got.Message)}
}

// unexpected is the error of an answer that says nothing of the movement.
func unexpected(answer *rest.Answer, got said) error {
	return errors.New(answer.Said("not an answer that was expected", got.Code, got.Message))
}

// Check asks for a key that was never used, which takes our secret to be right, and for the
// balances of the account that was set up for it.
func (s *system) Check(ctx context.Context, programs []string) []outside.Finding {
	k, ok := s.server.Check(ctx)
	if !ok {
		return k.Found
	}
	answer, got, err := s.ask(ctx, http.MethodGet, "movements/hoten-check", nil, nil)
	if err == nil && (answer.Status != http.StatusNotFound || got.Code != unknownKey) {
		err = unexpected(answer, got)
	}
	if !k.Note("sign_in", err, "") || s.probe == "" {
		return k.Found
	}
	for _, program := range programs {
		k.Note("balance", s.balance(ctx, program), program)
	}
	return k.Found
}

// balance reads a balance of the account of the check.
func (s *system) balance(ctx context.Context, program string) error {
	answer, got, err := s.ask(ctx, http.MethodGet, "accounts/"+rest.Part(s.probe)+"/balance", url.Values{"program": {program}}, nil, s.probe)
	if err != nil {
		return err
	}
	var b struct {
		Balance *int64 `json:"balance"`
	}
	if answer.Status != http.StatusOK || answer.JSON(&b) != nil || b.Balance == nil {
		return errors.New(answer.Said(program, got.Code, got.Message))
	}
	return nil
}
