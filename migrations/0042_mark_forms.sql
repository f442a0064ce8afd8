-- +goose Up
-- Forms of the console that changed something, by a keyed hash of who sent what:
-- the same form sent again leads to where the first led (location), and changes
-- nothing. request tells one sending from another.
create table sent_forms (
  id       bytea primary key,
  request  text not null,
  sent_at  timestamptz not null,
  location text
);
create index sent_forms_at on sent_forms (sent_at);

-- +goose Down
drop table sent_forms;
