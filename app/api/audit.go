package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/staff"
)

type auditJSON struct {
	ID      string          `json:"id"`
	Seq     *int64          `json:"seq"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"`
	Name    string          `json:"actor_name"`
	Action  string          `json:"action"`
	Subject string          `json:"subject"`
	Reason  string          `json:"reason,omitempty"`
	Before  json.RawMessage `json:"before"`
	After   json.RawMessage `json:"after"`
	Hash    []byte          `json:"hash"`
	Own     bool            `json:"authentic"` // false: the program did not write it as it stands
}

func listAudit(a *API, r *request) error {
	var p fault.Problems
	limit := r.limit(&p)
	f := audit.Filter{Subject: r.QueryParam("subject"), Actor: r.QueryParam("actor"), Before: r.QueryParam("cursor"), Limit: limit}
	for name, to := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		if v := r.QueryParam(name); v != "" {
			t, err := bound(v, name == "to")
			if err != nil {
				p.Add(name, "time_invalid")
			}
			*to = t
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	if err := staff.CheckActor(r.db, f.Actor); err != nil {
		return err
	}
	rows, err := audit.Find(r.db, r.by, f)
	if err != nil {
		return err
	}
	out := list[auditJSON]{Items: []auditJSON{}}
	if len(rows) > limit {
		rows = rows[:limit]
		next := rows[limit-1].ID.String()
		out.Next = &next
	}
	for _, e := range rows {
		reason, err := e.PlainReason(a.s.Vault)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, auditJSON{e.ID.String(), e.Seq, e.At, e.Who(), e.ActorName, e.Action, e.Subject, reason, raw(e.Before), raw(e.After), e.Hash, e.Own(a.s.Vault)})
	}
	return r.JSON(http.StatusOK, out)
}

// bound reads an instant, or a day: its beginning, or as the last one its end.
func bound(v string, last bool) (time.Time, error) {
	day, err := jptext.ParseDate(v)
	switch {
	case err != nil || strings.ContainsAny(v, ":時"): // a midnight that is written out is an instant
		return jptext.ParseTime(v)
	case last:
		day = day.AddDays(1)
	}
	return day.At(0), nil
}

func raw(s *string) json.RawMessage {
	if s == nil {
		return json.RawMessage("null")
	}
	return json.RawMessage(*s)
}
