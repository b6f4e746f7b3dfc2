-- Learned detectors: 5 KB a sensor, written in blocks of 64, in turn.

-- Already as small as they get, and read whole: neither compressed nor kept beside the other columns.
create table detector_block (
  log_key             smallint not null references partition_log,
  block_key           integer not null,
  -- The state is that after every stored reading below this offset.
  next_offset         bigint not null,
  format              smallint not null,
  sensor_keys         integer[] not null,
  state               bytea not null,
  primary key (log_key, block_key)
);
alter table detector_block alter column state set storage external;

-- What is stored of some of the log's learned detectors is as of this offset. Null: of a release that had none.
alter table detector_snapshot add column learned_from bigint;

-- What a sensor's detector expects, in its unit, as of the last time it was stored. Null: it doesn't know yet.
create table sensor_outlook (
  sensor_key          integer primary key references sensors,
  learned             real not null,
  expected            double precision,
  band_low            double precision,
  band_high           double precision
) with (fillfactor = 50);
