package api_test

import (
	"testing"

	"hoten/app/staff"
)

// What a token's scope does not hold is refused by name, and the attempt noted; the role could.
func TestScopes(t *testing.T) {
	s := newSiteWithCase(t)
	token, err := staff.CreateToken(s.Ctx, s.Store, s.Agent, s.Agent.ID, staff.NewToken{Name: "BI", Scope: []string{"read_cases"}})
	if err != nil {
		t.Fatal(err)
	}
	c := s.as(s.Agent)
	c.post("/cases/next", nil).want(200)
	c.token = token
	c.get("/cases").want(200)
	c.post("/cases/next", nil).want(403, "code", "scope_missing", "with.scope", "work_cases")
	c.get("/audit").want(403, "code", "scope_missing", "with.scope", "read_audit_own")
	if n := s.Number("select count(*) from audit_entries where action = 'case.taken.refused' and actor_id = $1", s.Agent.ID); n != 1 {
		t.Errorf("%d refusals noted", n)
	}
}
