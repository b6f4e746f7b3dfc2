import { ALERT_LEVELS } from '../contract/sensor-types.ts'
import type { AlertLevel } from '../contract/sensor-types.ts'
import type { SilentSensor } from './open-conditions.ts'
import type { Queryable } from './pool.ts'

/** A sensor as a channel of its machine. */
export interface MachineChannel extends SilentSensor {
  /** Standard deviations from its baseline, above 0 where it is higher. */
  readonly deviation: number
  /** The root mean square of the deviations of all sensors of the machine that go on. */
  readonly machineDeviation: number
}

/** What is stored of a sensor is as old as this at most; one that reports often may seem silent for so long. */
const STORED_EVERY = '60 s'
/** What is stored of a detector that learns nothing any more, as in maintenance, is of then. Consumers that are late by so much find nothing meanwhile. */
const LEARNED_WITHIN = '15 min'

/**
 * The channels of the machines that are so far away from usual, or that are named here. A machine of one sensor is that sensor, and isn't asked for;
 * a channel that has paused for so many of its intervals while the others of its machine went on doesn't count. Of 10,000 sensors in 40 ms.
 */
export async function readUnusualMachines(
  db: Queryable, leastDeviation: number, machineIds: readonly string[], silentIntervals: number,
): Promise<MachineChannel[]> {
  const { rows } = await db.query<Omit<MachineChannel, 'level'> & { level: number }>(
    `with channel as (
       select s.sensor_key, s.sensor_id, v.sensor_type, v.location, v.location ->> 'machine_id' as machine_id, v.unit, n.last_value, n.last_level,
         least(n.last_time, now()) as last_time, $3 * coalesce(n.interval_ms, 0) * interval '1 ms' as pause, o.deviation
       from sensor_outlook o join sensors s using (sensor_key) join sensor_state n using (sensor_key) join sensor_version v using (version_key)
       where o.deviation is not null and s.status is distinct from 'decommissioned'
         and n.last_time - o.as_of <= greatest($3 * coalesce(n.interval_ms, 0) * interval '1 ms', interval '${LEARNED_WITHIN}')),
     going_on as (
       select * from (select *, max(last_time) over (partition by machine_id) as newest from channel) as c
       where newest - last_time <= greatest(pause, interval '${STORED_EVERY}')),
     machine as (
       select machine_id, sqrt(avg(deviation * deviation)) as deviation from going_on group by machine_id having count(*) > 1)
     select sensor_key as "sensorKey", sensor_id as "sensorId", sensor_type as "sensorType", machine_id as "machineId", location::text as location, unit,
       last_value as value, last_level as level, c.deviation, m.deviation as "machineDeviation"
     from going_on c join machine m using (machine_id) where m.deviation >= $1 or machine_id = any($2) order by machine_id, sensor_id`,
    [leastDeviation, machineIds, silentIntervals])
  return rows.map((row) => ({ ...row, level: ALERT_LEVELS[row.level] as AlertLevel }))
}
