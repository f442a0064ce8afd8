package vault

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// The files of a key folder. Whoever has them and the database has the data:
// back them up apart from it.
const (
	fieldsFile   = "fields.json"
	lookupFile   = "lookup.json"
	auditFile    = "audit.key"
	auditKeySize = 32
)

// Open reads the keys in the folder, and makes them first where there is no
// folder or an empty one; of programs that start at once, all use the keys of
// the one that came first. The folder is 0700, its files 0600. Open fails when
// one of the files is missing (a new one would not open the old data), damaged,
// or readable by others.
func Open(keyDir string) (*Vault, error) {
	if err := create(keyDir); err != nil {
		return nil, fmt.Errorf("vault: key folder %s: %w", keyDir, err)
	}
	keys, err := read(keyDir)
	if err != nil {
		return nil, fmt.Errorf("vault: key folder %s: %w", keyDir, err)
	}
	v, err := New(keys)
	if err != nil {
		return nil, fmt.Errorf("key folder %s: %w", keyDir, err)
	}
	return v, nil
}

// create makes the keys in a folder of another name and renames it into place:
// a rename succeeds only onto nothing or an empty folder, so there is never
// half a set of keys, nor a second one.
func create(keyDir string) error {
	if entries, err := os.ReadDir(keyDir); err == nil && len(entries) > 0 {
		return nil
	}
	keyDir = filepath.Clean(keyDir)
	if err := os.MkdirAll(filepath.Dir(keyDir), 0o700); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(keyDir), "."+filepath.Base(keyDir)+"-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := fill(fresh); err != nil {
		return err
	}
	// os.Rename refuses every folder that exists, the empty one as well.
	err = syscall.Rename(fresh, keyDir)
	if errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTEMPTY) {
		return nil
	}
	if err != nil {
		return err
	}
	return flush(filepath.Dir(keyDir))
}

func fill(dir string) error {
	fields, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	lookup, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return err
	}
	audit := make([]byte, auditKeySize)
	rand.Read(audit)
	for name, handle := range map[string]*keyset.Handle{fieldsFile: fields, lookupFile: lookup} {
		var text bytes.Buffer
		if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text)); err != nil {
			return err
		}
		if err := write(filepath.Join(dir, name), text.Bytes()); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(dir, auditFile), []byte(hex.EncodeToString(audit)+"\n")); err != nil {
		return err
	}
	return flush(dir)
}

// write makes a file that is on the disk when it returns.
func write(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// flush puts the names in a folder on the disk.
func flush(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func read(dir string) (Keys, error) {
	var keys Keys
	var err error
	if keys.Fields, err = readKeyset(filepath.Join(dir, fieldsFile)); err != nil {
		return Keys{}, err
	}
	if keys.Lookup, err = readKeyset(filepath.Join(dir, lookupFile)); err != nil {
		return Keys{}, err
	}
	text, err := readPrivate(filepath.Join(dir, auditFile))
	if err != nil {
		return Keys{}, err
	}
	if keys.Audit, err = hex.DecodeString(strings.TrimSpace(string(text))); err != nil {
		return Keys{}, fmt.Errorf("%s is damaged", auditFile)
	}
	return keys, nil
}

func readKeyset(path string) (*keyset.Handle, error) {
	text, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		// The cause is left out: it may quote the file.
		return nil, fmt.Errorf("%s is damaged", filepath.Base(path))
	}
	return handle, nil
}

func readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s may be read by others (mode %04o, want 0600)", filepath.Base(path), info.Mode().Perm())
	}
	return os.ReadFile(path)
}

// fingerprint hashes a one-way image of each key. Of the field keys it takes the
// oldest, so that adding a newer one does not change it.
func fingerprint(keys Keys, lookup *prf.Set) (string, error) {
	const label = "hoten key check v1"
	entry, err := keys.Fields.Entry(0)
	if err != nil {
		return "", fmt.Errorf("vault: field keys: %w", err)
	}
	oldest, ok := entry.Key().(*aesgcm.Key)
	if !ok {
		return "", fmt.Errorf("vault: field keys: %T is not AES-GCM", entry.Key())
	}
	image, err := lookup.ComputePrimaryPRF([]byte(label), 32)
	if err != nil {
		return "", fmt.Errorf("vault: lookup keys: %w", err)
	}
	for _, key := range [][]byte{keys.Audit, oldest.KeyBytes().Data(insecuresecretdataaccess.Token{})} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(label))
		image = mac.Sum(image)
	}
	sum := sha256.Sum256(image)
	return hex.EncodeToString(sum[:8]), nil
}
