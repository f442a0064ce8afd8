// Package store is PostgreSQL for everybody else: connections under the
// program's own role, transactions that refuse to change anything unaudited,
// row locks, and jobs queued in the same transaction.
package store
