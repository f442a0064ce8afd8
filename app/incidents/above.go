package incidents

import (
	"gorm.io/gorm"

	"hoten/app/store"
)

// What the packages above this one have it ask and call.

// beginsEarlier is told that an incident's period begins earlier than was known.
var beginsEarlier func(tx *store.Tx) error

// WhenBeginsEarlier has fn called when an incident's period begins earlier than was known.
func WhenBeginsEarlier(fn func(tx *store.Tx) error) { beginsEarlier = fn }

// endsLater is told of an incident whose period ends later than was known.
var endsLater func(tx *store.Tx, n *Incident) error

// WhenEndsLater has fn called with an incident whose period ends later than was known.
func WhenEndsLater(fn func(tx *store.Tx, n *Incident) error) { endsLater = fn }

// hasCases tells whether an incident has cases; the package of cases sets it.
var hasCases func(db *gorm.DB, incident int64) (bool, error)

// TellCases has fn asked whether an incident has cases.
func TellCases(fn func(db *gorm.DB, incident int64) (bool, error)) { hasCases = fn }

// setID makes the IDs of an incident's cases ones of the ID that it was given; the package
// of cases sets it.
var setID func(tx *store.Tx, incident int64, kind int16) error

// WithID has fn called when an incident with none is given its ID.
func WithID(fn func(tx *store.Tx, incident int64, kind int16) error) { setID = fn }
