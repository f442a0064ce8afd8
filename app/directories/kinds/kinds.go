// Package kinds links in all protocols that identity systems are spoken to by.
package kinds

import (
	"hoten/app/directories"
	"hoten/app/directories/ldap"
)

func init() { directories.Register(ldap.Kind) }
