-- +goose Up
-- The start page shows what was handed over last, of whichever incident.
create index daily_notes_last on daily_notes (day, id);

-- +goose Down
drop index daily_notes_last;
