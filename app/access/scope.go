package access

import (
	"slices"
	"strings"
)

// Scope narrows what an actor may to some of the role's permissions, separated by spaces;
// empty: it does not.
type Scope string

// Narrow is the scope of the permissions.
func Narrow(to []string) Scope { return Scope(strings.Join(to, " ")) }

// List is the permissions of the scope.
func (s Scope) List() []string { return strings.Fields(string(s)) }

func (s Scope) holds(p Permission) bool {
	return s == "" || p == Anyone || slices.Contains(s.List(), string(p))
}

// Granted lists what the role may, in alphabetical order.
func Granted(r Role) (out []string) {
	for p, roles := range table {
		if slices.Contains(roles, r) {
			out = append(out, string(p))
		}
	}
	slices.Sort(out)
	return out
}
