-- +goose Up
-- How somebody says their name where English is spoken; empty: as it is written.
alter table staff add column name_en text not null default '';

-- +goose Down
alter table staff drop column name_en;
