-- +goose Up
-- The image beside the operator's name on members' pages, as PNG; the digest stands in its address.
create table operator_marks (
  operator_id smallint primary key references operators,
  image       bytea    not null
);
alter table operators add column mark_digest text not null default '';

-- +goose Down
drop table operator_marks;
alter table operators drop column mark_digest;
