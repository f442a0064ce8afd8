// Package webhooks tells programs outside what happened, by messages of Standard Webhooks 1.0.0
// or as a feed that they read. An event is a sealed entry of the audit trail, in the order of
// the seals: its type, its subject and its number, and nothing of what stands in it.
//
//	seal ──Spread──▶ waiting ──Sender──▶ done
//	                  ▲    │
//	                  └────┴─▶ given_up (after the last of the retries)
//
// A message is sent at least once: one whose answer was lost is sent again with its webhook-id.
package webhooks
