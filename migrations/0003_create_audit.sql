-- +goose Up
-- before and after are json, not jsonb: the bytes are what the code is over.
create table audit_entries (
  id         uuid primary key,
  xid        xid8 not null default pg_current_xact_id(),
  at         timestamptz not null,
  actor_kind text not null check (actor_kind in ('staff', 'system', 'member')),
  actor_id   bigint not null,
  actor_name text not null,
  desk_id    bigint not null,
  via        text not null,
  action     text not null,
  subject    text not null,
  reason     bytea,
  before     json,
  after      json,
  mac        bytea not null
);
create index audit_entries_xid on audit_entries (xid);
create index audit_entries_subject on audit_entries (subject, id);
create index audit_entries_actor on audit_entries (actor_id, id);

create table audit_seals (
  seq      bigint primary key check (seq > 0),
  entry_id uuid not null unique,
  hash     bytea not null
);

create trigger append_only before update or delete or truncate on audit_entries
  for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on audit_seals
  for each statement execute function refuse_change();
revoke update, delete, truncate on audit_entries, audit_seals from hoten_app;

-- +goose Down
drop table audit_seals, audit_entries;
