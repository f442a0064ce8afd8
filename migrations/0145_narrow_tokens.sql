-- +goose Up
-- What a token may of what its owner may (empty: all of it), until when, and when it was used.
alter table api_tokens add column scope text not null default '', -- permissions, separated by spaces
  add column expires_at timestamptz, -- null: made before tokens ended by themselves
  add column used_at timestamptz;

-- +goose Down
alter table api_tokens drop column scope, drop column expires_at, drop column used_at;
