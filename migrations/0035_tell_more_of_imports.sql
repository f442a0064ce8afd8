-- +goose Up
-- notices tell about a file what refuses nothing. headers are the columns of the
-- files, sealed: refused rows are given back below them.
alter table imports add column notices jsonb not null default '[]', add column headers bytea;

-- What the sentence of a reason names, such as another incident.
alter table import_rejections add column detail text not null default '';

-- The keyed hash of the row that listed the ID in this incident. The one of the
-- member is of the first incident: later ones list other balances.
alter table cases add column row_hash bytea;

-- +goose Down
alter table cases drop column row_hash;
alter table import_rejections drop column detail;
alter table imports drop column headers, drop column notices;
