-- Alarms: ISA-18.2's life of one rule of one sensor, from being raised to being over, as one row.

create table alarm (
  -- The alert_id of the message that it was raised by.
  episode_id          uuid primary key,
  sensor_key          integer not null references sensors,
  sensor_id           text not null,
  sensor_type         text not null,
  machine_id          text not null,
  location            jsonb not null,
  rule                text not null,
  priority            text not null check (priority in ('high', 'medium', 'low')),
  severity            text not null check (severity in ('low', 'medium', 'high', 'critical')),
  state               text not null check (state in ('normal', 'unacknowledged', 'acknowledged', 'returned_unacknowledged', 'shelved', 'suppressed',
                        'out_of_service')),
  condition_active    boolean not null,
  -- It stays when its condition has cleared, until somebody resets it.
  latched             boolean not null,
  -- The logs whose readings say that the condition is there, each with when it last said so, in ms since 1970: an unkeyed producer spreads a sensor
  -- over several. 0: it is by no log.
  active_logs         jsonb not null,
  raised_at           timestamptz not null,
  escalated_at        timestamptz,
  cleared_at          timestamptz,
  acknowledged_at     timestamptz,
  acknowledged_by     text,
  -- Null: it is open.
  ended_at            timestamptz,
  first_value         double precision not null,
  last_value          double precision not null,
  last_level          text not null,
  peak_value          double precision not null,
  peak_at             timestamptz not null,
  -- How far beyond what is allowed, by the rule's own measure.
  peak_excess         double precision not null,
  unit                text not null,
  -- Those that the rule fired for.
  readings            bigint not null,
  description         text not null,
  -- The episode of the first alarm of the machine in its minute.
  group_id            uuid,
  log_key             smallint,
  detected_by         text not null,
  changed_at          timestamptz not null default now()
) with (fillfactor = 70);
-- One open alarm of a sensor and rule, whoever raises it. Also the way to all that are open, in whatever order: 10,000 are sorted in 9 ms, and with no
-- index on what changes in an alarm's life the row alone is written.
create unique index alarm_open on alarm (sensor_key, rule) where ended_at is null;
create index alarm_raised_at on alarm (raised_at, episode_id);
create index alarm_sensor_id_raised_at on alarm (sensor_id, raised_at, episode_id);
create index alarm_machine_id_raised_at on alarm (machine_id, raised_at, episode_id);

-- Each change of an alarm: by a reading, by time or by a person.
create table alarm_event (
  event_id            bigint generated always as identity primary key,
  -- Null: it was done to the rule of the sensor while no alarm was open.
  episode_id          uuid,
  sensor_key          integer not null,
  rule                text not null,
  transition          text not null,
  -- After it.
  state               text not null,
  announced           boolean not null,
  -- Of the reading, or when it was done.
  occurred_at         timestamptz not null,
  recorded_at         timestamptz not null default now(),
  -- Null: nobody; a reading, or a time that was over.
  actor               text,
  reason              text,
  value               double precision,
  detail              text,
  -- Of the row in alerts that tells of it; null: it was not announced.
  alert_id            uuid
);
create index alarm_event_episode_id on alarm_event (episode_id, event_id);
create index alarm_event_raised on alarm_event (occurred_at) where transition = 'raised' and announced;

create function refuse_change_of_row() returns trigger language plpgsql as $$
begin
  raise exception '% is only added to', tg_table_name;
end $$;
create trigger refuse_change before update or delete on alarm_event for each row execute function refuse_change_of_row();
create trigger refuse_truncate before truncate on alarm_event for each statement execute function refuse_change_of_row();

-- What keeps alarms from the operators. Who did it and when it ended is in alarm_event and in audit_log.

create table alarm_shelf (
  sensor_key          integer not null references sensors,
  rule                text not null,
  -- Null: until the condition clears.
  until               timestamptz,
  shelved_by          text not null,
  reason              text not null,
  shelved_at          timestamptz not null,
  primary key (sensor_key, rule)
);

create table alarm_out_of_service (
  sensor_key          integer not null references sensors,
  rule                text not null,
  taken_by            text not null,
  reason              text not null,
  taken_at            timestamptz not null,
  primary key (sensor_key, rule)
);

-- By design: all alarms of a machine that is in maintenance.
create table machine_suppression (
  machine_id          text primary key,
  suppressed_by       text not null,
  reason              text not null,
  suppressed_at       timestamptz not null
);

-- What was set for a rule, of all sensors of a type or of one sensor. The newest row of each counts, so that all before can be gone back to.
create table alarm_setting (
  setting_id          bigint generated always as identity primary key,
  sensor_type         text,
  sensor_key          integer references sensors,
  rule                text not null,
  -- Null: not set here.
  enabled             boolean,
  priority            text check (priority in ('high', 'medium', 'low')),
  limit_value         double precision,
  deadband            double precision,
  on_delay_ms         integer,
  off_delay_ms        integer,
  re_alarm_ms         integer,
  latch               boolean,
  changed_by          text not null,
  reason              text not null,
  changed_at          timestamptz not null default now(),
  -- The row that an undo went back to; 0: to before the first. Null: no undo.
  restores            bigint,
  check ((sensor_type is null) <> (sensor_key is null))
);
create index alarm_setting_type on alarm_setting (sensor_type, rule, setting_id) where sensor_type is not null;
create index alarm_setting_sensor on alarm_setting (sensor_key, rule, setting_id) where sensor_key is not null;
create trigger refuse_change before update or delete on alarm_setting for each row execute function refuse_change_of_row();
create trigger refuse_truncate before truncate on alarm_setting for each statement execute function refuse_change_of_row();

-- Alerts of no reading, which no log's outbox publishes: rows of `alerts` without a log_key that still have to be sent.
create table alert_unsent (
  alert_id            uuid primary key,
  created_at          timestamptz not null default now(),
  -- Somebody is sending it; after this time anybody may.
  claimed_until       timestamptz
);
create index alert_unsent_created_at on alert_unsent (created_at, alert_id);
