package main

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"unicode/utf8"
)

// directory is the IDs and which messages were done. It is written whole before a message is
// answered, so that an act and the note that it was done are kept together or not at all.
type directory struct {
	mu    sync.Mutex
	file  string
	state state
}

type state struct {
	IDs     map[string]account `json:"ids"`
	Highest map[string]int64   `json:"highest"` // the highest order of each login that was done
	Done    map[string]bool    `json:"done"`    // by webhook-id
}

type account struct {
	Locked   bool   `json:"locked"`
	Salt     []byte `json:"salt"`
	Password []byte `json:"password"` // PBKDF2
	Sessions int    `json:"sessions"` // how many are open
}

func openDirectory(file string) (*directory, error) {
	d := &directory{file: file, state: state{map[string]account{}, map[string]int64{}, map[string]bool{}}}
	kept, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err == nil {
		err = json.Unmarshal(kept, &d.state)
	}
	return d, err
}

// once does a message, unless it was done before. What was refused changed nothing, and is
// looked at again when it is sent again.
func (d *directory) once(id string, m message) (answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	login := m.Data.Login
	before, known := d.state.IDs[login]
	highest := d.state.Highest[login]
	switch {
	case d.state.Done[id]:
		return answer{Status: http.StatusOK, State: "done"}, nil
	case !known:
		return answer{Status: http.StatusOK, State: "refused", Code: "unknown_id"}, nil
	case m.Data.Order < highest:
		// The fence: a later decision about this ID was done already and must stand.
		return answer{Status: http.StatusConflict, State: "overtaken"}, nil
	}
	after := before
	a := do(&after, m)
	if a.State != "done" {
		return a, nil
	}
	d.state.IDs[login], d.state.Highest[login], d.state.Done[id] = after, m.Data.Order, true
	if err := d.keep(); err != nil {
		d.state.IDs[login], d.state.Highest[login] = before, highest
		delete(d.state.Done, id)
		return answer{}, err
	}
	return a, nil
}

// do changes an ID as a message says.
func do(a *account, m message) answer {
	switch m.Type {
	case "directory.restrict":
		a.Locked, a.Sessions = true, 0
		a.Password = nil // no password fits
	case "directory.set_password":
		if utf8.RuneCountInString(m.Data.Password) < 12 {
			return answer{Status: http.StatusOK, State: "refused", Code: "password_refused", Detail: "at least 12 characters"}
		}
		a.Salt = make([]byte, 16)
		rand.Read(a.Salt)
		a.Password, _ = pbkdf2.Key(sha256.New, m.Data.Password, a.Salt, 600_000, 32)
		a.Locked, a.Sessions = false, 0
	case "directory.release":
		a.Locked = false
	default:
		return answer{Status: http.StatusOK, State: "refused", Code: "not_able", Detail: m.Type}
	}
	return answer{Status: http.StatusOK, State: "done"}
}

// became is what became of the message with the id. Messages are done one after the other, so
// one that is not here was not done.
func (d *directory) became(id string) answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state.Done[id] {
		return answer{Status: http.StatusOK, State: "done"}
	}
	return answer{Status: http.StatusOK, State: "not_done"}
}

// keep writes the state to a file of its own, which then takes the place of the old one.
func (d *directory) keep() error {
	kept, err := json.Marshal(d.state)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(d.file+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(kept)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(d.file+".new", d.file)
}
