-- Where the numbers of a producer's readings are at home. One row for each sensor in each batch, 10,000 of them for 10,000 readings, was most of
-- what PostgreSQL had to do; now what is in order is stored every 10 seconds only.

-- While all readings of an epoch come through one log, only the consumer of that log changes its row. It is as of this offset of that log;
-- what came after it is in the log's readings. Null: they come through several, and each batch stores what it changed.
alter table producer_epoch add column home_log smallint, add column home_offset bigint;

-- Every epoch that is at home in the log is stored as of this offset or a later one: who takes the log over goes on from the readings after it.
alter table partition_log add column numbers_offset bigint;
-- Rises when an epoch was taken from the log because its readings come through another one too: whoever has the log must read its rows again.
alter table partition_log add column numbers_moved integer not null default 0;
