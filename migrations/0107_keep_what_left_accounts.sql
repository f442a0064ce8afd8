-- +goose Up
-- Points that left a member's account, as was learned after others were taken back from
-- it, and are not posted because nothing is on it: they are posted with what brings some.
alter table accounts add column behind bigint not null default 0 check (behind >= 0);
grant update (behind) on accounts to hoten_app;

drop function lock_accounts;
-- +goose StatementBegin
create function lock_accounts(identities bigint[])
returns table (id bigint, identity_id bigint, program_id smallint, balance bigint, assumed boolean, stated_by bigint, behind bigint)
language plpgsql security definer set search_path = public as $$
begin
  return query select a.id, a.identity_id, a.program_id, a.balance, a.assumed, a.stated_by, a.behind from accounts a
    where a.identity_id = any(identities) order by a.id for update;
end $$;
-- +goose StatementEnd

-- +goose Down
drop function lock_accounts;
-- +goose StatementBegin
create function lock_accounts(identities bigint[])
returns table (id bigint, identity_id bigint, program_id smallint, balance bigint, assumed boolean, stated_by bigint)
language plpgsql security definer set search_path = public as $$
begin
  return query select a.id, a.identity_id, a.program_id, a.balance, a.assumed, a.stated_by from accounts a
    where a.identity_id = any(identities) order by a.id for update;
end $$;
-- +goose StatementEnd
revoke update (behind) on accounts from hoten_app;
alter table accounts drop column behind;
