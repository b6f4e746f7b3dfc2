-- The plant: what is known of a sensor, and every form in which its readings have described it.

create table sensors (
  sensor_key          integer generated always as identity primary key,
  sensor_id           text not null unique,
  sensor_type         text not null,
  location            jsonb not null,
  status              text not null default 'active',
  -- The sensor's own limits, in its unit: they go before the environment's and the reading's.
  warning_threshold   double precision,
  critical_threshold  double precision,
  metadata            jsonb not null default '{}',
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now()
);

-- What a reading says of its sensor and seldom changes, kept once instead of in every row.
create table sensor_version (
  version_key         integer generated always as identity primary key,
  sensor_key          integer not null references sensors,
  sensor_type         text not null,
  unit                text not null,
  location            jsonb not null,
  warning_threshold   double precision,
  critical_threshold  double precision,
  producer_epoch      text,
  -- sha-256 of the columns above: a unique key that also covers nulls and long texts.
  fingerprint         bytea not null,
  created_at          timestamptz not null default now(),
  unique (sensor_key, fingerprint)
);

-- The log: one row for each partition of each topic that was ever consumed. This is the fence, the offset and the ledger.

create table partition_log (
  log_key             smallint generated always as identity primary key,
  topic               text not null,
  topic_id            uuid not null,
  partition           integer not null,
  -- Rises when Kafka's log came back shorter than what is stored here: its offsets then name other readings.
  generation          integer not null default 0,
  first_offset        bigint not null,
  next_offset         bigint not null,
  stored              bigint not null default 0,
  dead_lettered       bigint not null default 0,
  duplicates          bigint not null default 0,
  -- Offsets that never held a reading: transaction markers, compaction.
  holes               bigint not null default 0,
  -- Offsets whose readings were gone from Kafka before they were consumed.
  lost                bigint not null default 0,
  claimed_by          text,
  claimed_at          timestamptz,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now(),
  -- Set when the topic was replaced by one of the same name.
  closed_at           timestamptz,
  unique (topic, partition, topic_id, generation)
) with (fillfactor = 50);

-- A stretch of a log that could not be consumed, for the person who asks what was lost.
create table log_gap (
  log_key             smallint not null references partition_log,
  first_offset        bigint not null,
  -- Null: it isn't known how many.
  last_offset         bigint,
  reason              text not null check (reason in ('log_truncated', 'log_shorter_than_stored', 'topic_replaced')),
  detail              text not null,
  detected_at         timestamptz not null default now(),
  primary key (log_key, first_offset, reason)
);

-- One committed transaction's share of one log. The readings name it instead of repeating consumer, partition and time.
create sequence batch_id_seq as integer minvalue -2147483648 start -2147483648 cycle;
create table batch (
  -- Four bytes in every reading. 15 batches a second use up 2^32 in nine years; old ones go with the readings, then ids come round again.
  batch_id            integer primary key default nextval('batch_id_seq'),
  log_key             smallint not null references partition_log,
  first_offset        bigint not null,
  next_offset         bigint not null,
  consumer_id         text not null,
  committed_at        timestamptz not null default now()
);
alter sequence batch_id_seq owned by batch.batch_id;
create index batch_log_key_first_offset on batch (log_key, first_offset);

-- Narrow, and in this order of columns 72 bytes a row: every eight bytes count a hundred million times.
create table reading (
  time                timestamptz not null,
  value               double precision not null,
  sequence            bigint,
  sensor_key          integer not null,
  version_key         integer not null,
  batch_id            integer not null,
  reading_count       integer,
  quality             real,
  -- Kafka's offset less the batch's first.
  offset_in_batch     smallint not null,
  -- 0 normal, 1 warning, 2 critical
  level               smallint not null
) partition by range (time);
create index reading_sensor_key_time on reading (sensor_key, time);
-- Rows come in batch order, so this costs a page a day and finds the readings of a batch.
create index reading_batch_id on reading using brin (batch_id) with (pages_per_range = 16, autosummarize = on);

-- What was received of each producer's numbered readings: the second one of a number is absorbed, a missing one is named.
create table producer_epoch (
  sensor_key          integer not null references sensors,
  producer_epoch      text not null,
  first_sequence      bigint not null,
  -- One more than the highest that was received.
  next_sequence       bigint not null,
  -- Numbers below next_sequence that have not come yet.
  missing             int8multirange not null default '{}',
  -- Below it, gaps are no longer waited for (there were too many of them), and what comes late goes to the dead letters.
  floor               bigint not null default 0,
  abandoned           bigint not null default 0,
  received            bigint not null,
  duplicates          bigint not null default 0,
  -- How many of them came after a later number.
  filled_late         bigint not null default 0,
  first_seen          timestamptz not null default now(),
  last_seen           timestamptz not null default now(),
  primary key (sensor_key, producer_epoch)
) with (fillfactor = 50);
create index producer_epoch_missing on producer_epoch (sensor_key) where missing <> '{}';

-- The detectors' memory of a log as it was before one offset; what was stored after it is replayed from `reading`.
create table detector_snapshot (
  log_key             smallint primary key references partition_log,
  next_offset         bigint not null,
  format              smallint not null,
  state               bytea not null,
  taken_at            timestamptz not null default now()
);

create table alerts (
  alert_id            uuid primary key,
  sensor_id           text not null,
  sensor_type         text not null,
  anomaly_type        text not null,
  severity            text not null check (severity in ('low', 'medium', 'high', 'critical')),
  sensor_value        double precision not null,
  sensor_unit         text not null,
  sensor_alert_level  text not null,
  description         text not null,
  location            jsonb not null,
  detected_by         text not null,
  timestamp_utc       timestamptz not null,
  resolved_at         timestamptz,
  status              text not null default 'active' check (status in ('active', 'acknowledged', 'resolved')),
  metadata            jsonb not null default '{}',
  created_at          timestamptz not null default now(),
  episode_id          uuid,
  transition          text,
  -- Where the reading came from, which with the rule makes the alert_id: one alert per reading and rule, whoever finds it. Null when
  -- another program wrote the row. No foreign key: its check, row by row, would be a part of every alert's cost.
  log_key             smallint,
  kafka_offset        bigint
);
-- For the outbox, which goes through a log's alerts by their offset.
create index alerts_log_key_kafka_offset on alerts (log_key, kafka_offset);
create index alerts_timestamp_utc on alerts (timestamp_utc desc);

-- A message that can't be stored, as it was received.
create table dead_letter (
  log_key             smallint not null references partition_log,
  kafka_offset        bigint not null,
  reason              text not null,
  detail              text not null,
  message_key         bytea,
  message_value       bytea,
  -- [[name, value], …], both base64
  headers             jsonb not null default '[]',
  kafka_time          timestamptz,
  detected_by         text not null,
  created_at          timestamptz not null default now(),
  primary key (log_key, kafka_offset)
);

-- The outbox is the tables themselves: `alerts` and `dead_letter` rows from this offset on still have to be published.
create table outbox_position (
  log_key             smallint not null references partition_log,
  kind                text not null check (kind in ('alert', 'dead_letter')),
  next_offset         bigint not null,
  published           bigint not null default 0,
  primary key (log_key, kind)
) with (fillfactor = 50);

-- Health. Old programs insert and update these rows too, so they are plain tables with defaults.

create table consumer_health (
  consumer_id                     text primary key,
  status                          text not null default 'active' check (status in ('active', 'inactive', 'error')),
  assigned_partitions             jsonb not null default '[]',
  last_heartbeat                  timestamptz not null default now(),
  messages_processed_last_minute  bigint not null default 0,
  total_messages_processed        bigint not null default 0,
  heartbeat_interval_ms           integer,
  metadata                        jsonb not null default '{}',
  created_at                      timestamptz not null default now(),
  updated_at                      timestamptz not null default now()
) with (fillfactor = 50);

create table producer_health (
  producer_id                     text primary key,
  sensor_type                     text,
  status                          text not null default 'active',
  last_heartbeat                  timestamptz not null default now(),
  messages_sent_last_minute       bigint not null default 0,
  total_messages_sent             bigint not null default 0,
  heartbeat_interval_ms           integer,
  metadata                        jsonb not null default '{}',
  created_at                      timestamptz not null default now(),
  updated_at                      timestamptz not null default now()
) with (fillfactor = 50);

-- Our own services say how often their heart beats; of any other program it is learned from the time between its beats. Slowly down, so
-- that two writes for one reading don't make a 10 s sensor look late; and at most twofold up, so that an outage doesn't count as a rhythm.
create function observe_heartbeat() returns trigger language plpgsql as $$
declare
  known_ms double precision := coalesce(old.heartbeat_interval_ms, 10000);
  gap_ms double precision := extract(epoch from new.last_heartbeat - old.last_heartbeat) * 1000;
begin
  new.updated_at := now();
  if gap_ms > 0 and new.heartbeat_interval_ms is not distinct from old.heartbeat_interval_ms
     and coalesce((new.metadata ->> 'own_interval')::boolean, false) is false then
    new.heartbeat_interval_ms := least(3600000, case when gap_ms > 3 * known_ms then least(gap_ms, 2 * known_ms)
      else greatest(gap_ms, 0.7 * known_ms) end)::integer;
  end if;
  return new;
end $$;
create trigger observe_heartbeat before update on consumer_health for each row execute function observe_heartbeat();
create trigger observe_heartbeat before update on producer_health for each row execute function observe_heartbeat();

create table rebalancing_events (
  event_id            bigint generated always as identity primary key,
  event_type          text not null check (event_type in ('rebalance_start', 'rebalance_complete', 'partition_assigned', 'partition_revoked')),
  consumer_id         text not null,
  partition_number    integer,
  topic_name          text,
  timestamp_utc       timestamptz not null default now(),
  metadata            jsonb not null default '{}'
);
create index rebalancing_events_timestamp_utc on rebalancing_events (timestamp_utc desc);

-- What the readings were in the contract: wide, with everything that each of them said.
create view sensor_readings as
select
  s.sensor_id,
  r.time as timestamp_utc,
  v.sensor_type,
  r.value as reading_value,
  v.unit,
  (array['normal', 'warning', 'critical'])[r.level + 1] as alert_level,
  r.quality,
  v.location,
  jsonb_strip_nulls(jsonb_build_object(
    'reading_count', r.reading_count,
    'warning_threshold', v.warning_threshold,
    'critical_threshold', v.critical_threshold,
    'producer_epoch', v.producer_epoch,
    'sequence', r.sequence)) as metadata,
  b.consumer_id as processed_by_consumer,
  l.partition as kafka_partition,
  b.first_offset + r.offset_in_batch as kafka_offset,
  b.committed_at as processing_timestamp
from reading r
left join sensors s on s.sensor_key = r.sensor_key
left join sensor_version v on v.version_key = r.version_key
left join batch b on b.batch_id = r.batch_id
left join partition_log l on l.log_key = b.log_key;
