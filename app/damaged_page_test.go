package app

import (
	"strings"
	"testing"

	"hoten/app/cases"
	"hoten/app/vault"
)

// Where a name is damaged the page of the case and the API say so, and show the rest.
func TestDamagedNameOnThePage(t *testing.T) {
	d := newDesk(t)
	if _, err := d.Pool.Exec(d.Ctx, "update members set name = '\\x0102030405'"); err != nil {
		t.Fatal(err)
	}
	before := d.Damaged()
	number := cases.Number(d.Number("select min(id) from cases"))
	b := d.as(d.Agent)
	if a := b.get("/cases/" + number); a.status != 200 || !strings.Contains(a.body, vault.Damaged+" 破損") {
		t.Errorf("the page: %d", a.status)
	}
	if a := d.calling(d.Agent2).get("/cases/" + number); a.status != 200 || !strings.Contains(a.body, `"damaged":["name"]`) {
		t.Errorf("the API: %d %s", a.status, a.body)
	}
	if now := d.Damaged(); now != before+1 {
		t.Errorf("%v fields are counted as damaged", now-before)
	}
}
