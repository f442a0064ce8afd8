-- +goose Up
-- Names are found without the marks of Latin letters: the program hashes those that are
-- here again, in the background. New ones have the hashes of now.
alter table members add column names_hashed smallint not null default 0;
alter table members alter column names_hashed set default 1;
drop index members_not_hashed;
create index members_names_hashed on members (id) where names_hashed = 0;

-- +goose Down
drop index members_names_hashed;
create index members_not_hashed on members (id) where name_parts is null;
alter table members drop column names_hashed;
