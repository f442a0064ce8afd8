-- +goose Up
-- Telephone systems that tell of their calls, each by a secret in the address it calls.
create table cti_connections (
  id         bigint generated always as identity primary key,
  name       text        not null,
  token_hash bytea       not null unique,
  created_by bigint      not null references staff,
  created_at timestamptz not null,
  revoked_at timestamptz,
  heard_at   timestamptz, -- its last event
  refused_at timestamptz, -- its last event that could not be read
  refused    text        not null default '' -- and why, as the code of a fault
);

-- A telephone call as its system tells of it, whatever the order of what it tells.
-- number is the other side's, sealed; null where it is withheld.
create table cti_calls (
  id            bigint generated always as identity primary key,
  connection_id bigint      not null references cti_connections,
  call_key      text        not null, -- the system's own
  direction     text        not null check (direction in ('inbound', 'outbound')),
  number        bytea,
  number_key    bytea, -- keyed hash of it, as calls have one of their caller's
  desk_id       bigint references desks,
  dialled       text        not null default '', -- that no desk has: what is set up wrongly
  agent_id      bigint references staff,
  answered_by   text        not null default '', -- whom nobody knows: likewise
  offered_at    timestamptz not null,
  answered_at   timestamptz,
  ended_at      timestamptz,
  cause         text        not null default '',
  shown_at      timestamptz, -- to the agent
  unique (connection_id, call_key)
);
create index cti_calls_running on cti_calls (agent_id, answered_at) where ended_at is null;
create index cti_calls_offered on cti_calls (offered_at, desk_id);
create index cti_calls_unknown on cti_calls (connection_id, offered_at) where dialled <> '' or answered_by <> '';

-- The telephone call that a call about a case is held on.
alter table calls add column line_id bigint references cti_calls;
create index calls_line on calls (line_id) where ended_at is null and line_id is not null;

-- What the telephone system knows somebody by.
alter table staff add column extension text not null default '';
create unique index staff_extension on staff (lower(extension)) where extension <> '';

-- +goose Down
alter table staff drop column extension;
alter table calls drop column line_id;
drop table cti_calls;
drop table cti_connections;
