package keycloak

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"hoten/app/outside"
)

// Check signs in, looks for the right to manage users, reads one, and looks whether the
// attributes that the settings name can be seen.
func (s *system) Check(ctx context.Context) []outside.Finding {
	k, ok := s.server.Check(ctx)
	if !ok {
		return k.Found
	}
	s.keep(token{}) // rights that were given since are only in a new one
	t, err := s.signIn(ctx)
	if !k.Note("sign_in", err, "") {
		return k.Found
	}
	k.Note("keycloak_rights", managesUsers(t), "")
	var some []*user
	err = s.get(ctx, "users", url.Values{"max": {"1"}}, &some)
	if err == nil && len(some) == 0 {
		err = fmt.Errorf("the realm has no users")
	}
	if k.Note("keycloak_users", err, "") && (s.points != "" || s.lookup != byUsername && s.lookup != byEmail) {
		k.Note("keycloak_attributes", s.seen(ctx), "")
	}
	return k.Found
}

// managesUsers reads the roles that the token says the client has.
func managesUsers(t string) error {
	var claims struct {
		Access map[string]struct {
			Roles []string `json:"roles"`
		} `json:"resource_access"`
	}
	if parts := strings.Split(t, "."); len(parts) == 3 {
		body, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err == nil {
			err = json.Unmarshal(body, &claims)
		}
		if err != nil {
			return fmt.Errorf("the roles in the token can not be read")
		}
	}
	for client, has := range claims.Access {
		// In the realm master, the rights in a realm are roles of REALM-realm.
		if (client == "realm-management" || strings.HasSuffix(client, "-realm")) && slices.Contains(has.Roles, "manage-users") {
			return nil
		}
	}
	return fmt.Errorf("the token lacks the role manage-users of realm-management")
}

// seen reports which attributes of the settings Keycloak does not show to administrators.
func (s *system) seen(ctx context.Context) error {
	var profile struct {
		Attributes []struct {
			Name string `json:"name"`
		} `json:"attributes"`
		Unmanaged string `json:"unmanagedAttributePolicy"`
	}
	if err := s.get(ctx, "users/profile", nil, &profile); err != nil {
		return err
	}
	if profile.Unmanaged == "ENABLED" || profile.Unmanaged == "ADMIN_EDIT" {
		return nil
	}
	var missing []string
	for _, name := range []string{s.lookup, s.points} {
		known := name == "" || name == byUsername || name == byEmail
		for _, a := range profile.Attributes {
			known = known || a.Name == name
		}
		if !known {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return fmt.Errorf("not in the user profile, and unmanaged attributes are off: %s", strings.Join(missing, ", "))
	}
	return nil
}
