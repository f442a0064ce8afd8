-- +goose Up
-- A repeat is found by a keyed hash of the token, method, path and key. The rows
-- until now held plain hashes of requests, from which a short spoken value could
-- be guessed; they would have been forgotten within two days.
delete from idempotency_keys;
alter table idempotency_keys drop constraint idempotency_keys_pkey;
alter table idempotency_keys drop column key;
alter table idempotency_keys add column id bytea primary key;

-- +goose Down
delete from idempotency_keys;
alter table idempotency_keys drop column id;
alter table idempotency_keys add column key text not null;
alter table idempotency_keys add primary key (staff_id, key);
