package keycloak

import (
	"slices"
	"strings"
	"sync"
	"time"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// What a login may be, besides the name of an attribute (setting lookup).
const (
	byUsername = "username"
	byEmail    = "email"
)

// Kind is Keycloak.
var Kind = directories.Kind{
	Name: "keycloak",
	Settings: append(slices.Clone(rest.Settings),
		outside.Setting{Name: "realm", Required: true},
		outside.Setting{Name: "client_id", Required: true},
		outside.Setting{Name: "client_secret", Required: true, Secret: true},
		outside.Setting{Name: "lookup", Default: byUsername},
		outside.Setting{Name: "point_password_attribute"},
	),
	Open: open,
}

// system is a realm as it is set up. Only its token changes after open.
type system struct {
	server   *rest.Server
	realm    string // a part of paths
	id       string // of the client
	secret   string
	lookup   string
	points   string // attribute of the password for points; empty: none
	fetching sync.Mutex
	token    token
}

// token is what the client signs in with, until then.
type token struct {
	text  string
	until time.Time
}

func open(set map[string]string) (directories.System, error) {
	var p fault.Problems
	s := &system{id: set["client_id"], secret: set["client_secret"], lookup: set["lookup"], points: set["point_password_attribute"]}
	s.server = rest.Open(&p, set, s.secret)
	s.realm = rest.Part(set["realm"])
	for _, name := range []string{"lookup", "point_password_attribute"} {
		if strings.ContainsAny(set[name], "\"\\: \t") {
			p.Add(name, "keycloak_attribute")
		}
	}
	return s, p.Err()
}

// Can reports what the settings allow.
func (s *system) Can(a directories.Act) bool {
	if a == directories.VoidPointPassword {
		return s.points != ""
	}
	return slices.Contains(directories.Acts, a)
}
