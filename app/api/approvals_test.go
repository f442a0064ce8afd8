package api_test

import (
	"fmt"
	"sync"
	"testing"

	"hoten/app/apptest"
)

// Approvals that are written together keep a key each: every request is sent twice at
// once, acts once, and is answered as at first when it comes again.
func TestKeysOfApprovalsAtOnce(t *testing.T) {
	const n = 8
	s := newSite(t)
	s.Import(apptest.Losses(n))
	agent, approvers := s.as(s.Agent), []*client{s.as(s.Supervisor), s.as(s.Supervisor2)}
	type request struct {
		by   *client
		path string
	}
	var requests []request
	for i := range n {
		id := agent.post("/cases/"+s.Case(apptest.LossLogin(i)).Number()+"/reimbursements", nil).want(201).at("id")
		for _, by := range approvers {
			requests = append(requests, request{by, "/reimbursements/" + id + "/approve"})
		}
	}
	firsts := make([]answer, 2*len(requests))
	var all sync.WaitGroup
	for i := range firsts {
		r := requests[i/2]
		all.Go(func() { firsts[i] = r.by.once("k", r.path, nil) })
	}
	all.Wait()
	for i, r := range requests {
		again := r.by.once("k", r.path, nil).want(200)
		for _, first := range firsts[2*i : 2*i+2] {
			if first.status != 200 && first.at("code") != "idempotency_key_running" {
				t.Errorf("%s: %d %s", r.path, first.status, first.body)
			}
			if first.status == 200 && first.body != again.body {
				t.Errorf("%s: first %s, again %s", r.path, first.body, again.body)
			}
		}
	}
	for query, want := range map[string]int{
		"select count(*) from approvals":                                   2 * n,
		"select count(*) from transfers where key like 'reimbursement:%'":  n,
		"select count(*) from idempotency_keys where acted_at is not null": 2 * n,
	} {
		if got := s.count(query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	// Another key of the same person is another request, and refused as such.
	for i, r := range requests {
		r.by.once(fmt.Sprint("other", i), r.path, nil).want(409, "code", "already_decided")
	}
}
