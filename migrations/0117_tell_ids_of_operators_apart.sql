-- +goose Up
-- Two operators give the same number to two people: a login ID is one of the ID that the
-- incident is about. IDs of earlier releases are of the first incident that they came with.
alter table identities add column id_kind_id smallint references id_kinds;
update identities i set id_kind_id = f.id_kind_id from (
  select distinct on (c.identity_id) c.identity_id, n.id_kind_id from cases c join incidents n on n.id = c.incident_id
  where n.id_kind_id is not null order by c.identity_id, c.id) f
where f.identity_id = i.id;
alter table identities drop constraint identities_login_key_key;
create unique index identities_login on identities (login_key, coalesce(id_kind_id, 0));

-- +goose Down
drop index identities_login;
alter table identities add constraint identities_login_key_key unique (login_key);
alter table identities drop column id_kind_id;
