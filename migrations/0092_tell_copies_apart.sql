-- +goose Up
-- Where this database has been let out of: each fingerprint is over the server, the
-- database, this table's own number and the place as the program reaches it. A copy or a
-- restored backup has another one, and sends nothing until a person releases it.
create table installations (
  fingerprint bytea primary key,
  place       text not null,
  known_at    timestamptz not null
);
revoke update, delete, truncate on installations from hoten_app;

-- The server's own number; empty where an administrator has taken the right to read it.
-- +goose StatementBegin
create function server_identifier() returns text language plpgsql stable as $$
begin
  return (select system_identifier::text from pg_control_system());
exception when insufficient_privilege then
  return '';
end $$;
-- +goose StatementEnd

-- +goose Down
drop table installations;
drop function server_identifier;
