package setup

import (
	"fmt"
	"os"
	"strings"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/store"
)

type directory struct {
	Named    named
	Code     string    `yaml:"code"`
	Name     string    `yaml:"name"`
	Kind     string    `yaml:"kind"`
	IDs      []string  `yaml:"ids"`
	Settings []setting `yaml:"settings"`
}

type pointSystem struct {
	Named        named
	Code         string    `yaml:"code"`
	Name         string    `yaml:"name"`
	Kind         string    `yaml:"kind"`
	Programs     []string  `yaml:"programs"`
	AlarmMinutes int       `yaml:"alarm_minutes"`
	Settings     []setting `yaml:"settings"`
}

// setting is a setting of a system outside with its value, or the file that holds it: a secret
// does not have to stand in the setup file.
type setting struct {
	Named named
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
	File  string `yaml:"file"`
}

// longestSecretFile bounds a file that holds a setting, in bytes.
const longestSecretFile = 64 << 10

// put makes or changes the directory; what the file does not name stays.
func (d directory) put(tx *store.Tx) (bool, error) {
	plan := directories.Plan{Code: d.Code, Name: d.Name, Kind: d.Kind, IDs: d.IDs, Settings: map[string]string{}}
	kept, err := directories.Standing(tx.DB, d.Code)
	if err != nil {
		return false, err
	}
	if kept != nil {
		plan.Settings = kept.Settings
		stays(d.Named, "name", &plan.Name, kept.Name)
		stays(d.Named, "kind", &plan.Kind, kept.Kind)
		stays(d.Named, "ids", &plan.IDs, kept.IDs)
	}
	if err := readSettings(d.Settings, plan.Settings); err != nil {
		return false, err
	}
	return directories.Put(tx, plan)
}

// put makes or changes the point system; what the file does not name stays.
func (y pointSystem) put(tx *store.Tx) (bool, error) {
	plan := points.Plan{Plan: outside.Plan{Code: y.Code, Name: y.Name, Kind: y.Kind, Settings: map[string]string{}}, Programs: y.Programs, AlarmMinutes: y.AlarmMinutes}
	kept, err := points.Standing(tx.DB, y.Code)
	if err != nil {
		return false, err
	}
	if kept != nil {
		plan.Settings = kept.Settings
		stays(y.Named, "name", &plan.Name, kept.Name)
		stays(y.Named, "kind", &plan.Kind, kept.Kind)
		stays(y.Named, "programs", &plan.Programs, kept.Programs)
		stays(y.Named, "alarm_minutes", &plan.AlarmMinutes, kept.AlarmMinutes)
	}
	if err := readSettings(y.Settings, plan.Settings); err != nil {
		return false, err
	}
	return points.Put(tx, plan)
}

// stays has a value be what it was where the file does not name its key.
func stays[T any](said named, key string, value *T, kept T) {
	if !said[key] {
		*value = kept
	}
}

// settingRows tells where in the file each setting stands, which its kind names by itself.
func settingRows(of []setting, p place) map[string]place {
	rows := map[string]place{}
	for i, s := range of {
		rows[s.Name] = p.at("settings", fmt.Sprint(i))
	}
	return rows
}

func readSettings(of []setting, into map[string]string) (err error) {
	for i, s := range of {
		if into[s.Name], err = s.read(i); err != nil {
			return err
		}
	}
	return nil
}

func (s setting) read(i int) (string, error) {
	if s.File == "" {
		return s.Value, nil
	}
	held, err := os.ReadFile(s.File)
	if err != nil || len(held) > longestSecretFile {
		return "", fault.Input(fmt.Sprintf("settings.%d.file", i), "setup_file_unreadable", "file", s.File)
	}
	return strings.TrimSpace(string(held)), nil
}
