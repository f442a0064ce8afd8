-- +goose Up
-- Two operators number their movements from 1: a number is one of the ID that the movement is of.
alter table movements add column id_kind_id smallint references id_kinds;
update movements m set id_kind_id = i.id_kind_id from identities i where i.id = m.identity_id and i.id_kind_id is not null;
alter table movements drop constraint movements_movement_key_key;
create unique index movements_number on movements (movement_key, coalesce(id_kind_id, 0));

-- +goose Down
drop index movements_number;
alter table movements add constraint movements_movement_key_key unique (movement_key);
alter table movements drop column id_kind_id;
