-- +goose Up
-- What a statement lists as done although hoten has it as refused or dropped is neither undone nor
-- paid again before somebody found out.
alter table point_legs add listed boolean not null default false;
update point_legs l set listed = true where state <> 'done' and exists (select from statement_rows s where s.leg_id = l.id);
create index point_legs_disputed on point_legs (system_id, id) where (listed or code = 'key_conflict') and state in ('refused', 'dropped');
create index point_legs_listed on point_legs (system_id) where listed;

alter table reconciliation_differences drop constraint reconciliation_differences_kind_check,
  add constraint reconciliation_differences_kind_check check (kind in ('missing_there', 'missing_here', 'unknown_key', 'amount', 'account', 'program', 'twice', 'reference', 'far_day', 'day'));

-- +goose Down
update reconciliation_differences set kind = 'day' where kind = 'far_day';
alter table reconciliation_differences drop constraint reconciliation_differences_kind_check,
  add constraint reconciliation_differences_kind_check check (kind in ('missing_there', 'missing_here', 'unknown_key', 'amount', 'account', 'program', 'twice', 'reference', 'day'));
alter table point_legs drop listed;
