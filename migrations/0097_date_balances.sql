-- +goose Up
-- Of when the balance is that an account was opened with: what happened later is not in it
-- and is posted of its own (ledger.CatchUp). null: nobody knows, and all is in it.
alter table accounts add column as_of timestamptz;
update accounts a set as_of = i.restricted_at from identities i where i.id = a.identity_id and i.restricted_at is not null;

-- +goose Down
alter table accounts drop column as_of;
