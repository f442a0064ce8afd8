// Package rest is what the adapters that speak HTTP have in common: how a server is reached,
// and what its answers mean.
//
// Each request has a connection of its own, which ends with it, so that nothing is repeated
// behind our back and nothing outlives a call. No redirect is followed and no proxy of the
// environment used.
//
//	no connection            nothing went out      *Unready
//	2xx                      done
//	3xx, 401, 403, 425, 429  not done              *Unready
//	503 with Retry-After     not done              *Unready
//	404                      no such ID            *Refused unknown_id
//	405                      it can not            *Refused not_able
//	other 4xx                                      *Refused refused
//	everything else          nobody knows          another error
package rest
