-- How far each sensor is from its baseline lately, of which its machine's state is made. Standard deviations; null: it has no baseline yet.
alter table sensor_outlook add column deviation real;
