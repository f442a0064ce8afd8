// Package kinds links in all protocols that identity systems are spoken to by.
package kinds

import (
	"hoten/app/directories"
	"hoten/app/directories/keycloak"
	"hoten/app/directories/kratos"
	"hoten/app/directories/ldap"
	"hoten/app/directories/scim"
	"hoten/app/directories/webhook"
)

func init() {
	for _, k := range []directories.Kind{ldap.Kind, keycloak.Kind, kratos.Kind, scim.Kind, webhook.Kind} {
		directories.Register(k)
	}
}
