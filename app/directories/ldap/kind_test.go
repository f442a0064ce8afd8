package ldap

import (
	"slices"
	"testing"

	"hoten/app/fault"
	"hoten/i18n"
)

func TestSettingsThatCannotBeMeant(t *testing.T) {
	const ldaps = "ldaps://ldap.example.jp"
	for _, c := range []struct {
		set  map[string]string
		want []string
	}{
		{settings(ldaps), nil},
		{settings("ldaps://ldap.example.jp:1636/"), nil},
		{settings("ldap://ldap.example.jp", "start_tls", "yes"), nil},
		{settings("ldap://ldap.example.jp", "allow_plain", "yes"), nil},
		{settings("ldap://localhost"), nil},
		{settings("ldap://[::1]:3389"), nil},
		{settings(ldaps, "login_filter", "(&(objectClass=person)(mail={login}@example.jp))"), nil},
		{settings(ldaps, "one_time_on", ""), nil},
		{settings("ldap://ldap.example.jp"), []string{"start_tls:ldap_plain"}},
		{settings("ldap://127.0.0.1.example.jp"), []string{"start_tls:ldap_plain"}},
		{settings(ldaps, "start_tls", "yes"), []string{"start_tls:ldap_start_tls"}},
		{settings(ldaps, "ca", "no certificate"), []string{"ca:ldap_ca"}},
		{settings("http://ldap.example.jp"), []string{"url:ldap_url"}},
		{settings("ldapi:///"), []string{"url:ldap_url"}},
		{settings("ldaps://user:secret@ldap.example.jp"), []string{"url:ldap_url"}},
		{settings("ldaps://ldap.example.jp/dc=example"), []string{"url:ldap_url"}},
		{settings("ldaps://"), []string{"url:ldap_url"}},
		{settings(ldaps, "bind_dn", "hoten", "base_dn", "people,"), []string{"bind_dn:ldap_dn", "base_dn:ldap_dn"}},
		{settings(ldaps, "login_filter", "(uid=*)"), []string{"login_filter:ldap_filter"}},
		{settings(ldaps, "login_filter", "(uid={login}"), []string{"login_filter:ldap_filter"}},
		{settings(ldaps, "lock", "attribute"), []string{"lock_attribute:required", "lock_value:required"}},
		{settings(ldaps, "lock", "attribute", "lock_attribute", "a b", "lock_value", "x"), []string{"lock_attribute:ldap_attribute"}},
		{settings(ldaps, "session_attribute", "*", "one_time_attribute", ""), []string{"one_time_attribute:required", "session_attribute:ldap_attribute"}},
	} {
		_, err := Kind.Open(c.set)
		var got []string
		if f, ok := fault.As(err); ok {
			for _, p := range f.Fields {
				got = append(got, p.Name+":"+p.Code)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.set, err, c.want)
		}
	}
}

func TestEachSettingAndStepHasWords(t *testing.T) {
	keys := []string{"directories.ldap"}
	for _, s := range Kind.Settings {
		keys = append(keys, "directories.ldap."+s.Name, "directories.ldap."+s.Name+".hint")
		for _, choice := range s.Choices {
			keys = append(keys, "directories.ldap."+s.Name+"."+choice)
		}
	}
	for _, step := range []string{"ldap_password_modify", "ldap_ppolicy", "ldap_policy", "ldap_base", "ldap_entries", "ldap_rights"} {
		keys = append(keys, "directories.check."+step)
	}
	for _, lang := range i18n.Langs {
		for _, key := range keys {
			if !i18n.Has(lang, key) {
				t.Errorf("%s is missing in %s", key, lang)
			}
		}
	}
}
