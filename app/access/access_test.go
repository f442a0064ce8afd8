package access_test

import (
	"errors"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/fault"
)

// The rows of docs/domain.md section 10, ○ and × in the order of its columns.
const section10 = `
work_cases        ○○○××
propose           ○○○××
decide            ×○○××
supervise         ×○○××
manage_incidents  ××○○×
post_bulletins    ××○○×
edit_scripts      ××○○×
manage_staff      ×××○×
read_settings     ××○○○
read_staff        ×××○○
read_cases        ○○○○○
reveal            ○○○××
read_audit_own    ○○○×○
read_audit_desk   ×○○×○
read_audit_center ××○×○
`

func TestTableIsTheDomains(t *testing.T) {
	for _, line := range strings.Split(strings.TrimSpace(section10), "\n") {
		words := strings.Fields(line)
		p := access.Permission(words[0])
		for i, may := range []rune(words[1]) {
			role := access.Roles[i]
			a := access.Actor{ID: 1, Role: role, Kind: "staff"}
			if want := may == '○'; role.May(p) != want || a.May(p) != want || (a.Require(p) == nil) != want {
				t.Errorf("%s, %s: %v", role, p, !want)
			}
		}
		if access.Member().May(p) || !access.System("test").May(p) {
			t.Errorf("%s: members may, or the program may not", p)
		}
		if err := (access.Actor{}).Require(p); !fault.Is(err, "forbidden") {
			t.Errorf("%s: nobody in particular: %v", p, err)
		}
		if lack := (*access.Lack)(nil); !errors.As(access.Actor{}.Require(p), &lack) || lack.Of != p {
			t.Errorf("%s: the refusal does not say for want of what", p)
		}
	}
}

func TestNobodyCanBeGivenTheProgramsRole(t *testing.T) {
	for _, r := range []access.Role{"system", "", "root", access.System("x").Role} {
		if r.Known() {
			t.Errorf("%q is a role for people", r)
		}
	}
	for _, r := range access.Roles {
		if !r.Known() {
			t.Errorf("%s is not known", r)
		}
	}
}

func TestActorsAreNamedWithoutTheirNames(t *testing.T) {
	for want, a := range map[string]access.Actor{
		"staff:7": {ID: 7, Name: "佐藤 葵", Kind: "staff"}, "system:sweep": access.System("sweep"), "member:member": access.Member(),
	} {
		if a.String() != want {
			t.Errorf("%s, want %s", a, want)
		}
	}
}
