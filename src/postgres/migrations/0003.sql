-- Dead letters that an admin had sent back into their topic, and what became of each.

create table dead_letter_replay (
  -- The dead letter's own. No foreign key: its check, row by row, would be most of what a request for 100,000 of them costs.
  log_key             smallint not null,
  kafka_offset        bigint not null,
  requested_at        timestamptz not null default now(),
  -- An account's name.
  requested_by        text not null,
  -- When Kafka had acknowledged the message; null: it still has to be sent.
  sent_at             timestamptz,
  -- Why Kafka refused the message. It can be requested again.
  failure             text,
  -- What became of the first message that arrived; whatever arrives after it is absorbed. Refused: it is a new dead letter.
  outcome             text check (outcome in ('stored', 'duplicate', 'refused')),
  outcome_at          timestamptz,
  primary key (log_key, kafka_offset)
);
-- For the consumers, which look for what has to be sent every 2 s.
create index dead_letter_replay_unsent on dead_letter_replay (log_key, kafka_offset)
  where sent_at is null and failure is null and outcome is null;

-- For a request by reason.
create index dead_letter_reason on dead_letter (log_key, reason, kafka_offset);
