package ldap

import (
	"errors"
	"fmt"

	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/directories"
	"hoten/app/outside"
)

// Errors of the control of password policies (draft-behera-ldap-password-policy).
const (
	changeAfterReset = 2
	qualityPoor      = 5
	tooShort         = 6
	tooYoung         = 7
	inHistory        = 8
)

// verdict is what the answer to a change means: nil, *Refused, *Unready, or an error that
// says that nobody knows whether it was done.
func verdict(err error, hidden ...string) error {
	if err == nil {
		return nil
	}
	said := said(err, hidden...)
	code, definite := resultCode(err)
	if !definite {
		return errors.New(said)
	}
	switch code {
	case goldap.LDAPResultBusy, goldap.LDAPResultUnavailable, goldap.LDAPResultAdminLimitExceeded,
		goldap.LDAPResultReferral, // its entry is changed on another server; the URL has to name that one
		goldap.LDAPResultStrongAuthRequired, goldap.LDAPResultConfidentialityRequired,
		goldap.LDAPResultNoSuchAttribute,        // what was to be removed is gone since it was read
		goldap.LDAPResultAttributeOrValueExists: // OpenLDAP keeps one password a second in the history
		return &outside.Unready{Said: said}
	case goldap.LDAPResultNoSuchObject:
		return &outside.Refused{Code: outside.UnknownID, Said: said}
	case goldap.LDAPResultInsufficientAccessRights, goldap.LDAPResultUnwillingToPerform, goldap.LDAPResultAuthorizationDenied,
		goldap.LDAPResultProtocolError, goldap.LDAPResultUnavailableCriticalExtension,
		goldap.LDAPResultUndefinedAttributeType, goldap.LDAPResultInvalidAttributeSyntax,
		goldap.LDAPResultObjectClassViolation, goldap.LDAPResultConstraintViolation:
		return &outside.Refused{Code: outside.NotAble, Said: said}
	case goldap.LDAPResultOperationsError, goldap.LDAPResultTimeLimitExceeded, goldap.LDAPResultOther:
		return errors.New(said) // something went wrong there, and it does not say how far
	}
	return &outside.Refused{Code: outside.RefusedOther, Said: said}
}

// resultCode is the code that the server answered with; not definite: it did not answer, or
// with something else.
func resultCode(err error) (code uint16, definite bool) {
	var e *goldap.Error
	if !errors.As(err, &e) || e.Packet == nil || e.ResultCode > goldap.LDAPResultOther && e.ResultCode != goldap.LDAPResultAuthorizationDenied {
		return 0, false
	}
	return e.ResultCode, true
}

// ofPassword is verdict for a password that the member chose, who mends what the rules of
// the server forbid.
func ofPassword(err error, hidden ...string) error {
	v := verdict(err, hidden...)
	refused, ok := errors.AsType[*outside.Refused](v)
	if !ok {
		return v
	}
	switch code, _ := resultCode(err); policyError(err) {
	case qualityPoor, tooShort, tooYoung, inHistory:
		refused.Code = directories.PasswordRefused
	case none:
		if code == goldap.LDAPResultConstraintViolation {
			refused.Code = directories.PasswordRefused
		}
	}
	return v
}

// repeated reports whether the password may be refused because it is set already.
func repeated(err error) bool {
	switch policyError(err) {
	case tooYoung, inHistory:
		return true
	case none:
		return goldap.IsErrorWithCode(err, goldap.LDAPResultConstraintViolation)
	}
	return false
}

// none is policyError where the server sent no control, or one that tells of no error.
const none = -1

// policyError is what the control of password policies in an answer says.
func policyError(err error) int8 {
	var e *goldap.Error
	if !errors.As(err, &e) || e.Packet == nil || len(e.Packet.Children) < 3 {
		return none
	}
	for _, child := range e.Packet.Children[2].Children {
		if control, err := goldap.DecodeControl(child); err == nil {
			if policy, ok := control.(*goldap.ControlBeheraPasswordPolicy); ok {
				return policy.Error
			}
		}
	}
	return none
}

// unready is an error from before anything was changed.
func unready(err error, hidden ...string) error {
	return &outside.Unready{Said: said(err, hidden...)}
}

// said is an error as people may read it: printable, short, without what is hidden.
func said(err error, hidden ...string) string {
	text := err.Error()
	if code, definite := resultCode(err); definite {
		text = fmt.Sprintf("%s (%d)", goldap.LDAPResultCodeMap[code], code)
		var e *goldap.Error
		if errors.As(err, &e) && e.Err.Error() != "" {
			text += ": " + e.Err.Error()
		}
		if policy := policyError(err); policy != none {
			text += "; " + goldap.BeheraPasswordPolicyErrorMap[policy]
		}
	}
	return outside.Said(text, hidden...)
}
