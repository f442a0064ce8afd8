-- +goose Up
-- The words that a saved list searches for name members; they stand sealed and in
-- no address.
alter table saved_views add column words bytea;

-- +goose Down
alter table saved_views drop column words;
