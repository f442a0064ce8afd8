-- +goose Up
-- When the row was imported; null: by an earlier release.
alter table movements add column learned_at timestamptz;

-- +goose Down
alter table movements drop column learned_at;
