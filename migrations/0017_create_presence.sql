-- +goose Up
-- Who has which case open. Unlogged: after a crash everybody says so again.
create unlogged table presence (
  case_id  bigint not null references cases,
  staff_id bigint not null references staff,
  writing  boolean not null,
  seen_at  timestamptz not null,
  primary key (case_id, staff_id)
);
create index presence_seen on presence (seen_at);

-- +goose Down
drop table presence;
