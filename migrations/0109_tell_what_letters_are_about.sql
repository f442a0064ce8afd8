-- +goose Up
-- What a letter must tell, a bit each (cases.LetterSubjects); that of the restriction
-- follows from the case. It takes the place of since when one is due.
alter table cases add column letter_about smallint not null default 0 check (letter_about >= 0);
update cases c set letter_about = case when exists (select from case_events e where e.case_id = c.id and e.kind = 'contact_undone' and e.at >= c.letter_due_at) then 2 else 1 end
  where letter_due_at is not null;
drop index cases_unreachable;
alter table cases drop column letter_due_at;
create index cases_unreachable on cases (changed_at, id) where status not in ('completed', 'out_of_scope') and (unreachable_at is not null or letter_about > 0);

-- Why a mail was not sent, in a word (notices.Reasons); error is what was answered.
alter table mails add column reason text not null default '';
update mails set reason = case error when 'expired' then 'expired' when 'sending is stopped' then 'stopped' when 'the contact is no longer used' then 'doubtful' else 'discarded' end,
  error = case error when 'discarded' then '' else error end
  where error in ('expired', 'sending is stopped', 'the contact is no longer used', 'discarded');

-- +goose Down
alter table mails drop column reason;
drop index cases_unreachable;
alter table cases add column letter_due_at timestamptz;
update cases set letter_due_at = changed_at where letter_about > 0;
alter table cases drop column letter_about;
create index cases_unreachable on cases (changed_at, id) where status not in ('completed', 'out_of_scope') and (unreachable_at is not null or letter_due_at is not null);
