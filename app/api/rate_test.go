package api_test

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hoten/app/api"
	"hoten/app/edge"
)

// serveAt serves the API beside the site, with the most requests of a token in a minute.
func (s *site) serveAt(rate int) (base string) {
	s.T.Helper()
	e := edge.New(s.Log, nil)
	server := httptest.NewServer(e)
	s.T.Cleanup(server.Close)
	api.Register(e, s.Store, api.Options{BaseURL: server.URL, Mails: true, Rate: rate})
	return server.URL
}

// A token has its requests of a minute, is told what is left, and does nothing beyond them.
func TestTokensHaveARate(t *testing.T) {
	s := newSiteWithCase(t)
	c, other := s.as(s.Agent), s.as(s.Supervisor)
	c.base = s.serveAt(3)
	other.base = c.base
	notes := "/cases/" + s.Case(login).Number() + "/notes"
	for left := 2; left >= 0; left-- {
		a := c.get("/handovers").want(200)
		if got, want := a.header.Get("RateLimit"), `"token";r=`+strconv.Itoa(left)+`;t=60`; got != want {
			t.Errorf("RateLimit: %s, want %s", got, want)
		}
		if got := a.header.Get("RateLimit-Policy"); got != `"token";q=3;w=60` {
			t.Errorf("RateLimit-Policy: %s", got)
		}
	}
	s.Clock.Add(20 * time.Second)
	for range 2 {
		a := c.post(notes, j{"text": "折り返し希望"}).want(429, "code", "rate_limited")
		if a.header.Get("Retry-After") != "40" || a.header.Get("RateLimit") != `"token";r=0;t=40` {
			t.Errorf("refused with %v", a.header)
		}
	}
	if n := s.count("select count(*) from case_events where kind = 'note'"); n != 0 {
		t.Errorf("%d notes were made beyond the rate", n)
	}
	other.get("/handovers").want(200)
	s.Clock.Add(40 * time.Second)
	c.post(notes, j{"text": "折り返し希望"}).want(201)
}

// Requests at once share what a token has.
func TestTheRateHoldsInParallel(t *testing.T) {
	s := newSite(t)
	c := s.as(s.Agent)
	c.base = s.serveAt(10)
	var done atomic.Int64
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if c.get("/handovers").status == 200 {
				done.Add(1)
			}
		})
	}
	all.Wait()
	if done.Load() != 10 {
		t.Errorf("%d requests were answered of 10", done.Load())
	}
}

// Whoever tries tokens is stopped by address, and whoever has one is not.
func TestTryingTokensIsStopped(t *testing.T) {
	s := newSite(t)
	c, thief := s.as(s.Agent), s.as(s.Agent)
	thief.token = "hoten_" + strings.Repeat("x", 40)
	last := 0
	for range 400 {
		if last = thief.get("/handovers").status; last == 429 {
			break
		}
	}
	if last != 429 {
		t.Errorf("400 guesses end in %d", last)
	}
	c.get("/handovers").want(200)
}
