-- History: rollups of the readings by minute and by hour, and each sensor's newest reading.

-- All readings of one sensor in one minute. What the readings of two portions make together is the same in whatever order they come.
create table reading_minute (
  sensor_key          integer not null,
  readings            integer not null,
  -- Its first moment.
  bucket              timestamptz not null,
  last_time           timestamptz not null,
  min_value           double precision not null,
  max_value           double precision not null,
  -- Not the sum: of two readings of 1e308 it would be no number any more.
  mean_value          double precision not null,
  last_value          double precision not null,
  worst_level         smallint not null,
  primary key (sensor_key, bucket)
) partition by range (bucket);

create table reading_hour (
  like reading_minute including defaults including constraints,
  -- With all that a chart needs: a year of a sensor is 90 pages of the index then, and 8,760 of the table, where it lies among all others.
  primary key (sensor_key, bucket) include (readings, last_time, min_value, max_value, mean_value, last_value, worst_level)
) partition by range (bucket);

-- The newest reading of each sensor that was rolled up.
create table sensor_state (
  sensor_key          integer primary key,
  version_key         integer not null,
  last_time           timestamptz not null,
  last_value          double precision not null,
  last_quality        real,
  last_level          smallint not null,
  -- Of all time, stored.
  readings            bigint not null,
  -- From one reading to the next, on average over the last portion that had several.
  interval_ms         integer
) with (fillfactor = 50);

-- Everything of a log below this offset is in the rollups; it moves in the transaction that writes them.
create table rollup_position (
  log_key             smallint primary key references partition_log,
  next_offset         bigint not null
) with (fillfactor = 50);

-- The UTC days that the batch's readings fall on: who looks for them looks into these partitions only. Null: written by a release before.
alter table batch add column days date[];

-- The mean of two groups of readings, by their means and counts. Two divisions, because a sum may be more than a number holds; and where
-- a mean is so small that its part of it would be less than a number holds, PostgreSQL would raise an error: it counts as 0.
create function merged_mean(mean_a double precision, readings_a bigint, mean_b double precision, readings_b bigint)
returns double precision language sql immutable parallel safe as $$
  select case when abs(mean_a) < 1e-290 then 0 else mean_a * (readings_a::float8 / (readings_a + readings_b)) end
       + case when abs(mean_b) < 1e-290 then 0 else mean_b * (readings_b::float8 / (readings_a + readings_b)) end
$$;

-- By ten minutes, not by time: equal keys share one entry. With 10,000 sensors in turn it takes 10 bytes a reading, the index by time took 40.
-- Only for partitions to come: to build it on those that are there would hold the ingest up; the consumers do that beside it.
drop index reading_sensor_key_time;
create index reading_sensor_key_bucket on only reading (sensor_key, date_bin('10 minutes', time, '2000-01-01 00:00:00+00'));
