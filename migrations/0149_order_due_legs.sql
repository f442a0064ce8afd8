-- +goose Up
-- The legs of a batch of approvals are due at one instant: the next few are found by their
-- number, without sorting all that wait.
create index point_legs_due on point_legs (system_id, next_at, id) where state in ('waiting', 'uncertain', 'refused');
drop index point_legs_undone;
