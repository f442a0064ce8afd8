-- +goose Up
-- The program of the largest company cost: two units are not compared.
alter table reimbursements add column cost_program_id smallint references programs;
update reimbursements r set cost_program_id = x.program_id from (
  select distinct on (reimbursement_id) reimbursement_id, program_id from (
    select reimbursement_id, program_id, sum(points) as points from reimbursement_lines where kind <> 'rollback' group by 1, 2) l
  where points > 0 order by reimbursement_id, points desc, program_id) x
  where x.reimbursement_id = r.id;
update reimbursements r set cost = x.points from (
  select reimbursement_id, program_id, sum(points)::bigint as points from reimbursement_lines where kind <> 'rollback' group by 1, 2) x
  where x.reimbursement_id = r.id and x.program_id = r.cost_program_id and r.cost <> x.points;
alter table reimbursements add check ((cost > 0) = (cost_program_id is not null));

-- What waited before flags were kept stands out as what is proposed now does.
update reimbursements r set flags = array_to_string(array[
    case when r.flags like '%unusual_amount%' then 'unusual_amount' end,
    case when r.flags like '%adjusted%' then 'adjusted' end,
    case when exists (select 1 from movements m where m.identity_id = c.identity_id and m.incident_id = c.incident_id and m.finding = 'own') then 'own_use' end,
    case when exists (select 1 from contacts k where k.member_id = i.member_id and k.registered_on >= n.period_from) then 'contact_changed' end], ' ')
  from cases c join incidents n on n.id = c.incident_id join identities i on i.id = c.identity_id
  where c.id = r.case_id and r.state = 'submitted';

-- Within what stands out, and within the rest, the oldest comes first.
drop index reimbursements_outliers;
create index reimbursements_outliers on reimbursements ((flags = ''), id) where state = 'submitted';

-- A look is at a plan; looks from before cannot tell at which.
truncate reimbursement_looks;
alter table reimbursement_looks add column plan_hash bytea not null;

-- +goose Down
alter table reimbursement_looks drop column plan_hash;
drop index reimbursements_outliers;
create index reimbursements_outliers on reimbursements ((flags = ''), id desc) where state = 'submitted';
alter table reimbursements drop column cost_program_id;
