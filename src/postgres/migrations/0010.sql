-- Sensors that are renamed, replaced and decommissioned.

alter table sensors
  -- For people; null: it goes by its id.
  add column name               text,
  -- Of the device that is in its place; null: not told.
  add column serial             text,
  -- Null: it has been the same device since it was registered.
  add column replaced_at        timestamptz,
  -- Null: it has been in service since it was registered.
  add column status_changed_at  timestamptz;

-- The few that are not as they were: all consumers ask for them every few seconds, and the page with each round.
create index sensors_changed on sensors (sensor_id) where status = 'decommissioned' or replaced_at is not null;

-- Other ids under which a sensor's readings come: those of devices that were put into its place. None of them is a sensor_id in sensors.
create table sensor_alias (
  alias_id            text primary key,
  sensor_key          integer not null references sensors,
  created_at          timestamptz not null default now()
);
create index sensor_alias_sensor_key on sensor_alias (sensor_key);

-- The id that the readings came under; null: the sensor's own. Numbers are counted apart for each, as two devices may name their lives alike.
alter table sensor_version add column sent_as text;

-- The newest reading that the detector knew, so that one that isn't given readings any more doesn't undo what another one says.
alter table sensor_outlook add column as_of timestamptz;

-- What people did to a sensor.
create table sensor_event (
  event_id            bigint generated always as identity primary key,
  sensor_key          integer not null references sensors,
  event               text not null check (event in ('renamed', 'replaced', 'decommissioned', 'recommissioned')),
  occurred_at         timestamptz not null default now(),
  actor               text not null,
  reason              text not null,
  -- What changed, before and after it.
  old_values          jsonb not null,
  new_values          jsonb not null
);
create index sensor_event_sensor_key on sensor_event (sensor_key, event_id);
create trigger refuse_change before update or delete on sensor_event for each row execute function refuse_change_of_row();
create trigger refuse_truncate before truncate on sensor_event for each statement execute function refuse_change_of_row();
