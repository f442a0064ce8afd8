// Package services is what members can do with a program's points at a time: which
// services are suspended or need the point password, from when, and when they come
// back (docs/domain.md section 1). Scripts and mails say what holds on their day and ask
// no member to do what is suspended.
//
// A status holds in [From, Until); without an Until its end is not known yet. Two
// of the same kind never hold for one service at once, and where a service is both
// suspended and in need of the point password, suspended is what counts. What has
// ended stays as it was; a status entered by mistake is voided.
package services
