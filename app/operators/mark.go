package operators

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg" // what a mark may be given as
	"image/png"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// ToSetMark is SetMark.
var ToSetMark = verbs.Declare(verbs.Verb{Name: "operator.mark_set", Needs: access.ManageIncidents, Subject: "operator"})

// Bounds of a mark: of its file, in bytes, and of each side, in pixels.
const (
	MaxMark     = 256 << 10
	MaxMarkSide = 1024
)

// mark is the image of an operator.
type mark struct {
	OperatorID int16 `gorm:"primaryKey;autoIncrement:false"`
	Image      []byte
}

func (mark) TableName() string { return "operator_marks" }

// MarkURL is where the operator's mark lies, empty where it has none.
func (o Operator) MarkURL() string {
	if o.MarkDigest == "" {
		return ""
	}
	return "/marks/" + o.Code + "?v=" + o.MarkDigest
}

// Mark reads the mark of an operator, a PNG. None: NotFound.
func Mark(db *gorm.DB, code string) ([]byte, error) {
	m, err := store.Find[mark](db, "operator_id = (select id from operators where code = ?)", code)
	if err != nil {
		return nil, err
	}
	return m.Image, nil
}

// SetMark gives an operator the mark that stands beside its name on members' pages, from a
// PNG or JPEG; without a file it has none any more. It is kept drawn anew, without what else
// the file carried. Too large or no such image: Invalid; no such operator: NotFound.
func SetMark(ctx context.Context, s *store.Store, by access.Actor, code string, file []byte) (bool, error) {
	return verbs.Do(ctx, s, by, ToSetMark, verbs.About("operator", code), "", func(tx *store.Tx) (bool, error) {
		drawn, digest, err := redraw(file)
		if err != nil {
			return false, err
		}
		o, err := lock[Operator](tx, code)
		switch {
		case err != nil:
			return false, err
		case o == nil:
			return false, fault.Missing()
		case o.MarkDigest == digest:
			return false, nil
		}
		before := o.MarkDigest
		if o.MarkDigest = digest; digest == "" {
			_, err = store.Exec(tx, "delete from operator_marks where operator_id = $1", o.ID)
		} else {
			_, err = store.Exec(tx, "insert into operator_marks values ($1, $2) on conflict (operator_id) do update set image = excluded.image", o.ID, drawn)
		}
		if err == nil {
			err = store.Save(tx, o, "mark_digest")
		}
		return true, record(tx, err, audit.Change{Before: map[string]any{"mark": before}, After: map[string]any{"mark": digest}})
	})
}

// MarkTooLarge refuses a mark beyond its bounds.
func MarkTooLarge() error {
	return fault.Input("image", "mark_too_large", "kilobytes", MaxMark>>10, "pixels", MaxMarkSide)
}

// redraw makes a PNG of an image file, and its digest; of no file neither.
func redraw(file []byte) (drawn []byte, digest string, err error) {
	if len(file) == 0 {
		return nil, "", nil
	}
	if len(file) > MaxMark {
		return nil, "", MarkTooLarge()
	}
	// The size is looked at before a small file becomes a large image.
	size, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, "", fault.Input("image", "mark_unreadable")
	}
	if size.Width > MaxMarkSide || size.Height > MaxMarkSide {
		return nil, "", MarkTooLarge()
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, "", fault.Input("image", "mark_unreadable")
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(out.Bytes())
	return out.Bytes(), hex.EncodeToString(sum[:8]), nil
}
