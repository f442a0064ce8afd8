-- +goose Up
-- Whether the step before a batch said that the approval would put the points back, or that
-- it would wait for another; null: of a batch from before.
alter table approval_results add column posts boolean;

-- +goose Down
alter table approval_results drop column posts;
