package scim

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// Kind is SCIM 2.0.
var Kind = directories.Kind{
	Name: "scim",
	Settings: append(slices.Clone(rest.Settings),
		outside.Setting{Name: "token", Secret: true},
		outside.Setting{Name: "username"},
		outside.Setting{Name: "password", Secret: true},
		outside.Setting{Name: "lookup", Default: userName},
		outside.Setting{Name: "point_password_path"},
		outside.Setting{Name: "one_time_path"},
	),
	Open: open,
}

const userName = "userName"

// system is a service provider as it is set up. It is not changed after open.
type system struct {
	server  *rest.Server
	sign    string // Authorization
	lookup  string
	points  string // path of the password for points; empty: none
	oneTime string // path of what asks for one-time passwords, true or false; empty: none
}

// pathForm is that of an attribute, with its schema or without, and of what is below it.
var pathForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9:._$-]*$`)

func open(set map[string]string) (directories.System, error) {
	var p fault.Problems
	s := &system{lookup: set["lookup"], points: set["point_password_path"], oneTime: set["one_time_path"]}
	basic := base64.StdEncoding.EncodeToString([]byte(set["username"] + ":" + set["password"]))
	s.server = rest.Open(&p, set, set["token"], set["password"], basic)
	switch {
	case set["token"] != "" && set["username"]+set["password"] != "":
		p.Add("token", "scim_sign_in")
	case set["token"] != "":
		s.sign = "Bearer " + set["token"]
	case set["username"] == "" || set["password"] == "":
		p.Add("token", "scim_sign_in")
	default:
		s.sign = "Basic " + basic
	}
	for _, name := range []string{"lookup", "point_password_path", "one_time_path"} {
		if set[name] != "" && !pathForm.MatchString(set[name]) {
			p.Add(name, "scim_path")
		}
	}
	return s, p.Err()
}

// header is what each request is sent with.
func (s *system) header() http.Header {
	return http.Header{"Authorization": {s.sign}, "Accept": {media}, "Content-Type": {media}}
}

const media = "application/scim+json"

// Can reports what the settings name the attributes of.
func (s *system) Can(a directories.Act) bool {
	switch a {
	case directories.VoidPointPassword:
		return s.points != ""
	case directories.OneTimePasswordOn, directories.OneTimePasswordOff:
		return s.oneTime != ""
	}
	return slices.Contains(directories.Acts, a)
}
