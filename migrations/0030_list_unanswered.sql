-- +goose Up
-- What waits for its first response, the oldest first: the queue of overdue ones is
-- its beginning.
create index cases_unanswered on cases (opened_at, id) where status = 'new' and notified_at is null;

-- +goose Down
drop index cases_unanswered;
