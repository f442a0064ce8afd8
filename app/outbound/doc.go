// Package outbound is what all requests to servers outside have in common: how they go out,
// where they may go, how they are signed (Standard Webhooks 1.0.0), and how what was answered
// is told to people.
package outbound
