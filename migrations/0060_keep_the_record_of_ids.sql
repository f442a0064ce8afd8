-- +goose Up
-- What is true of an ID in every incident stands on the ID, no longer on the case of
-- one of them (docs/domain.md sections 4 and 5).
alter table identities drop constraint identities_state_check,
  add column restricted_at timestamptz, add column resumed_at timestamptz, add column impostor_at timestamptz,
  add column tried_on date, add column failed_attempts smallint not null default 0, add column wrong_answers smallint not null default 0;
-- A link that went out in one case holds for the ID; else the directory knows whether
-- the ID is restricted. Suspicions stay as they were first raised, attempts are summed.
update identities i set
  state = case when i.state = 'restricted' and c.link_sent then 'link_sent' when i.state = 'restricted' then 'restricted' when c.resumed_at is not null then 'resumed' else 'active' end,
  restricted_at = c.restricted_at, resumed_at = case when i.state <> 'restricted' then c.resumed_at end, impostor_at = c.impostor_at,
  tried_on = c.tried_on, failed_attempts = c.failed_attempts
from (
  select o.identity_id, bool_or(o.identity_state = 'link_sent') as link_sent, max(o.restricted_at) as restricted_at, max(o.resumed_at) as resumed_at,
    min(o.impostor_at) as impostor_at, d.tried_on, coalesce(sum(o.failed_attempts) filter (where o.failed_on = d.tried_on), 0) as failed_attempts
  from cases o join lateral (select max(failed_on) as tried_on from cases x where x.identity_id = o.identity_id) d on true
  group by o.identity_id, d.tried_on) c
where c.identity_id = i.id;
update identities i set wrong_answers = least(w.n, 32767), tried_on = w.day,
  failed_attempts = case when i.tried_on = w.day then i.failed_attempts else 0 end
from (
  select o.identity_id, (now() at time zone interval '9 hours')::date as day, count(*) as n
  from call_answers a join calls k on k.id = a.call_id join cases o on o.id = k.case_id
  where not a.matched and a.item <> 'code' and (a.at at time zone interval '9 hours')::date = (now() at time zone interval '9 hours')::date
    and a.at > coalesce((select max(e.at) from case_events e join cases m on m.id = e.case_id where m.identity_id = o.identity_id and e.kind = 'verification_opened'), '-infinity')
  group by o.identity_id) w
where w.identity_id = i.id;
alter table identities add constraint identities_state_check check (state in ('active', 'restricted', 'link_sent', 'resumed'));
create index identities_impostor on identities (id) where impostor_at is not null;

drop index cases_marked;
alter table cases drop column identity_state, drop column restricted_at, drop column resumed_at, drop column impostor_at, drop column failed_attempts, drop column failed_on;
create index cases_unreachable on cases (changed_at, id) where status not in ('completed', 'out_of_scope') and unreachable_at is not null;

-- +goose Down
drop index cases_unreachable;
alter table cases add column identity_state text check (identity_state in ('restricted', 'link_sent', 'resumed')), add column restricted_at timestamptz,
  add column resumed_at timestamptz, add column impostor_at timestamptz, add column failed_attempts smallint not null default 0, add column failed_on date;
update cases c set identity_state = nullif(i.state, 'active'), restricted_at = i.restricted_at, resumed_at = i.resumed_at, impostor_at = i.impostor_at,
  failed_attempts = i.failed_attempts, failed_on = i.tried_on from identities i where i.id = c.identity_id and c.origin <> 'inquiry';
create index cases_marked on cases (num_nonnulls(impostor_at), num_nonnulls(unreachable_at), changed_at, id)
  where status not in ('completed', 'out_of_scope') and (impostor_at is not null or unreachable_at is not null);
alter table identities drop constraint identities_state_check;
update identities set state = case state when 'link_sent' then 'restricted' when 'resumed' then 'active' else state end;
alter table identities add constraint identities_state_check check (state in ('active', 'restricted')),
  drop column restricted_at, drop column resumed_at, drop column impostor_at, drop column tried_on, drop column failed_attempts, drop column wrong_answers;
