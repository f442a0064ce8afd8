package kratos

import (
	"net/http"
	"slices"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// Kind is Ory Kratos.
var Kind = directories.Kind{
	Name:     "kratos",
	Settings: append(slices.Clone(rest.Settings), outside.Setting{Name: "token", Secret: true}),
	Open:     open,
}

// system is a Kratos as it is set up. It is not changed after open.
type system struct {
	server *rest.Server
	token  string // empty: none is sent
}

func open(set map[string]string) (directories.System, error) {
	var p fault.Problems
	s := &system{server: rest.Open(&p, set, set["token"]), token: set["token"]}
	return s, p.Err()
}

// header is what each request is sent with.
func (s *system) header() http.Header {
	h := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}
	if s.token != "" {
		h.Set("Authorization", "Bearer "+s.token)
	}
	return h
}

// Can reports what Kratos has an act for.
func (s *system) Can(a directories.Act) bool {
	return slices.Contains([]directories.Act{directories.Restrict, directories.SetPassword, directories.Release, directories.OneTimePasswordOff}, a)
}
