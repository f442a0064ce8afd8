package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed static
var handwritten embed.FS

// The folder holds only .keep until npm builds it; then the pages use what is
// in static, without htmx.
//
//go:embed all:dist
var built embed.FS

const assetsPath = "/assets/"

var assets = load()

type assetSet struct {
	files map[string][]byte
	hash  string
}

// load prefers the built file over the handwritten one of the same name.
func load() assetSet {
	set := assetSet{files: map[string][]byte{}}
	sum := sha256.New()
	for _, source := range []struct {
		fsys embed.FS
		dir  string
	}{{handwritten, "static"}, {built, "dist"}} {
		sub, err := fs.Sub(source.fsys, source.dir)
		if err != nil {
			panic(err) // the name is a constant above
		}
		err = fs.WalkDir(sub, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
				return err
			}
			data, err := fs.ReadFile(sub, name)
			set.files[name] = data
			sum.Write(data)
			return err
		})
		if err != nil {
			panic(err) // the files are compiled in
		}
	}
	set.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	return set
}

// Asset is the address of a file of the console. One hash of all files stands
// in it, so that modules may import each other by relative names.
func Asset(name string) string { return assetsPath + assets.hash + "/" + name }

func hasAsset(name string) bool {
	_, ok := assets.files[name]
	return ok
}

// Assets serves the files below /assets/. An address with the hash of another
// version, as an old page asks for during an update, gets today's file and is
// told not to keep it.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, assetsPath), "/")
		data, ok := assets.files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", contentType(name))
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		if hash == assets.hash {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		if r.Method != http.MethodHead {
			_, _ = w.Write(data)
		}
	})
}

// contentType is not asked of the machine: its tables differ.
func contentType(name string) string {
	switch {
	case strings.HasSuffix(name, ".css"):
		return "text/css; charset=utf-8"
	case strings.HasSuffix(name, ".js"):
		return "text/javascript; charset=utf-8"
	case strings.HasSuffix(name, ".svg"):
		return "image/svg+xml"
	default:
		return "application/octet-stream"
	}
}
