// Package webhook asks a receiver of the operator's own, for identity systems that none of the
// other adapters speaks to. Messages are those of Standard Webhooks 1.0.0: signed JSON, one a
// request, with webhook-id as the key that a receiver does an order once by.
//
//	directory.restrict, …   an act: the receiver answers what became of it
//	directory.read          what became of an act whose answer was lost
//	directory.check         whether the receiver is there, and trusts our signature
package webhook
