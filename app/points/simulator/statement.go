package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/jptext"
)

func (s *System) now() time.Time {
	if s.Clock == nil {
		return time.Now()
	}
	return s.Clock()
}

// tell answers with a part of the statement of a day, in the order of the keys.
func (s *System) tell(w http.ResponseWriter, query url.Values) {
	day, err := jptext.ParseDate(query.Get("day"))
	limit, wrong := strconv.Atoi(query.Get("limit"))
	if err != nil || wrong != nil || limit < 1 {
		say(w, http.StatusUnprocessableEntity, map[string]string{"code": "invalid"})
		return
	}
	if !day.Before(jptext.DateOf(s.now())) {
		say(w, http.StatusConflict, map[string]string{"code": "day_open"})
		return
	}
	rows := []Movement{}
	for _, m := range s.Done() {
		at, err := time.Parse(time.RFC3339, m.DoneAt)
		if err == nil && jptext.DateOf(at) == day && m.Key > query.Get("after") {
			rows = append(rows, m)
		}
	}
	slices.SortFunc(rows, func(a, b Movement) int { return strings.Compare(a.Key, b.Key) })
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].Key
	}
	say(w, http.StatusOK, map[string]any{"day": day.String(), "movements": rows, "next": next})
}
