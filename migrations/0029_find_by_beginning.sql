-- +goose Up
-- Keyed hashes of how the login ID, the mail addresses and the telephone numbers of an
-- ID begin. Null is not hashed yet: only the program has the key, and does it in time.
alter table identities add column starts int[];
create index identities_starts on identities using gin (starts);
create index identities_without_starts on identities (id) where starts is null;

-- +goose Down
alter table identities drop column starts;
