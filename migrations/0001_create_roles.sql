-- +goose Up
-- The program works as hoten_app; the owner only migrates. Roles belong to the
-- whole server, so another database, or an administrator who lets no one else create
-- roles, may have made this one already.
-- +goose StatementBegin
do $$ begin
  if not exists (select from pg_roles where rolname = 'hoten_app') then
    create role hoten_app nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'the role hoten_app is missing and % may not create roles; as an administrator of the server: create role hoten_app nologin; grant hoten_app to %;',
      current_user, quote_ident(current_user) using errcode = 'insufficient_privilege';
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
do $$ begin
  execute format('grant hoten_app to %I', current_user);
exception
  when unique_violation then null;
  when insufficient_privilege then
    if not pg_has_role('hoten_app', 'member') then
      raise exception '% is not a member of the role hoten_app and may not grant it; as an administrator of the server: grant hoten_app to %;',
        current_user, quote_ident(current_user) using errcode = 'insufficient_privilege';
    end if;
end $$;
-- +goose StatementEnd
grant usage on schema public to hoten_app;
alter default privileges in schema public grant select, insert, update, delete on tables to hoten_app;
alter default privileges in schema public grant usage, select, update on sequences to hoten_app;
grant select on goose_db_version to hoten_app;

-- +goose StatementBegin
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
-- +goose StatementEnd

create table settings (
  key   text primary key,
  value text not null
);

-- +goose Down
drop table settings;
drop function refuse_change;
