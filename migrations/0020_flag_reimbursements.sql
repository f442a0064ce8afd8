-- +goose Up
-- What a supervisor should see first, as it stood when the plan was proposed, and
-- the company cost in the program where it is largest, in points of that program.
alter table reimbursements
  add column flags text not null default '' check (string_to_array(flags, ' ') <@ '{unusual_amount,adjusted,own_use,contact_changed}'),
  add column cost bigint not null default 0;
update reimbursements r set cost = x.cost from (
  select reimbursement_id, max(points) as cost from (
    select reimbursement_id, program_id, sum(points)::bigint as points from reimbursement_lines where kind <> 'rollback' group by 1, 2) l group by 1) x
  where x.reimbursement_id = r.id and r.state = 'submitted' and x.cost > 0;
update reimbursements r set flags = 'adjusted' where r.state = 'submitted'
  and exists (select 1 from reimbursement_lines l where l.reimbursement_id = r.id and l.kind = 'adjust');
create index reimbursements_outliers on reimbursements ((flags = ''), id desc) where state = 'submitted';

-- Who has looked at which proposal. Its plan never changes: a changed plan is
-- proposed anew.
create table reimbursement_looks (
  reimbursement_id bigint not null references reimbursements,
  staff_id         bigint not null references staff,
  at               timestamptz not null,
  primary key (reimbursement_id, staff_id)
);

-- +goose Down
drop table reimbursement_looks;
drop index reimbursements_outliers;
alter table reimbursements drop column flags, drop column cost;
