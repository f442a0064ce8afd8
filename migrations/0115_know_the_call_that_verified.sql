-- +goose Up
-- The first call of the conversation in which the member was verified (cases.verified_at).
alter table cases add column verified_call bigint;

update cases c set verified_call = coalesce(k.first_id, k.id)
  from case_events e join calls k on k.id = (e.data->>'call')::bigint
  where e.case_id = c.id and e.kind = 'call_concluded' and e.data->>'outcome' = 'verified' and e.at = c.verified_at;

-- Who is neither the member nor a representative whose papers had been seen was told for
-- nobody (cases.Entitled): the first conversation with one who is counts, if any.
create temp table entitled on commit drop as
  select distinct on (e.case_id) e.case_id, e.at, coalesce(k.first_id, k.id) as call
  from case_events e join calls k on k.id = (e.data->>'call')::bigint
  where e.kind = 'call_concluded' and e.data->>'outcome' = 'verified'
    and (k.relation in ('self', 'relay') or k.relation <> 'family' and exists (select from cases c join cases o on o.identity_id = c.identity_id
      join representatives r on r.case_id = o.id where c.id = k.case_id and r.relation = k.relation and r.recorded_at <= coalesce(k.ended_at, 'infinity')))
  order by e.case_id, e.at, e.id;
update cases c set (verified_at, verified_call) = (select n.at, n.call from entitled n where n.case_id = c.id)
  from calls k where k.id = c.verified_call and not exists (select from entitled n where n.case_id = c.id and n.at = c.verified_at);

-- +goose Down
alter table cases drop column verified_call;
