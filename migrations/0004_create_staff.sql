-- +goose Up
create table desks (
  id    bigint generated always as identity primary key,
  code  text not null unique,
  rules jsonb not null
);

create table policies (
  id       bigint generated always as identity primary key,
  value    jsonb not null,
  set_at   timestamptz not null,
  set_by   bigint not null
);

create table staff (
  id                   bigint generated always as identity primary key,
  email                text not null unique check (email = lower(email)),
  name                 text not null,
  role                 text not null check (role in ('agent', 'supervisor', 'center_manager', 'administrator', 'auditor')),
  desk_id              bigint references desks,
  language             text not null default 'ja' check (language in ('ja', 'en')),
  theme                text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
  text_size            text not null default 'standard' check (text_size in ('standard', 'large', 'largest')),
  password_hash        text not null default '',
  enrolment_hash       bytea unique,
  enrolment_expires_at timestamptz,
  disabled_at          timestamptz,
  signed_in_at         timestamptz,
  created_at           timestamptz not null
);

create table api_tokens (
  id           bigint generated always as identity primary key,
  staff_id     bigint not null references staff,
  name         text not null,
  token_hash   bytea not null unique,
  created_at   timestamptz not null,
  revoked_at   timestamptz
);
create index api_tokens_staff on api_tokens (staff_id);

create table sign_in_failures (
  key      bytea primary key,
  failures int not null,
  last_at  timestamptz not null
);

-- The layout is scs/postgresstore's.
create table sessions (
  token  text primary key,
  data   bytea not null,
  expiry timestamptz not null
);
create index sessions_expiry on sessions (expiry);

create table idempotency_keys (
  staff_id     bigint not null references staff,
  key          text not null,
  request_hash bytea not null,
  status       int,
  body         bytea,
  created_at   timestamptz not null,
  primary key (staff_id, key)
);
create index idempotency_keys_created on idempotency_keys (created_at);

create table jobs (
  id          bigint generated always as identity primary key,
  kind        text not null,
  staff_id    bigint not null references staff,
  args        jsonb not null,
  state       text not null default 'running' check (state in ('running', 'done', 'failed')),
  total       bigint not null default 0,
  processed   bigint not null default 0,
  failed      bigint not null default 0,
  created_at  timestamptz not null,
  finished_at timestamptz
);

-- +goose Down
drop table jobs, idempotency_keys, sessions, sign_in_failures, api_tokens, staff, policies, desks;
