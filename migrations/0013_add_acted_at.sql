-- +goose Up
-- acted_at is written by the action itself, in its transaction: after a crash it
-- tells a request that changed something from one that never came so far.
alter table idempotency_keys add column acted_at timestamptz;

-- +goose Down
alter table idempotency_keys drop column acted_at;
