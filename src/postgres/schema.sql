-- The schema that all migrations together make. Written by `npm run docs`, never by hand;
-- test/integration/schema.test.ts compares it with a database that was just migrated.

create sequence batch_id_seq as integer increment 1 minvalue -2147483648 maxvalue 2147483647 start -2147483648 cycle owned by batch.batch_id;

CREATE OR REPLACE FUNCTION public.merged_mean(mean_a double precision, readings_a bigint, mean_b double precision, readings_b bigint)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when abs(mean_a) < 1e-290 then 0 else mean_a * (readings_a::float8 / (readings_a + readings_b)) end
       + case when abs(mean_b) < 1e-290 then 0 else mean_b * (readings_b::float8 / (readings_a + readings_b)) end
$function$;

CREATE OR REPLACE FUNCTION public.observe_heartbeat()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'audit_log is only added to';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change_of_row()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is only added to', tg_table_name;
end $function$;

create table account (
  account_id integer not null generated always as identity,
  name text not null,
  role text not null,
  password_hash text not null,
  disabled_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  changed_at timestamp with time zone not null default now(),
  issuer text,
  subject text,
  constraint account_pkey PRIMARY KEY (account_id),
  constraint account_issuer_subject UNIQUE (issuer, subject),
  constraint account_name_key UNIQUE (name),
  constraint account_provider CHECK (((issuer IS NULL) = (subject IS NULL))),
  constraint account_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text])))
);

create table alarm (
  episode_id uuid not null,
  sensor_key integer not null,
  sensor_id text not null,
  sensor_type text not null,
  machine_id text not null,
  location jsonb not null,
  rule text not null,
  priority text not null,
  severity text not null,
  state text not null,
  condition_active boolean not null,
  latched boolean not null,
  active_logs jsonb not null,
  raised_at timestamp with time zone not null,
  escalated_at timestamp with time zone,
  cleared_at timestamp with time zone,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  ended_at timestamp with time zone,
  first_value double precision not null,
  last_value double precision not null,
  last_level text not null,
  peak_value double precision not null,
  peak_at timestamp with time zone not null,
  peak_excess double precision not null,
  unit text not null,
  readings bigint not null,
  description text not null,
  group_id uuid,
  log_key smallint,
  detected_by text not null,
  changed_at timestamp with time zone not null default now(),
  constraint alarm_pkey PRIMARY KEY (episode_id),
  constraint alarm_sensor_key_fkey FOREIGN KEY (sensor_key) REFERENCES sensors(sensor_key),
  constraint alarm_priority_check CHECK ((priority = ANY (ARRAY['high'::text, 'medium'::text, 'low'::text]))),
  constraint alarm_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text]))),
  constraint alarm_state_check CHECK ((state = ANY (ARRAY['normal'::text, 'unacknowledged'::text, 'acknowledged'::text, 'returned_unacknowledged'::text, 'shelved'::text, 'suppressed'::text, 'out_of_service'::text])))
) with (fillfactor=70);
create index alarm_machine_id_raised_at ON alarm USING btree (machine_id, raised_at, episode_id);
create unique index alarm_open ON alarm USING btree (sensor_key, rule) WHERE (ended_at IS NULL);
create index alarm_raised_at ON alarm USING btree (raised_at, episode_id);
create index alarm_sensor_id_raised_at ON alarm USING btree (sensor_id, raised_at, episode_id);

create table alarm_event (
  event_id bigint not null generated always as identity,
  episode_id uuid,
  sensor_key integer not null,
  rule text not null,
  transition text not null,
  state text not null,
  announced boolean not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now(),
  actor text,
  reason text,
  value double precision,
  detail text,
  alert_id uuid,
  constraint alarm_event_pkey PRIMARY KEY (event_id)
);
create index alarm_event_episode_id ON alarm_event USING btree (episode_id, event_id);
create index alarm_event_raised ON alarm_event USING btree (occurred_at) WHERE ((transition = 'raised'::text) AND announced);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON alarm_event FOR EACH ROW EXECUTE FUNCTION refuse_change_of_row();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON alarm_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_row();

create table alarm_out_of_service (
  sensor_key integer not null,
  rule text not null,
  taken_by text not null,
  reason text not null,
  taken_at timestamp with time zone not null,
  constraint alarm_out_of_service_pkey PRIMARY KEY (sensor_key, rule),
  constraint alarm_out_of_service_sensor_key_fkey FOREIGN KEY (sensor_key) REFERENCES sensors(sensor_key)
);

create table alarm_setting (
  setting_id bigint not null generated always as identity,
  sensor_type text,
  sensor_key integer,
  rule text not null,
  enabled boolean,
  priority text,
  limit_value double precision,
  deadband double precision,
  on_delay_ms integer,
  off_delay_ms integer,
  re_alarm_ms integer,
  latch boolean,
  changed_by text not null,
  reason text not null,
  changed_at timestamp with time zone not null default now(),
  restores bigint,
  constraint alarm_setting_pkey PRIMARY KEY (setting_id),
  constraint alarm_setting_sensor_key_fkey FOREIGN KEY (sensor_key) REFERENCES sensors(sensor_key),
  constraint alarm_setting_check CHECK (((sensor_type IS NULL) <> (sensor_key IS NULL))),
  constraint alarm_setting_priority_check CHECK ((priority = ANY (ARRAY['high'::text, 'medium'::text, 'low'::text])))
);
create index alarm_setting_sensor ON alarm_setting USING btree (sensor_key, rule, setting_id) WHERE (sensor_key IS NOT NULL);
create index alarm_setting_type ON alarm_setting USING btree (sensor_type, rule, setting_id) WHERE (sensor_type IS NOT NULL);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON alarm_setting FOR EACH ROW EXECUTE FUNCTION refuse_change_of_row();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON alarm_setting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_row();

create table alarm_shelf (
  sensor_key integer not null,
  rule text not null,
  until timestamp with time zone,
  shelved_by text not null,
  reason text not null,
  shelved_at timestamp with time zone not null,
  constraint alarm_shelf_pkey PRIMARY KEY (sensor_key, rule),
  constraint alarm_shelf_sensor_key_fkey FOREIGN KEY (sensor_key) REFERENCES sensors(sensor_key)
);

create table alert_unsent (
  alert_id uuid not null,
  created_at timestamp with time zone not null default now(),
  claimed_until timestamp with time zone,
  constraint alert_unsent_pkey PRIMARY KEY (alert_id)
);
create index alert_unsent_created_at ON alert_unsent USING btree (created_at, alert_id);

create table alerts (
  alert_id uuid not null,
  sensor_id text not null,
  sensor_type text not null,
  anomaly_type text not null,
  severity text not null,
  sensor_value double precision not null,
  sensor_unit text not null,
  sensor_alert_level text not null,
  description text not null,
  location jsonb not null,
  detected_by text not null,
  timestamp_utc timestamp with time zone not null,
  resolved_at timestamp with time zone,
  status text not null default 'active'::text,
  metadata jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  episode_id uuid,
  transition text,
  log_key smallint,
  kafka_offset bigint,
  constraint alerts_pkey PRIMARY KEY (alert_id),
  constraint alerts_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text]))),
  constraint alerts_status_check CHECK ((status = ANY (ARRAY['active'::text, 'acknowledged'::text, 'resolved'::text])))
);
create index alerts_log_key_kafka_offset ON alerts USING btree (log_key, kafka_offset);
create index alerts_timestamp_utc ON alerts USING btree (timestamp_utc DESC);

create table api_token (
  token_id integer not null generated always as identity,
  account_id integer not null,
  name text not null,
  role text not null,
  token_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint api_token_pkey PRIMARY KEY (token_id),
  constraint api_token_token_hash_key UNIQUE (token_hash),
  constraint api_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id),
  constraint api_token_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text])))
);

create table audit_log (
  audit_id bigint not null generated always as identity,
  occurred_at timestamp with time zone not null default now(),
  actor text,
  action text not null,
  target text,
  address text,
  outcome text not null,
  detail text,
  constraint audit_log_pkey PRIMARY KEY (audit_id),
  constraint audit_log_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text])))
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table batch (
  batch_id integer not null default nextval('batch_id_seq'::regclass),
  log_key smallint not null,
  first_offset bigint not null,
  next_offset bigint not null,
  consumer_id text not null,
  committed_at timestamp with time zone not null default now(),
  days date[],
  constraint batch_pkey PRIMARY KEY (batch_id),
  constraint batch_log_key_fkey FOREIGN KEY (log_key) REFERENCES partition_log(log_key)
);
create index batch_log_key_first_offset ON batch USING btree (log_key, first_offset);

create table consumer_health (
  consumer_id text not null,
  status text not null default 'active'::text,
  assigned_partitions jsonb not null default '[]'::jsonb,
  last_heartbeat timestamp with time zone not null default now(),
  messages_processed_last_minute bigint not null default 0,
  total_messages_processed bigint not null default 0,
  heartbeat_interval_ms integer,
  metadata jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint consumer_health_pkey PRIMARY KEY (consumer_id),
  constraint consumer_health_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'error'::text])))
) with (fillfactor=50);
CREATE TRIGGER observe_heartbeat BEFORE UPDATE ON consumer_health FOR EACH ROW EXECUTE FUNCTION observe_heartbeat();

create table dead_letter (
  log_key smallint not null,
  kafka_offset bigint not null,
  reason text not null,
  detail text not null,
  message_key bytea,
  message_value bytea,
  headers jsonb not null default '[]'::jsonb,
  kafka_time timestamp with time zone,
  detected_by text not null,
  created_at timestamp with time zone not null default now(),
  constraint dead_letter_pkey PRIMARY KEY (log_key, kafka_offset),
  constraint dead_letter_log_key_fkey FOREIGN KEY (log_key) REFERENCES partition_log(log_key)
);
create index dead_letter_reason ON dead_letter USING btree (log_key, reason, kafka_offset);

create table dead_letter_replay (
  log_key smallint not null,
  kafka_offset bigint not null,
  requested_at timestamp with time zone not null default now(),
  requested_by text not null,
  sent_at timestamp with time zone,
  failure text,
  outcome text,
  outcome_at timestamp with time zone,
  constraint dead_letter_replay_pkey PRIMARY KEY (log_key, kafka_offset),
  constraint dead_letter_replay_outcome_check CHECK ((outcome = ANY (ARRAY['stored'::text, 'duplicate'::text, 'refused'::text])))
);
create index dead_letter_replay_unsent ON dead_letter_replay USING btree (log_key, kafka_offset) WHERE ((sent_at IS NULL) AND (failure IS NULL) AND (outcome IS NULL));

create table demo_token (
  token_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  used_at timestamp with time zone,
  constraint demo_token_pkey PRIMARY KEY (token_hash)
);

create table detector_block (
  log_key smallint not null,
  block_key integer not null,
  next_offset bigint not null,
  format smallint not null,
  sensor_keys integer[] not null,
  state bytea not null,
  constraint detector_block_pkey PRIMARY KEY (log_key, block_key),
  constraint detector_block_log_key_fkey FOREIGN KEY (log_key) REFERENCES partition_log(log_key)
);

create table detector_snapshot (
  log_key smallint not null,
  next_offset bigint not null,
  format smallint not null,
  state bytea not null,
  taken_at timestamp with time zone not null default now(),
  learned_from bigint,
  constraint detector_snapshot_pkey PRIMARY KEY (log_key),
  constraint detector_snapshot_log_key_fkey FOREIGN KEY (log_key) REFERENCES partition_log(log_key)
);

create table log_gap (
  log_key smallint not null,
  first_offset bigint not null,
  last_offset bigint,
  reason text not null,
  detail text not null,
  detected_at timestamp with time zone not null default now(),
  constraint log_gap_pkey PRIMARY KEY (log_key, first_offset, reason),
  constraint log_gap_log_key_fkey FOREIGN KEY (log_key) REFERENCES partition_log(log_key),
  constraint log_gap_reason_check CHECK ((reason = ANY (ARRAY['log_truncated'::text, 'log_shorter_than_stored'::text, 'topic_replaced'::text])))
);

create table machine_suppression (
  machine_id text not null,
  suppressed_by text not null,
  reason text not null,
  suppressed_at timestamp with time zone not null,
  source text not null default 'operator'::text,
  name text not null default ''::text,
  until timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by text,
  constraint machine_suppression_pkey PRIMARY KEY (machine_id, source, name),
  constraint machine_suppression_source_check CHECK ((source = ANY (ARRAY['operator'::text, 'calendar'::text, 'group'::text])))
);

create table outbox_position (
  log_key smallint not null,
  kind text not null,
  next_offset bigint not null,
  published bigint not null default 0,
  constraint outbox_position_pkey PRIMARY KEY (log_key, kind),
  constraint outbox_position_log_key_fkey FOREIGN KEY (log_key) REFERENCES partition_log(log_key),
  constraint outbox_position_kind_check CHECK ((kind = ANY (ARRAY['alert'::text, 'dead_letter'::text])))
) with (fillfactor=50);

create table partition_log (
  log_key smallint not null generated always as identity,
  topic text not null,
  topic_id uuid not null,
  partition integer not null,
  generation integer not null default 0,
  first_offset bigint not null,
  next_offset bigint not null,
  stored bigint not null default 0,
  dead_lettered bigint not null default 0,
  duplicates bigint not null default 0,
  holes bigint not null default 0,
  lost bigint not null default 0,
  claimed_by text,
  claimed_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  closed_at timestamp with time zone,
  numbers_offset bigint,
  numbers_moved integer not null default 0,
  constraint partition_log_pkey PRIMARY KEY (log_key),
  constraint partition_log_topic_partition_topic_id_generation_key UNIQUE (topic, partition, topic_id, generation)
) with (fillfactor=50);

create table producer_epoch (
  sensor_key integer not null,
  producer_epoch text not null,
  first_sequence bigint not null,
  next_sequence bigint not null,
  missing int8multirange not null default '{}'::int8multirange,
  floor bigint not null default 0,
  abandoned bigint not null default 0,
  received bigint not null,
  duplicates bigint not null default 0,
  filled_late bigint not null default 0,
  first_seen timestamp with time zone not null default now(),
  last_seen timestamp with time zone not null default now(),
  home_log smallint,
  home_offset bigint,
  constraint producer_epoch_pkey PRIMARY KEY (sensor_key, producer_epoch),
  constraint producer_epoch_sensor_key_fkey FOREIGN KEY (sensor_key) REFERENCES sensors(sensor_key)
) with (fillfactor=50);
create index producer_epoch_missing ON producer_epoch USING btree (sensor_key) WHERE (missing <> '{}'::int8multirange);

create table producer_health (
  producer_id text not null,
  sensor_type text,
  status text not null default 'active'::text,
  last_heartbeat timestamp with time zone not null default now(),
  messages_sent_last_minute bigint not null default 0,
  total_messages_sent bigint not null default 0,
  heartbeat_interval_ms integer,
  metadata jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint producer_health_pkey PRIMARY KEY (producer_id)
) with (fillfactor=50);
CREATE TRIGGER observe_heartbeat BEFORE UPDATE ON producer_health FOR EACH ROW EXECUTE FUNCTION observe_heartbeat();

create table reading (
  "time" timestamp with time zone not null,
  value double precision not null,
  sequence bigint,
  sensor_key integer not null,
  version_key integer not null,
  batch_id integer not null,
  reading_count integer,
  quality real,
  offset_in_batch smallint not null,
  level smallint not null
) partition by range ("time");
create index reading_batch_id ON ONLY reading USING brin (batch_id) WITH (pages_per_range='16', autosummarize='on');
create index reading_sensor_key_bucket ON ONLY reading USING btree (sensor_key, date_bin('00:10:00'::interval, "time", '2000-01-01 00:00:00+00'::timestamp with time zone));

create table reading_hour (
  sensor_key integer not null,
  readings integer not null,
  bucket timestamp with time zone not null,
  last_time timestamp with time zone not null,
  min_value double precision not null,
  max_value double precision not null,
  mean_value double precision not null,
  last_value double precision not null,
  worst_level smallint not null,
  constraint reading_hour_pkey PRIMARY KEY (sensor_key, bucket) INCLUDE (readings, last_time, min_value, max_value, mean_value, last_value, worst_level)
) partition by range (bucket);

create table reading_minute (
  sensor_key integer not null,
  readings integer not null,
  bucket timestamp with time zone not null,
  last_time timestamp with time zone not null,
  min_value double precision not null,
  max_value double precision not null,
  mean_value double precision not null,
  last_value double precision not null,
  worst_level smallint not null,
  constraint reading_minute_pkey PRIMARY KEY (sensor_key, bucket)
) partition by range (bucket);

create table rebalancing_events (
  event_id bigint not null generated always as identity,
  event_type text not null,
  consumer_id text not null,
  partition_number integer,
  topic_name text,
  timestamp_utc timestamp with time zone not null default now(),
  metadata jsonb not null default '{}'::jsonb,
  constraint rebalancing_events_pkey PRIMARY KEY (event_id),
  constraint rebalancing_events_event_type_check CHECK ((event_type = ANY (ARRAY['rebalance_start'::text, 'rebalance_complete'::text, 'partition_assigned'::text, 'partition_revoked'::text])))
);
create index rebalancing_events_timestamp_utc ON rebalancing_events USING btree (timestamp_utc DESC);

create table rollup_position (
  log_key smallint not null,
  next_offset bigint not null,
  constraint rollup_position_pkey PRIMARY KEY (log_key),
  constraint rollup_position_log_key_fkey FOREIGN KEY (log_key) REFERENCES partition_log(log_key)
) with (fillfactor=50);

create table schema_migration (
  version integer not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migration_pkey PRIMARY KEY (version)
);

create table sensor_alias (
  alias_id text not null,
  sensor_key integer not null,
  created_at timestamp with time zone not null default now(),
  constraint sensor_alias_pkey PRIMARY KEY (alias_id),
  constraint sensor_alias_sensor_key_fkey FOREIGN KEY (sensor_key) REFERENCES sensors(sensor_key)
);
create index sensor_alias_sensor_key ON sensor_alias USING btree (sensor_key);

create table sensor_event (
  event_id bigint not null generated always as identity,
  sensor_key integer not null,
  event text not null,
  occurred_at timestamp with time zone not null default now(),
  actor text not null,
  reason text not null,
  old_values jsonb not null,
  new_values jsonb not null,
  constraint sensor_event_pkey PRIMARY KEY (event_id),
  constraint sensor_event_sensor_key_fkey FOREIGN KEY (sensor_key) REFERENCES sensors(sensor_key),
  constraint sensor_event_event_check CHECK ((event = ANY (ARRAY['renamed'::text, 'replaced'::text, 'decommissioned'::text, 'recommissioned'::text])))
);
create index sensor_event_sensor_key ON sensor_event USING btree (sensor_key, event_id);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON sensor_event FOR EACH ROW EXECUTE FUNCTION refuse_change_of_row();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sensor_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_row();

create table sensor_outlook (
  sensor_key integer not null,
  learned real not null,
  expected double precision,
  band_low double precision,
  band_high double precision,
  as_of timestamp with time zone,
  deviation real,
  constraint sensor_outlook_pkey PRIMARY KEY (sensor_key),
  constraint sensor_outlook_sensor_key_fkey FOREIGN KEY (sensor_key) REFERENCES sensors(sensor_key)
) with (fillfactor=50);

create table sensor_state (
  sensor_key integer not null,
  version_key integer not null,
  last_time timestamp with time zone not null,
  last_value double precision not null,
  last_quality real,
  last_level smallint not null,
  readings bigint not null,
  interval_ms integer,
  constraint sensor_state_pkey PRIMARY KEY (sensor_key)
) with (fillfactor=50);

create table sensor_version (
  version_key integer not null generated always as identity,
  sensor_key integer not null,
  sensor_type text not null,
  unit text not null,
  location jsonb not null,
  warning_threshold double precision,
  critical_threshold double precision,
  producer_epoch text,
  fingerprint bytea not null,
  created_at timestamp with time zone not null default now(),
  sent_as text,
  constraint sensor_version_pkey PRIMARY KEY (version_key),
  constraint sensor_version_sensor_key_fingerprint_key UNIQUE (sensor_key, fingerprint),
  constraint sensor_version_sensor_key_fkey FOREIGN KEY (sensor_key) REFERENCES sensors(sensor_key)
);

create table sensors (
  sensor_key integer not null generated always as identity,
  sensor_id text not null,
  sensor_type text not null,
  location jsonb not null,
  status text not null default 'active'::text,
  warning_threshold double precision,
  critical_threshold double precision,
  metadata jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  name text,
  serial text,
  replaced_at timestamp with time zone,
  status_changed_at timestamp with time zone,
  constraint sensors_pkey PRIMARY KEY (sensor_key),
  constraint sensors_sensor_id_key UNIQUE (sensor_id)
);
create index sensors_changed ON sensors USING btree (sensor_id) WHERE ((status = 'decommissioned'::text) OR (replaced_at IS NOT NULL));

create table session (
  session_hash bytea not null,
  account_id integer not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint session_pkey PRIMARY KEY (session_hash),
  constraint session_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id)
);
create index session_account_id ON session USING btree (account_id);
create index session_expires_at ON session USING btree (expires_at);

create table session_key (
  only_row boolean not null default true,
  key bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint session_key_pkey PRIMARY KEY (only_row),
  constraint session_key_only_row_check CHECK (only_row)
);

create view sensor_readings as
 SELECT s.sensor_id,
    r."time" AS timestamp_utc,
    v.sensor_type,
    r.value AS reading_value,
    v.unit,
    (ARRAY['normal'::text, 'warning'::text, 'critical'::text])[r.level + 1] AS alert_level,
    r.quality,
    v.location,
    jsonb_strip_nulls(jsonb_build_object('reading_count', r.reading_count, 'warning_threshold', v.warning_threshold, 'critical_threshold', v.critical_threshold, 'producer_epoch', v.producer_epoch, 'sequence', r.sequence)) AS metadata,
    b.consumer_id AS processed_by_consumer,
    l.partition AS kafka_partition,
    b.first_offset + r.offset_in_batch AS kafka_offset,
    b.committed_at AS processing_timestamp
   FROM reading r
     LEFT JOIN sensors s ON s.sensor_key = r.sensor_key
     LEFT JOIN sensor_version v ON v.version_key = r.version_key
     LEFT JOIN batch b ON b.batch_id = r.batch_id
     LEFT JOIN partition_log l ON l.log_key = b.log_key;
