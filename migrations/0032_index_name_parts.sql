-- +goose Up
-- Keyed hashes of the parts of a name that are one character, by which 林 is found.
-- Null is not hashed yet: only the program has the key, and does it in time, together
-- with the key of the customer number, which no longer has leading zeros.
alter table members add column name_parts int[];
create index members_name_parts on members using gin (name_parts);
create index members_not_hashed on members (id) where name_parts is null;

-- +goose Down
alter table members drop column name_parts;
