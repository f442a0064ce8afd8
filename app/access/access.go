// Package access says who acts and what they may do. The table below is
// docs/domain.md section 10; nothing else in the program decides about roles.
package access

import (
	"fmt"
	"slices"

	"hoten/app/fault"
)

// Role is what a member of staff is.
type Role string

const (
	Agent         Role = "agent"
	Supervisor    Role = "supervisor"
	CenterManager Role = "center_manager"
	Administrator Role = "administrator"
	Auditor       Role = "auditor"
	system        Role = "system"
)

// Roles lists the roles a person can have, in the order of docs/domain.md section 10.
var Roles = []Role{Agent, Supervisor, CenterManager, Administrator, Auditor}

// Permission is a thing that roles may or may not do.
type Permission string

const (
	Anyone          Permission = ""                 // staff for themselves, and members on their own pages
	Program         Permission = "program"          // the program by itself, no person
	ReadCases       Permission = "read_cases"       // cases, masked
	WorkCases       Permission = "work_cases"       // open, note, call, verify, send a reset
	Reveal          Permission = "reveal"           // personal data, with a verified call or a reason
	Propose         Permission = "propose"          // reimbursements, one or a whole incident; withdraw the own
	Decide          Permission = "decide"           // approve, return, reject
	Supervise       Permission = "supervise"        // findings, release, reopen, impostor, add an ID, reassign
	ManageIncidents Permission = "manage_incidents" // incidents, imports, policies, desks, templates
	PostBulletins   Permission = "post_bulletins"   // announcements to the staff
	EditScripts     Permission = "edit_scripts"     // what agents say, and their questions and answers
	ManageStaff     Permission = "manage_staff"     // staff, roles, tokens of others, keys
	ReadSettings    Permission = "read_settings"    // imports and what is set up
	ReadStaff       Permission = "read_staff"
	ReadAuditOwn    Permission = "read_audit_own"
	ReadAuditDesk   Permission = "read_audit_desk"
	ReadAuditCenter Permission = "read_audit_center" // everything
)

var table = map[Permission][]Role{
	ReadCases:       {Agent, Supervisor, CenterManager, Administrator, Auditor},
	WorkCases:       {Agent, Supervisor, CenterManager},
	Reveal:          {Agent, Supervisor, CenterManager},
	Propose:         {Agent, Supervisor, CenterManager},
	Decide:          {Supervisor, CenterManager},
	Supervise:       {Supervisor, CenterManager},
	ManageIncidents: {CenterManager, Administrator},
	PostBulletins:   {CenterManager, Administrator},
	EditScripts:     {CenterManager, Administrator},
	ManageStaff:     {Administrator},
	ReadSettings:    {CenterManager, Administrator, Auditor},
	ReadStaff:       {Administrator, Auditor},
	ReadAuditOwn:    {Agent, Supervisor, CenterManager, Auditor},
	ReadAuditDesk:   {Supervisor, CenterManager, Auditor},
	ReadAuditCenter: {CenterManager, Auditor},
}

// May reports whether the role has the permission.
func (r Role) May(p Permission) bool {
	return p == Anyone || r == system || slices.Contains(table[p], r)
}

// Permission is what a route with this permission asks for.
func (p Permission) Permission() Permission { return p }

// Known reports whether r is a role a person can have.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// Holders lists the roles that have the permission.
func Holders(p Permission) []Role { return table[p] }

// Actor is who acts: a member of staff, or a part of the program itself.
type Actor struct {
	ID     int64  // of the staff account; 0 for the system and for members
	Name   string // as shown in timelines; for the system the worker's name
	Role   Role
	DeskID int64
	Kind   string // "staff", "system" or "member"
	Via    string // "console", "api", "cli", or empty
	Scope  Scope  // of the token that the actor came with
}

// System is the actor of workers and of set-up; it may do everything.
func System(name string) Actor { return Actor{Name: name, Role: system, Kind: "system"} }

// Member is the account holder acting on the reset page; no permission is theirs.
func Member() Actor { return Actor{Name: "member", Kind: "member"} }

// May reports whether the actor has the permission.
func (a Actor) May(p Permission) bool { return a.Role.May(p) && a.Scope.holds(p) }

// Require returns a Lack unless the actor has the permission.
func (a Actor) Require(p Permission) error {
	if a.May(p) {
		return nil
	}
	return &Lack{Of: p, Scoped: a.Role.May(p)}
}

// Lack is the refusal for want of a permission, a Forbidden fault that knows which.
type Lack struct {
	Of     Permission
	Scoped bool // the role has it, and the scope of the token does not
}

func (l *Lack) Error() string { return "forbidden without " + string(l.Of) }

// Unwrap is the fault as all forbidden things have it.
func (l *Lack) Unwrap() error {
	if l.Scoped {
		return fault.New(fault.Forbidden, "scope_missing", "scope", string(l.Of))
	}
	return fault.New(fault.Forbidden, "forbidden")
}

func (a Actor) String() string {
	if a.Kind == "staff" {
		return fmt.Sprintf("staff:%d", a.ID)
	}
	return a.Kind + ":" + a.Name
}
