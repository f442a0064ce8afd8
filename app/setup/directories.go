package setup

import (
	"fmt"
	"os"
	"strings"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/store"
)

type directory struct {
	Named    named
	Code     string             `yaml:"code"`
	Name     string             `yaml:"name"`
	Kind     string             `yaml:"kind"`
	IDs      []string           `yaml:"ids"`
	Settings []directorySetting `yaml:"settings"`
}

// directorySetting is a setting with its value, or the file that holds it: a secret does not
// have to stand in the setup file.
type directorySetting struct {
	Named named
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
	File  string `yaml:"file"`
}

// longestSecretFile bounds a file that holds a setting, in bytes.
const longestSecretFile = 64 << 10

// rows tells where in the file each setting stands, which its kind names by itself.
func (d directory) rows(p place) map[string]place {
	rows := map[string]place{}
	for i, s := range d.Settings {
		rows[s.Name] = p.at("settings", fmt.Sprint(i))
	}
	return rows
}

// put makes or changes the directory; what the file does not name stays.
func (d directory) put(tx *store.Tx) (bool, error) {
	plan := directories.Plan{Code: d.Code, Name: d.Name, Kind: d.Kind, IDs: d.IDs, Settings: map[string]string{}}
	kept, err := directories.Standing(tx.DB, d.Code)
	switch {
	case err != nil:
		return false, err
	case kept != nil:
		plan.Settings = kept.Settings
		for key, stay := range map[string]func(){"name": func() { plan.Name = kept.Name }, "kind": func() { plan.Kind = kept.Kind }, "ids": func() { plan.IDs = kept.IDs }} {
			if !d.Named[key] {
				stay()
			}
		}
	}
	for i, s := range d.Settings {
		if plan.Settings[s.Name], err = s.read(i); err != nil {
			return false, err
		}
	}
	return directories.Put(tx, plan)
}

func (s directorySetting) read(i int) (string, error) {
	if s.File == "" {
		return s.Value, nil
	}
	held, err := os.ReadFile(s.File)
	if err != nil || len(held) > longestSecretFile {
		return "", fault.Input(fmt.Sprintf("settings.%d.file", i), "setup_file_unreadable", "file", s.File)
	}
	return strings.TrimSpace(string(held)), nil
}
