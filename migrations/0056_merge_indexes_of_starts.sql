-- +goose Up
-- One tree for the beginnings instead of three: whoever knows the first 8 bytes of a
-- key knows the first 5, so the longer ones are looked for below the shorter. Each tree
-- costs an import two or three writes an ID, in places all over it.
create index identities_starts on identities (start_5, start_8, start_12);
create index contacts_starts on contacts (start_5, start_8, start_12);
drop index identities_start_5, identities_start_8, identities_start_12, contacts_start_5, contacts_start_8, contacts_start_12;

-- Postings are read by their account; nothing asks for those of a transfer.
drop index if exists postings_transfer;

-- +goose Down
create index if not exists postings_transfer on postings (transfer_id);
create index identities_start_5 on identities (start_5);
create index identities_start_8 on identities (start_8);
create index identities_start_12 on identities (start_12);
create index contacts_start_5 on contacts (start_5);
create index contacts_start_8 on contacts (start_8);
create index contacts_start_12 on contacts (start_12);
drop index contacts_starts, identities_starts;
