-- +goose Up
-- Keyed hashes of the first 5, 8 and 12 bytes of a login ID, a mail address and a
-- telephone number, by which they are found while they are typed. Plain trees, since
-- IDs may all begin alike: a search reads no further than it looks. Null is not
-- hashed yet: only the program has the key, and does it in time.
alter table identities add column start_5 int, add column start_8 int, add column start_12 int;
alter table contacts add column start_5 int, add column start_8 int, add column start_12 int;
create index identities_start_5 on identities (start_5);
create index identities_start_8 on identities (start_8);
create index identities_start_12 on identities (start_12);
create index contacts_start_5 on contacts (start_5);
create index contacts_start_8 on contacts (start_8);
create index contacts_start_12 on contacts (start_12);

-- +goose Down
alter table identities drop column start_5, drop column start_8, drop column start_12;
alter table contacts drop column start_5, drop column start_8, drop column start_12;
