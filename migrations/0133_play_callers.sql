-- +goose Up
-- Callers that were played to people who train. asked is what the agent asked them, in
-- order; what they said follows from it.
create table training_calls (
  id        bigint generated always as identity primary key,
  agent_id  bigint not null references staff,
  case_id   bigint not null references cases,
  character text not null check (character in ('honest', 'forgetful', 'thief')),
  asked     text[] not null default '{}',
  rang_at   timestamptz not null
);
create index training_calls_agent on training_calls (agent_id, id);

-- +goose Down
drop table training_calls;
