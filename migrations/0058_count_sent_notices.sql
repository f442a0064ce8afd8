-- +goose Up
-- A member is notified when the notice was sent, no longer when it was queued: marks of
-- notices that are still queued come when they are sent, those of notices that no server
-- took are taken back. Cases whose notice was sent before, by whatever mail, keep theirs.
with unsent as (
  select m.case_id, bool_or(m.state = 'queued') as queued from mails m
  where m.kind = 'restriction_notice' and m.case_id is not null
  group by m.case_id having not bool_or(m.state = 'sent'))
update cases c set notified_at = null, unreachable_at = case when u.queued then c.unreachable_at else coalesce(c.unreachable_at, c.notified_at) end
from unsent u where u.case_id = c.id and c.notified_at is not null;

-- +goose Down
update cases c set notified_at = m.queued_at from (select case_id, min(queued_at) as queued_at from mails where kind = 'restriction_notice' group by case_id) m
where m.case_id = c.id and c.notified_at is null;
