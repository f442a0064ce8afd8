package vault

import (
	"crypto/sha256"

	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/key"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf/hmacprf"
	"github.com/tink-crypto/tink-go/v2/secretdata"
)

// ForTest is a Vault whose keys are known to everybody and the same in every
// run; tests alone use it.
func ForTest() *Vault {
	secret := func(label string) []byte {
		sum := sha256.Sum256([]byte("hoten test " + label))
		return sum[:]
	}
	bytes := func(label string) secretdata.Bytes {
		return secretdata.NewBytesFromData(secret(label), insecuresecretdataaccess.Token{})
	}
	gcm := must(aesgcm.NewParameters(aesgcm.ParametersOpts{KeySizeInBytes: 32, IVSizeInBytes: 12, TagSizeInBytes: 16, Variant: aesgcm.VariantTink}))
	hmac := must(hmacprf.NewParameters(32, hmacprf.SHA256))
	return must(New(Keys{
		Fields: single(must(aesgcm.NewKey(bytes("fields"), 1, gcm))),
		Lookup: single(must(hmacprf.NewKey(bytes("lookup"), hmac))),
		Audit:  secret("audit"),
	}))
}

func single(k key.Key) *keyset.Handle {
	manager := keyset.NewManager()
	if err := manager.SetPrimary(must(manager.AddKey(k))); err != nil {
		panic(err)
	}
	return must(manager.Handle())
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
