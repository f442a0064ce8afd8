// Package edge is what every request passes before a page or a call of the API
// answers it: its number, the access log, panics, headers, the client's address,
// and bounds on what it may send and how long it may take.
package edge
