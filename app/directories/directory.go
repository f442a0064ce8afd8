package directories

import (
	"gorm.io/gorm"

	"hoten/app/outside"
	"hoten/app/store"
	"hoten/app/vault"
)

// Directory is an identity system as it is set up here, and how it answered lately.
type Directory struct{ outside.System }

// List reads the directories, in the order they were set up.
func List(db *gorm.DB) ([]Directory, error) {
	return store.Select[Directory](db, "select * from directories order by id")
}

// ByCode finds the directory with a code. Unknown: NotFound.
func ByCode(db *gorm.DB, code string) (*Directory, error) {
	return store.Find[Directory](db, "code = ?", code)
}

// ByID finds a directory. Unknown: NotFound.
func ByID(db *gorm.DB, id int16) (*Directory, error) {
	return store.Find[Directory](db, "id = ?", id)
}

// Has names the secrets that are kept.
func (d Directory) Has(v *vault.Vault) (map[string]bool, error) { return systems.Has(v, d.System) }
