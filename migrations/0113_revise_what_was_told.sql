-- +goose Up
-- Whose contact a mailbox is that becomes that of an affected ID.
create index contacts_mailbox on contacts (mailbox_key) where mailbox_key is not null;

-- What was put back and told at the ID's own mailbox has not reached a member who cannot
-- open it (cases.letterUnread), unless a mail to another address or a letter told it since.
update cases c set letter_about = letter_about | 8
  where status not in ('completed', 'out_of_scope')
    and exists (select from identities i where i.id = c.identity_id and i.state in ('restricted', 'link_sent'))
    and exists (select from mails m join contact_ways k on k.id = m.contact_id where m.case_id = c.id and m.state = 'sent' and k.depends_on_login
      and m.kind in ('reimbursement_completed', 'reimbursement_corrected')
      and not exists (select from mails l where l.case_id = c.id and l.state = 'sent' and l.id > m.id and l.kind in ('reimbursement_completed', 'reimbursement_corrected', 'case_closed')
        and exists (select from contact_ways o where o.id = l.contact_id and not o.depends_on_login))
      and not exists (select from case_events e where e.case_id = c.id and e.kind = 'letter_sent' and e.at > m.sent_at and e.data->'about' @> '"result"'));

-- +goose Down
update cases set letter_about = letter_about & ~8::smallint where letter_about & 8 <> 0;
drop index contacts_mailbox;
