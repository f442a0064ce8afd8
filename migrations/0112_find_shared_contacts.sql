-- +goose Up
-- What a proposed contact is told apart by, however it is written (a mailbox, not its
-- spelling): the keyed hash finds it among the contacts that documents showed for others.
alter table contact_changes add column same_key bytea;
create index contact_changes_same on contact_changes (same_key) where state in ('proposed', 'confirmed');

-- +goose Down
alter table contact_changes drop column same_key;
