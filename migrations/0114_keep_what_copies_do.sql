-- +goose Up
-- When a program first found that the database is a copy: what it writes from then on the
-- original knows nothing of.
create table copies (
  fingerprint bytea primary key,
  found_at    timestamptz not null
);
revoke update, delete, truncate on copies from hoten_app;

-- +goose Down
drop table copies;
