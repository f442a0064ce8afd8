package webhook

import (
	"slices"
	"strings"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/outbound"
	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// Kind is a receiver of the operator's own.
var Kind = directories.Kind{
	Name: "webhook",
	Settings: append(slices.Clone(rest.Settings),
		outside.Setting{Name: "signature", Choices: []string{outbound.HMAC, outbound.Ed25519}, Default: outbound.HMAC},
		outside.Setting{Name: "secret", Secret: true, Required: true},
		outside.Setting{Name: "point_password", Choices: rest.YesNo, Default: "no"},
		outside.Setting{Name: "one_time_password", Choices: rest.YesNo, Default: "no"},
	),
	Open: open,
}

// system is a receiver as it is set up. It is not changed after open.
type system struct {
	server  *rest.Server
	signer  outbound.Signer
	points  bool // it voids passwords for points
	oneTime bool // it switches one-time passwords
}

func open(set map[string]string) (directories.System, error) {
	var p fault.Problems
	s := &system{points: set["point_password"] == "yes", oneTime: set["one_time_password"] == "yes"}
	_, key, _ := strings.Cut(set["secret"], "_")
	s.server = rest.Open(&p, set, set["secret"], key)
	var err error
	if s.signer, err = outbound.ReadSecret(set["secret"]); err != nil || s.signer.Way() != set["signature"] {
		p.Add("secret", "webhook_secret")
	}
	return s, p.Err()
}

// Can reports what the settings say that the receiver can.
func (s *system) Can(a directories.Act) bool {
	switch a {
	case directories.VoidPointPassword:
		return s.points
	case directories.OneTimePasswordOn, directories.OneTimePasswordOff:
		return s.oneTime
	}
	return slices.Contains(directories.Acts, a)
}
