package overhttp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hoten/app/jptext"
	"hoten/app/outside"
	"hoten/app/points"
)

// pageRows is how many movements are asked for at a time: an answer stays well below the
// longest that is read.
const pageRows = 1000

// stated is the body of a part of a statement.
type stated struct {
	Day       string `json:"day"`
	Movements []struct {
		Key       string    `json:"key"`
		Account   string    `json:"account"`
		Program   string    `json:"program"`
		Points    int64     `json:"points"`
		Reference string    `json:"reference"`
		DoneAt    time.Time `json:"done_at"`
	} `json:"movements"`
	Next *string `json:"next"`
}

// dayOpen is the code of a day that the other side has not closed yet.
const dayOpen = "day_open"

// Statement reads a part of what was done on a day.
func (s *system) Statement(ctx context.Context, day jptext.Date, after string) (points.Part, error) {
	query := url.Values{"day": {day.String()}, "limit": {strconv.Itoa(pageRows)}}
	if after != "" {
		query.Set("after", after)
	}
	answer, got, err := s.ask(ctx, http.MethodGet, "movements", query, nil)
	if err != nil {
		return points.Part{}, err
	}
	var page stated
	switch {
	case answer.Status == http.StatusConflict && got.Code == dayOpen:
		return points.Part{}, &outside.Unready{Said: answer.Said(got.Code, got.Message)}
	case answer.Status != http.StatusOK:
		return points.Part{}, unexpected(answer, got)
	case answer.JSON(&page) != nil || page.Day != day.String() || page.Movements == nil || page.Next == nil || len(page.Movements) > pageRows:
		return points.Part{}, errors.New(answer.Said("not a statement of the day that was asked for"))
	}
	part := points.Part{Next: *page.Next, Done: make([]points.Done, len(page.Movements))}
	for i, m := range page.Movements {
		part.Done[i] = points.Done{Key: m.Key, Account: m.Account, Program: m.Program, Points: m.Points, Reference: m.Reference, At: m.DoneAt}
	}
	return part, nil
}
