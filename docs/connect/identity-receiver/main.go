// Command identity-receiver shows what a receiver of hoten's orders about login IDs has to do.
// It keeps its IDs in a file of JSON; in yours, the file is your identity system.
//
//	RECEIVER_KEYS="whsec_… whpk_…" identity-receiver -listen 127.0.0.1:8090 -state state.json
//
// Put it behind TLS. Several keys are trusted while one is being replaced.
package main

import (
	"encoding/json"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8090", "address")
	file := flag.String("state", "state.json", "file that the IDs and the answers are kept in")
	flag.Parse()
	keys, err := readKeys(strings.Fields(os.Getenv("RECEIVER_KEYS")))
	if err != nil {
		log.Fatal(err)
	}
	d, err := openDirectory(*file)
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	log.Print("listening on ", l.Addr())
	server := http.Server{Handler: receiver{keys, d}, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	log.Fatal(server.Serve(l))
}

type message struct {
	Type string `json:"type"`
	Data struct {
		Order    int64  `json:"order"`
		Login    string `json:"login"`
		Password string `json:"password"`
		Key      string `json:"key"`
	} `json:"data"`
}

// answer is what became of a message. Status is that of HTTP.
type answer struct {
	Status int      `json:"-"`
	State  string   `json:"state"`
	Code   string   `json:"code,omitempty"`
	Detail string   `json:"detail,omitempty"`
	Acts   []string `json:"acts,omitempty"`
}

type receiver struct {
	keys []key
	*directory
}

// ServeHTTP takes one message. Nothing of it is looked at before its signature is.
func (r receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 64<<10))
	if err != nil || req.Method != http.MethodPost {
		http.Error(w, "a POST of at most 64 KB is expected", http.StatusBadRequest)
		return
	}
	id := req.Header.Get("webhook-id")
	if err := verify(r.keys, id, req.Header.Get("webhook-timestamp"), req.Header.Get("webhook-signature"), body, time.Now()); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	var m message
	if json.Unmarshal(body, &m) != nil {
		http.Error(w, "this is no JSON", http.StatusBadRequest)
		return
	}
	a, err := r.take(id, m)
	if err != nil {
		log.Print(err) // hoten asks again: whether it was done is read from the state
		http.Error(w, "the state could not be kept", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	json.NewEncoder(w).Encode(a)
}

func (r receiver) take(id string, m message) (answer, error) {
	switch m.Type {
	case "directory.check":
		return answer{Status: http.StatusOK, State: "done", Acts: []string{"restrict", "set_password", "release"}}, nil
	case "directory.read":
		return r.became(m.Data.Key), nil
	}
	return r.once(id, m)
}
