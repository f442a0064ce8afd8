-- +goose Up
-- What lines of proposals do to the member's balances, in points of each program: a
-- rollback gives in one and takes in the other. All sums are made of this.
create view reimbursement_points as
  select l.reimbursement_id, l.kind, v.program_id, v.points
  from reimbursement_lines l cross join lateral (values (l.program_id, l.points), (l.counter_program_id, -l.counter_points)) v (program_id, points)
  where v.program_id is not null;

-- Daily reports that were kept had what a rollback takes without its sign.
with taken as (
  select r.incident_id, p.code from reimbursement_points l join reimbursements r on r.id = l.reimbursement_id join programs p on p.id = l.program_id
  where l.kind = 'rollback' group by 1, 2 having max(l.points) < 0)
update daily_figures d set value = jsonb_set(d.value, '{points}', (
  select jsonb_agg(case when p->>'program' in (select code from taken t where t.incident_id = d.incident_id)
    then jsonb_set(p, '{rollback}', to_jsonb(-(p->>'rollback')::bigint)) else p end order by n)
  from jsonb_array_elements(d.value->'points') with ordinality e (p, n)))
where jsonb_typeof(d.value->'points') = 'array' and d.value->'points' <> '[]';
-- Those of incidents are counted again at once.
update incident_figures set at = 'epoch', took_ms = 0;

-- +goose Down
drop view reimbursement_points;
